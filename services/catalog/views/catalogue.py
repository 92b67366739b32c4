"""Everything the catalogue holds, folded from its events into memory.

A country's procedures, units and agencies are a few tens of thousands of small things that change
a few times a day, so that each process keeps them all and a question costs no round trip. Indexes
are built at the first question after a change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar, cast

from kernel.events import Recorded
from services.catalog.contract import (
    Agency,
    AgencyClosed,
    AgencyKind,
    AgencyLevel,
    AgencyOpened,
    Holdings,
    Place,
    PlacesRegistered,
    Procedure,
    ProcedurePublished,
)
from services.catalog.decider import AGENCIES, PROCEDURES, places_stream, procedure_stream
from services.catalog.decider.agencies import agency_stream
from services.catalog.holdings import digest
from services.catalog.views.words import WordIndex

T = TypeVar("T")
Territory = tuple[AgencyKind, AgencyLevel, str]


def in_force(start: date | None, end: date | None, on: date) -> bool:
    """Whether a day lies in a span whose ends, both included, may be open."""
    return (start is None or start <= on) and (end is None or on <= end)


@dataclass
class Catalogue:
    """The state of the whole service; `apply` is its fold, everything else asks.

    `procedures` holds all versions by code, the last one last; `places` is by vintage and code.
    """

    position: int = 0
    procedures: dict[str, tuple[Procedure, ...]] = field(default_factory=dict)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    agencies: dict[str, Agency] = field(default_factory=dict)
    _indexes: dict[str, object] = field(default_factory=dict)

    def apply(self, record: Recorded) -> None:
        """Take in the next event of the ledger."""
        match record.event:
            case ProcedurePublished(procedure=published):
                versions = self.procedures.get(published.code, ())
                self.procedures[published.code] = PROCEDURES.evolve(versions, record.event)
                self._forget("procedures")
            case PlacesRegistered(places=registered):
                self.places.update({(place.vintage, place.code): place for place in registered})
                self._forget("places")
            case AgencyOpened(agency=opened):
                self._take(opened.id, record)
            case AgencyClosed(agency=closed):
                self._take(closed, record)
            case _:
                pass
        self.position = record.position

    def _take(self, agency: str, record: Recorded) -> None:
        changed = AGENCIES.evolve(self.agencies.get(agency), record.event)
        if changed is not None:
            self.agencies[agency] = changed
            self._forget("agencies")

    def _forget(self, what: str) -> None:
        stale = [name for name in self._indexes if name == "digests" or name.startswith(what)]
        for name in stale:
            del self._indexes[name]

    # procedures

    def on(self, day: date) -> Iterator[Procedure]:
        """Yield of each procedure the version in force on a day, where there is one."""
        for versions in self.procedures.values():
            if (found := version_on(versions, day)) is not None:
                yield found

    def versions(self, name: str) -> tuple[Procedure, ...]:
        """Return all versions of a procedure by its code, slug or another of its codes."""
        if name in self.procedures:
            return self.procedures[name]
        code = self._other_names.get(name)
        return () if code is None else self.procedures[code]

    @property
    def _other_names(self) -> Mapping[str, str]:
        def build() -> dict[str, str]:
            last = [versions[-1] for versions in self.procedures.values()]
            names = {other: it.code for it in last for other in it.other_codes}
            return names | {it.slug: it.code for it in last}

        return self._index("procedures by name", build)

    @property
    def procedure_words(self) -> WordIndex[tuple[str, int]]:
        """The words of every version: its names, codes, field and form."""

        def build() -> WordIndex[tuple[str, int]]:
            return WordIndex(
                ((it.code, it.version), _words_of_procedure(it))
                for versions in self.procedures.values()
                for it in versions
            )

        return self._index("procedures by word", build)

    # places

    def place(self, code: str, on: date) -> Place | None:
        """Return the place that a code means on a day; codes were given anew in 2025."""
        known = (self.places.get((vintage, code)) for vintage in ("new", "old"))
        return next((it for it in known if it and in_force(it.valid_from, it.valid_to, on)), None)

    def above(self, place: Place) -> Iterator[Place]:
        """Yield a place and those it lies in, upwards."""
        here: Place | None = place
        while here is not None:
            yield here
            here = None if here.parent is None else self.places.get((here.vintage, here.parent))

    def places_inside(self, code: str) -> Sequence[tuple[str, str]]:
        """Return the keys of all places that lie in the place of this code, of whatever day."""

        def build() -> dict[str, list[tuple[str, str]]]:
            found: dict[str, list[tuple[str, str]]] = {}
            for key, place in self.places.items():
                _, *containing = self.above(place)
                for above in containing:
                    found.setdefault(above.code, []).append(key)
            return found

        return self._index("places by ancestor", build).get(code, ())

    @property
    def place_words(self) -> WordIndex[tuple[str, str]]:
        """The words of every place and of those it lies in."""

        def build() -> WordIndex[tuple[str, str]]:
            return WordIndex(
                (key, " ".join(it.name for it in self.above(place)))
                for key, place in self.places.items()
            )

        return self._index("places by word", build)

    # agencies

    def agencies_at(self, kind: AgencyKind, level: AgencyLevel, place: str) -> Sequence[Agency]:
        """Return the agencies of a kind and level for a place, of whatever day."""

        def build() -> dict[Territory, list[Agency]]:
            found: dict[Territory, list[Agency]] = {}
            for agency in sorted(self.agencies.values(), key=lambda it: it.id):
                found.setdefault((agency.kind, agency.level, agency.place), []).append(agency)
            return found

        return self._index("agencies by territory", build).get((kind, level, place), ())

    @property
    def agency_words(self) -> WordIndex[str]:
        """The words of every agency: its names, its place and its identifiers."""

        def build() -> WordIndex[str]:
            return WordIndex(
                (agency.id, " ".join((agency.name, agency.name_en, agency.identifier)))
                for agency in self.agencies.values()
            )

        return self._index("agencies by word", build)

    # for a load

    @property
    def holdings(self) -> Holdings:
        """The digest of each thing held, by its stream."""

        def build() -> Holdings:
            digests = {
                procedure_stream(code): digest(versions[-1])
                for code, versions in self.procedures.items()
            }
            digests |= {agency_stream(it.id): digest(it) for it in self.agencies.values()}
            for stream, places in by_stream(self.places.values()).items():
                digests[stream] = digest(places)
            return Holdings(digests)

        return self._index("digests", build)

    def _index(self, name: str, build: Callable[[], T]) -> T:
        if name not in self._indexes:
            self._indexes[name] = build()
        return cast("T", self._indexes[name])


def version_on(versions: Iterable[Procedure], day: date) -> Procedure | None:
    """Return the version in force on a day: the last of those whose dates hold it."""
    found = None
    for version in versions:
        if in_force(version.valid_from, version.valid_to, day):
            found = version
    return found


def by_stream(places: Iterable[Place]) -> dict[str, tuple[Place, ...]]:
    """Return places by the stream that holds them, in the order of their codes."""
    found: dict[str, list[Place]] = {}
    for place in sorted(places, key=lambda it: it.code):
        found.setdefault(places_stream(place), []).append(place)
    return {stream: tuple(several) for stream, several in found.items()}


def _words_of_procedure(it: Procedure) -> str:
    field = it.field_of_work
    return " ".join(
        (it.name, it.name_en, it.code, *it.other_codes, field.name, field.name_en, it.form.code)
    )
