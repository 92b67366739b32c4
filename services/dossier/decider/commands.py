"""What a dossier can be told to do: everything is resolved, nothing is left to look up.

`at` is the moment it happens, `by` the verified caller, `officer` the same person as the citizen
may see him or her. `calendar` is that of the agency that holds the dossier.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from kernel.requests import Caller
from kernel.schemas import JSON
from services.dossier.clock import Calendar
from services.dossier.contract import (
    AgencyRef,
    Attachment,
    FeeLine,
    OfficerRef,
    Person,
    ProcedureKept,
    ReturnBy,
    RouteStep,
    SupplementItem,
    UnitRef,
)

# The applicant's


@dataclass(frozen=True)
class Submit:
    """Submit (nộp hồ sơ) to the one-stop desk of the competent agency; `by` is the applicant.

    At the counter and by post `by` is the `officer` who enters it, for `subject`.
    """

    by: Caller
    code: str
    channel: str
    procedure: ProcedureKept
    agency: AgencyRef
    route: tuple[RouteStep, ...]
    documents: tuple[Attachment, ...]
    return_by: ReturnBy
    locale: str
    applicant: Person
    owner: Person
    answers: Mapping[str, JSON]
    pin: str
    at: datetime
    calendar: Calendar
    subject: str
    case: str | None = None
    officer: OfficerRef | None = None
    arrived_at: datetime | None = None


@dataclass(frozen=True)
class Supplement:
    """Send what was asked for (bổ sung hồ sơ); an `officer` enters it for who is at the counter."""

    by: Caller
    at: datetime
    calendar: Calendar
    documents: tuple[Attachment, ...] = ()
    answers: Mapping[str, JSON] = field(default_factory=dict)
    note: str = ""
    officer: OfficerRef | None = None


@dataclass(frozen=True)
class Withdraw:
    """Take it back before it is accepted (rút hồ sơ)."""

    by: Caller
    at: datetime
    reason: str


@dataclass(frozen=True)
class RequestWithdrawal:
    """Ask to take back what was accepted (đề nghị rút hồ sơ)."""

    by: Caller
    at: datetime
    reason: str
    officer: OfficerRef | None = None


@dataclass(frozen=True)
class Book:
    """Come to the desk at a time for which a seat was taken (đặt lịch hẹn)."""

    by: Caller
    at: datetime
    calendar: Calendar
    starts_at: datetime
    officer: OfficerRef | None = None


@dataclass(frozen=True)
class ConfirmReceipt:
    """Say that the post brought the result (xác nhận đã nhận kết quả)."""

    by: Caller
    at: datetime


@dataclass(frozen=True)
class Rate:
    """Say how it went (đánh giá)."""

    by: Caller
    at: datetime
    score: int
    comment: str = ""


# The officers'


@dataclass(frozen=True)
class Accept:
    """Take it (tiếp nhận); the clock starts."""

    by: Caller
    officer: OfficerRef
    at: datetime
    calendar: Calendar
    note: str = ""
    since: datetime | None = None  # the term counts from then, where that was earlier


@dataclass(frozen=True)
class Refuse:
    """Do not take it (từ chối tiếp nhận)."""

    by: Caller
    officer: OfficerRef
    at: datetime
    reason: str
    legal_basis: str = ""


@dataclass(frozen=True)
class GrantWithdrawal:
    """Let the applicant take it back (đồng ý cho rút)."""

    by: Caller
    officer: OfficerRef
    at: datetime


@dataclass(frozen=True)
class RefuseWithdrawal:
    """Do not let the applicant take it back (không đồng ý cho rút)."""

    by: Caller
    officer: OfficerRef
    at: datetime
    reason: str


@dataclass(frozen=True)
class Extend:
    """Ask for more working days, with an apology (gia hạn, xin lỗi)."""

    by: Caller
    officer: OfficerRef
    at: datetime
    calendar: Calendar
    days: int
    reason: str


@dataclass(frozen=True)
class Transfer:
    """Send it to another competent agency (chuyển hồ sơ); `route` has that agency's units."""

    by: Caller
    officer: OfficerRef
    at: datetime
    calendar: Calendar
    agency: AgencyRef
    route: tuple[RouteStep, ...]
    reason: str
    legal_basis: str = ""


@dataclass(frozen=True)
class Stop:
    """Do not go on with it (dừng giải quyết)."""

    by: Caller
    officer: OfficerRef
    at: datetime
    reason: str
    legal_basis: str


