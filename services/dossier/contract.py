"""What neighbours may know of the dossier service: the request itself and its whole history.

The names of the events are the storage format: version them with care. A dossier's stream is
`dossier-<code>`; everything needed to replay it, the procedure's version included, stands in its
own events.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import IntEnum, StrEnum

from kernel.events import EventTypes, event
from kernel.requests import Done, command, request
from kernel.schemas import JSON, field, frozen

MONTH = "^[0-9]{4}-(0[1-9]|1[0-2])$"


class Status(IntEnum):
    """Official status (domain §4), as the national portal's synchronisation numbers it."""

    SUBMITTED = 1  # Mới đăng ký
    ACCEPTED = 2  # Được tiếp nhận
    REFUSED = 3  # Không được tiếp nhận
    PROCESSING = 4  # Đang xử lý
    SUPPLEMENT_REQUESTED = 5  # Yêu cầu bổ sung giấy tờ
    FEE_DUE = 6  # Yêu cầu thực hiện nghĩa vụ tài chính
    WITHDRAWN = 7  # Công dân yêu cầu rút hồ sơ
    STOPPED = 8  # Dừng xử lý
    COMPLETED = 9  # Đã xử lý xong
    RETURNED = 10  # Đã trả kết quả


class ClockState(StrEnum):
    """What the clock does now (domain §6)."""

    NOT_STARTED = "not-started"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class Timing(StrEnum):
    """How a step or a dossier ended against its time (control slip, paper 06)."""

    EARLY = "early"  # trước hạn
    ON_TIME = "on-time"  # đúng hạn
    LATE = "late"  # quá hạn


class ReturnBy(StrEnum):
    """How the applicant wants the result."""

    ONLINE = "online"
    IN_PERSON = "in-person"
    POST = "post"


class PersonKind(StrEnum):
    """Who a person of a dossier is."""

    CITIZEN = "citizen"
    ORGANISATION = "organisation"
    ENTERPRISE = "enterprise"


class FeeState(StrEnum):
    """What became of a fee."""

    DUE = "due"
    PAID = "paid"
    CANCELLED = "cancelled"  # the dossier ended without it


class StepState(StrEnum):
    """Where a step of the route stands."""

    WAITING = "waiting"
    CURRENT = "current"
    DONE = "done"


# Values


@frozen
class Person:
    """An applicant (người nộp) or owner (chủ hồ sơ)."""

    kind: PersonKind = field(example="citizen")
    name: str = field(min_length=1, max_length=200, example="Nguyễn Thị An")
    identity_number: str = field(
        min_length=6, max_length=20, example="038190000123", doc="CCCD, CMND, passport or tax code"
    )
    phone: str = field(min_length=1, max_length=20, example="0912345678")
    email: str = field(default="", max_length=254, example="an@example.vn")
    address: str = field(default="", max_length=300)
    place: str | None = field(default=None, max_length=10, doc="commune code")
    date_of_birth: date | None = field(default=None)
    sex: str | None = field(default=None, pattern="^(male|female)$", example="female")


@frozen
class Attachment:
    """A file that answers a document requirement. Its name stands with the file, not here."""

    requirement: str = field(max_length=100, doc="id of the document requirement")
    file: str = field(max_length=64)
    sha256: str = field(max_length=64)
    media_type: str = field(max_length=100)
    size: int = field(minimum=1, doc="bytes")


@frozen
class AttachmentGiven:
    """A file given for a document requirement."""

    requirement: str = field(max_length=100)
    file: str = field(max_length=64, doc="id answered by the upload")


@frozen
class OfficerRef:
    """An officer as the citizen may see him or her (A07)."""

    account: str
    name: str
    title: str


@frozen
class UnitRef:
    """A unit of an agency."""

    id: str
    name: str
    name_en: str


@frozen
class AgencyRef:
    """An agency."""

    id: str
    identifier: str
    name: str
    name_en: str
    hotline: str = field(default="")


@frozen
class RouteStep:
    """A step of the workflow with its unit resolved for the agency that got the dossier."""

    id: str
    name: str
    name_en: str
    role: str
    unit: UnitRef
    budget_hours: int
    action: str = field(doc="receive, assign, complete, approve, dispatch or hand-over")


@frozen
class FeeLine:
    """A line of a fee; `amount` = `unit_amount` times `quantity`, in VND."""

    label: str = field(max_length=200)
    unit_amount: int = field(minimum=0, maximum=1_000_000_000)
    quantity: int = field(default=1, minimum=1, maximum=10_000)
    tariff: str | None = field(default=None, doc="id of the tariff; None where set by hand")

    @property
    def amount(self) -> int:
        """VND."""
        return self.unit_amount * self.quantity


