"""What the dossier service's integration tests share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import dossier_samples as s
import pytest
from pymongo import MongoClient
from pymongo.database import Database

from kernel.commits import Meta
from kernel.decider import Decider
from kernel.events import Actor
from kernel.ledger import Ledger
from kernel.ledger_reader import create_indexes, ledger_collection
from kernel.privacy import SubjectKeys
from kernel.store import Store
from kernel.views import StreamView
from services.dossier import delegating
from services.dossier.contract import EVENTS
from services.dossier.decider import decide, delegation, evolve, initial
from services.dossier.delegating import Delegating
from services.dossier.references import References
from services.dossier.succession import Successions
from services.dossier.upkeep import Upkeep
from services.dossier.views import project, work

STREAM = f"dossier-{s.CODE}"


@pytest.fixture
def database(mongo_uri: str, database_prefix: str) -> Iterator[Database[Any]]:
    """The service's own database, empty."""
    with MongoClient[Any](mongo_uri, tz_aware=True) as client:
        yield client[f"{database_prefix}_dossier"]


@dataclass(frozen=True)
class Office:
    """A dossier in the handling officer's hands, and the colleagues who serve there."""

    upkeep: Upkeep
    delegating: Delegating
    ledger: Ledger

    def happened(self, kind: type[Any]) -> list[Any]:
        """Return the dossier's events of a kind, the oldest first."""
        events = [record.event for record in self.ledger.read_stream(STREAM)]
        return [one for one in events if isinstance(one, kind)]


@pytest.fixture
def office(mongo_uri: str, database_prefix: str, database: Database[Any]) -> Iterator[Office]:
    """An office at work on the real database."""
    with MongoClient[Any](mongo_uri, tz_aware=True) as client:
        collection = ledger_collection(client, database_prefix, "dossier")
        create_indexes(collection)
        ledger = Ledger(collection, EVENTS, SubjectKeys(database, bytes(32)))
        status = StreamView(database["dossier"], "dossier", project)
        narrow = StreamView(database["work"], "dossier", work.project_work, work.INDEXES)
        named = StreamView(
            database[delegating.NAME], delegation.CATEGORY, delegating.project, delegating.INDEXES
        )
        for view in (narrow, named):
            view.ensure_indexes()
        References.ensure_indexes(database)
        for who in (s.HANDLING, s.COLLEAGUE, s.TEAM_LEADER, s.CHAIR, s.ELSEWHERE):
            database["officers"].insert_one(
                {"_id": who.id, "agency": who.agency, "unit": who.unit, "serves": True}
                | {"name": who.name, "title": "Chuyên viên", "roles": list(who.roles), "version": 1}
            )
        store = Store(ledger, Decider(initial, decide, evolve), [status, narrow])
        references = References(database)
        upkeep = Upkeep(store, references, Successions(database), status, narrow, s.CALENDAR)
        keeping = Delegating(
            Store(ledger, delegation.DELEGATIONS, [named]), named, narrow, references
        )
        meta = Meta(Actor(s.APPLICANT.id, "citizen"), s.MONDAY, "c")
        events = s.UNTIL["handling"]().events
        ledger.append(STREAM, events, expected=0, commit_id=uuid4().hex, meta=meta)
        narrow.refresh(STREAM, ledger.read_stream(STREAM))
        yield Office(upkeep, keeping, ledger)
