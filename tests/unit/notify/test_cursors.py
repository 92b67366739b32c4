"""The place in the inbox at which the next page begins, as a caller hands it back."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from kernel.errors import Malformed
from services.notify.service import read_cursor


def cursor(text: str) -> str:
    """Return a cursor of this content."""
    return base64.urlsafe_b64encode(text.encode()).decode()


def test_a_cursor_holds_the_moment_and_the_message() -> None:
    moment = datetime(2026, 11, 22, 3, 40, tzinfo=UTC)
    assert read_cursor(cursor("2026-11-22T03:40:00.000000Z m-1")) == (moment, "m-1")


@pytest.mark.parametrize(
    "given",
    [
        "x",
        "ắ",
        cursor("yesterday m-1"),
        cursor("0001-01-01T00:00:00+23:59 m-1"),
        cursor("9999-12-31T23:59:59-23:59 m-1"),
        cursor("99999-01-01T00:00:00Z m-1"),
    ],
)
def test_what_is_no_cursor_is_malformed(given: str) -> None:
    with pytest.raises(Malformed):
        read_cursor(given)