@frozen
class DocumentKept:
    """A document requirement that applies to the dossier's case; the list is closed (D21)."""

    id: str
    name: str
    name_en: str
    required: bool


@frozen
class ProcedureKept:
    """What a dossier keeps of the procedure's version in force at its receipt."""

    code: str
    version: int
    name: str
    name_en: str
    field_code: str
    field_name: str
    service_level: str
    legacy_level: int
    time_unit: str
    fees: tuple[FeeLine, ...] = field(default=(), doc="by the tariff of the channel and case")
    time_value: int | None = field(default=None)
    documents: tuple[DocumentKept, ...] = field(default=())
    in_person: str = field(default="", doc="what must be done in person (D22), as published")


@frozen
class SupplementItem:
    """What is missing, and where."""

    note: str = field(min_length=1, max_length=500)
    requirement: str | None = field(default=None, doc="id of a document requirement")
    form_field: str | None = field(default=None, doc="key of a form field")


# Events


@event(schema=2)
@frozen
class DossierSubmitted:
    """The applicant sent it; it lies at the one-stop desk of the competent agency (D13).

    Schema 1 did not keep of the procedure what must be done in person.
    """

    code: str
    subject: str = field(doc="the applicant's account")
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


@event()
@frozen
class DossierSupplemented:
    """The applicant sent what was missing."""

    code: str
    subject: str
    documents: tuple[Attachment, ...]
    supplemented_at: datetime
    answers: Mapping[str, JSON] | None = field(default=None, personal=True)
    note: str | None = field(default=None, personal=True, doc="the applicant's own words")


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


@event()
@frozen
class OfficerAssigned:
    """An officer got it in hand."""

    code: str
    step: str
    unit: UnitRef
    officer: OfficerRef
    assigned_by: OfficerRef
    assigned_at: datetime


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


