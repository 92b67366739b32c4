"""Agencies from `agencies.yaml`: one for each commune by rules, and those named one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from kernel import schemas
from kernel.decider import Decider
from kernel.errors import Invalid
from kernel.schemas import JSON, field, frozen
from services.catalog.contract import (
    Agency,
    AgencyKind,
    AgencyLevel,
    OfficeHours,
    Place,
    PlaceLevel,
    Unit,
)
from services.catalog.decider import AGENCIES, Open
from services.catalog.files.faults import Fault, FaultyFiles, faults_of
from services.catalog.files.procedures import DATA
from services.catalog.files.reading import read_mapping

_TYPES_IN_ENGLISH = {
    "Xã": "commune",
    "Phường": "ward",
    "Đặc khu": "special zone",
    "Thị trấn": "township",
}


@frozen
class Rule:
    """An agency for each commune of some provinces, and of some single places."""

    id: str
    kind: AgencyKind
    name: str
    name_en: str
    identifier: str
    units: str
    provinces: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    parent: str | None = field(default=None)
    hotline: str = field(default="")
    address: str = field(default="")
    valid_from: date | None = field(default=None)
    office_hours: OfficeHours | None = field(default=None)


@frozen
class Named:
    """One agency; `successors` is a list of agencies or the pattern of their ids."""

    id: str
    kind: AgencyKind
    level: AgencyLevel
    place: str
    name: str
    name_en: str
    identifier: str
    units: str
    sector: str = field(default="")
    parent: str | None = field(default=None)
    hotline: str = field(default="")
    address: str = field(default="")
    valid_from: date | None = field(default=None)
    valid_to: date | None = field(default=None)
    successors: JSON = field(default=None)
    office_hours: OfficeHours | None = field(default=None)


@frozen
class AgencyFile:
    """The content of `agencies.yaml`."""

    authorities: Mapping[str, str]
    unit_sets: Mapping[str, JSON]
    rules: tuple[Rule, ...]
    named: tuple[Named, ...]


def read_agencies(
    places: Sequence[Place], path: Path = DATA / "agencies.yaml"
) -> tuple[Agency, ...]:
    """Return the agencies that a file makes of the places; raises `FaultyFiles`."""
    try:
        file = schemas.load(AgencyFile, read_mapping(path))
        unit_sets = {name: _units(name, raw) for name, raw in file.unit_sets.items()}
    except FaultyFiles:
        raise
    except Invalid as error:
        raise FaultyFiles(faults_of(path.name, "", error)) from None
    territory = _Territory(places, file.authorities)
    found: list[Agency] = []
    faults: list[Fault] = []
    entries: tuple[Rule | Named, ...] = (*file.rules, *file.named)
    for raw in entries:
        try:
            found += _agencies(raw, unit_sets[raw.units], territory, found)
        except KeyError as missing:
            faults.append(
                Fault(path.name, raw.id, "", f"Không có {missing}.", f"There is no {missing}.")
            )
    faults += [fault for agency in found for fault in _unsound(path, agency)]
    faults += _repeated(path, found)
    faults += _dangling(path, found)
    if faults:
        raise FaultyFiles(faults)
    return tuple(found)


def short_identifier(identifier: str) -> str:
    """Return the short form of an identifier.

    >>> short_identifier("000.00.14.H56"), short_identifier("000.65.94.H56")
    ('H56.14', 'H56.94.65')
    """
    *groups, authority = identifier.split(".")
    inward = [group for group in reversed(groups) if group.strip("0")]
    return ".".join((authority, *inward))


class _Territory:
    """The places by code, with what the patterns of a rule say about them."""

    def __init__(self, places: Sequence[Place], authorities: Mapping[str, str]) -> None:
        self._places = {(place.vintage, place.code): place for place in places}
        self._authorities = authorities

    def communes(self, rule: Rule) -> Iterator[Place]:
        """Yield the communes of today that a rule is about."""
        for place in self._places.values():
            if place.vintage != "new" or place.level is not PlaceLevel.COMMUNE:
                continue
            if place.parent in rule.provinces or place.code in rule.places:
                yield place

    def words(self, place: Place) -> dict[str, str]:
        """Return what a pattern may say of a commune of today."""
        province = self._places["new", place.parent or ""]
        bare = place.name.removeprefix(place.type).strip()
        return {
            "code": place.code,
            "Name": place.name,
            "name": f"{place.type.lower()} {bare}",
            "bare": bare,
            "type_en": _TYPES_IN_ENGLISH[place.type],
            "province": province.name[:1].lower() + province.name[1:],
            "province_code": province.code,
            "authority": self._authorities[province.code],
            "head": place.code[:2],
            "tail": place.code[2:],
            "pair_1": place.code[1:3],
            "pair_2": place.code[3:],
        }

    def successors(self, code: str) -> list[str]:
        """Return today's communes that stand for a commune or district of before."""
        before = [
            place
            for place in self._places.values()
            if place.vintage == "old" and code in (place.code, place.parent)
        ]
        return sorted({place.successors[0] for place in before if place.successors})


