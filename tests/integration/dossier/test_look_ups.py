"""Looking up without login: one-time codes, and a bound on tries."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.errors import NotFound, TooMany
from services.dossier.look_ups import TRIES, LookUps, same


@pytest.fixture
def look_ups(database: Any) -> LookUps:
    """No look-ups yet."""
    LookUps.ensure_indexes(database)
    return LookUps(database, bytes(32))


def test_a_one_time_code_is_good_for_its_key_alone(look_ups: LookUps) -> None:
    look_up = look_ups.new_code("038190000123", "H56-260101-0001")
    dossier, code, _ = look_ups.read_code(look_up)
    assert dossier == "H56-260101-0001"
    assert look_ups.is_one_time_code("038190000123", code)
    assert not look_ups.is_one_time_code("038190000124", code)
    assert not look_ups.is_one_time_code("038190000123", "000000x")


def test_an_unknown_look_up_has_no_code(look_ups: LookUps) -> None:
    with pytest.raises(NotFound):
        look_ups.read_code("look-up-unknown")


def test_tries_are_bounded_by_key_and_by_address(look_ups: LookUps) -> None:
    for _ in range(TRIES):
        look_ups.count_try("H56-260101-0100", "10.0.0.1")
    with pytest.raises(TooMany) as refused:
        look_ups.count_try("h56-260101-0100 ", "10.0.0.2")
    assert refused.value.retry_after
    for number in range(2 * TRIES):
        look_ups.count_try(f"H56-260101-{number:04}", "10.0.0.1")
    with pytest.raises(TooMany):
        look_ups.count_try("H56-260101-9999", "10.0.0.1")


def test_an_erased_secret_matches_nothing() -> None:
    assert same("1234", " 1234 ")
    assert not same("1234", "1235")
    assert not same(None, "")
