"""What applicants may do: submit, supplement, withdraw, come, confirm, rate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from kernel.requests import command, request
from kernel.schemas import JSON, field, frozen
from services.catalog.contract import Channel
from services.dossier.contract.status import DossierStatus
from services.dossier.contract.vocabulary import AgencyRef, AttachmentGiven, Person, ReturnBy


@frozen
class Receipt:
    """What the applicant gets for a submitted dossier."""

    code: str
    pin: str
    version: int
    agency: AgencyRef
    submitted_at: datetime


@frozen
class Slot:
    """A time at a desk, with how many may still come then."""

    starts_at: datetime
    ends_at: datetime
    free: int


@frozen
class Slots:
    """The times that can be booked at the dossier's desk, soonest first."""

    items: tuple[Slot, ...]


@command("dossier", answer=Receipt)
@frozen
class SubmitDossier:
    """Submit. Either the agency or the place is given; the place leads to the competent agency.

    At the counter neither is: it is that of the officer.
    """

    procedure: str = field(max_length=100)
    applicant: Person
    owner: Person
    form: Mapping[str, JSON]
    documents: tuple[AttachmentGiven, ...] = field(max_length=100)
    return_by: ReturnBy
    case: str | None = field(default=None)
    agency: str | None = field(default=None, max_length=100)
    place: str | None = field(default=None, max_length=10)
    draft: str | None = field(default=None, max_length=64)
    channel: Channel = field(
        default=Channel.ONLINE,
        doc="the other two only for receiving officers of the competent agency's one-stop desk: "
        "they enter it for somebody at the desk, or what came by post, and accept it with that",
    )
    arrived_at: datetime | None = field(
        default=None, doc="by post: when the letter arrived, from which the term counts"
    )
    although_open: bool = field(
        default=False,
        doc="file it although the caller has one of this procedure open for the same owner; "
        "without it that is refused with `already-open`",
    )


def key_of_draft(draft: str) -> str:
    """Return the idempotency key with which a draft is sent: it becomes one dossier."""
    return f"draft-{draft}"


@request("dossier", answer=Receipt)
@frozen
class ReadReceipt:
    """The receipt of what the caller sent from a draft, where the answer was lost on its way."""

    draft: str = field(max_length=64)


@command("dossier", answer=DossierStatus)
@frozen
class SupplementDossier:
    """Send what was asked for."""

    code: str
    documents: tuple[AttachmentGiven, ...] = field(default=(), max_length=100)
    form: Mapping[str, JSON] = field(default_factory=dict, doc="answers to correct, by key")
    note: str = field(default="", max_length=1000)


@command("dossier", answer=DossierStatus)
@frozen
class WithdrawDossier:
    """Take it back at once; possible before it is accepted."""

    code: str
    reason: str = field(min_length=1, max_length=1000)


@command("dossier", answer=DossierStatus)
@frozen
class RequestWithdrawal:
    """Ask to take back what was accepted; possible until processing is over."""

    code: str
    reason: str = field(min_length=1, max_length=1000)


@command("dossier", answer=DossierStatus)
@frozen
class BookAppointment:
    """Come to the desk at a time that is free; booked again, it moves."""

    code: str
    starts_at: datetime = field(doc="of one of the desk's slots")


@command("dossier", answer=DossierStatus)
@frozen
class ConfirmReceipt:
    """Say that the post brought the result."""

    code: str


@command("dossier", answer=DossierStatus)
@frozen
class RateDossier:
    """Say how it went, once, with the result in hand."""

    code: str
    score: int = field(minimum=1, maximum=5, doc="5 is the best")
    comment: str = field(default="", max_length=1000)


@request("dossier", answer=Slots)
@frozen
class ListSlots:
    """The times that can be booked at the dossier's desk, for those who may see the dossier."""

    code: str = field(max_length=64)
