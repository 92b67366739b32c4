"""Delegations on the real database: what officers who are away hold goes to their deputies."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import dossier_samples as s
import pytest
from pymongo import MongoClient

from kernel.commits import Meta
from kernel.decider import Decider
from kernel.errors import NotFound
from kernel.events import Actor
from kernel.ledger import Ledger
from kernel.ledger_reader import create_indexes, ledger_collection
from kernel.privacy import SubjectKeys
from kernel.requests import Call, Caller
from kernel.store import Store
from kernel.views import StreamView
from services.dossier import delegating
from services.dossier.contract import EVENTS, Delegate, EndDelegation, OfficerAssigned
from services.dossier.decider import decide, delegation, evolve, initial
from services.dossier.delegating import Delegating
from services.dossier.references import References
from services.dossier.succession import Successions
from services.dossier.upkeep import Upkeep
from services.dossier.views import project, work

STREAM = f"dossier-{s.CODE}"
SINCE, UNTIL = date(2026, 9, 8), date(2026, 9, 11)
TUESDAY = s.at("2026-09-08 08:00")


def call(by: Caller, key: str | None = None) -> Call:
    deadline = datetime.now(UTC) + timedelta(seconds=5)
    return Call(by, "c", deadline, "d", key)


@dataclass(frozen=True)
class Office:
    """A dossier in the handling officer's hands, and the colleagues who serve there."""

    upkeep: Upkeep
    delegating: Delegating
    ledger: Ledger

    def look(self, now: datetime) -> list[str]:
        """Look for what is to go to deputies; return who ever got it in hand."""
        self.upkeep.stand_in(self.delegating, now)
        events = [record.event for record in self.ledger.read_stream(STREAM)]
        return [one.officer.account for one in events if isinstance(one, OfficerAssigned)]


@pytest.fixture
def office(mongo_uri: str, database_prefix: str, database: Any) -> Iterator[Office]:
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


NAMING = Delegate(deputy=s.COLLEAGUE.id, since=SINCE, until=UNTIL)


def test_from_the_first_day_on_the_deputy_has_it_once_whoever_looks(office: Office) -> None:
    office.delegating.name(NAMING, call(s.HANDLING), s.MONDAY)
    assert office.look(s.MONDAY) == [s.HANDLING.id]
    with ThreadPoolExecutor(4) as processes:
        list(processes.map(office.look, [TUESDAY] * 4))
    assert office.look(TUESDAY) == [s.HANDLING.id, s.COLLEAGUE.id]


def test_after_the_last_day_or_once_it_has_ended_it_stays(office: Office) -> None:
    office.delegating.name(NAMING, call(s.HANDLING), s.MONDAY)
    assert office.look(s.at("2026-09-12 08:00")) == [s.HANDLING.id]
    office.delegating.end(EndDelegation(officer=s.HANDLING.id), call(s.CHAIR), s.MONDAY)
    assert office.look(TUESDAY) == [s.HANDLING.id]
    with pytest.raises(NotFound):
        office.delegating.end(EndDelegation(), call(s.HANDLING), s.MONDAY)


def test_two_who_stand_in_for_each_other_pass_nothing_on(office: Office) -> None:
    office.delegating.name(NAMING, call(s.HANDLING), s.MONDAY)
    back = Delegate(deputy=s.HANDLING.id, since=SINCE, until=UNTIL)
    office.delegating.name(back, call(s.COLLEAGUE), s.MONDAY)
    for _ in range(3):
        assert office.look(TUESDAY) == [s.HANDLING.id]


def test_a_deputy_who_is_away_too_is_passed_over(office: Office, database: Any) -> None:
    third = "acc-third"
    colleague = database["officers"].find_one({"_id": s.COLLEAGUE.id})
    database["officers"].insert_one({**colleague, "_id": third, "name": "Người thứ ba"})
    office.delegating.name(NAMING, call(s.HANDLING), s.MONDAY)
    onward = Delegate(deputy=third, since=SINCE, until=UNTIL)
    office.delegating.name(onward, call(s.COLLEAGUE), s.MONDAY)
    assert office.look(TUESDAY) == [s.HANDLING.id, third]
    assert office.look(TUESDAY) == [s.HANDLING.id, third]


def test_the_agency_sees_those_in_force_and_to_come(office: Office) -> None:
    agency = s.AGENCY.id
    assert office.delegating.of_agency(agency, s.MONDAY).items == ()
    office.delegating.name(NAMING, call(s.HANDLING), s.MONDAY)
    (found,) = office.delegating.of_agency(agency, s.MONDAY).items
    assert (found.officer.account, found.deputy.account) == (s.HANDLING.id, s.COLLEAGUE.id)
    assert (found.since, found.until, found.now) == (SINCE, UNTIL, False)
    assert office.delegating.of_agency(agency, TUESDAY).items[0].now
    assert office.delegating.of_agency(agency, s.at("2026-09-12 08:00")).items == ()
    assert office.delegating.of_agency("ubnd-16654", s.MONDAY).items == ()


def test_a_deputy_who_serves_no_more_gets_nothing(office: Office, database: Any) -> None:
    office.delegating.name(NAMING, call(s.HANDLING), s.MONDAY)
    database["officers"].update_one({"_id": s.COLLEAGUE.id}, {"$set": {"serves": False}})
    assert office.look(TUESDAY) == [s.HANDLING.id]


def test_of_an_officer_who_is_unknown_nothing_can_be_said(office: Office) -> None:
    with pytest.raises(NotFound):
        office.delegating.name(Delegate("acc-nobody", SINCE, UNTIL), call(s.HANDLING), s.MONDAY)
