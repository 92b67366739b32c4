"""What the dossier service keeps of its neighbours: procedures, agencies, places, officers.

Projections of their events, so that dossiers are accepted while the catalogue and identity are
down. Each document carries the version of the stream it comes from. They stand behind a pointer
like the views, so that they can be made anew from the neighbours' ledgers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pymongo import ReplaceOne
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from kernel import schemas
from kernel.errors import FieldError, Invalid, NotFound
from kernel.events import Recorded
from kernel.views import Only, Pointer, Pointing, Shelf, collection_name, keep_newer
from services.catalog.contract import (
    Agency,
    AgencyClosed,
    AgencyOpened,
    Competence,
    Place,
    PlacesRegistered,
    Procedure,
    ProcedurePublished,
    Unit,
)
from services.catalog.contract.competence import (
    competent_agency,
    handling_unit,
    one_stop_unit,
    resolves,
    takes,
)
from services.dossier.contract import OfficerRef
from services.dossier.decider.commands import Assignee
from services.identity.contract import OfficerAppointed, OfficerDismissed

Document = dict[str, Any]

NAME = "references"
COLLECTIONS = ("procedures", "agencies", "places", "officers")
_INDEXES: Mapping[str, tuple[str, ...]] = {
    "procedures": ("code",),
    "agencies": ("place", "kind"),
    "places": ("content.parent",),
    "officers": ("agency",),
}

ONE_STOP = "one-stop"
_LEVELS = 3
_TODAY, _FORMER = "new", "old"
_REMEMBERED = 512
_DUPLICATE_KEY = 11000

# a published version never changes, and building it from its document takes milliseconds
_LOADED: dict[tuple[str, int], Procedure] = {}


class References:
    """Reads and writes the kept documents in the service's own database."""

    def __init__(self, database: Database[Document], pointer: Pointing | None = None) -> None:
        where = pointer or Pointer(database, NAME)
        self._procedures, self._agencies, self._places, self._officers = (
            Shelf(database, where, name) for name in COLLECTIONS
        )

    @staticmethod
    def ensure_indexes(database: Database[Document]) -> None:
        """Create the secondary indexes, wherever the documents stand."""
        for generation in Pointer(database, NAME).places().written:
            References.prepare(database, generation)

    @staticmethod
    def prepare(database: Database[Document], generation: int) -> None:
        """Create the secondary indexes of a generation."""
        for base, fields in _INDEXES.items():
            collection = database[collection_name(base, generation)]
            collection.create_index([(name, 1) for name in fields])

    @staticmethod
    def taker(database: Database[Document], generation: int) -> Callable[[Recorded], None]:
        """Return the function that puts what neighbours report into one generation."""
        return References(database, Only(generation)).take

    # What neighbours report

    def take(self, record: Recorded) -> None:
        """Keep what an event says; one that says nothing of interest is passed over."""
        keep = _KEEPERS.get(record.type)
        if keep is not None:
            keep(self, record)

    def keep_procedure(self, record: Recorded) -> None:
        """Keep a published version of a procedure."""
        procedure: Procedure = record.event.procedure
        document = {
            "_id": f"{procedure.code}@{procedure.version}",
            "version": record.version,
            "code": procedure.code,
            "number": procedure.version,
            "content": schemas.dump(procedure),
        }
        for procedures in self._procedures.written:
            keep_newer(procedures, document)

    def keep_agency(self, record: Recorded) -> None:
        """Keep an agency as it was opened or changed."""
        event: AgencyOpened = record.event
        agency = event.agency
        document = {
            "_id": agency.id,
            "version": record.version,
            "place": agency.place,
            "kind": agency.kind.value,
            "content": schemas.dump(agency),
        }
        for agencies in self._agencies.written:
            keep_newer(agencies, document)

    def close_agency(self, record: Recorded) -> None:
        """Remember that an agency takes nothing from a day on: its last day is the one before."""
        event: AgencyClosed = record.event
        last = event.on - timedelta(days=1)
        change = {
            "version": record.version,
            "content.valid_to": last.isoformat(),
            "content.successors": list(event.successors),
        }
        for agencies in self._agencies.written:
            agencies.update_one(
                {"_id": event.agency, "version": {"$lt": record.version}}, {"$set": change}
            )

    def keep_places(self, record: Recorded) -> None:
        """Keep administrative units as they were registered or changed.

        A code can name one unit before and another after 2025-07-01, hence the vintage. A unit
        stands in one stream, so the newer of two versions of it is known, whichever comes last.
        """
        event: PlacesRegistered = record.event
        writes = [
            ReplaceOne(
                {
                    "_id": f"{place.vintage}/{place.code}",
                    "version": {"$lt": record.version},
                },
                {"version": record.version, "content": schemas.dump(place)},
                upsert=True,
            )
            for place in event.places
        ]
        if not writes:
            return
        for places in self._places.written:
            try:
                places.bulk_write(writes, ordered=False)
            except BulkWriteError as error:
                if any(one["code"] != _DUPLICATE_KEY for one in error.details["writeErrors"]):
                    raise  # a duplicate key says that this version or a newer one is there

    def keep_officer(self, record: Recorded) -> None:
        """Keep an officer's place, or that it was given up."""
        event = record.event
        appointed = isinstance(event, OfficerAppointed)
        document = {
            "_id": event.account,
            "version": record.version,
            "serves": appointed,
            "agency": event.agency,
            "unit": event.unit,
        }
        if appointed:
            document |= {
                "name": event.name,
                "title": event.title,
                "roles": [role.value for role in event.roles],
            }
        for officers in self._officers.written:
            keep_newer(officers, document)

    # What commands need

    def procedure(self, code: str, on: date) -> Procedure:
        """Return the version of a procedure in force on a day.

        Raises `Invalid` on the field `procedure` where there is none.
        """
        versions = self._procedures.read.find({"code": code}, {"version": 1})
        in_force = [
            procedure
            for version in versions
            if _in_force(procedure := self._procedure(version), on)
        ]
        if not in_force:
            raise _invalid("procedure", "unknown-procedure")
        return max(in_force, key=lambda procedure: procedure.version)

    def version(self, code: str, number: int) -> Procedure:
        """Return the version of a procedure that a dossier kept; `NotFound` where it is gone."""
        version = self._procedures.read.find_one({"_id": f"{code}@{number}"}, {"version": 1})
        if version is None:
            raise NotFound("unknown-procedure", *_SENTENCES["unknown-procedure"])
        return self._procedure(version)

    def agency(self, agency_id: str, on: date) -> Agency:
        """Return an agency that is open on a day; `Invalid` on the field `agency` otherwise."""
        document = self._agencies.read.find_one({"_id": agency_id})
        if document is None:
            raise _invalid("agency", "unknown-agency")
        agency = _agency(document)
        if not _in_force(agency, on):
            raise _invalid("agency", "closed-agency")
        return agency

    def known_agency(self, agency_id: str) -> Agency | None:
        """Return an agency, open or closed; None where it is not known."""
        document = self._agencies.read.find_one({"_id": agency_id})
        return None if document is None else _agency(document)

    def known_place(self, code: str) -> Place | None:
        """Return the place that a code names today, else the one that it named before."""
        return self._place(_TODAY, code) or self._place(_FORMER, code)

    def place_names(self, codes: Iterable[str]) -> dict[str, str]:
        """Return the names of places by their codes; unknown ones are left out."""
        found = {code: self.known_place(code) for code in codes}
        return {code: place.name for code, place in found.items() if place is not None}

    def successor(
        self, agency_id: str, procedure: Procedure, case: str | None, on: date
    ) -> Agency | None:
        """Return who holds an agency's dossiers of a procedure on a day; None where nobody can.

        The agency itself while it is open, else the first of its successors, or of theirs, that is
        open and resolves the procedure.
        """
        waiting, seen = [agency_id], set[str]()
        while waiting:
            name = waiting.pop(0)
            document = None if name in seen else self._agencies.read.find_one({"_id": name})
            seen.add(name)
            if document is None:
                continue
            agency = _agency(document)
            open_then = _in_force(agency, on)
            if open_then and (name == agency_id or self.takes(agency, procedure, case, on)):
                return agency
            waiting += agency.successors
        return None

    def competent_agency(
        self, procedure: Procedure, case: str | None, place: str, on: date
    ) -> Agency:
        """Return the agency that resolves a procedure for a place (D13–D15).

        A place that exists no longer leads to its main successor. Raises `Invalid` on the field
        `place` where there is no such place, or nobody is competent.
        """
        found = competent_agency(procedure, case, on, self._chain(place), _Open(self, on))
        if found is None:
            raise _invalid("place", "no-competent-agency")
        return found

    def takes(self, agency: Agency, procedure: Procedure, case: str | None, on: date) -> bool:
        """Whether an agency is one of those that resolve a procedure."""
        return takes(
            agency, procedure, case, on, lambda province: agency.place in self.inside(province)
        )

    def officer(self, account: str) -> Document:
        """Return an officer who serves; `NotFound` otherwise."""
        document = self._officers.read.find_one({"_id": account, "serves": True})
        if document is None:
            raise NotFound(
                "unknown-officer", "Không tìm thấy cán bộ này.", "There is no such officer."
            )
        return document

    def assignee(self, account: str) -> Assignee:
        """Return an officer who serves, with the place; `NotFound` otherwise."""
        found = self.officer(account)
        return Assignee(
            officer=OfficerRef(account, found["name"], found["title"]),
            agency=found["agency"],
            unit=found["unit"],
            roles=tuple(found["roles"]),
        )

    def officers_of(self, agency: str) -> list[Document]:
        """Return the officers who serve at an agency."""
        return list(self._officers.read.find({"agency": agency, "serves": True}))

    def officer_ref(self, account: str, name: str) -> OfficerRef:
        """Return an officer as the citizen may see him or her; the token's name where unknown."""
        document = self._officers.read.find_one({"_id": account}) or {}
        return OfficerRef(account, document.get("name", name), document.get("title", ""))

    def able(self, competence: Competence, on: date, place: Document) -> list[Agency]:
        """Return the agencies open on a day that a competence names, at some of the places."""
        found = self._agencies.read.find({"place": place, "kind": competence.kind.value})
        agencies = (_agency(document) for document in found)
        return [one for one in agencies if resolves(one, competence) and _in_force(one, on)]

    def inside(self, province: str) -> list[str]:
        """Return the codes of a province of today and of the units in it."""
        query = {"content.parent": province, "content.vintage": _TODAY}
        return [province, *(one["content"]["code"] for one in self._places.read.find(query))]

    def _chain(self, place: str) -> list[str]:
        """Return a place of today with its parents, smallest first."""
        found = self._place(_TODAY, place)
        if found is None:
            former = self._place(_FORMER, place)
            successors = former.successors if former is not None else ()
            found = self._place(_TODAY, successors[0]) if successors else None
        if found is None:
            raise _invalid("place", "unknown-place")
        chain = [found.code]
        while found is not None and found.parent is not None and len(chain) < _LEVELS:
            chain.append(found.parent)
            found = self._place(_TODAY, found.parent)
        return chain

    def _procedure(self, version: Document) -> Procedure:
        """Return what is kept of a procedure under an `_id` at a `version`, or behind it."""
        key = (version["_id"], version["version"])
        if key not in _LOADED:
            if len(_LOADED) >= _REMEMBERED:
                _LOADED.clear()
            (kept,) = self._procedures.read.find({"_id": version["_id"]}, {"content": 1})
            _LOADED[key] = schemas.load(Procedure, kept["content"], tolerant=True)
        return _LOADED[key]

    def _place(self, vintage: str, code: str) -> Place | None:
        document = self._places.read.find_one({"_id": f"{vintage}/{code}"})
        return None if document is None else schemas.load(Place, document["content"], tolerant=True)


