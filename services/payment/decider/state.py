"""What is known of an obligation: the fold of its events, and the names of its attempts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.payment.contract import (
    FeePaid,
    Method,
    ObligationCancelled,
    ObligationLine,
    ObligationMoved,
    ObligationRaised,
    ObligationState,
    PaymentFailed,
    PaymentFlagged,
    PaymentStarted,
    PaymentState,
)

CATEGORY = "obligation"


@dataclass(frozen=True)
class Attempt:
    """One attempt to pay online."""

    payment: str
    provider: str
    amount: int
    started_at: datetime
    expires_at: datetime
    state: PaymentState = PaymentState.PENDING
    reason: str = ""


@dataclass(frozen=True)
class Owed:
    """An obligation as its events tell it; before the first one, its id is empty."""

    obligation: str = ""
    dossier: str = ""
    subject: str = ""
    agency: str = ""
    officer: str = ""  # who asked for it
    lines: tuple[ObligationLine, ...] = ()
    amount: int = 0
    payable_online: bool = False
    raised_at: datetime | None = None
    state: ObligationState = ObligationState.DUE
    attempts: tuple[Attempt, ...] = ()
    method: Method | None = None
    receipt: str = ""
    paid_at: datetime | None = None
    payment: str = ""
    provider: str = ""
    refund_due: bool = False  # it was paid, and then turned out to have ended before

    @property
    def exists(self) -> bool:
        """Whether it was raised."""
        return bool(self.obligation)

    def belongs_to(self, dossier: str | None) -> bool:
        """Whether it is a fee of this dossier; None: of whichever."""
        return dossier in (None, self.dossier)

    def attempt(self, payment: str) -> Attempt | None:
        """Return the attempt of this name."""
        return next((item for item in self.attempts if item.payment == payment), None)


initial = Owed()


def evolve(owed: Owed, event: Any) -> Owed:
    """Return what is known after an event."""
    match event:
        case ObligationRaised():
            return Owed(
                obligation=event.obligation,
                dossier=event.dossier,
                subject=event.subject,
                agency=event.agency,
                officer=event.officer,
                lines=event.lines,
                amount=event.amount,
                payable_online=event.payable_online,
                raised_at=event.raised_at,
            )
        case PaymentStarted():
            attempt = Attempt(
                event.payment, event.provider, event.amount, event.started_at, event.expires_at
            )
            return replace(owed, attempts=(*owed.attempts, attempt))
        case PaymentFailed():
            return _became(owed, event.payment, PaymentState.FAILED, event.reason)
        case PaymentFlagged():
            flagged = _became(owed, event.payment, PaymentState.FLAGGED, event.reason)
            refund_due = owed.refund_due or event.payment == owed.payment
            return replace(flagged, refund_due=refund_due)
        case FeePaid():
            paid = _became(owed, event.payment, PaymentState.PAID, "")
            return replace(
                paid,
                state=ObligationState.PAID,
                method=event.method,
                receipt=event.receipt,
                paid_at=event.paid_at,
                payment=event.payment,
                provider=event.provider,
            )
        case ObligationMoved():
            return replace(owed, agency=event.agency)
        case ObligationCancelled():
            return replace(owed, state=ObligationState.CANCELLED)
    return owed


def _became(owed: Owed, payment: str, state: PaymentState, reason: str) -> Owed:
    attempts = tuple(
        replace(item, state=state, reason=reason) if item.payment == payment else item
        for item in owed.attempts
    )
    return replace(owed, attempts=attempts)


# Names


def payment_name(obligation: str, number: int) -> str:
    """Return the reference of an obligation's n-th attempt, as the provider knows it."""
    return f"{obligation}-{number}"


def stream_of(obligation: str) -> str:
    """Return the stream of an obligation."""
    return f"{CATEGORY}-{obligation}"


def stream_of_payment(payment: str) -> str:
    """Return the stream of the obligation that an attempt belongs to."""
    return stream_of(payment.rpartition("-")[0])