@event()
@frozen
class DossierTransferred:
    """Another agency holds it now; or the units of its own were reorganised. The code stays.

    A due time that was promised stays too: what the agency that had it used up is used up.
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


@event()
@frozen
class AppointmentBooked:
    """The applicant comes to the desk for what must be done in person (D22)."""

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
    """A fee is due (status 6). `payable_online` follows the service level (F03, F04)."""

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


@event()
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


@event()
@frozen
class WithdrawalRequested:
    """The applicant asks to take back what was accepted; an officer answers."""

    code: str
    subject: str
    requested_at: datetime
    reason: str | None = field(default=None, personal=True, doc="the applicant's own words")


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
class LookUpCodeRequested:
    """Somebody without login wants to see dossiers: a one-time code goes to the contact on file."""

    look_up: str
    code: str = field(doc="the dossier whose contact gets it")


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
        LookUpCodeRequested,
    ),
    upcasters={
        ("DossierSubmitted", 1): lambda data: {
            **data,
            "procedure": {**data["procedure"], "in_person": ""},
        },
        ("DossierWithdrawn", 1): lambda data: {**data, "subject": ""},
        ("DossierWithdrawn", 2): lambda data: {**data, "officer": None},
        ("ResultReceived", 1): lambda data: {**data, "subject": "", "signed_by": None},
    },
)


# Answers


@frozen
class Receipt:
    """What the applicant gets for a submitted dossier."""

    code: str
    pin: str
    version: int
    agency: AgencyRef
    submitted_at: datetime


@frozen
class Holder:
    """Who holds it now (E02, E03, E06, E07)."""

    agency: AgencyRef
    unit: UnitRef
    officer: OfficerRef | None = field(default=None)


@frozen
class StepView:
    """A step of the route as it stands (E04, E09)."""

    id: str
    name: str
    name_en: str
    unit: UnitRef
    state: StepState
    budget_hours: int
    officer: OfficerRef | None = field(default=None)
    entered_at: datetime | None = field(default=None)
    due: datetime | None = field(default=None)
    completed_at: datetime | None = field(default=None)
    timing: Timing | None = field(default=None)
    late_minutes: int = field(default=0, doc="working minutes over the budget, now or at its end")


@frozen
class ClockView:
    """The clock, explained in words."""

    state: ClockState
    explained: str
    explained_en: str
    due: datetime | None = field(default=None)
    paused_minutes: int = field(default=0, doc="working minutes of all pauses that ended")


@frozen
class FeeView:
    """A fee of the dossier."""

    obligation: str
    amount: int
    lines: tuple[FeeLine, ...]
    state: FeeState
    payable_online: bool
    receipt: str = field(default="")
    paid_at: datetime | None = field(default=None)


@frozen
class DocumentView:
    """A document of the dossier."""

    requirement: str
    name: str
    name_en: str
    file: str
    file_name: str = field(doc="empty once the file was erased")
    media_type: str
    size: int
    sha256: str


@frozen
class ResultView:
    """The result."""

    by: ReturnBy
    dispatched_at: datetime
    number: str
    file: str | None = field(default=None)
    tracking: str = field(default="")
    appointment_at: datetime | None = field(default=None)
    appointment_place: str = field(default="")
    received_at: datetime | None = field(default=None)
    signed_by: str | None = field(default=None, doc="who signed for it, where not the applicant")


@frozen
class AppointmentView:
    """When the applicant comes to the desk, for what must be done in person."""

    starts_at: datetime
    ends_at: datetime
    unit: UnitRef
    purpose: str


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


@frozen
class RatingView:
    """How the applicant found it, 1 to 5."""

    score: int
    rated_at: datetime
    comment: str | None = field(default=None, doc="for the applicant and the agency's officers")


@frozen
class SupplementView:
    """An open request for a supplement."""

    items: tuple[SupplementItem, ...]
    reason: str
    legal_basis: str
    requested_at: datetime


@frozen
class PaperLink:
    """A paper that there is of a dossier: `01` to `06`, or `declaration`."""

    number: str = field(example="01")
    name: str
    name_en: str


@frozen
class ExtensionView:
    """That the agency asked for more time, and why."""

    extended_at: datetime
    reason: str
    days: int = field(doc="working days")
    former_due: datetime


@frozen
class WithdrawalView:
    """The last request to take it back: open, unless it was refused or the dossier ended."""

    requested_at: datetime
    reason: str | None = field(default=None, doc="for the applicant and the agency's officers")
    refused_at: datetime | None = field(default=None)
    refusal: str = field(default="")


@frozen
class DossierStatus:
    """The status view: which unit and officer hold it, at which step, due when, where stuck.

    `version` is the number of the last event seen ("up to date to event n") and the ETag.
    `actions` are those the caller may take now. Personal parts are given only to the applicant
    and to officers of the agency, the PIN to the applicant alone.
    """

    code: str
    version: int
    status: Status
    status_name: str
    status_name_en: str
    procedure: ProcedureKept
    agency: AgencyRef
    channel: str
    clock: ClockView
    steps: tuple[StepView, ...]
    submitted_at: datetime
    updated_at: datetime
    return_by: ReturnBy
    actions: tuple[str, ...]
    holder: Holder | None = field(default=None)
    step: StepView | None = field(default=None)
    stuck_at: StepView | None = field(default=None, doc="open step with the largest overrun (E08)")
    receiving_officer: OfficerRef | None = field(default=None)
    receiving_unit: UnitRef | None = field(default=None)
    accepted_at: datetime | None = field(default=None)
    fees: tuple[FeeView, ...] = field(default=())
    supplement: SupplementView | None = field(default=None)
    documents: tuple[DocumentView, ...] = field(default=())
    result: ResultView | None = field(default=None)
    rating: RatingView | None = field(default=None)
    appointment: AppointmentView | None = field(default=None)
    refusal: str = field(default="")
    stopped: str = field(default="", doc="why, with the legal basis")
    extension: ExtensionView | None = field(default=None)
    withdrawal: WithdrawalView | None = field(default=None)
    applicant: Person | None = field(default=None)
    owner: Person | None = field(default=None)
    answers: Mapping[str, JSON] | None = field(default=None)
    pin: str | None = field(default=None)
    erased: bool = field(default=False, doc="the personal parts were erased on request")
    papers: tuple[PaperLink, ...] = field(default=(), doc="papers that the caller may have")
    case: str | None = field(default=None, doc="id of the procedure's case")


@frozen
class TraceEntry:
    """One event of a dossier, told in both languages."""

    version: int
    event: str
    event_id: str
    type: str
    at: datetime
    title: str
    title_en: str
    detail: str
    detail_en: str
    who: str = field(doc="officer with title, unit, «Người nộp hồ sơ» or the system")
    who_en: str
    step: str = field(default="")
    step_en: str = field(default="")
    unit: str = field(default="", doc="unit that holds it after this event")
    officer: str = field(default="", doc="officer who holds it after this event")
    due: datetime | None = field(default=None, doc="the dossier's due time after this event")
    step_due: datetime | None = field(default=None)


@frozen
class Trace:
    """The whole history, oldest first."""

    code: str
    version: int
    entries: tuple[TraceEntry, ...]


@frozen
class Change:
    """A field of the status view that an event changed; None where it is not there."""

    path: str = field(doc="as `steps.receive.state`; things in lists go by their ids")
    before: JSON = field(default=None)
    after: JSON = field(default=None)


@frozen
class RecordedFile:
    """A file as an event records it, by what it was given for: enough to know it again."""

    name: str
    name_en: str
    media_type: str
    size: int = field(doc="bytes")
    sha256: str


@frozen
class ReplayedEvent:
    """An event as an auditor reads it: who, when, where in the ledger, and what it changed."""

    version: int
    type: str
    title: str
    title_en: str
    actor: str = field(doc="the account's pseudonymous id, or `service:<name>`")
    actor_kind: str
    occurred_at: datetime
    recorded_at: datetime
    position: int = field(doc="of its commit in the ledger")
    changes: tuple[Change, ...] = field(doc="without the personal parts for those not entitled")
    actor_agency: str | None = field(default=None)
    actor_unit: str | None = field(default=None)
    files: tuple[RecordedFile, ...] = field(default=(), doc="that came with it")


@frozen
class Replay:
    """A dossier as it stood, folded from its events alone, and every event up to then."""

    code: str
    version: int
    at: datetime = field(doc="the moment that was asked for, or that of the last event")
    status: DossierStatus = field(doc="without actions")
    events: tuple[ReplayedEvent, ...] = field(doc="oldest first")


@frozen
class Verification:
    """What was verified of a dossier's stream; `fault` names the first thing that is wrong."""

    code: str
    commits: int = field(doc="whose hash and chain hold")
    events: int
    included: int = field(doc="commits proved to stand in the signed log")
    uncovered: tuple[int, ...] = field(doc="positions that no checkpoint covers yet")
    checkpoint: int = field(default=0, doc="its number; 0 where the newest cannot be read")
    size: int = field(default=0, doc="commits that it covers")
    root: str = field(default="", doc="base64")
    signed_at: datetime | None = field(default=None)
    origin: str = field(default="")
    key: str = field(default="", doc="the vkey that it is signed with")
    key_id: str = field(default="")
    fault: str = field(default="", doc="nothing where all is well")
    fault_position: int | None = field(default=None)


