"""The status of a dossier and its history, as they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from kernel.requests import request
from kernel.schemas import JSON, field, frozen
from services.dossier.contract.vocabulary import (
    AgencyRef,
    ClockState,
    FeeLine,
    FeeState,
    OfficerRef,
    Person,
    ProcedureKept,
    ReturnBy,
    Status,
    StepState,
    SupplementItem,
    Timing,
    UnitRef,
)


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
    reused_from: str | None = field(default=None, doc="the dossier that it was taken from")


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
class ConsultationView:
    """A unit that was asked for its opinion. The applicant sees which unit, and until when."""

    unit: UnitRef
    requested_at: datetime
    due: datetime
    state: str = field(doc="`open`, `answered`, or `ended` without an answer")
    question: str = field(default="", doc="for officers only, like the opinion")
    asked_by: OfficerRef | None = field(default=None)
    opinion: str = field(default="")
    officer: OfficerRef | None = field(default=None, doc="who answered")
    answered_at: datetime | None = field(default=None)
    timing: Timing | None = field(default=None)


@frozen
class AppointmentView:
    """When the applicant comes to the desk, for what must be done in person."""

    starts_at: datetime
    ends_at: datetime
    unit: UnitRef
    purpose: str


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
    arrived_at: datetime | None = field(default=None, doc="of a letter, when it arrived")
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
    consultations: tuple[ConsultationView, ...] = field(default=())
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
class OpenDossiers:
    """The codes of dossiers that nothing has ended yet."""

    codes: tuple[str, ...]


@frozen
class Applicant:
    """Whose dossier it is: the account, or the name of a person without one."""

    subject: str


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


@request("dossier", answer=Notice)
@frozen
class ReadNotice:
    """Notify only."""

    code: str


@request("dossier", answer=OpenDossiers)
@frozen
class ReadOpenDossiers:
    """Identity only: what is still handled for an account."""

    account: str = field(max_length=64)


@request("dossier", answer=Applicant)
@frozen
class ReadApplicant:
    """Identity only: whose a dossier is."""

    code: str = field(max_length=64)
