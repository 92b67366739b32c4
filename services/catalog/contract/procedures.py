"""A procedure's version with everything that belongs to it: times, fees, documents, workflow."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from kernel.schemas import field, frozen
from services.catalog.contract.forms import Form
from services.catalog.contract.territory import AgencyKind, AgencyLevel


class ServiceLevel(StrEnum):
    """Official levels since 2022, beside the sources' `legacy_level` 1 to 4."""

    INFORMATION = "information"  # thông tin
    IN_PERSON = "in-person"  # chưa cung cấp trực tuyến
    PARTIAL = "partial"  # một phần
    FULL = "full"  # toàn trình


class Channel(StrEnum):
    """How a dossier comes in; the national numbers are 1, 2, 3."""

    IN_PERSON = "in-person"
    ONLINE = "online"
    POST = "post"


class TimeUnit(StrEnum):
    """What a processing time is counted in (domain §6)."""

    WORKING_DAY = "working-day"
    WORKING_HOUR = "working-hour"
    DAY = "day"
    MONTH = "month"
    SAME_DAY = "same-day"  # received after 15:00: the next working day


@frozen
class FieldOfWork:
    """A field (lĩnh vực) with the number of procedures in it."""

    code: str
    name: str
    name_en: str
    procedures: int = field(default=0)


@frozen
class Source:
    """How sure a figure is and where it comes from."""

    confidence: str = field(default="", doc="high, medium, low")
    source: str = field(default="")
    note: str = field(default="")


@frozen
class Competence:
    """Which agency resolves it: of this kind, at the first of these levels for the place."""

    kind: AgencyKind
    levels: tuple[AgencyLevel, ...]
    territorial: bool = field(default=True, doc="False: any such agency takes it")
    description: str = field(default="", doc="as published: «Công an cấp xã»")
    unit: str = field(default="", doc="id of the unit that handles it there (see `handling_unit`)")
    sector: str = field(default="", doc="of a department: justice, construction…")
    within: str | None = field(default=None, doc="only inside this province")
    cases: tuple[str, ...] = field(default=(), doc="only these cases; empty: all")
    valid_to: date | None = field(default=None, doc="last day of this competence")


@frozen
class ProcessingTime:
    """Time allowed for a channel. `value` is absent where only a description is published."""

    channel: Channel
    unit: TimeUnit
    value: int | None = field(default=None)
    note: str = field(default="")
    source: Source = field(default=Source())


@frozen
class Tariff:
    """A fee. `amount` in VND is absent where the provincial council sets it and has not yet."""

    id: str
    channel: Channel
    per: str = field(default="", doc="lần đăng ký, người, bản…")
    amount: int | None = field(default=None, minimum=0)
    label: str = field(default="")
    case: str | None = field(default=None)
    exemptions: str = field(default="")
    legal_basis: str = field(default="")
    source: Source = field(default=Source())
    valid_from: date | None = field(default=None)
    valid_to: date | None = field(default=None)
    base_amount: int | None = field(default=None, minimum=0, doc="before a reduction, in VND")


@frozen
class DocumentRequirement:
    """A required paper (thành phần hồ sơ). The list is closed (D21)."""

    id: str
    name: str
    name_en: str = field(default="")
    originals: int = field(default=1)
    copies: int = field(default=0)
    required: bool = field(default=True, doc="only where `condition` is empty does it always hold")
    condition: str = field(default="", doc="when it is needed, as published")
    template: str = field(default="", doc="code of the form, e.g. CT01")
    reuse_from: str = field(default="")
    case: str | None = field(default=None)


class StepAction(StrEnum):
    """What completes a step of the workflow."""

    RECEIVE = "receive"  # accept, refuse or ask for a supplement
    ASSIGN = "assign"  # name the handling officer
    COMPLETE = "complete"
    APPROVE = "approve"  # approves the result
    DISPATCH = "dispatch"  # numbers, stamps and sends the result
    HAND_OVER = "hand-over"  # gives the result to the applicant


@frozen
class Step:
    """A step of the workflow: who acts, where, in what time, how it ends."""

    id: str = field(example="handling")
    name: str = field(example="Thụ lý")
    name_en: str
    role: str = field(doc="a role of identity: receiving, handling, leader, records")
    unit: str = field(doc="`one-stop`, `handling` (the agency's competent unit) or a unit's id")
    budget_hours: int = field(minimum=1, doc="working hours")
    action: StepAction


@frozen
class Case:
    """A variant (trường hợp)."""

    id: str
    name: str
    name_en: str = field(default="")
    time: ProcessingTime | None = field(default=None)
    service_level: ServiceLevel | None = field(default=None, doc="where it differs")
    in_person: str = field(default="", doc="what must be done in person, where it differs")
    workflow: tuple[Step, ...] = field(default=(), doc="where it differs")


@frozen
class GuideStep:
    """A step of the guidance for the citizen (C25)."""

    title: str
    text: str


@frozen
class Procedure:
    """A version of a procedure (thủ tục hành chính), complete."""

    code: str = field(example="1.004222")
    slug: str
    version: int = field(minimum=0, doc="0 until published")
    name: str
    name_en: str
    field_of_work: FieldOfWork
    publisher: str
    publisher_code: str
    competence: Competence
    service_level: ServiceLevel
    legacy_level: int = field(minimum=1, maximum=4)
    audiences: tuple[str, ...]
    channels: tuple[Channel, ...]
    times: tuple[ProcessingTime, ...]
    tariffs: tuple[Tariff, ...]
    documents: tuple[DocumentRequirement, ...]
    form: Form
    workflow: tuple[Step, ...]
    cases: tuple[Case, ...] = field(default=())
    results: tuple[str, ...] = field(default=())
    requirements: str = field(default="")
    legal_bases: tuple[str, ...] = field(default=())
    guidance: tuple[GuideStep, ...] = field(default=())
    in_person: str = field(default="", doc="what must be done in person (D22), as published")
    provisional_code: bool = field(default=False, doc="the code is not a published one")
    valid_from: date | None = field(default=None)
    valid_to: date | None = field(default=None)
    superseded_by: str | None = field(default=None)
    source: Source = field(default=Source())
    also_competent: tuple[Competence, ...] = field(default=(), doc="further ones, after the first")
    other_codes: tuple[str, ...] = field(default=(), doc="service code, former codes: also found")
    decision: str = field(default="", doc="the decision that published it")
    level_source: Source = field(default=Source(), doc="of the service level")
