"""The growing delay after failures."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.identity.throttle import LONGEST_WAIT, PER_ACCOUNT, PER_ADDRESS


def test_a_few_slips_are_free_then_the_wait_doubles() -> None:
    waits = [PER_ACCOUNT.wait_after(failures).total_seconds() for failures in range(9)]
    assert waits == [0, 0, 0, 0, 0, 2, 4, 8, 16]


def test_an_address_has_more_free_tries_than_an_account() -> None:
    assert PER_ADDRESS.wait_after(PER_ACCOUNT.free + 1) == timedelta()


@given(st.integers(0, 10**9))
def test_the_wait_never_shrinks_and_never_passes_its_bound(failures: int) -> None:
    wait = PER_ACCOUNT.wait_after(failures)
    assert wait <= PER_ACCOUNT.wait_after(failures + 1) <= LONGEST_WAIT
