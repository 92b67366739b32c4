"""Delegations on the real database: what officers who are away hold goes to their deputies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dossier_samples as s
import pytest

from kernel.errors import NotFound
from kernel.requests import Call, Caller
from services.dossier.contract import Delegate, EndDelegation, OfficerAssigned

SINCE, UNTIL = date(2026, 9, 8), date(2026, 9, 11)
TUESDAY = s.at("2026-09-08 08:00")


def call(by: Caller, key: str | None = None) -> Call:
    deadline = datetime.now(UTC) + timedelta(seconds=5)
    return Call(by, "c", deadline, "d", key)


def look(office: Any, now: datetime) -> list[str]:
    """Look for what is to go to deputies; return who ever got it in hand."""
    office.upkeep.stand_in(office.delegating, now)
    return [one.officer.account for one in office.happened(OfficerAssigned)]


NAMING = Delegate(deputy=s.COLLEAGUE.id, since=SINCE, until=UNTIL)


def test_from_the_first_day_on_the_deputy_has_it_once_whoever_looks(office: Any) -> None:
    office.delegating.name(NAMING, call(s.HANDLING), s.MONDAY)
    assert look(office, s.MONDAY) == [s.HANDLING.id]
    with ThreadPoolExecutor(4) as processes:
        list(processes.map(look, [office] * 4, [TUESDAY] * 4))
    assert look(office, TUESDAY) == [s.HANDLING.id, s.COLLEAGUE.id]


def test_after_the_last_day_or_once_it_has_ended_it_stays(office: Any) -> None:
    office.delegating.name(NAMING, call(s.HANDLING), s.MONDAY)
    assert look(office, s.at("2026-09-12 08:00")) == [s.HANDLING.id]
    office.delegating.end(EndDelegation(officer=s.HANDLING.id), call(s.CHAIR), s.MONDAY)
    assert look(office, TUESDAY) == [s.HANDLING.id]
    with pytest.raises(NotFound):
        office.delegating.end(EndDelegation(), call(s.HANDLING), s.MONDAY)


def test_two_who_stand_in_for_each_other_pass_nothing_on(office: Any) -> None:
    office.delegating.name(NAMING, call(s.HANDLING), s.MONDAY)
    back = Delegate(deputy=s.HANDLING.id, since=SINCE, until=UNTIL)
    office.delegating.name(back, call(s.COLLEAGUE), s.MONDAY)
    for _ in range(3):
        assert look(office, TUESDAY) == [s.HANDLING.id]


def test_a_deputy_who_is_away_too_is_passed_over(office: Any, database: Any) -> None:
    third = "acc-third"
    colleague = database["officers"].find_one({"_id": s.COLLEAGUE.id})
    database["officers"].insert_one({**colleague, "_id": third, "name": "Người thứ ba"})
    office.delegating.name(NAMING, call(s.HANDLING), s.MONDAY)
    onward = Delegate(deputy=third, since=SINCE, until=UNTIL)
    office.delegating.name(onward, call(s.COLLEAGUE), s.MONDAY)
    assert look(office, TUESDAY) == [s.HANDLING.id, third]
    assert look(office, TUESDAY) == [s.HANDLING.id, third]


def test_the_agency_sees_those_in_force_and_to_come(office: Any) -> None:
    agency = s.AGENCY.id
    assert office.delegating.of_agency(agency, s.MONDAY).items == ()
    office.delegating.name(NAMING, call(s.HANDLING), s.MONDAY)
    (found,) = office.delegating.of_agency(agency, s.MONDAY).items
    assert (found.officer.account, found.deputy.account) == (s.HANDLING.id, s.COLLEAGUE.id)
    assert (found.since, found.until, found.now) == (SINCE, UNTIL, False)
    assert office.delegating.of_agency(agency, TUESDAY).items[0].now
    assert office.delegating.of_agency(agency, s.at("2026-09-12 08:00")).items == ()
    assert office.delegating.of_agency("ubnd-16654", s.MONDAY).items == ()


def test_a_deputy_who_serves_no_more_gets_nothing(office: Any, database: Any) -> None:
    office.delegating.name(NAMING, call(s.HANDLING), s.MONDAY)
    database["officers"].update_one({"_id": s.COLLEAGUE.id}, {"$set": {"serves": False}})
    assert look(office, TUESDAY) == [s.HANDLING.id]


def test_of_an_officer_who_is_unknown_nothing_can_be_said(office: Any) -> None:
    with pytest.raises(NotFound):
        office.delegating.name(Delegate("acc-nobody", SINCE, UNTIL), call(s.HANDLING), s.MONDAY)
