"""Reminders on the real database: found by the narrow view, told once whoever looks."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import dossier_samples as s
import pytest
from pymongo import MongoClient

from kernel.commits import Meta
from kernel.decider import Decider
from kernel.events import Actor
from kernel.ledger import Ledger
from kernel.ledger_reader import create_indexes, ledger_collection
from kernel.privacy import SubjectKeys
from kernel.store import Store
from kernel.views import StreamView
from services.dossier.contract import EVENTS, StepReminded, Urgency
from services.dossier.decider import decide, evolve, initial
from services.dossier.references import References
from services.dossier.succession import Successions
from services.dossier.upkeep import Upkeep
from services.dossier.views import project, work

DUE = s.at("2026-09-10 09:00")  # of the step that the handling officer has
STREAM = f"dossier-{s.CODE}"


@dataclass(frozen=True)
class Office:
    """A dossier in the handling officer's hands, and the colleagues who serve there."""

    upkeep: Upkeep
    ledger: Ledger

    def told(self, now: datetime) -> list[tuple[Urgency, list[str]]]:
        """Look for what is due; return everybody who was ever reminded."""
        self.upkeep.remind(now)
        events = [record.event for record in self.ledger.read_stream(STREAM)]
        return [
            (one.urgency, [who.account for who in one.recipients])
            for one in events
            if isinstance(one, StepReminded)
        ]


@pytest.fixture
def office(mongo_uri: str, database_prefix: str, database: Any) -> Iterator[Office]:
    with MongoClient[Any](mongo_uri, tz_aware=True) as client:
        collection = ledger_collection(client, database_prefix, "dossier")
        create_indexes(collection)
        ledger = Ledger(collection, EVENTS, SubjectKeys(database, bytes(32)))
        status = StreamView(database["dossier"], "dossier", project)
        narrow = StreamView(database["work"], "dossier", work.project_work, work.INDEXES)
        narrow.ensure_indexes()
        References.ensure_indexes(database)
        for who in (s.HANDLING, s.COLLEAGUE, s.TEAM_LEADER, s.CHAIR, s.ELSEWHERE):
            database["officers"].insert_one(
                {"_id": who.id, "agency": who.agency, "unit": who.unit, "serves": True}
                | {"name": who.name, "title": "Chuyên viên", "roles": list(who.roles), "version": 1}
            )
        store = Store(ledger, Decider(initial, decide, evolve), [status, narrow])
        upkeep = Upkeep(
            store, References(database), Successions(database), status, narrow, s.CALENDAR
        )
        office = Office(upkeep, ledger)
        meta = Meta(Actor(s.APPLICANT.id, "citizen"), s.MONDAY, "c")
        events = s.UNTIL["handling"]().events
        ledger.append(STREAM, events, expected=0, commit_id=uuid4().hex, meta=meta)
        narrow.refresh(STREAM, ledger.read_stream(STREAM))
        yield office


def test_who_holds_it_is_reminded_and_later_who_leads_the_unit(office: Office) -> None:
    assert office.told(s.MONDAY) == []
    half = (Urgency.HALF, [s.HANDLING.id])
    assert office.told(s.at("2026-09-08 15:00")) == [half]
    assert office.told(s.at("2026-09-08 15:00")) == [half]
    late = (Urgency.LATE, [s.TEAM_LEADER.id])
    assert office.told(DUE + timedelta(minutes=1)) == [half, late]
    assert office.told(DUE + timedelta(days=30)) == [half, late]


def test_where_nobody_leads_the_unit_the_agencys_head_is_told(
    office: Office, database: Any
) -> None:
    database["officers"].update_one({"_id": s.TEAM_LEADER.id}, {"$set": {"serves": False}})
    database["officers"].update_one({"_id": s.CHAIR.id}, {"$set": {"unit": "leadership"}})
    assert office.told(DUE + timedelta(days=1)) == [(Urgency.LATE, [s.CHAIR.id])]


def test_many_who_look_at_once_remind_once(office: Office) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(office.upkeep.remind, [s.at("2026-09-09 15:00")] * 8))
    assert office.told(s.at("2026-09-09 15:00")) == [(Urgency.MOST, [s.HANDLING.id])]
