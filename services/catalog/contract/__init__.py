"""What neighbours may know of the catalogue: what can be asked for, where, and how.

A procedure's published version is a whole: form, documents, tariffs and workflow travel in
`ProcedurePublished`, so that a neighbour can serve it while the catalogue is down.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from kernel.events import EventTypes, event
from kernel.requests import Done, command, request
from kernel.schemas import JSON, field, frozen


class PlaceLevel(StrEnum):
    """Administrative levels; districts exist only until 2025-06-30."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


class AgencyKind(StrEnum):
    """What an agency is."""

    PEOPLES_COMMITTEE = "peoples-committee"  # ủy ban nhân dân
    DEPARTMENT = "department"  # sở
    POLICE = "police"  # công an
    LAND_REGISTRATION = "land-registration"  # văn phòng đăng ký đất đai
    OTHER = "other"


class AgencyLevel(StrEnum):
    """At which level an agency stands (C05)."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


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


class FieldType(StrEnum):
    """Types of form fields."""

    TEXT = "text"
    LONG_TEXT = "long-text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    PERSONAL_NUMBER = "personal-number"
    PHONE = "phone"
    EMAIL = "email"
    PLACE = "place"  # a commune code
    CONSENT = "consent"


class Prefill(StrEnum):
    """Where a form field's first value comes from (D03)."""

    NAME = "applicant.name"
    IDENTITY_NUMBER = "applicant.identity_number"
    DATE_OF_BIRTH = "applicant.date_of_birth"
    SEX = "applicant.sex"
    PHONE = "applicant.phone"
    EMAIL = "applicant.email"
    ADDRESS = "applicant.address"
    PLACE = "applicant.place"


# Values


@frozen
class Place:
    """An administrative unit with its dates; `successors` lists today's codes, main one first."""

    code: str
    name: str
    type: str = field(doc="Tỉnh, Thành phố, Huyện, Xã, Phường, …")
    level: PlaceLevel
    vintage: str = field(doc="`new` in force since 2025-07-01, `old` until 2025-06-30")
    parent: str | None = field(default=None)
    valid_from: date | None = field(default=None)
    valid_to: date | None = field(default=None)
    successors: tuple[str, ...] = field(default=())


@frozen
class Unit:
    """A part of an agency (phòng, ban, bộ phận, đội)."""

    id: str
    name: str
    name_en: str
    parent: str | None = field(default=None)
    one_stop: bool = field(default=False, doc="the counter that receives (bộ phận một cửa)")


@frozen
class Agency:
    """An agency with its units. `identifier` is the national identifier in dossier codes."""

    id: str = field(example="ubnd-16594")
    identifier: str = field(example="000.01.38.H56")
    name: str
    name_en: str
    kind: AgencyKind
    level: AgencyLevel
    place: str = field(doc="code of the place it is competent for")
    units: tuple[Unit, ...]
    parent: str | None = field(default=None)
    hotline: str = field(default="")
    address: str = field(default="")
    valid_from: date | None = field(default=None)
    valid_to: date | None = field(default=None)
    successors: tuple[str, ...] = field(default=())
    sector: str = field(default="", doc="of a department: justice, construction…")
    short_identifier: str = field(default="", example="H56.38.01")


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


@frozen
class Option:
    """A choice of a form field."""

    value: str
    label: str
    label_en: str = field(default="")


@frozen
class FormField:
    """A field of a form; its answer stands under `key`."""

    key: str
    label: str
    type: FieldType
    label_en: str = field(default="")
    required: bool = field(default=False)
    options: tuple[Option, ...] = field(default=())
    pattern: str = field(default="")
    not_in_future: bool = field(default=False)
    minimum: int | None = field(default=None)
    maximum: int | None = field(default=None)
    help: str = field(default="")
    help_en: str = field(default="")
    prefill: Prefill | None = field(default=None)


@frozen
class FormSection:
    """A part of a form with a heading."""

    title: str
    title_en: str
    fields: tuple[FormField, ...]