@frozen
class BundleFile:
    """A bundle: a zip file that can be checked anywhere (`motcua audit check`)."""

    name: str
    content: str = field(doc="base64")
    sha256: str


@frozen
class PaperFile:
    """A paper as PDF."""

    name: str
    content: str = field(doc="base64")
    sha256: str
    signed_by: str = field(default="", doc="whose signature it carries; nothing without one")


@frozen
class DossierRow:
    """A row of a list: mine, or my unit's."""

    code: str
    version: int
    status: Status
    status_name: str
    status_name_en: str
    procedure: str
    procedure_code: str
    procedure_en: str
    agency: str
    submitted_at: datetime
    applicant: str = field(default="", doc="name, for officers only")
    unit: str = field(default="")
    officer: str = field(default="")
    officer_account: str = field(default="")
    step: str = field(default="")
    step_en: str = field(default="")
    due: datetime | None = field(default=None)
    step_due: datetime | None = field(default=None)
    due_colour: str = field(
        default="none", doc="on-time, soon (under 24 working hours), late, none"
    )
    erased: bool = field(default=False, doc="the personal parts were erased on request")
    withdrawal_asked: bool = field(default=False, doc="the applicant waits for an answer to that")


@frozen
class DossierPage:
    """Rows of a list; `next` is an opaque cursor."""

    items: tuple[DossierRow, ...]
    next: str | None = field(default=None)
    counts: Mapping[str, int] = field(default_factory=dict, doc="rows per tab, without filters")
    cut: bool = field(default=False, doc="the search stopped at its bound; `next` goes on")


@frozen
class MaskedStatus:
    """What a look-up without login shows: names masked, no documents."""

    code: str
    status: Status
    status_name: str
    status_name_en: str
    procedure: str
    procedure_en: str
    agency: str
    unit: str
    officer: str
    step: str
    step_en: str
    applicant: str = field(doc="masked: «Nguyễn T* A*»")
    submitted_at: datetime
    clock: ClockView
    version: int


