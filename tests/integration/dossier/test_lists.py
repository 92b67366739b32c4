"""The work list: its tabs with their counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import dossier_samples as s
import pytest

from kernel.requests import Caller
from kernel.views import StreamView
from services.dossier import lists, views
from services.dossier.contract import DossierPage, ReadInbox


@pytest.fixture
def view(database: Any) -> StreamView:
    """One dossier that was refused on Monday."""
    kept = StreamView(database["dossiers"], "dossier", views.project)
    kept.refresh(f"dossier-{s.CODE}", s.UNTIL["refused"]().history())
    return kept


def closed(view: StreamView, days_later: int) -> DossierPage:
    """The closed ones as the receiving officer sees them some days later."""
    now = s.MONDAY + timedelta(days=days_later)
    return lists.inbox(ReadInbox(tab="closed"), s.RECEIVING, view, now, s.CALENDAR)


def test_what_ended_is_listed_and_counted_for_ninety_days(view: StreamView) -> None:
    lately, later = closed(view, 90), closed(view, 91)
    assert ([one.code for one in lately.items], lately.counts["closed"]) == ([s.CODE], 1)
    assert (later.items, later.counts["closed"]) == ((), 0)
    assert lately.counts["unit"] == 0


def test_nobody_finds_by_a_name_whom_the_name_is_not_shown_to(view: StreamView) -> None:
    def found(who: Caller, words: str) -> list[tuple[str, str]]:
        asked = ReadInbox(tab="closed", q=words)
        page = lists.inbox(asked, who, view, s.MONDAY, s.CALENDAR)
        return [(row.code, row.applicant) for row in page.items]

    assert found(s.RECEIVING, "nguyen") == [(s.CODE, s.PERSON.name)]
    for who in (s.AUDITOR, s.ADMINISTRATOR):
        assert found(who, "nguyen") == []
        assert found(who, s.CODE) == [(s.CODE, "")]
