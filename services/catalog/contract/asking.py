"""The questions that anybody may ask, and their answers."""

from __future__ import annotations

from datetime import date

from kernel.requests import request
from kernel.schemas import field, frozen
from services.catalog.contract.procedures import Channel, FieldOfWork, Procedure, ServiceLevel
from services.catalog.contract.territory import Agency, AgencyKind, AgencyLevel, Place, PlaceLevel


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