@frozen
class LookUpResult:
    """Dossiers found; empty for a wrong key as for a wrong second factor."""

    items: tuple[MaskedStatus, ...]


@frozen
class Notice:
    """What a message to the applicant needs, given to notify at the moment of use."""

    code: str
    account: str
    name: str
    email: str
    phone: str
    locale: str
    pin: str
    procedure: str
    procedure_en: str
    agency: str
    agency_en: str
    hotline: str
    unit: str
    unit_en: str
    officer: str
    step: str
    step_en: str
    due: datetime | None = field(default=None)


@frozen
class LookUpNotice:
    """What the mail with a one-time look-up code says."""

    email: str
    locale: str
    one_time_code: str
    expires_at: datetime


@frozen
class Draft:
    """A saved, unfinished dossier; its content is the wizard's, checked only at submission."""

    draft: str
    version: int
    procedure: str
    content: Mapping[str, JSON]
    updated_at: datetime
    expires_at: datetime


@frozen
class Drafts:
    """The caller's drafts, newest first."""

    items: tuple[Draft, ...]


@frozen
class Figures:
    """Counts of a group of dossiers in a period, and what follows from them.

    Rates are in hundredths of a percent: 9458 is 94,58 %; None where there is nothing to divide
    by. Times are working minutes without pauses,
    those of a share as the bound within which it was completed.
    """

    name: str = field(doc="code of the field, agency or procedure, or the month; none for all")
    received: int
    online: int
    ended: int
    on_time: int
    completed: int
    refused: int
    withdrawn: int
    stopped: int
    results: int
    results_electronic: int
    fees: int
    fees_online: int
    ratings: int
    satisfied: int = field(doc="ratings of 4 or 5 points")
    online_rate: int | None = field(default=None)
    online_whole_rate: int | None = field(default=None, doc="3.3: with an electronic result")
    on_time_rate: int | None = field(default=None, doc="2.1, of those that ended")
    electronic_rate: int | None = field(default=None, doc="4.1: results sent as a file")
    fees_online_rate: int | None = field(default=None, doc="3.6: fees paid online")
    satisfied_rate: int | None = field(default=None, doc="group 6, of the ratings")
    mean_minutes: int | None = field(default=None, doc="2.2")
    median_minutes: int | None = field(default=None)
    p90_minutes: int | None = field(default=None)


@frozen
class OfficerLoad:
    """What an officer has in hand now."""

    account: str
    name: str
    unit: str
    open: int
    late: int
    waiting: int


@frozen
class Statistics:
    """Figures of a period: all together, by group, by month; everywhere or of one agency.

    `few` says of how many groups the figures stand together under the name `others`, because each
    had so few dossiers that somebody could be recognised; only where the public asks.
    """

    begin: str = field(doc="first month: `2026-01`")
    end: str = field(doc="last month")
    by: str
    total: Figures
    groups: tuple[Figures, ...]
    months: tuple[Figures, ...]
    lowest: Figures | None = field(default=None, doc="the group with the lowest online rate")
    agency: str | None = field(default=None)
    late_now: int | None = field(default=None, doc="open and late now, at the agency")
    load: tuple[OfficerLoad, ...] = field(default=(), doc="for leaders of the agency")
    few: int = field(default=0)


@frozen
class ProcessingTimes:
    """How long a procedure took where it was completed in the last twelve months.

    Working minutes, as bounds; None where too few were completed.
    """

    procedure: str
    median_minutes: int | None = field(default=None)
    p90_minutes: int | None = field(default=None)


@frozen
class SavedFilter:
    """A work list that an officer keeps under a name; words that were searched are not kept."""

    name: str = field(min_length=1, max_length=60)
    tab: str = field(default="unit", pattern="^(mine|nobody|unit|waiting|closed)$")
    status: Status | None = field(default=None)
    procedure: str | None = field(default=None, max_length=100)
    colour: str | None = field(default=None, pattern="^(on-time|soon|late)$")
    unit: str | None = field(default=None, max_length=100)
    officer: str | None = field(default=None, max_length=64)
    sort: str | None = field(
        default=None,
        pattern="^-?(due|code|submitted|applicant|procedure|step|officer|status)$",
    )


@frozen
class SavedFilters:
    """The caller's saved filters, by name."""

    items: tuple[SavedFilter, ...]


@frozen
class OpenDossiers:
    """The codes of dossiers that nothing has ended yet."""

    codes: tuple[str, ...]


