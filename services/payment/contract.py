"""What neighbours may know of payment: obligations, payments, receipts. Amounts are VND."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from kernel.events import EventTypes, event
from kernel.requests import command, request
from kernel.schemas import field, frozen


class ObligationState(StrEnum):
    """What became of an obligation."""

    DUE = "due"
    PAID = "paid"
    CANCELLED = "cancelled"


class PaymentState(StrEnum):
    """What became of one attempt to pay."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    FLAGGED = "flagged"  # money came for something no longer due: to be refunded


class Method(StrEnum):
    """How it was paid."""

    ONLINE = "online"
    CASH = "cash"


@frozen
class ObligationLine:
    """A line of an obligation."""

    label: str
    unit_amount: int
    quantity: int


# Events. The stream is `obligation-<id>`.


@event(schema=2)
@frozen
class ObligationRaised:
    """A fee of a dossier is to be paid."""

    obligation: str
    dossier: str
    subject: str = field(doc="the account that owes it")
    agency: str
    lines: tuple[ObligationLine, ...]
    amount: int = field(minimum=1)
    payable_online: bool
    raised_at: datetime
    officer: str = field(default="", doc="account of the officer who asked for it; schema 2")


@event()
@frozen
class PaymentStarted:
    """The payer was sent to a provider."""

    obligation: str
    payment: str = field(doc="the reference the provider knows it by (vnp_TxnRef)")
    provider: str
    amount: int
    started_at: datetime
    expires_at: datetime


@event()
@frozen
class PaymentFailed:
    """The provider says that this attempt failed; another may follow."""

    obligation: str
    payment: str
    provider: str
    reason: str
    failed_at: datetime


@event()
@frozen
class FeePaid:
    """The fee is paid, confirmed by the provider or entered by an officer against a receipt."""

    obligation: str
    dossier: str
    payment: str
    amount: int
    method: Method
    receipt: str
    paid_at: datetime
    provider: str = field(default="")
    provider_reference: str = field(default="")
    officer: str = field(default="", doc="account of the officer who took the cash")


@event()
@frozen
class PaymentFlagged:
    """Money came for something already paid or cancelled: recorded, to be refunded."""

    obligation: str
    payment: str
    provider: str
    amount: int
    reason: str
    flagged_at: datetime


@event()
@frozen
class ObligationCancelled:
    """The dossier ended without it."""

    obligation: str
    dossier: str
    reason: str
    cancelled_at: datetime


@event()
@frozen
class ObligationMoved:
    """Another agency holds the dossier: its officers see the obligation and take its cash."""

    obligation: str
    dossier: str
    agency: str
    moved_at: datetime


EVENTS = EventTypes(
    "payment",
    (
        ObligationRaised,
        PaymentStarted,
        PaymentFailed,
        FeePaid,
        PaymentFlagged,
        ObligationCancelled,
        ObligationMoved,
    ),
    upcasters={("ObligationRaised", 1): lambda data: {**data, "officer": ""}},
)


# Answers


@frozen
class Obligation:
    """An obligation as it stands."""

    obligation: str
    dossier: str
    lines: tuple[ObligationLine, ...]
    amount: int
    state: ObligationState
    payable_online: bool
    raised_at: datetime
    version: int
    method: Method | None = field(default=None)
    receipt: str = field(default="")
    paid_at: datetime | None = field(default=None)


@frozen
class Obligations:
    """All obligations of a dossier."""

    items: tuple[Obligation, ...]


@frozen
class Redirect:
    """Where to send the payer."""

    payment: str
    url: str
    expires_at: datetime


@frozen
class Payment:
    """One attempt, for the page the payer comes back to (display only)."""

    payment: str
    obligation: str
    dossier: str
    amount: int
    state: PaymentState
    provider: str
    reason: str = field(default="")


@frozen
class ProviderAnswer:
    """What the provider's notification is answered with (VNPAY: RspCode and Message)."""

    code: str
    message: str


# Requests


@request("payment", answer=Obligations)
@frozen
class ReadObligations:
    """The obligations of a dossier, for its applicant and those who deal with its money."""

    dossier: str = field(max_length=64)


@command("payment", answer=Redirect)
@frozen
class StartPayment:
    """Start to pay online; `return_url` is where the provider sends the payer back."""

    obligation: str = field(max_length=64)
    return_url: str = field(max_length=500)
    provider: str = field(default="vnpay", max_length=20)
    dossier: str | None = field(
        default=None, max_length=64, doc="the dossier that it must belong to"
    )


@request("payment", answer=Payment)
@frozen
class ReadPayment:
    """An attempt, for the account that made it."""

    payment: str = field(max_length=64)


@command("payment", answer=ProviderAnswer)
@frozen
class NotifyPayment:
    """A provider's notification (IPN), unauthenticated but signed; only this changes state."""

    provider: str = field(max_length=20)
    parameters: Mapping[str, str]


@command("payment", answer=Obligation)
@frozen
class RecordCash:
    """An officer of the agency took cash at the counter against a receipt number."""

    obligation: str = field(max_length=64)
    receipt: str = field(min_length=1, max_length=50)
    amount: int = field(minimum=1)
    dossier: str | None = field(
        default=None, max_length=64, doc="the dossier that it must belong to"
    )
