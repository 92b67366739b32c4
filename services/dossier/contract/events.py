"""What happens to a dossier. The events' names are the storage format: version them with care."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from kernel.events import EventTypes, event
from kernel.schemas import JSON, field, frozen
from services.dossier.contract.delegation import DelegationEnded, WorkDelegated
from services.dossier.contract.vocabulary import (
    AgencyRef,
    Attachment,
    FeeLine,
    OfficerRef,
    Person,
    ProcedureKept,
    ReturnBy,
    RouteStep,
    SupplementItem,
    Timing,
    UnitRef,
    Urgency,
)


@event(schema=4)
@frozen
class DossierSubmitted:
    """The applicant sent it; it lies at the one-stop desk of the competent agency (D13).

    Schema 1 did not keep of the procedure what must be done in person; schema 2 knew of no
    officers who enter what is filed at the counter or comes by post, nor of an agency's own hours.
    """

    code: str
    subject: str = field(doc="the applicant's account; at the counter, a name for the person")
    channel: str
    procedure: ProcedureKept
    agency: AgencyRef
    route: tuple[RouteStep, ...]
    documents: tuple[Attachment, ...]
    return_by: ReturnBy
    locale: str
    submitted_at: datetime
    check_due: datetime = field(doc="first check within 8 working hours")
    case: str | None = field(default=None)
    applicant: Person | None = field(default=None, personal=True)
    owner: Person | None = field(default=None, personal=True)
    answers: Mapping[str, JSON] | None = field(default=None, personal=True)
    pin: str | None = field(
        default=None, personal=True, doc="4 digits, the look-up's second factor"
    )
    officer: OfficerRef | None = field(default=None, doc="who entered it at the counter")
    arrived_at: datetime | None = field(default=None, doc="when the letter arrived")


@event()
@frozen
class DossierAccepted:
    """The receiving officer took it; the clock starts."""

    code: str
    officer: OfficerRef
    unit: UnitRef
    accepted_at: datetime
    due: datetime
    note: str = field(default="")


@event()
@frozen
class DossierRefused:
    """Not taken, with the reason (paper 03)."""

    code: str
    officer: OfficerRef
    unit: UnitRef
    reason: str
    legal_basis: str
    refused_at: datetime


@event()
@frozen
class SupplementRequested:
    """Something is missing (paper 02); the clock stands still until it comes."""

    code: str
    officer: OfficerRef
    unit: UnitRef
    items: tuple[SupplementItem, ...]
    reason: str
    legal_basis: str
    requested_at: datetime


@event(schema=3)
@frozen
class DossierSupplemented:
    """The applicant sent what was missing, or brought it to the counter (schema 2)."""

    code: str
    subject: str
    documents: tuple[Attachment, ...]
    supplemented_at: datetime
    answers: Mapping[str, JSON] | None = field(default=None, personal=True)
    note: str | None = field(default=None, personal=True, doc="the applicant's own words")
    officer: OfficerRef | None = field(default=None, doc="who entered it at the counter")


@event()
@frozen
class StepEntered:
    """It moved: who holds it now, at which step, due when (a hop of the control slip)."""

    code: str
    step: str
    unit: UnitRef
    entered_at: datetime
    due: datetime
    officer: OfficerRef | None = field(default=None)
    from_unit: UnitRef | None = field(default=None)
    from_officer: OfficerRef | None = field(default=None)


@event(schema=2)
@frozen
class OfficerAssigned:
    """An officer got it in hand. Schema 1 knew of no deputies."""

    code: str
    step: str
    unit: UnitRef
    officer: OfficerRef
    assigned_by: OfficerRef
    assigned_at: datetime
    deputy_until: date | None = field(
        default=None, doc="the officer stands in until then for `assigned_by`, who is away"
    )


@event()
@frozen
class StepCompleted:
    """A step ended, early, on time or late."""

    code: str
    step: str
    unit: UnitRef
    officer: OfficerRef
    completed_at: datetime
    timing: Timing
    note: str = field(default="")


@event()
@frozen
class ConsultationRequested:
    """Another unit is asked for its opinion while the step goes on (lấy ý kiến)."""

    code: str
    step: str
    unit: UnitRef = field(doc="that is asked; once at a time")
    question: str
    officer: OfficerRef
    requested_at: datetime
    due: datetime


@event()
@frozen
class ConsultationAnswered:
    """The unit said what it thinks."""

    code: str
    unit: UnitRef
    officer: OfficerRef
    opinion: str
    answered_at: datetime
    timing: Timing


@event()
@frozen
class ConsultationCalledOff:
    """The answer is not needed any more."""

    code: str
    unit: UnitRef
    officer: OfficerRef
    called_off_at: datetime


@event()
@frozen
class StepReturned:
    """It goes back to an earlier step."""

    code: str
    step: str
    to: str
    officer: OfficerRef
    reason: str
    returned_at: datetime


@event()
@frozen
class ClockPaused:
    """The clock stands still (statuses 5 and 6)."""

    code: str
    reason: str = field(doc="`supplement` or `fee`")
    paused_at: datetime
    due: datetime


@event()
@frozen
class ClockResumed:
    """The clock runs again; the due date moved by exactly the working time of the pause."""

    code: str
    reason: str
    resumed_at: datetime
    paused_minutes: int = field(doc="working minutes of the pause")
    former_due: datetime
    due: datetime
    step_due: datetime | None = field(default=None, doc="of the current step, moved as far")


@event()
@frozen
class DeadlineExtended:
    """The agency needs longer and apologises (paper 04); once only."""

    code: str
    officer: OfficerRef
    reason: str
    days: int = field(minimum=1, doc="working days")
    extended_at: datetime
    former_due: datetime
    due: datetime
    step_due: datetime = field(doc="of the current step, moved as far")


@event(schema=2)
@frozen
class DossierTransferred:
    """Another agency holds it now; or the units of its own were reorganised. The code stays.

    A due time that was promised stays too: what the agency that had it used up is used up.
    Schema 1 knew of no agency's own hours.
    """

    code: str
    from_agency: AgencyRef
    to_agency: AgencyRef = field(doc="the same one where only its units changed")
    route: tuple[RouteStep, ...] = field(doc="the workflow with the units that are to act now")
    reason: str
    transferred_at: datetime
    legal_basis: str = field(default="")
    officer: OfficerRef | None = field(default=None, doc="nobody, where an agency was closed")

    @property
    def to_another(self) -> bool:
        """Whether another agency holds it now."""
        return self.from_agency.id != self.to_agency.id


@event(schema=2)
@frozen
class AppointmentBooked:
    """The applicant comes to the desk for what must be done in person (D22).

    Schema 1 knew of no agency's own hours.
    """

    code: str
    agency: AgencyRef
    unit: UnitRef = field(doc="the desk")
    purpose: str
    starts_at: datetime
    ends_at: datetime
    booked_at: datetime
    officer: OfficerRef | None = field(default=None, doc="who booked it for the applicant")


@event()
@frozen
class FeeRequested:
    """A fee is due (status 6). `payable_online` follows the service level (F03, F04).

    What was filed at the counter is paid there.
    """

    code: str
    subject: str
    agency: str
    obligation: str
    lines: tuple[FeeLine, ...]
    amount: int = field(minimum=1, doc="VND")
    payable_online: bool
    officer: OfficerRef
    requested_at: datetime


@event()
@frozen
class FeePaid:
    """The dossier's own record of the payment service's `FeePaid`."""

    code: str
    obligation: str
    payment: str
    amount: int
    method: str
    receipt: str
    paid_at: datetime


@event()
@frozen
class ResultApproved:
    """The leader approved the result."""

    code: str
    officer: OfficerRef
    unit: UnitRef
    approved_at: datetime
    note: str = field(default="")


@event()
@frozen
class DossierCompleted:
    """Processing is over (status 9); the clock stops."""

    code: str
    completed_at: datetime
    due: datetime
    timing: Timing


@event(schema=2)
@frozen
class ResultDispatched:
    """The result is on its way: online, by post, or ready at the desk by appointment (F09)."""

    code: str
    by: ReturnBy
    officer: OfficerRef
    dispatched_at: datetime
    number: str = field(default="", doc="number of the result's paper")
    result: Attachment | None = field(default=None)
    tracking: str = field(default="", doc="the post's tracking number")
    appointment_at: datetime | None = field(default=None)
    appointment_place: str = field(default="")


@event(schema=2)
@frozen
class ResultReceived:
    """The applicant has the result (status 10). Schema 1 did not say who signed for it."""

    code: str
    subject: str
    received_at: datetime
    by: ReturnBy
    officer: OfficerRef | None = field(default=None, doc="who handed it over, or saw it delivered")
    signed_by: str | None = field(
        default=None, personal=True, doc="who signed for it, where not the applicant"
    )


@event()
@frozen
class DossierRated:
    """The applicant says how it went, once, with the result in hand."""

    code: str
    subject: str
    score: int = field(minimum=1, maximum=5, doc="5 is the best")
    rated_at: datetime
    comment: str | None = field(default=None, personal=True, doc="the applicant's own words")


@event(schema=2)
@frozen
class WithdrawalRequested:
    """The applicant asks to take back what was accepted, also at the counter (schema 2)."""

    code: str
    subject: str
    requested_at: datetime
    reason: str | None = field(default=None, personal=True, doc="the applicant's own words")
    officer: OfficerRef | None = field(default=None, doc="who entered it at the counter")


@event()
@frozen
class WithdrawalRefused:
    """The agency does not let it be taken back; the work goes on."""

    code: str
    officer: OfficerRef
    unit: UnitRef
    reason: str
    refused_at: datetime


@event(schema=3)
@frozen
class DossierWithdrawn:
    """The applicant took it back (status 7).

    Schema 1 did not say whose it was, schema 2 not who agreed.
    """

    code: str
    subject: str
    withdrawn_at: datetime
    reason: str | None = field(default=None, personal=True, doc="the applicant's own words")
    officer: OfficerRef | None = field(default=None, doc="who agreed; nobody before acceptance")


@event()
@frozen
class ProcessingStopped:
    """The agency does not go on with what it had accepted (status 8, paper 05)."""

    code: str
    officer: OfficerRef
    unit: UnitRef
    reason: str
    legal_basis: str
    stopped_at: datetime


@event()
@frozen
class CitizenNotified:
    """A message to the applicant went out, or could not."""

    code: str
    message: str
    template: str
    channel: str
    delivered: bool
    at: datetime
    reason: str = field(default="")


@event()
@frozen
class StepReminded:
    """Who works on a step was reminded of its time; the head of the unit, once it is late."""

    code: str
    step: str
    unit: UnitRef
    urgency: Urgency
    due: datetime = field(doc="when the step is due")
    recipients: tuple[OfficerRef, ...] = field(doc="who serves there; empty: nobody does")
    reminded_at: datetime


@event()
@frozen
class LookUpCodeRequested:
    """Somebody without login wants to see dossiers: a one-time code goes to the contact on file."""

    look_up: str
    code: str = field(doc="the dossier whose contact gets it")


@event()
@frozen
class DraftExpiring:
    """A draft will be forgotten soon, unless its owner goes on with it; in a stream of its own."""

    draft: str
    subject: str = field(doc="the owner's account")
    procedure: str = field(doc="its name, or the code as it was given")
    procedure_en: str
    expires_at: datetime


def _not_reused(attachment: dict[str, Any]) -> dict[str, Any]:
    return {**attachment, "reused_from": None}


def _without_hours(agency: dict[str, Any]) -> dict[str, Any]:
    return {**agency, "hours": None}


EVENTS = EventTypes(
    "dossier",
    (
        DossierSubmitted,
        DossierAccepted,
        DossierRefused,
        SupplementRequested,
        DossierSupplemented,
        StepEntered,
        OfficerAssigned,
        StepCompleted,
        ConsultationRequested,
        ConsultationAnswered,
        ConsultationCalledOff,
        StepReturned,
        ClockPaused,
        ClockResumed,
        DeadlineExtended,
        DossierTransferred,
        AppointmentBooked,
        FeeRequested,
        FeePaid,
        ResultApproved,
        DossierCompleted,
        ResultDispatched,
        ResultReceived,
        DossierRated,
        WithdrawalRequested,
        WithdrawalRefused,
        DossierWithdrawn,
        ProcessingStopped,
        CitizenNotified,
        StepReminded,
        LookUpCodeRequested,
        DraftExpiring,
        WorkDelegated,
        DelegationEnded,
    ),
    upcasters={
        ("DossierSubmitted", 1): lambda data: {
            **data,
            "procedure": {**data["procedure"], "in_person": ""},
        },
        ("DossierSubmitted", 2): lambda data: {
            **data,
            "agency": _without_hours(data["agency"]),
            "officer": None,
            "arrived_at": None,
        },
        ("DossierSubmitted", 3): lambda data: {
            **data,
            "documents": [_not_reused(one) for one in data["documents"]],
        },
        ("DossierTransferred", 1): lambda data: {
            **data,
            "from_agency": _without_hours(data["from_agency"]),
            "to_agency": _without_hours(data["to_agency"]),
        },
        ("AppointmentBooked", 1): lambda data: {
            **data,
            "agency": _without_hours(data["agency"]),
        },
        ("OfficerAssigned", 1): lambda data: {**data, "deputy_until": None},
        ("DossierSupplemented", 1): lambda data: {**data, "officer": None},
        ("DossierSupplemented", 2): lambda data: {
            **data,
            "documents": [_not_reused(one) for one in data["documents"]],
        },
        ("ResultDispatched", 1): lambda data: {
            **data,
            "result": data["result"] and _not_reused(data["result"]),
        },
        ("WithdrawalRequested", 1): lambda data: {**data, "officer": None},
        ("DossierWithdrawn", 1): lambda data: {**data, "subject": ""},
        ("DossierWithdrawn", 2): lambda data: {**data, "officer": None},
        ("ResultReceived", 1): lambda data: {**data, "subject": "", "signed_by": None},
    },
)
