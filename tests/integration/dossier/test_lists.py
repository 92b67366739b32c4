"""The work list: its tabs with their counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import dossier_samples as s
import pytest

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
