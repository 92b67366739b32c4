"""Lists: page by page, whatever their length, all rows and each once, in the order asked for."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import dossier_samples as s
import pytest

from kernel.errors import Forbidden, Invalid
from kernel.requests import Caller
from kernel.views import StreamView
from services.dossier import leafing, lists
from services.dossier.contract import DossierPage, ListMyDossiers, ReadInbox
from services.dossier.derived import LISTED
from services.dossier.leafing import Leafing
from services.dossier.lists import Looker
from services.dossier.views import work
from services.dossier.views.document import stamp
from services.dossier.wording import search_words


class NoLedger:
    """What these lists were filled from: nothing is behind the tally."""

    def read(self, after: int, limit: int) -> list[Any]:
        """Nothing."""
        return []


class Desk:
    """The rows of an office, and its lists as somebody sees them."""

    def __init__(self, database: Any) -> None:
        self.view = StreamView(database["work"], "dossier", work.project_work, work.INDEXES)
        self.view.ensure_indexes()
        self.tally = LISTED.over(database, NoLedger())  # type: ignore[arg-type]
        self.tally.ensure_indexes()

    def inbox(self, who: Caller, request: ReadInbox, days: int = 0) -> DossierPage:
        """A page of the work list, some days later."""
        looker = Looker(who, s.MONDAY + timedelta(days=days), s.CALENDAR)
        return lists.inbox(request, looker, Leafing(self.view.collection, self.tally))

    def mine(self, who: Caller, request: ListMyDossiers) -> DossierPage:
        """A page of one's own dossiers."""
        looker = Looker(who, s.MONDAY, s.CALENDAR)
        return lists.mine(request, looker, Leafing(self.view.collection, self.tally))

    def all_of(self, who: Caller, **asked: Any) -> list[str]:
        """Every row of a work list, page by page."""
        found: list[str] = []
        request = ReadInbox(limit=7, **asked)
        while True:
            page = self.inbox(who, request)
            found += [row.code for row in page.items]
            assert len(page.items) == 7 or page.cut or page.next is None
            if page.next is None:
                return found
            request = replace(request, after=page.next)

    def fill(self, count: int, drawn: random.Random) -> list[dict[str, Any]]:
        """Put rows there, and count them but for some of the newest, as if the tally were late."""
        pattern = work.project_work(s.UNTIL["handling"]().history())
        assert pattern is not None
        rows = []
        for number in range(count):
            minutes = drawn.choice([0, 0, 60, 24 * 60, drawn.randrange(9 * 24 * 60)])
            urgent = None if drawn.random() < 0.1 else s.MONDAY + timedelta(minutes=minutes - 3000)
            sent = stamp(s.MONDAY - timedelta(days=drawn.randrange(60)))
            applicant = drawn.choice(["Đỗ Ánh", "Dương An", "Ân Đức", "Bùi Ức"])
            state = drawn.choice(["open", "open", "open", "waiting", "closed"])
            pressing = stamp(urgent) if urgent else f"9{sent}"
            rows.append(
                {
                    **pattern,
                    "_id": f"H56-{number:04}",
                    "version": 1,
                    "unit": drawn.choice(["civil", "office"]),
                    "officer": drawn.choice(["acc-mai", ""]),
                    "subject": drawn.choice(["acc-an", "acc-binh"]),
                    "status": drawn.choice([2, 4]),
                    "state": state,
                    "at": stamp(s.MONDAY - timedelta(hours=number))
                    if state == "closed"
                    else pressing,
                    "urgent_at": stamp(urgent) if urgent and state == "open" else None,
                    "submitted_at": sent,
                    "name_words": search_words(applicant),
                    "row": {**pattern["row"], "submitted_at": sent, "applicant": applicant},
                }
            )
        self.view.collection.insert_many(rows)
        cells: dict[Any, int] = {}
        for row in rows[: count * 9 // 10]:
            for cell in work.cells_of(row):
                cells[cell] = cells.get(cell, 0) + 1
        self.tally.collection.insert_many(
            {"_id": "\n".join(cell), **dict(zip(work.FIELDS, cell, strict=True)), "n": n}
            for cell, n in cells.items()
        )
        return rows


@pytest.fixture
def desk(database: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An office whose lists count as long ones early."""
    monkeypatch.setattr(leafing, "_DENSE", 12)
    monkeypatch.setattr(leafing, "_READ_AT_MOST", 30)
    return Desk(database)


def test_every_list_can_be_read_page_by_page_in_its_order_and_any_other(desk: Desk) -> None:
    rows = desk.fill(120, random.Random(11))
    now = stamp(s.MONDAY)
    everything = {
        "mine": [one for one in rows if one["officer"] == "acc-mai" and one["state"] == "open"],
        "nobody": [one for one in rows if not one["officer"] and one["state"] == "open"],
        "unit": [one for one in rows if one["state"] == "open"],
        "waiting": [one for one in rows if one["state"] == "waiting"],
    }
    leader = replace(s.CHAIR, id="acc-mai")
    for tab, there in everything.items():
        order = [one["_id"] for one in sorted(there, key=lambda one: (one["at"], one["_id"]))]
        assert desk.all_of(leader, tab=tab) == order
        assert desk.all_of(leader, tab=tab, sort="-due") == order[::-1], tab
    closed = [one["_id"] for one in rows if one["state"] == "closed"]
    assert desk.all_of(leader, tab="closed") == closed

    unit = everything["unit"]
    by_name = sorted(unit, key=lambda one: (search_name(one), one["_id"]))
    assert desk.all_of(leader, tab="unit", sort="applicant") == [one["_id"] for one in by_name]
    assert desk.all_of(s.HANDLING, tab="unit") == [
        one["_id"]
        for one in sorted(unit, key=lambda one: (one["at"], one["_id"]))
        if one["unit"] == "civil"
    ]
    for filters, holds in (
        ({"colour": "late"}, lambda one: one["at"] < now),
        ({"q": "DUC"}, lambda one: "duc" in one["name_words"]),
        (
            {"status": 2, "officer": "acc-mai"},
            lambda o: (o["status"], o["officer"]) == (2, "acc-mai"),
        ),
        ({"unit": "office"}, lambda one: one["unit"] == "office"),
    ):
        wanted = {one["_id"] for one in unit if holds(one)}
        assert set(desk.all_of(leader, tab="unit", **filters)) == wanted


def search_name(row: dict[str, Any]) -> str:
    """The applicant's name as it is put in order."""
    return lists.plain(row["row"]["applicant"])


@pytest.mark.proves("E20")
def test_ones_own_list_goes_from_the_newest_and_is_counted(desk: Desk) -> None:
    rows = desk.fill(60, random.Random(2))
    hers = [one for one in rows if one["subject"] == "acc-an"]
    newest = sorted(hers, key=lambda one: (one["submitted_at"], one["_id"]), reverse=True)
    found: list[str] = []
    request: ListMyDossiers | None = ListMyDossiers(limit=9)
    while request is not None:
        page = desk.mine(s.APPLICANT, request)
        found += [row.code for row in page.items]
        request = replace(request, after=page.next) if page.next else None
    assert found == [one["_id"] for one in newest]
    assert page.counts.keys() == {"open", "waiting", "closed"}
    waiting = desk.mine(s.APPLICANT, ListMyDossiers(state="waiting", limit=100))
    assert {row.code for row in waiting.items} == {
        one["_id"] for one in hers if one["state"] == "waiting"
    }


def test_a_list_that_is_too_long_is_not_sorted_by_another_column(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.fill(30, random.Random(1))
    monkeypatch.setattr(leafing, "SORTED_AT_MOST", 5)
    with pytest.raises(Invalid, match="list-too-long") as refused:
        desk.inbox(s.CHAIR, ReadInbox(sort="applicant"))
    assert refused.value.fields[0].field == "sort"
    assert desk.inbox(s.CHAIR, ReadInbox()).items


@pytest.fixture
def refused(database: Any) -> Desk:
    """A desk with one dossier, which was refused on Monday."""
    desk = Desk(database)
    history = s.UNTIL["refused"]().history()
    desk.view.refresh(f"dossier-{s.CODE}", history)
    for cell, measures in work.count_work(history).items():
        named = dict(zip(work.FIELDS, cell, strict=True))
        desk.tally.collection.insert_one({"_id": "\n".join(cell), **named, **measures})
    return desk


def test_what_ended_is_listed_and_counted_this_month_and_for_three_more(refused: Desk) -> None:
    closed = ReadInbox(tab="closed")
    lately = refused.inbox(s.RECEIVING, closed, days=115)
    later = refused.inbox(s.RECEIVING, closed, days=116)
    assert ([one.code for one in lately.items], lately.counts["closed"]) == ([s.CODE], 1)
    assert (later.items, later.counts["closed"]) == ((), 0)
    assert lately.counts["unit"] == 0


def test_nobody_finds_by_a_name_whom_the_name_is_not_shown_to(refused: Desk) -> None:
    def found(who: Caller, words: str) -> list[tuple[str, str]]:
        page = refused.inbox(who, ReadInbox(tab="closed", q=words))
        return [(row.code, row.applicant) for row in page.items]

    assert found(s.RECEIVING, "nguyen") == [(s.CODE, s.PERSON.name)]
    for who in (s.AUDITOR, s.ADMINISTRATOR):
        assert found(who, "nguyen") == []
        assert found(who, s.CODE) == [(s.CODE, "")]


def test_only_a_leader_looks_into_another_unit(refused: Desk) -> None:
    assert refused.inbox(s.CHAIR, ReadInbox(unit="civil")).items == ()
    with pytest.raises(Forbidden, match="not-your-unit"):
        refused.inbox(s.RECEIVING, ReadInbox(unit="civil"))
