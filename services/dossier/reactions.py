"""From what a neighbour reports to a command on the dossier that it is about."""

from __future__ import annotations

from services.dossier.clock import Calendar
from services.dossier.decider import commands as do
from services.notify.contract import MessageFailed, MessageSent
from services.payment.contract import FeePaid


def on_payment(paid: FeePaid, calendar: Calendar) -> do.RecordFeePaid:
    """Return the command that records a payment; the dossier's clock runs again."""
    return do.RecordFeePaid(
        obligation=paid.obligation,
        payment=paid.payment,
        amount=paid.amount,
        method=paid.method.value,
        receipt=paid.receipt,
        paid_at=paid.paid_at,
        calendar=calendar,
    )


def on_message(told: MessageSent | MessageFailed) -> do.RecordNotification:
    """Return the command that records that the applicant was told, or could not be."""
    failed = isinstance(told, MessageFailed)
    return do.RecordNotification(
        message=told.message,
        template=told.template,
        channel=told.channel,
        delivered=not failed,
        at=told.failed_at if isinstance(told, MessageFailed) else told.sent_at,
        reason=told.reason if isinstance(told, MessageFailed) else "",
    )