def _agencies(
    raw: Rule | Named, units: tuple[Unit, ...], here: _Territory, made: Sequence[Agency]
) -> Iterator[Agency]:
    match raw:
        case Named():
            yield Agency(
                id=raw.id,
                identifier=raw.identifier,
                short_identifier=short_identifier(raw.identifier),
                name=raw.name,
                name_en=raw.name_en,
                kind=raw.kind,
                sector=raw.sector,
                level=raw.level,
                place=raw.place,
                units=units,
                parent=raw.parent,
                hotline=raw.hotline,
                address=raw.address,
                valid_from=raw.valid_from,
                valid_to=raw.valid_to,
                successors=_successors(raw, here, made),
                office_hours=raw.office_hours,
            )
        case Rule():
            for place in here.communes(raw):
                words = here.words(place)
                identifier = raw.identifier.format_map(words)
                yield Agency(
                    id=raw.id.format_map(words),
                    identifier=identifier,
                    short_identifier=short_identifier(identifier),
                    name=raw.name.format_map(words),
                    name_en=raw.name_en.format_map(words),
                    kind=raw.kind,
                    level=AgencyLevel.COMMUNE,
                    place=place.code,
                    units=units,
                    parent=None if raw.parent is None else raw.parent.format_map(words),
                    hotline=raw.hotline.format_map(words),
                    address=raw.address.format_map(words),
                    valid_from=raw.valid_from,
                    office_hours=raw.office_hours,
                )


def _successors(raw: Named, here: _Territory, made: Sequence[Agency]) -> tuple[str, ...]:
    match raw.successors:
        case None:
            return ()
        case str() as pattern:
            # outside the province that is served as a whole, only some communes have agencies
            known = {agency.id for agency in made}
            ids = (pattern.format(code=code) for code in here.successors(raw.place))
            return tuple(each for each in ids if each in known)
        case several:
            return tuple(str(one) for one in several)


def _units(name: str, raw: JSON) -> tuple[Unit, ...]:
    units = raw if isinstance(raw, list) else []
    try:
        return tuple(schemas.load(Unit, unit) for unit in units)
    except Invalid as error:
        raise FaultyFiles(faults_of("agencies.yaml", f"unit_sets.{name}", error)) from None


def _unsound(path: Path, agency: Agency) -> list[Fault]:
    decider: Decider[Agency | None] = AGENCIES
    try:
        decider.decide(None, Open(agency))
    except Invalid as error:
        return faults_of(path.name, agency.id, error)
    return []


def _dangling(path: Path, agencies: Sequence[Agency]) -> Iterator[Fault]:
    known = {agency.id for agency in agencies}
    for agency in agencies:
        for name, others in (
            ("parent", (agency.parent,) if agency.parent else ()),
            ("successors", agency.successors),
        ):
            for other in others:
                if other not in known:
                    yield Fault(
                        path.name,
                        agency.id,
                        name,
                        f"Không có cơ quan «{other}».",
                        f"There is no agency '{other}'.",
                    )


def _repeated(path: Path, agencies: Sequence[Agency]) -> Iterator[Fault]:
    for name in ("id", "identifier"):
        seen: set[str] = set()
        for agency in agencies:
            value = getattr(agency, name)
            if value in seen:
                yield Fault(
                    path.name,
                    agency.id,
                    name,
                    f"«{value}» đã được dùng.",
                    f"'{value}' is used already.",
                )
            seen.add(value)
