"""What events and answers are made of: states, persons, agencies, steps, fees, documents."""

from __future__ import annotations

from datetime import date, timedelta
from enum import IntEnum, StrEnum

from kernel.schemas import field, frozen
from services.catalog.contract import Channel, OfficeHours


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


AT_COUNTER = frozenset({Channel.IN_PERSON, Channel.POST})
"""The channels by which an officer enters a dossier, for somebody at the desk or from a letter."""


LONGEST_ON_ITS_WAY = timedelta(days=30)
"""The longest time between the arrival of a letter and its being entered."""

WALK_IN = "person-"
"""What the subject of an applicant begins with who filed there and has no account."""


def has_account(subject: str) -> bool:
    """Whether a dossier's subject is an account of the portal, with its own pages and messages."""
    return not subject.startswith(WALK_IN)


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


class Urgency(StrEnum):
    """How far a step's time is used up when somebody is reminded; the least urgent first."""

    HALF = "half"  # 50 %
    MOST = "most"  # 80 %
    LATE = "late"  # more than all of it


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
    reused_from: str | None = field(
        default=None, max_length=64, doc="code of the applicant's earlier dossier that it is from"
    )


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
    hours: OfficeHours | None = field(default=None, doc="by which its time is counted, if its own")


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