@dataclass(frozen=True)
class _Open:
    """The kept agencies that are open on a day."""

    references: References
    on: date

    def at(self, competence: Competence, places: Sequence[str]) -> list[Agency]:
        """Return those that a competence names at some of the places."""
        return self.references.able(competence, self.on, {"$in": list(places)})

    def inside(self, competence: Competence, province: str | None) -> list[Agency]:
        """Return those that it names in a province; None: anywhere."""
        if province is None:
            return self.references.able(competence, self.on, {"$exists": True})
        return self.at(competence, self.references.inside(province))


_KEEPERS: Mapping[str, Callable[[References, Recorded], None]] = {
    ProcedurePublished.__name__: References.keep_procedure,
    PlacesRegistered.__name__: References.keep_places,
    AgencyOpened.__name__: References.keep_agency,
    AgencyClosed.__name__: References.close_agency,
    OfficerAppointed.__name__: References.keep_officer,
    OfficerDismissed.__name__: References.keep_officer,
}


def unit_for(
    agency: Agency, step_unit: str, procedure: Procedure, case: str | None, on: date
) -> Unit:
    """Return the unit of an agency at which a workflow's step lies on a day.

    `one-stop` is the agency's counter, `handling` the unit competent for the procedure; anything
    else is a unit's id, and where the agency has no such unit, the competent one.
    """
    if step_unit == ONE_STOP:
        return one_stop_unit(agency)
    named = next((unit for unit in agency.units if unit.id == step_unit), None)
    return named or handling_unit(agency, procedure, case, on)


def _in_force(dated: Procedure | Agency, on: date) -> bool:
    return (dated.valid_from is None or dated.valid_from <= on) and (
        dated.valid_to is None or on <= dated.valid_to
    )


def _agency(document: Document) -> Agency:
    return schemas.load(Agency, document["content"], tolerant=True)


def _invalid(path: str, code: str) -> Invalid:
    vi, en = _SENTENCES[code]
    return Invalid(code, vi, en, fields=(FieldError(path, code, vi, en),))


_SENTENCES = {
    "unknown-procedure": (
        "Không có thủ tục này, hoặc thủ tục không còn hiệu lực.",
        "There is no such procedure, or it is not in force today.",
    ),
    "unknown-agency": ("Không có cơ quan này.", "There is no such agency."),
    "closed-agency": (
        "Cơ quan này không còn tiếp nhận hồ sơ.",
        "This agency no longer takes dossiers.",
    ),
    "unknown-place": ("Không có đơn vị hành chính này.", "There is no such place."),
    "no-competent-agency": (
        "Địa bàn này chưa có cơ quan giải quyết thủ tục trên cổng.",
        "No agency on this portal resolves the procedure for this place.",
    ),
}