@frozen
class FileTicket:
    """Leave to send or fetch a file at the dossier service's HTTP entrypoint.

    Upload: `POST url` with `Authorization: Bearer <ticket>`, the bytes as the body and the
    percent-encoded name in `X-File-Name`; answers `{file, sha256, media_type, size, name}`.
    Download: `GET url` with the same header.
    """

    ticket: str
    url: str
    expires_at: datetime
    max_bytes: int
    media_types: tuple[str, ...]


# Requests: the applicant's


@command("dossier", answer=Receipt)
@frozen
class SubmitDossier:
    """Submit. Either the agency or the place is given; the place leads to the competent agency."""

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
    although_open: bool = field(
        default=False,
        doc="file it although the caller has one of this procedure open for the same owner; "
        "without it that is refused with `already-open`",
    )


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


# Requests: the officers'


@command("dossier", answer=DossierStatus)
@frozen
class AcceptDossier:
    """Take it; the clock starts."""

    code: str
    note: str = field(default="", max_length=1000)


@command("dossier", answer=DossierStatus)
@frozen
class RefuseDossier:
    """Do not take it."""

    code: str
    reason: str = field(min_length=1, max_length=2000)
    legal_basis: str = field(default="", max_length=500)


@command("dossier", answer=DossierStatus)
@frozen
class GrantWithdrawal:
    """Let the applicant take it back, as asked for; it ends."""

    code: str


@command("dossier", answer=DossierStatus)
@frozen
class RefuseWithdrawal:
    """Do not let the applicant take it back; the work goes on."""

    code: str
    reason: str = field(min_length=1, max_length=2000)


@command("dossier", answer=DossierStatus)
@frozen
class StopProcessing:
    """Do not go on with what was accepted; it ends, with the law's reason for it."""

    code: str
    reason: str = field(min_length=1, max_length=2000)
    legal_basis: str = field(min_length=1, max_length=500)


@command("dossier", answer=DossierStatus)
@frozen
class ExtendDeadline:
    """Ask the applicant for more time, with an apology: a day before it is due at least, once."""

    code: str
    days: int = field(minimum=1, maximum=60, doc="working days")
    reason: str = field(min_length=1, max_length=2000)


@command("dossier", answer=DossierStatus)
@frozen
class TransferDossier:
    """Send it to another agency that resolves the procedure; its officers act from then on."""

    code: str
    agency: str = field(min_length=1, max_length=100, doc="id of the agency that gets it")
    reason: str = field(min_length=1, max_length=2000)
    legal_basis: str = field(default="", max_length=500)


@command("dossier", answer=DossierStatus)
@frozen
class RequestSupplement:
    """Ask for what is missing."""

    code: str
    items: tuple[SupplementItem, ...] = field(min_length=1, max_length=50)
    reason: str = field(min_length=1, max_length=2000)
    legal_basis: str = field(default="", max_length=500)


@command("dossier", answer=DossierStatus)
@frozen
class AssignOfficer:
    """Put it into an officer's hands (phân công)."""

    code: str
    officer: str = field(doc="the officer's account")


@command("dossier", answer=DossierStatus)
@frozen
class CompleteStep:
    """The work of the step is done; it moves on."""

    code: str
    note: str = field(default="", max_length=2000)


@command("dossier", answer=DossierStatus)
@frozen
class ReturnStep:
    """Send it back to an earlier step."""

    code: str
    to: str = field(doc="id of an earlier step")
    reason: str = field(min_length=1, max_length=2000)


@command("dossier", answer=DossierStatus)
@frozen
class RequestFee:
    """Ask for the fee; without lines, that of the procedure's tariff."""

    code: str
    lines: tuple[FeeLine, ...] = field(default=(), max_length=50)


@command("dossier", answer=DossierStatus)
@frozen
class ApproveResult:
    """The leader approves."""

    code: str
    note: str = field(default="", max_length=2000)


@command("dossier", answer=DossierStatus)
@frozen
class DispatchResult:
    """Number, stamp and send the result."""

    code: str
    number: str = field(default="", max_length=100)
    file: str | None = field(default=None, doc="id of the uploaded result; needed online")
    tracking: str = field(default="", max_length=100, doc="needed by post")
    appointment_at: datetime | None = field(default=None, doc="needed in person")


@command("dossier", answer=DossierStatus)
@frozen
class HandOver:
    """The applicant signed for the result at the desk, or the post delivered it."""

    code: str
    signed_by: str = field(
        default="", max_length=200, doc="who signed for it, where not the applicant"
    )