@dataclass(frozen=True)
class RequestSupplement:
    """Ask for what is missing (yêu cầu bổ sung)."""

    by: Caller
    officer: OfficerRef
    at: datetime
    items: tuple[SupplementItem, ...]
    reason: str
    legal_basis: str = ""


@dataclass(frozen=True)
class Assignee:
    """The officer who is to get it, with the place in the agency that the officer has now."""

    officer: OfficerRef
    agency: str
    unit: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Assign:
    """Put it into an officer's hands (phân công)."""

    by: Caller
    officer: OfficerRef
    at: datetime
    calendar: Calendar
    assignee: Assignee


@dataclass(frozen=True)
class StandIn:
    """What an officer who is away has in hand goes to the deputy, until a day."""

    away: OfficerRef
    deputy: Assignee
    until: date
    at: datetime


@dataclass(frozen=True)
class CompleteStep:
    """The work of the step is done; it moves on."""

    by: Caller
    officer: OfficerRef
    at: datetime
    calendar: Calendar
    note: str = ""


@dataclass(frozen=True)
class Consult:
    """Ask another unit for its opinion, within so many working hours (lấy ý kiến)."""

    by: Caller
    officer: OfficerRef
    at: datetime
    calendar: Calendar
    unit: UnitRef
    question: str
    hours: int


@dataclass(frozen=True)
class AnswerConsultation:
    """Give the opinion of one's own unit."""

    by: Caller
    officer: OfficerRef
    at: datetime
    opinion: str


@dataclass(frozen=True)
class CallOffConsultation:
    """Do without the answer of a unit, by its id."""

    by: Caller
    officer: OfficerRef
    at: datetime
    unit: str


@dataclass(frozen=True)
class ReturnStep:
    """Send it back to an earlier step."""

    by: Caller
    officer: OfficerRef
    at: datetime
    calendar: Calendar
    to: str
    reason: str


@dataclass(frozen=True)
class RequestFee:
    """Ask for the fee; without lines, the tariff's. `obligation` is its new id."""

    by: Caller
    officer: OfficerRef
    at: datetime
    obligation: str
    lines: tuple[FeeLine, ...] = ()


@dataclass(frozen=True)
class Approve:
    """The leader approves the result (phê duyệt)."""

    by: Caller
    officer: OfficerRef
    at: datetime
    calendar: Calendar
    note: str = ""


@dataclass(frozen=True)
class Dispatch:
    """Number, stamp and send the result; each way of return needs its own particulars."""

    by: Caller
    officer: OfficerRef
    at: datetime
    calendar: Calendar
    number: str = ""
    result: Attachment | None = None
    tracking: str = ""
    appointment_at: datetime | None = None
    appointment_place: str = ""


@dataclass(frozen=True)
class HandOver:
    """Somebody signed for it (trả kết quả, ký nhận); `signed_by` where not the applicant."""

    by: Caller
    officer: OfficerRef
    at: datetime
    signed_by: str = ""


# What neighbours report


@dataclass(frozen=True)
class RecordFeePaid:
    """The payment service has the money."""

    obligation: str
    payment: str
    amount: int
    method: str
    receipt: str
    paid_at: datetime
    calendar: Calendar


@dataclass(frozen=True)
class Succeed:
    """The agency was closed, or its units changed: `agency` holds its dossiers now."""

    agency: AgencyRef
    route: tuple[RouteStep, ...]
    at: datetime
    calendar: Calendar


@dataclass(frozen=True)
class Remind:
    """It may be time to remind `workers` of the step, or `heads` that it is late."""

    at: datetime
    calendar: Calendar
    workers: tuple[OfficerRef, ...] = ()
    heads: tuple[OfficerRef, ...] = ()


@dataclass(frozen=True)
class RecordNotification:
    """Notify sent a message about this dossier, or could not."""

    message: str
    template: str
    channel: str
    delivered: bool
    at: datetime
    reason: str = ""


Command = (
    Submit
    | Supplement
    | Book
    | ConfirmReceipt
    | Rate
    | Withdraw
    | RequestWithdrawal
    | Accept
    | Refuse
    | GrantWithdrawal
    | RefuseWithdrawal
    | Extend
    | Stop
    | Transfer
    | RequestSupplement
    | Assign
    | CompleteStep
    | Consult
    | AnswerConsultation
    | CallOffConsultation
    | ReturnStep
    | RequestFee
    | Approve
    | Dispatch
    | HandOver
    | RecordFeePaid
    | Succeed
    | RecordNotification
    | Remind
    | StandIn
)
