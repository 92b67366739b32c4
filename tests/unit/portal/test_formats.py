"""Dates, times, money and sizes as they are written here."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.portal import formats


def test_days_and_moments_are_those_of_vietnam() -> None:
    late = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
    assert formats.day(date(2026, 2, 3)) == "03/02/2026"
    assert formats.day(late) == "23/11/2026"
    assert formats.moment(late) == "23/11/2026 01:05"


@pytest.mark.usefixtures("in_vietnamese")
def test_money_sizes_and_working_time() -> None:
    assert formats.money(10_000) == "10.000\u00a0₫"
    assert formats.money(None) == ""
    assert formats.number(94.58) == "94,58"
    assert formats.size(300) == "1\u00a0KB"
    assert formats.size(1_572_864) == "1,5\u00a0MB"
    assert formats.working_time(620) == "1 ngày làm việc 2 giờ 20 phút"
    assert formats.working_time(0) == "0 phút"


@pytest.mark.parametrize(
    ("typed", "read"),
    [("3/2/1990", "1990-02-03"), ("03/02/1990", "1990-02-03"), ("31/2/1990", "31/2/1990")],
)
def test_a_day_is_read_as_it_is_written(typed: str, read: str) -> None:
    assert formats.read_day(typed) == read


def test_a_moment_is_read_in_vietnamese_time() -> None:
    assert formats.read_moment("4/12/2026 08:30") == "2026-12-04T08:30:00+07:00"
    assert formats.read_moment("sáng mai") == "sáng mai"


@pytest.mark.usefixtures("in_vietnamese")
@pytest.mark.proves("G10")
def test_a_rate_has_the_comma_and_at_most_two_places() -> None:
    shown = {9458: "94,58 %", 7180: "71,8 %", 10_000: "100 %", 5: "0,05 %"}
    assert {value: formats.percent(value).replace("\u00a0", " ") for value in shown} == shown
    assert formats.percent(None) == ""