# The actions a caller may see in `DossierStatus.actions`, and the command behind each.
ACTIONS: Mapping[str, type] = {
    "accept": AcceptDossier,
    "refuse": RefuseDossier,
    "request-supplement": RequestSupplement,
    "supplement": SupplementDossier,
    "assign": AssignOfficer,
    "complete-step": CompleteStep,
    "return-step": ReturnStep,
    "request-fee": RequestFee,
    "approve": ApproveResult,
    "dispatch": DispatchResult,
    "hand-over": HandOver,
    "book-appointment": BookAppointment,
    "confirm-receipt": ConfirmReceipt,
    "rate": RateDossier,
    "withdraw": WithdrawDossier,
    "request-withdrawal": RequestWithdrawal,
    "grant-withdrawal": GrantWithdrawal,
    "refuse-withdrawal": RefuseWithdrawal,
    "extend": ExtendDeadline,
    "stop": StopProcessing,
    "transfer": TransferDossier,
}


# Requests: reading


@request("dossier", answer=DossierStatus)
@frozen
class ReadDossier:
    """The status view of one dossier, for those entitled; others get 404."""

    code: str = field(max_length=64)


@request("dossier", answer=Trace)
@frozen
class ReadTrace:
    """The history of one dossier, for those entitled."""

    code: str = field(max_length=64)


@request("dossier", answer=Slots)
@frozen
class ListSlots:
    """The times that can be booked at the dossier's desk, for those who may see the dossier."""

    code: str = field(max_length=64)


@request("dossier", answer=Replay)
@frozen
class ReplayDossier:
    """A dossier as it stood at a moment or after an event, for those who may read it."""

    code: str = field(max_length=64)
    at: datetime | None = field(default=None, doc="with its time zone")
    version: int | None = field(default=None, minimum=1, maximum=1_000_000)


@request("dossier", answer=Verification)
@frozen
class VerifyDossier:
    """Check a dossier's events against the signed log, for those who may read it."""

    code: str = field(max_length=64)


@request("dossier", answer=BundleFile)
@frozen
class ExportDossier:
    """A dossier's events with their proofs, for auditors; personal data as ciphertext."""

    code: str = field(max_length=64)
    kept_size: int | None = field(
        default=None,
        minimum=1,
        maximum=10**15,
        doc="prove also that a checkpoint over so many commits leads to the newest",
    )


@request("dossier", answer=PaperFile)
@frozen
class ReadPaper:
    """An official paper of a dossier as PDF, for those who may see the dossier."""

    code: str = field(max_length=64)
    number: str = field(max_length=20, doc="`01` to `06`, or `declaration`", example="01")
    version: int | None = field(
        default=None, minimum=1, maximum=1_000_000, doc="as it was after this event"
    )


@request("dossier", answer=PaperFile)
@frozen
class ReadRegister:
    """The register (paper 07) of the officer's agency: what it received on these days."""

    since: date
    until: date


@request("dossier", answer=PaperFile)
@frozen
class ReadChecklist:
    """What to bring to the counter for a procedure, for anybody (D24)."""

    procedure: str = field(max_length=100)
    case: str | None = field(default=None, max_length=100)


@request("dossier", answer=PaperFile)
@frozen
class PrintDeclaration:
    """The declaration of a procedure: blank for anybody, with answers for who is logged in."""

    procedure: str = field(max_length=100)
    answers: Mapping[str, JSON] = field(default_factory=dict, doc="by the keys of the fields")
    declarer: str = field(default="", max_length=200)


@request("dossier", answer=DossierPage)
@frozen
class ListMyDossiers:
    """The caller's own dossiers, newest first (E20)."""

    status: Status | None = field(default=None)
    state: str | None = field(default=None, pattern="^(open|waiting|closed)$")
    q: str = field(default="", max_length=200, doc="words of code or procedure")
    after: str | None = field(default=None, max_length=200)
    limit: int = field(default=20, minimum=1, maximum=100)


