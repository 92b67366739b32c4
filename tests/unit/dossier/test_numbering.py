"""Numbers without gaps or repeats: always the one behind the last that is taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Unavailable
from services.dossier.numbering import Numbering


@given(taken=st.integers(0, 5000))
def test_the_first_number_offered_is_the_one_behind_the_last(taken: int) -> None:
    assert next(Numbering().free("H56-260101", lambda n: n <= taken)) == taken + 1


@given(others=st.lists(st.integers(0, 40), max_size=8))
def test_whatever_others_take_meanwhile_no_number_is_left_out(others: list[int]) -> None:
    taken: set[int] = set()
    numbering = Numbering()
    for more in others:
        offers = numbering.free("H56-260101", taken.__contains__)
        first = next(offers)
        assert first == len(taken) + 1
        taken |= set(range(first, first + more))  # somebody else was quicker
        if more:
            assert next(offers) == len(taken) + 1


def test_each_series_counts_for_itself() -> None:
    numbering = Numbering()
    assert next(numbering.free("a", lambda n: n <= 7)) == 8
    assert next(numbering.free("b", lambda n: False)) == 1


def test_a_number_that_was_taken_here_is_not_looked_up() -> None:
    numbering = Numbering()
    taken: set[int] = set()

    def look(number: int) -> bool:
        looked_up.append(number)
        return number in taken

    for number in (1, 2, 3):
        looked_up: list[int] = []
        assert next(numbering.free("H56-260101", look)) == number
        assert (looked_up == []) == (number > 1)
        taken.add(number)
        numbering.took("H56-260101", number)


def test_whoever_offers_in_vain_goes_on_behind_what_others_took() -> None:
    numbering = Numbering()
    numbering.took("H56-260101", 3)
    offers = numbering.free("H56-260101", lambda n: n <= 9)
    assert [next(offers), next(offers)] == [4, 10]


def test_numbers_of_a_series_are_taken_in_turn() -> None:
    numbering, now = Numbering(), datetime.now(UTC)
    with numbering.turn("H56-260101", now + timedelta(minutes=1)):
        with pytest.raises(Unavailable, match="at once"), numbering.turn("H56-260101", now):
            pass
        with numbering.turn("H57-260101", now):
            pass
    with numbering.turn("H56-260101", now):
        pass