@frozen
class Form:
    """The declaration (tờ khai) of a procedure."""

    code: str
    name: str
    sections: tuple[FormSection, ...]
    name_en: str = field(default="")
    issued_by: str = field(default="")
    general: bool = field(default=False, doc="a general declaration: none is published for it")


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


# Events


@event()
@frozen
class ProcedurePublished:
    """A version is in force from its date; the whole version travels with it."""

    procedure: Procedure


@event()
@frozen
class PlacesRegistered:
    """Administrative units, some hundreds at a time."""

    places: tuple[Place, ...]


@event()
@frozen
class AgencyOpened:
    """An agency exists, or changed: the whole of it travels with it."""

    agency: Agency


@event()
@frozen
class AgencyClosed:
    """The agency takes nothing any more; its successors do."""

    agency: str
    on: date
    successors: tuple[str, ...]


EVENTS = EventTypes("catalog", (ProcedurePublished, PlacesRegistered, AgencyOpened, AgencyClosed))


# Answers


@frozen
class ProcedureSummary:
    """A row of the list of procedures."""

    code: str
    slug: str
    version: int
    name: str
    name_en: str
    field_of_work: FieldOfWork
    competence: str
    levels: tuple[AgencyLevel, ...]
    service_level: ServiceLevel
    legacy_level: int
    channels: tuple[Channel, ...]
    can_file_online: bool
    valid_from: date | None = field(default=None)
    valid_to: date | None = field(default=None)


@frozen
class ProcedurePage:
    """Procedures found, best first; `next` is an opaque cursor; `total` counts all that match."""

    items: tuple[ProcedureSummary, ...]
    total: int
    next: str | None = field(default=None)


@frozen
class AgencyPage:
    """Agencies found."""

    items: tuple[Agency, ...]
    next: str | None = field(default=None)


@frozen
class PlacePage:
    """Places found."""

    items: tuple[Place, ...]
    next: str | None = field(default=None)


@frozen
class FieldsOfWork:
    """All fields that have procedures."""

    items: tuple[FieldOfWork, ...]


@frozen
class Offer:
    """How many of the procedures in force are offered online (QĐ 766, 3.1 and 3.5)."""

    procedures: int
    online: int = field(doc="of which a dossier is sent online")
    with_fee: int = field(doc="of which something is paid, be it that the amount is not set yet")
    fee_online: int = field(doc="of which it can be paid online")


@frozen
class Loaded:
    """What a load did."""

    taken: int
    changed: int
    unchanged: int


@frozen
class Holdings:
    """The digest of each thing held, by its stream."""

    digests: Mapping[str, str]


# Requests


@request("catalog", answer=ProcedurePage)
@frozen
class FindProcedures:
    """Procedures in force on a day, by words (accent-insensitive, any order) and filters (C03)."""

    q: str = field(default="", max_length=200)
    agency: str | None = field(default=None)
    level: AgencyLevel | None = field(default=None)
    place: str | None = field(default=None, doc="district or commune code (C06, C07)")
    field_of_work: str | None = field(default=None, doc="code of the field (C08)")
    service_level: ServiceLevel | None = field(default=None)
    legacy_level: int | None = field(default=None, minimum=1, maximum=4)
    audience: str | None = field(default=None)
    on: date | None = field(default=None, doc="today where absent")
    after: str | None = field(default=None, max_length=200)
    limit: int = field(default=20, minimum=1, maximum=100)


@request("catalog", answer=Procedure)
@frozen
class ReadProcedure:
    """A procedure by code or slug, as in force on a day, or at a version."""

    code: str = field(max_length=100)
    on: date | None = field(default=None)
    version: int | None = field(default=None, minimum=1)


@request("catalog", answer=AgencyPage)
@frozen
class FindAgencies:
    """Agencies open on a day."""

    q: str = field(default="", max_length=200)
    level: AgencyLevel | None = field(default=None)
    kind: AgencyKind | None = field(default=None)
    parent: str | None = field(default=None)
    place: str | None = field(default=None)
    on: date | None = field(default=None)
    after: str | None = field(default=None, max_length=200)
    limit: int = field(default=20, minimum=1, maximum=500)


