"""What happens to an obligation, decided from what is known and what is asked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from kernel.errors import Conflict, FieldError, Invalid, NotFound
from services.payment.contract import (
    FeePaid,
    Method,
    ObligationCancelled,
    ObligationMoved,
    ObligationRaised,
    ObligationState,
    PaymentFailed,
    PaymentFlagged,
    PaymentStarted,
    PaymentState,
)
from services.payment.decider.commands import (
    Cancel,
    Command,
    Move,
    Outcome,
    Raise,
    Report,
    Start,
    TakeCash,
)
from services.payment.decider.state import Attempt, Owed, payment_name


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
        case Move():
            return _move(owed, command)


def _raise(owed: Owed, command: Raise) -> Sequence[Any]:
    if owed.exists:
        return []
    raised = ObligationRaised(
        obligation=command.obligation,
        dossier=command.dossier,
        subject=command.subject,
        agency=command.agency,
        lines=command.lines,
        amount=command.amount,
        payable_online=command.payable_online,
        raised_at=command.at,
        officer=command.officer,
    )
    # a request that comes only after the dossier's end owes nothing for a moment
    ended = [] if command.ended is None else [_cancelled(raised, command.ended)]
    return [raised, *ended]


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
    match owed.state:
        case ObligationState.DUE if owed.exists:
            return [_cancelled(owed, command)]
        case ObligationState.PAID:
            return _paid_after_the_end(owed, command)
        case _:
            return []


def _paid_after_the_end(owed: Owed, command: Cancel) -> Sequence[Any]:
    """Flag money that came after the dossier had ended, though word of the end came later still.

    Of the second in which both happened nobody can tell which was first: somebody has to look.
    """
    if owed.refund_due or owed.paid_at is None or owed.paid_at + _coarseness(owed) <= command.at:
        return []
    return [
        PaymentFlagged(
            obligation=owed.obligation,
            payment=owed.payment,
            provider=owed.provider,
            amount=owed.amount,
            reason=FLAG_REASONS[ObligationState.CANCELLED],
            flagged_at=owed.paid_at,
        )
    ]


def _coarseness(owed: Owed) -> timedelta:
    """Return how much later than `paid_at` it may have been: providers tell whole seconds."""
    return timedelta(seconds=1) if owed.method is Method.ONLINE else timedelta()


def _move(owed: Owed, command: Move) -> Sequence[Any]:
    if not owed.exists or owed.agency == command.agency:
        return []
    return [ObligationMoved(owed.obligation, owed.dossier, command.agency, command.at)]


def _cancelled(owed: Owed | ObligationRaised, command: Cancel) -> ObligationCancelled:
    return ObligationCancelled(
        obligation=owed.obligation,
        dossier=owed.dossier,
        reason=command.reason,
        cancelled_at=command.at,
    )


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
