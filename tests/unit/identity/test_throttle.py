"""The growing delay after failures, and how it fades."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.throttle import PER_ACCOUNT, PER_ADDRESS, PER_RESEND, Rule

rules = st.sampled_from([PER_ACCOUNT, PER_ADDRESS, PER_RESEND])
failures = st.floats(0, 1e6)
seconds = st.floats(0, 1e6).map(lambda number: timedelta(seconds=number))


def test_a_few_slips_are_free_then_the_wait_doubles() -> None:
    waits = [PER_ACCOUNT.wait_after(failures).total_seconds() for failures in range(9)]
    assert waits == [0, 0, 0, 0, 0, 2, 4, 8, 16]


def test_an_address_has_more_free_tries_and_never_waits_long() -> None:
    assert PER_ADDRESS.wait_after(PER_ADDRESS.free) == timedelta()
    assert PER_ADDRESS.wait_after(10**6) == timedelta(minutes=1)
    assert PER_ACCOUNT.wait_after(10**6) == timedelta(minutes=15)


def test_an_address_that_many_share_recovers_within_minutes() -> None:
    shared = PER_ADDRESS.left_of(60, timedelta(minutes=10))
    assert PER_ADDRESS.wait_after(shared) == timedelta()


def test_who_slips_once_a_day_is_never_delayed() -> None:
    level = 0.0
    for _ in range(365):
        level = PER_ACCOUNT.left_of(level, timedelta(days=1)) + 1
        assert PER_ACCOUNT.wait_after(level) == timedelta()


def test_at_the_longest_wait_an_account_forgets_less_than_one_more_try_adds() -> None:
    assert PER_ACCOUNT.left_of(1, PER_ACCOUNT.longest_wait) > 0.9


@given(rules, failures)
def test_the_wait_never_shrinks_and_never_passes_its_bound(rule: Rule, level: float) -> None:
    assert rule.wait_after(level) <= rule.wait_after(level + 1) <= rule.longest_wait


@given(rules, failures, seconds, seconds)
def test_failures_fade_the_same_in_one_go_or_in_two(
    rule: Rule, level: float, first: timedelta, second: timedelta
) -> None:
    at_once = rule.left_of(level, first + second)
    in_two = rule.left_of(rule.left_of(level, first), second)
    assert at_once == pytest.approx(in_two, abs=1e-3)
