"""The seats of a desk: as many as there are, whoever books at the same moment."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import dossier_samples as s
import pytest

from kernel.errors import Conflict
from kernel.views import StreamView
from services.dossier import views
from services.dossier.seats import SEATS, Seats, desk_of

DESK = desk_of(s.AGENCY.id, s.DESK.id)
SLOT = s.at("2026-09-08 08:00")
LATER = s.MONDAY + timedelta(minutes=2)


@pytest.fixture
def view(database: Any) -> StreamView:
    """The status views, none yet."""
    Seats.ensure_indexes(database)
    return StreamView(database["dossiers"], "dossier", views.project)


def comes(view: StreamView, *more: Any) -> None:
    """Let the applicant's dossier say that somebody comes."""
    story = s.Story(s.submit(procedure=replace(s.PROCEDURE, in_person=s.FINGERPRINTS)))
    for command in (s.book(), *more):
        story.tell(command)
    view.refresh(f"dossier-{s.CODE}", story.history())


def test_of_many_at_once_as_many_as_there_are_seats_get_one(
    database: Any, view: StreamView
) -> None:
    def book(number: int) -> str:
        try:
            Seats(database).take(DESK, SLOT, f"code-{number}", view, s.MONDAY)
        except Conflict as refusal:
            return refusal.code
        return "taken"

    with ThreadPoolExecutor(8) as pool:
        outcomes = Counter(pool.map(book, range(8)))
    assert outcomes == {"taken": SEATS, "slot-full": 8 - SEATS}
    taken = Seats(database).taken(DESK, SLOT, SLOT, view, s.MONDAY)
    assert list(taken.values()) == [SEATS]


def test_a_dossier_that_books_again_keeps_its_seat(database: Any, view: StreamView) -> None:
    seats = Seats(database)
    for _ in range(SEATS + 1):
        seats.take(DESK, SLOT, s.CODE, view, s.MONDAY)
    seats.take(DESK, SLOT, "another", view, s.MONDAY)


def test_a_seat_that_its_dossier_does_not_name_is_free_again(
    database: Any, view: StreamView
) -> None:
    seats = Seats(database)
    for code in (s.CODE, *(f"never-{number}" for number in range(1, SEATS))):
        seats.take(DESK, SLOT, code, view, s.MONDAY)
    comes(view)
    assert list(seats.taken(DESK, SLOT, SLOT, view, LATER).values()) == [1]
    for number in range(1, SEATS):
        seats.take(DESK, SLOT, f"new-{number}", view, LATER)
    with pytest.raises(Conflict):
        seats.take(DESK, SLOT, "too-late", view, LATER)
    comes(view, s.withdraw())
    seats.take(DESK, SLOT, "after-the-withdrawal", view, LATER)