@request("catalog", answer=Agency)
@frozen
class ReadAgency:
    """An agency by id."""

    agency: str = field(max_length=100)


@request("catalog", answer=PlacePage)
@frozen
class FindPlaces:
    """Places in force on a day: by level, parent, words (old names lead to their successors)."""

    q: str = field(default="", max_length=200)
    level: PlaceLevel | None = field(default=None)
    parent: str | None = field(default=None)
    on: date | None = field(default=None)
    after: str | None = field(default=None, max_length=200)
    limit: int = field(default=50, minimum=1, maximum=1000)


@request("catalog", answer=Place)
@frozen
class ReadPlace:
    """The place that a code means on a day; the code of a former unit leads to its successor."""

    place: str = field(max_length=10)
    on: date | None = field(default=None)


@request("catalog", answer=FieldsOfWork)
@frozen
class ListFields:
    """The fields of work, those with procedures in force on a day."""

    on: date | None = field(default=None)


@request("catalog", answer=Offer)
@frozen
class ReadOffer:
    """What is offered online."""

    on: date | None = field(default=None)


@request("catalog", answer=Agency)
@frozen
class FindCompetentAgency:
    """The agency that resolves a procedure for a place (D13, D14); old places lead to new ones."""

    procedure: str
    place: str
    case: str | None = field(default=None)
    on: date | None = field(default=None, doc="today where absent")


@request("catalog", answer=Holdings)
@frozen
class ReadHoldings:
    """What the catalogue holds, as digests, so that a load sends only what differs."""


@command("catalog", answer=Loaded)
@frozen
class PublishProcedures:
    """Publish versions; what is published already with the same content stays as it is."""

    procedures: tuple[Procedure, ...]


@command("catalog", answer=Loaded)
@frozen
class RegisterPlaces:
    """Register administrative units."""

    places: tuple[Place, ...]


@command("catalog", answer=Loaded)
@frozen
class OpenAgencies:
    """Open agencies, or change them."""

    agencies: tuple[Agency, ...]


@command("catalog", answer=Done)
@frozen
class CloseAgency:
    """Close an agency from a day on."""

    agency: str
    on: date
    successors: tuple[str, ...] = field(default=())


# The shape of a filled-in form: answers by the key of their field.
Answers = dict[str, JSON]


# What the values mean, for every service alike


class Offering(StrEnum):
    """What the portal offers at a service level (F01 to F04)."""

    INFORMATION = "information"  # all about the procedure, with its legal documents
    TEMPLATES = "templates"  # forms to download, filed in person or by post
    FILE_ONLINE = "file-online"  # fill in and send, and all dealings until the result
    PAY_ONLINE = "pay-online"
    RESULT_ONLINE = "result-online"
    RESULT_BY_POST = "result-by-post"
    RESULT_IN_PERSON = "result-in-person"


_LEVEL_1 = frozenset({Offering.INFORMATION})
_LEVEL_2 = _LEVEL_1 | {Offering.TEMPLATES, Offering.RESULT_IN_PERSON}
_LEVEL_3 = _LEVEL_2 | {Offering.FILE_ONLINE}
_LEVEL_4 = _LEVEL_3 | {Offering.PAY_ONLINE, Offering.RESULT_ONLINE, Offering.RESULT_BY_POST}

OFFERINGS: Mapping[int, frozenset[Offering]] = {1: _LEVEL_1, 2: _LEVEL_2, 3: _LEVEL_3, 4: _LEVEL_4}


def can_file_online(procedure: Procedure) -> bool:
    """Whether the portal takes a dossier of it: level 3 or 4, with the online channel open."""
    offered = OFFERINGS[procedure.legacy_level]
    return Offering.FILE_ONLINE in offered and Channel.ONLINE in procedure.channels


def can_pay_online(legacy_level: int) -> bool:
    """Whether the fee can be paid online: at level 4 (toàn trình), not below (F03, F04)."""
    return Offering.PAY_ONLINE in OFFERINGS[legacy_level]
