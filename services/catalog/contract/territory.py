"""Administrative units, and the agencies with their units."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from kernel.schemas import field, frozen
from services.catalog.contract.office_hours import OfficeHours


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
    office_hours: OfficeHours | None = field(default=None, doc="where they are its own")
