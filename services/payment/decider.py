"""An obligation (nghĩa vụ tài chính): raised by a dossier, paid once, or cancelled with it.

Money that comes after that is never dropped: it is flagged, so that it is paid back. A repeated
notification changes nothing. The stream is `obligation-<id>`; an attempt to pay is named
`<obligation>-<n>`, so that whatever a provider reports leads to its stream without a look-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from kernel.errors import Conflict, FieldError, Invalid, NotFound
from services.payment.contract import (
    FeePaid,
    Method,
    ObligationCancelled,
    ObligationLine,
    ObligationRaised,
    ObligationState,
    PaymentFailed,
    PaymentFlagged,
    PaymentStarted,
    PaymentState,
)

CATEGORY = "obligation"


# What is known


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
    lines: tuple[ObligationLine, ...] = ()
    amount: int = 0
    payable_online: bool = False
    raised_at: datetime | None = None
    state: ObligationState = ObligationState.DUE
    attempts: tuple[Attempt, ...] = ()
    method: Method | None = None
    receipt: str = ""
    paid_at: datetime | None = None

    @property
    def exists(self) -> bool:
        """Whether it was raised."""
        return bool(self.obligation)

    def attempt(self, payment: str) -> Attempt | None:
        """Return the attempt of this name."""
        return next((item for item in self.attempts if item.payment == payment), None)


initial = Owed()


# What may be asked of it


@dataclass(frozen=True)
class Raise:
    """A dossier's fee is due."""

    obligation: str
    dossier: str
    subject: str
    agency: str
    lines: tuple[ObligationLine, ...]
    amount: int
    payable_online: bool
    at: datetime


@dataclass(frozen=True)
class Start:
    """The payer goes to a provider; the attempt ends by itself after `lifetime`."""

    provider: str
    at: datetime
    lifetime: timedelta


class Outcome(StrEnum):
    """What a provider says became of an attempt."""

    PAID = "paid"
    FAILED = "failed"
    SUSPECTED = "suspected"  # the money was taken, but the provider suspects fraud


@dataclass(frozen=True)
class Report:
    """A provider's word on an attempt, signed and checked. `amount` is in VND."""

    payment: str
    provider: str
    outcome: Outcome
    amount: int
    at: datetime
    reference: str = ""
    reason: str = ""


@dataclass(frozen=True)
class TakeCash:
    """An officer took cash against a receipt number."""

    officer: str
    receipt: str
    amount: int
    at: datetime


@dataclass(frozen=True)
class Cancel:
    """The dossier ended."""

    reason: str
    at: datetime


Command = Raise | Start | Report | TakeCash | Cancel


# Decisions


class UnknownPayment(NotFound):
    """No attempt of this name was ever started here."""


class WrongAmount(Invalid):
    """The provider reports another amount than was asked for."""


def decide(owed: Owed, command: Command) -> Sequence[Any]:
    """Return what happens; nothing where it has happened already. Raises `DomainError`."""
    match command:
        case Raise():
            return _raise(owed, command)
        case Start():
            return _start(owed, command)
        case Report():
            return _report(owed, command)
        case TakeCash():
            return _take_cash(owed, command)
        case Cancel():
            return _cancel(owed, command)


def _raise(owed: Owed, command: Raise) -> Sequence[Any]:
    if owed.exists:
        return []
    return [
        ObligationRaised(
            obligation=command.obligation,
            dossier=command.dossier,
            subject=command.subject,
            agency=command.agency,
            lines=command.lines,
            amount=command.amount,
            payable_online=command.payable_online,
            raised_at=command.at,
        )
    ]


def _start(owed: Owed, command: Start) -> Sequence[Any]:
    _require_due(owed)
    if not owed.payable_online:
        raise Conflict(
            "pay-at-counter",
            "Khoản này nộp tại bộ phận một cửa, không nộp trực tuyến.",
            "This fee is paid at the one-stop counter, not online.",
        )
    return [
        PaymentStarted(
            obligation=owed.obligation,
            payment=payment_name(owed.obligation, len(owed.attempts) + 1),
            provider=command.provider,
            amount=owed.amount,
            started_at=command.at,
            expires_at=command.at + command.lifetime,
        )
    ]


