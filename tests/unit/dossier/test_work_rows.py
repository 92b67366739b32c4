"""The narrow view behind the lists, and what a dossier counts for in their tally."""

from __future__ import annotations

import dossier_samples as s
import pytest

from services.dossier.views import work


def document(stage: str):
    """The stored row of a story."""
    history = s.UNTIL[stage]().history()
    content = work.project_work(history)
    assert content is not None
    return {**content, "_id": s.CODE, "version": len(history)}


def row(stage: str, who=s.HANDLING, now=s.MONDAY):
    """The row of a story as somebody sees it."""
    return work.row(document(stage), who, now, s.CALENDAR)


def test_a_row_has_the_applicants_name_for_officers_only():
    assert row("handling").applicant == "Nguyễn Thị An"
    for who in (s.AUDITOR, s.ADMINISTRATOR, s.APPLICANT):
        assert row("handling", who).applicant == ""
    mine = row("handling", s.APPLICANT)
    assert (mine.unit, mine.officer, mine.step) == (s.TEAM.name, "Vũ Thị Mai", "Thụ lý")
    assert (mine.code, mine.version, mine.status) == (s.CODE, 8, 4)
    assert mine.due == s.at("2026-09-16 17:30")


@pytest.mark.parametrize(
    ("now", "colour"),
    [
        ("2026-09-14 07:30", "on-time"),
        ("2026-09-14 07:31", "soon"),  # under 24 working hours to Wednesday 17:30
        ("2026-09-16 17:30", "soon"),
        ("2026-09-16 17:31", "late"),
    ],
)
def test_the_colour_of_a_row_follows_the_working_time_left(now, colour):
    assert row("handling", now=s.at(now)).due_colour == colour


@pytest.mark.parametrize(
    "stage", ["supplement asked in handling", "fee due at the desk", "refused"]
)
def test_a_row_has_no_colour_while_nothing_runs(stage):
    assert row(stage).due_colour == "none"


def test_lists_ask_by_holder_state_order_and_words():
    kept = document("handling")
    asked = {
        "agency": "ubnd-16594",
        "unit": "civil",
        "officer": "acc-mai",
        "status": 4,
        "state": "open",
        "subject": "acc-an",
        "procedure": "1.004222",
        "at": "2026-09-16T10:30:00.000Z",
    }
    assert {key: kept[key] for key in asked} == asked
    assert {"dang", "ky", "thuong", "tru", "h56", "0001"} <= set(kept["words"])
    assert kept["name_words"] == ["an", "nguyen", "thi"]


def test_what_nothing_presses_comes_behind_everything_else_the_oldest_first():
    kept = document("completed")
    assert (kept["state"], kept["at"]) == ("open", "92026-09-07T02:00:00.000Z")


def lists(stage: str) -> set[str]:
    """The lists that a story stands in, whole."""
    counted = work.count_work(s.UNTIL[stage]().history())
    assert {tuple(one.items()) for one in counted.values()} == {(("n", 1),)}
    return {name for name, bucket in counted if bucket == work.TOTAL}


def test_a_dossier_is_counted_where_it_is_listed():
    assert lists("submitted") == {
        "own/acc-an/open",
        "agency/ubnd-16594/open",
        "unit/ubnd-16594/one-stop/open",
        "nobody/ubnd-16594/one-stop/open",
        "nobody/ubnd-16594//open",
    }
    assert lists("handling") == {
        "own/acc-an/open",
        "agency/ubnd-16594/open",
        "unit/ubnd-16594/civil/open",
        "officer/acc-mai/open",
    }
    assert lists("supplement asked in handling") == {
        "own/acc-an/waiting",
        "agency/ubnd-16594/waiting",
        "unit/ubnd-16594/civil/waiting",
        "officer/acc-mai/waiting",
    }
    assert lists("refused") == {"own/acc-an/closed", "agency/ubnd-16594/closed"}


@pytest.mark.parametrize("stage", s.UNTIL)
def test_counting_needs_no_key(stage):
    history = s.UNTIL[stage]().history()
    assert work.count_work(history) == work.count_work(s.without_key(history))
