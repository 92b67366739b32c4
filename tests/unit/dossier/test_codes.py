"""The dossier's code: agency, Vietnam's day, a number that grows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.dossier.decider import dossier_code

NOON = datetime(2020, 2, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (1, "000.00.14.H56-200203-0001"),
        (118, "000.00.14.H56-200203-0118"),
        (9_999, "000.00.14.H56-200203-9999"),
        (10_000, "000.00.14.H56-200203-10000"),
    ],
)
def test_the_number_has_four_digits_and_grows(number, code):
    assert dossier_code("000.00.14.H56", NOON, number) == code


def test_after_midnight_in_vietnam_it_is_the_next_day():
    late = datetime(2020, 2, 3, 17, 30, tzinfo=UTC)
    assert dossier_code("H56.14", late, 12) == "H56.14-200204-0012"
