"""Places and agencies: finding them, and the agency that is competent for a procedure somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from kernel.errors import FieldError, Invalid, NotFound
from services.catalog.contract import (
    Agency,
    AgencyLevel,
    AgencyPage,
    Competence,
    FindAgencies,
    FindCompetentAgency,
    FindPlaces,
    Place,
    PlaceLevel,
    PlacePage,
    Procedure,
    ReadAgency,
    ReadPlace,
    competence,
)
from services.catalog.views.catalogue import Catalogue, in_force, version_on
from services.catalog.views.paging import NAME_LENGTH, SortKey, page
from services.catalog.views.words import plain, rank

_PLACE_ORDER = tuple(PlaceLevel)
_AGENCY_ORDER = tuple(AgencyLevel)


def find_places(catalogue: Catalogue, asked: FindPlaces, today: date) -> PlacePage:
    """Return places in force on a day; a name of before leads to the units of today."""
    on = asked.on or today
    ranks = _places_by_words(catalogue, asked.q, on)
    inside = ranks.keys() if asked.parent is None else catalogue.places_inside(asked.parent)
    found = [
        place
        for key in inside
        if key in ranks
        and (place := catalogue.places[key])
        and (asked.level is None or place.level is asked.level)
    ]

    def key(it: Place) -> SortKey:
        best = ranks[it.vintage, it.code] * len(_PLACE_ORDER) + _PLACE_ORDER.index(it.level)
        return (best, plain(_bare(it))[:NAME_LENGTH], it.code)

    return PlacePage(*page(found, key, asked.after, asked.limit))


def find_agencies(catalogue: Catalogue, asked: FindAgencies, today: date) -> AgencyPage:
    """Return the agencies open on a day; `place` means there and anywhere inside it."""
    on = asked.on or today
    by_words = catalogue.agency_words.find(asked.q)
    found = [
        it
        for it in catalogue.agencies.values()
        if in_force(it.valid_from, it.valid_to, on)
        and (by_words is None or it.id in by_words)
        and (asked.level is None or it.level is asked.level)
        and (asked.kind is None or it.kind is asked.kind)
        and (asked.parent is None or it.parent == asked.parent)
        and (asked.place is None or _agency_lies_in(catalogue, it, asked.place, on))
    ]

    def key(it: Agency) -> SortKey:
        order = rank(asked.q, it.name) * len(_AGENCY_ORDER) + _AGENCY_ORDER.index(it.level)
        return (order, plain(it.name)[:NAME_LENGTH], it.id)

    return AgencyPage(*page(found, key, asked.after, asked.limit))


def read_agency(catalogue: Catalogue, asked: ReadAgency) -> Agency:
    """Return an agency, open or closed; raises `NotFound`."""
    if (found := catalogue.agencies.get(asked.agency)) is None:
        raise NotFound("no-such-agency", "Không có cơ quan này.", "There is no such agency.")
    return found


def find_competent_agency(catalogue: Catalogue, asked: FindCompetentAgency, today: date) -> Agency:
    """Return the agency that resolves a procedure for a place (D13 to D15).

    A place of before 2025-07-01 leads to its main successor. Raises `NotFound` where the
    procedure is not in force or nobody here is competent, `Invalid` for a place or case that does
    not exist.
    """
    on = asked.on or today
    procedure = version_on(catalogue.versions(asked.procedure), on)
    if procedure is None:
        raise NotFound(
            "no-such-procedure",
            "Không có thủ tục này, hoặc thủ tục đã hết hiệu lực.",
            "There is no such procedure, or it is no longer in force.",
        )
    if asked.case is not None and asked.case not in {case.id for case in procedure.cases}:
        raise _invalid("case", "Hãy chọn một trường hợp của thủ tục.", "Choose one of the cases.")
    place = current_place(catalogue, asked.place, on)
    if place is None:
        raise _invalid(
            "place",
            "Hãy chọn một xã, phường, đặc khu đang có.",
            "Choose a commune or ward that exists now.",
        )
    agency = _competent(catalogue, procedure, asked.case, place, on)
    if agency is None:
        raise NotFound(
            "no-competent-agency",
            f"Chưa có cơ quan nào trên cổng này giải quyết thủ tục cho {place.name}.",
            f"No agency on this portal resolves the procedure for {place.name} yet.",
        )
    return agency


def read_place(catalogue: Catalogue, asked: ReadPlace, today: date) -> Place:
    """Return the place that a code means on a day; raises `NotFound`."""
    place = current_place(catalogue, asked.place, asked.on or today)
    if place is None:
        raise NotFound("no-such-place", "Không có địa danh này.", "There is no such place.")
    return place


def current_place(catalogue: Catalogue, code: str, on: date) -> Place | None:
    """Return the place that a code means on a day, or the main successor of the one it meant."""
    if (found := catalogue.place(code, on)) is not None:
        return found
    former = catalogue.places.get(("old", code))
    if former is None or not former.successors:
        return None
    return catalogue.place(former.successors[0], on)


def serves(catalogue: Catalogue, procedure: Procedure, code: str, on: date) -> bool:
    """Whether somebody resolves a procedure for a place, in whatever case."""
    place = current_place(catalogue, code, on)
    if place is None:
        return False
    cases = (None, *(case.id for case in procedure.cases))
    return any(_competent(catalogue, procedure, case, place, on) is not None for case in cases)


def takes(catalogue: Catalogue, agency_id: str, procedure: Procedure, on: date) -> bool:
    """Whether an agency is one of those that resolve a procedure, in whatever case."""
    agency = catalogue.agencies.get(agency_id)
    if agency is None or not in_force(agency.valid_from, agency.valid_to, on):
        return False
    place = _place_of(catalogue, agency, on)
    cases = (None, *(case.id for case in procedure.cases))

    def lies_in(province: str) -> bool:
        return _province(catalogue, place) == province

    return any(competence.takes(agency, procedure, case, on, lies_in) for case in cases)


def _competent(
    catalogue: Catalogue, procedure: Procedure, case: str | None, place: Place, on: date
) -> Agency | None:
    chain = [it.code for it in catalogue.above(place)]
    return competence.competent_agency(procedure, case, on, chain, _Open(catalogue, on))


@dataclass(frozen=True)
class _Open:
    """The catalogue's agencies that are open on a day."""

    catalogue: Catalogue
    on: date

    def at(self, wanted: Competence, places: Sequence[str]) -> Iterator[Agency]:
        """Yield those that a competence names at some of the places."""
        for level, place in product(wanted.levels, places):
            yield from self._able(wanted, self.catalogue.agencies_at(wanted.kind, level, place))

    def inside(self, wanted: Competence, province: str | None) -> Iterator[Agency]:
        """Yield those that it names in a province; None: anywhere."""
        for agency in self._able(wanted, self.catalogue.agencies.values()):
            own = _place_of(self.catalogue, agency, self.on)
            if province is None or _province(self.catalogue, own) == province:
                yield agency

    def _able(self, wanted: Competence, agencies: Iterable[Agency]) -> Iterator[Agency]:
        for agency in agencies:
            if competence.resolves(agency, wanted) and in_force(
                agency.valid_from, agency.valid_to, self.on
            ):
                yield agency