@request("dossier", answer=DossierPage)
@frozen
class ReadInbox:
    """An officer's work list: the open dossiers of the unit, most urgent first.

    Tab `closed` lists those of the agency that ended this month or in the three before it, newest
    first. Tab `nobody` lists what is in no officer's hands. Where few rows are wanted in a long
    list, a page may end early; its `next` goes on.
    """

    tab: str = field(default="unit", pattern="^(mine|nobody|unit|waiting|closed)$")
    q: str = field(default="", max_length=200, doc="words of code, procedure or applicant")
    status: Status | None = field(default=None)
    procedure: str | None = field(default=None, max_length=100)
    colour: str | None = field(default=None, pattern="^(on-time|soon|late)$")
    unit: str | None = field(default=None, max_length=100, doc="for leaders: one unit only")
    officer: str | None = field(default=None, max_length=64, doc="account of the holder")
    sort: str | None = field(
        default=None,
        pattern="^-?(due|code|submitted|applicant|procedure|step|officer|status)$",
        doc="a column, with `-` the other way round; the tab's own order where absent",
    )
    after: str | None = field(default=None, max_length=400)
    limit: int = field(default=50, minimum=1, maximum=200)


@request("dossier", answer=Statistics)
@frozen
class ReadStatistics:
    """Figures of a period (G01 to G13): for officers all of them, for everybody the public part.

    The public part has no officers, and no group of less than five dossiers.
    """

    begin: str | None = field(
        default=None, pattern=MONTH, doc="first month; January of this year where absent"
    )
    end: str | None = field(default=None, pattern=MONTH, doc="last month; this one where absent")
    agency: str | None = field(default=None, max_length=100, doc="everywhere where absent")
    by: str = field(default="field", pattern="^(field|agency|procedure)$")


@request("dossier", answer=DossierPage)
@frozen
class ListBehind:
    """The dossiers behind a figure of the caller's own agency: received in a period, newest first.

    For officers who work on dossiers there.
    """

    begin: str = field(pattern=MONTH)
    end: str = field(pattern=MONTH)
    field_code: str | None = field(default=None, max_length=100)
    procedure: str | None = field(default=None, max_length=100)
    channel: str | None = field(default=None, max_length=20)
    state: str | None = field(default=None, pattern="^(open|waiting|closed)$")
    after: str | None = field(default=None, max_length=200)
    limit: int = field(default=50, minimum=1, maximum=200)


@request("dossier", answer=ProcessingTimes)
@frozen
class ReadProcessingTimes:
    """How long a procedure takes, for everybody."""

    procedure: str = field(max_length=100)


@command("dossier", answer=SavedFilters)
@frozen
class SaveFilter:
    """Keep a work list under a name, in the place of the one that has this name."""

    filter: SavedFilter


@command("dossier", answer=SavedFilters)
@frozen
class DeleteFilter:
    """Forget a saved filter."""

    name: str = field(min_length=1, max_length=60)


@request("dossier", answer=SavedFilters)
@frozen
class ListFilters:
    """The caller's saved filters."""


@request("dossier", answer=LookUpResult)
@frozen
class LookUp:
    """Without login: a code or an identity number, and the PIN or a one-time code (E10–E16)."""

    key: str = field(min_length=6, max_length=64)
    factor: str = field(min_length=4, max_length=12)


@command("dossier", answer=Done)
@frozen
class RequestLookUpCode:
    """Send a one-time code to the contact on file; the answer never tells whether there is one."""

    key: str = field(min_length=6, max_length=64)


@request("dossier", answer=Notice)
@frozen
class ReadNotice:
    """Notify only."""

    code: str


@request("dossier", answer=LookUpNotice)
@frozen
class ReadLookUpNotice:
    """Notify only."""

    look_up: str


@request("dossier", answer=OpenDossiers)
@frozen
class ReadOpenDossiers:
    """Identity only: what is still handled for an account."""

    account: str = field(max_length=64)


# Requests: drafts and files


@command("dossier", answer=Draft)
@frozen
class SaveDraft:
    """Save a new draft, or another content of one; `If-Match` guards against another window."""

    procedure: str = field(max_length=100)
    content: Mapping[str, JSON]
    draft: str | None = field(default=None, max_length=64)


@request("dossier", answer=Draft)
@frozen
class ReadDraft:
    """One of the caller's drafts."""

    draft: str = field(max_length=64)


@request("dossier", answer=Drafts)
@frozen
class ListDrafts:
    """All of the caller's drafts."""


@command("dossier", answer=Done)
@frozen
class DeleteDraft:
    """Forget a draft."""

    draft: str = field(max_length=64)


@request("dossier", answer=FileTicket)
@frozen
class NewUploadTicket:
    """Leave to upload one file as the caller."""


@request("dossier", answer=FileTicket)
@frozen
class NewDownloadTicket:
    """Leave to fetch a file: one's own, or one of a dossier one may see."""

    file: str = field(max_length=64)
    code: str | None = field(default=None, max_length=64, doc="the dossier it belongs to")