def _report(owed: Owed, command: Report) -> Sequence[Any]:
    attempt = owed.attempt(command.payment)
    if attempt is None or attempt.provider != command.provider:
        raise UnknownPayment(
            "payment-unknown", "Không có lần thanh toán này.", "There is no such payment."
        )
    if command.amount != attempt.amount:
        raise WrongAmount(
            "amount-differs",
            f"Số tiền không khớp: {command.amount} thay vì {attempt.amount}.",
            f"The amount differs: {command.amount} instead of {attempt.amount}.",
        )
    match command.outcome:
        case Outcome.PAID:
            return _money_came(owed, attempt, command)
        case Outcome.SUSPECTED if attempt.state in (PaymentState.PENDING, PaymentState.FAILED):
            return [_flagged(owed, command, command.reason or "suspected")]
        case Outcome.FAILED if attempt.state is PaymentState.PENDING:
            return [
                PaymentFailed(
                    obligation=owed.obligation,
                    payment=command.payment,
                    provider=command.provider,
                    reason=command.reason,
                    failed_at=command.at,
                )
            ]
        case _:
            return []


# What money means, by what the obligation is when it comes; an attempt that was written off as
# failed or expired before is no reason to refuse money for something that is still due.
FLAG_REASONS = {
    ObligationState.PAID: "already-paid",
    ObligationState.CANCELLED: "cancelled",
}


def _money_came(owed: Owed, attempt: Attempt, command: Report) -> Sequence[Any]:
    if attempt.state is PaymentState.PAID:
        return []
    if owed.state is ObligationState.DUE:
        return [
            FeePaid(
                obligation=owed.obligation,
                dossier=owed.dossier,
                payment=command.payment,
                amount=command.amount,
                method=Method.ONLINE,
                receipt=command.payment,
                paid_at=command.at,
                provider=command.provider,
                provider_reference=command.reference,
            )
        ]
    if attempt.state is PaymentState.FLAGGED:
        return []
    return [_flagged(owed, command, FLAG_REASONS[owed.state])]


def _flagged(owed: Owed, command: Report, reason: str) -> PaymentFlagged:
    return PaymentFlagged(
        obligation=owed.obligation,
        payment=command.payment,
        provider=command.provider,
        amount=command.amount,
        reason=reason,
        flagged_at=command.at,
    )


def _take_cash(owed: Owed, command: TakeCash) -> Sequence[Any]:
    if owed.state is ObligationState.PAID and _same_cash(owed, command):
        return []
    _require_due(owed)
    if command.amount != owed.amount:
        raise Invalid(
            "amount-differs",
            "Số tiền thu phải đúng bằng số tiền phải nộp.",
            "The amount taken must be exactly the amount due.",
            fields=[
                FieldError(
                    "amount",
                    "amount-differs",
                    f"Số tiền phải nộp là {owed.amount}.",
                    f"The amount due is {owed.amount}.",
                )
            ],
        )
    return [
        FeePaid(
            obligation=owed.obligation,
            dossier=owed.dossier,
            payment=f"{owed.obligation}-cash",
            amount=command.amount,
            method=Method.CASH,
            receipt=command.receipt,
            paid_at=command.at,
            officer=command.officer,
        )
    ]


def _same_cash(owed: Owed, command: TakeCash) -> bool:
    return owed.method is Method.CASH and owed.receipt == command.receipt


def _cancel(owed: Owed, command: Cancel) -> Sequence[Any]:
    if not owed.exists or owed.state is not ObligationState.DUE:
        return []
    return [
        ObligationCancelled(
            obligation=owed.obligation,
            dossier=owed.dossier,
            reason=command.reason,
            cancelled_at=command.at,
        )
    ]


def _require_due(owed: Owed) -> None:
    if not owed.exists:
        raise NotFound(
            "obligation-unknown", "Không có khoản phải nộp này.", "There is no such fee."
        )
    if owed.state is not ObligationState.DUE:
        raise Conflict(
            "fee-not-due",
            "Khoản này đã nộp hoặc không còn phải nộp.",
            "This fee is already paid or no longer due.",
        )


# The fold


def evolve(owed: Owed, event: Any) -> Owed:
    """Return what is known after an event."""
    match event:
        case ObligationRaised():
            return Owed(
                obligation=event.obligation,
                dossier=event.dossier,
                subject=event.subject,
                agency=event.agency,
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
            return _became(owed, event.payment, PaymentState.FLAGGED, event.reason)
        case FeePaid():
            paid = _became(owed, event.payment, PaymentState.PAID, "")
            return replace(
                paid,
                state=ObligationState.PAID,
                method=event.method,
                receipt=event.receipt,
                paid_at=event.paid_at,
            )
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