def _place_of(catalogue: Catalogue, agency: Agency, on: date) -> Place | None:
    return catalogue.place(agency.place, on)


def _province(catalogue: Catalogue, place: Place | None) -> str | None:
    if place is None:
        return None
    *_, top = catalogue.above(place)
    return top.code


def _agency_lies_in(catalogue: Catalogue, agency: Agency, place: str, on: date) -> bool:
    own = _place_of(catalogue, agency, on)
    return agency.place == place or (own is not None and _lies_in(catalogue, own, place))


def _lies_in(catalogue: Catalogue, place: Place, code: str) -> bool:
    _, *containing = catalogue.above(place)
    return any(it.code == code for it in containing)


def _places_by_words(catalogue: Catalogue, words: str, on: date) -> dict[tuple[str, str], int]:
    """Return the rank of each place found: in force itself, or successor of one that was."""
    found = catalogue.place_words.find(words)
    if found is None:
        return {
            key: 0
            for key, it in catalogue.places.items()
            if in_force(it.valid_from, it.valid_to, on)
        }
    ranks: dict[tuple[str, str], int] = {}
    for key in found:
        place = catalogue.places[key]
        order = min(rank(words, _bare(place)), rank(words, place.name))
        for today in _standing_for(catalogue, place, on):
            best = (today.vintage, today.code)
            ranks[best] = min(order, ranks.get(best, order))
    return ranks


def _standing_for(catalogue: Catalogue, place: Place, on: date) -> Iterator[Place]:
    if in_force(place.valid_from, place.valid_to, on):
        yield place
        return
    for code in place.successors:
        if (successor := catalogue.place(code, on)) is not None:
            yield successor


def _bare(place: Place) -> str:
    """Return a place's name without its type: what people look for."""
    return place.name.removeprefix(place.type).strip()


def _invalid(field: str, vi: str, en: str) -> Invalid:
    return Invalid("invalid", vi, en, fields=[FieldError(field, "choice", vi, en)])
