"""What is kept of the neighbours is made anew from their ledgers while events come in."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from pymongo.database import Database

from kernel import rebuild
from kernel.commits import Meta
from kernel.events import Actor, EventTypes
from kernel.ledger import Ledger
from kernel.ledger_reader import create_indexes, ledger_collection
from services.catalog import contract as catalog
from services.dossier.derived import REFERENCES
from services.dossier.references import COLLECTIONS, References
from services.identity import contract as identity

TODAY = date(2026, 11, 22)
PACE = rebuild.Pace(seen=1.5, readers=0)


def agency(number: int) -> catalog.Agency:
    """One of many ward polices."""
    return catalog.Agency(
        id=f"police-{number}",
        identifier="G01",
        name="Công an phường",
        name_en="Ward police",
        kind=catalog.AgencyKind.POLICE,
        level=catalog.AgencyLevel.COMMUNE,
        place=f"{number:05}",
        units=(catalog.Unit("one-stop", "Bộ phận một cửa", "One-stop desk", one_stop=True),),
    )


class Neighbours:
    """The ledgers of catalogue and identity, and the dossier service that hears them."""

    def __init__(self, database: Database[Any], namespace: str) -> None:
        self.database = database
        self._ledgers = {
            types.source: self._ledger(namespace, types)
            for types in (catalog.EVENTS, identity.EVENTS)
        }
        References.ensure_indexes(database)
        self.references = References(database)

    def tell(self, source: str, stream: str, *events: Any) -> None:
        """Append events and let the service hear them."""
        ledger = self._ledgers[source]
        meta = Meta(Actor("service:setup", "service"), datetime.now(UTC), "c")
        commit = ledger.append(
            stream,
            events,
            expected=ledger.head_version(stream),
            commit_id=uuid4().hex,
            meta=meta,
        )
        for record in ledger.records(commit):
            self.references.take(record)

    def rebuild(self, progress: rebuild.Progress = lambda *_: None) -> None:
        """Make everything anew."""
        what = rebuild.of_kept(REFERENCES, self.database, self._ledgers.__getitem__)
        rebuild.rebuild(what, progress, PACE)

    def kept(self, generation: int) -> dict[str, dict[str, Any]]:
        """Return all documents of a generation."""
        return {
            name: {one["_id"]: one for one in self.database[f"{name}{suffix}"].find()}
            for name in COLLECTIONS
            for suffix in ("" if generation == 0 else f".{generation}",)
        }

    def _ledger(self, namespace: str, types: EventTypes) -> Ledger:
        collection = ledger_collection(self.database.client, namespace, types.source)
        create_indexes(collection)
        return Ledger(collection, types)


@pytest.fixture
def neighbours(database: Database[Any], database_prefix: str) -> Neighbours:
    """Neighbours that have told of places, agencies and an officer."""
    found = Neighbours(database, database_prefix)
    place = catalog.Place("38", "Thanh Hóa", "Tỉnh", catalog.PlaceLevel.PROVINCE, "new")
    found.tell("catalog", "places-38", catalog.PlacesRegistered((place,)))
    for number in range(5):
        found.tell("catalog", f"agency-{number}", catalog.AgencyOpened(agency(number)))
    found.tell("catalog", "agency-1", catalog.AgencyClosed("police-1", TODAY, ("police-2",)))
    return found


def test_it_ends_as_it_was_heard(neighbours: Neighbours) -> None:
    before = neighbours.kept(0)
    assert len(before["agencies"]) == 5
    neighbours.database["agencies"].delete_many({"_id": {"$in": ["police-1", "police-3"]}})
    neighbours.database["places"].drop()

    neighbours.rebuild()

    assert neighbours.kept(1) == before
    assert neighbours.references.agency("police-3", TODAY).place == "00003"
    there = neighbours.database.list_collection_names()
    assert [name for name in COLLECTIONS if name in there] == []


def test_what_is_told_meanwhile_is_kept_too(neighbours: Neighbours) -> None:
    """Also an agency that closes before its opening was put into the new generation."""
    over = threading.Event()
    told: list[int] = []

    def go_on_telling() -> None:
        number = 100
        while not over.is_set():
            neighbours.tell("catalog", f"agency-{number}", catalog.AgencyOpened(agency(number)))
            closed = catalog.AgencyClosed(f"police-{number}", TODAY, ())
            neighbours.tell("catalog", f"agency-{number}", closed)
            told.append(number)
            number += 1

    def close_one(stage: rebuild.Stage, done: int, total: int) -> None:
        if stage is rebuild.Stage.FOLDING and done == 0:
            closed = catalog.AgencyClosed("police-4", TODAY, ())
            neighbours.tell("catalog", "agency-4", closed)

    teller = threading.Thread(target=go_on_telling)
    teller.start()
    try:
        neighbours.rebuild(close_one)
    finally:
        over.set()
        teller.join()

    agencies = neighbours.kept(1)["agencies"]
    closed = {f"police-{number}" for number in (1, 4, *told)}
    assert {key for key, one in agencies.items() if one["content"]["valid_to"]} == closed
    assert len(agencies) == 5 + len(told)
