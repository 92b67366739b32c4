"""Reminders on the real database: found by the narrow view, told once whoever looks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import dossier_samples as s

from services.dossier.contract import StepReminded, Urgency

DUE = s.at("2026-09-10 09:00")  # of the step that the handling officer has


def told(office: Any, now: datetime) -> list[tuple[Urgency, list[str]]]:
    """Look for what is due; return everybody who was ever reminded."""
    office.upkeep.remind(now)
    return [
        (one.urgency, [who.account for who in one.recipients])
        for one in office.happened(StepReminded)
    ]


def test_who_holds_it_is_reminded_and_later_who_leads_the_unit(office: Any) -> None:
    assert told(office, s.MONDAY) == []
    half = (Urgency.HALF, [s.HANDLING.id])
    assert told(office, s.at("2026-09-08 15:00")) == [half]
    assert told(office, s.at("2026-09-08 15:00")) == [half]
    late = (Urgency.LATE, [s.TEAM_LEADER.id])
    assert told(office, DUE + timedelta(minutes=1)) == [half, late]
    assert told(office, DUE + timedelta(days=30)) == [half, late]


def test_where_nobody_leads_the_unit_the_agencys_head_is_told(office: Any, database: Any) -> None:
    database["officers"].update_one({"_id": s.TEAM_LEADER.id}, {"$set": {"serves": False}})
    database["officers"].update_one({"_id": s.CHAIR.id}, {"$set": {"unit": "leadership"}})
    assert told(office, DUE + timedelta(days=1)) == [(Urgency.LATE, [s.CHAIR.id])]


def test_many_who_look_at_once_remind_once(office: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(office.upkeep.remind, [s.at("2026-09-09 15:00")] * 8))
    assert told(office, s.at("2026-09-09 15:00")) == [(Urgency.MOST, [s.HANDLING.id])]
