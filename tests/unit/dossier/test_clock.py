"""The clock is an algebra with laws, and follows the text of the law."""

from __future__ import annotations

import time as stopwatch
from datetime import UTC, date, datetime, timedelta

import pytest
from dossier_samples import at
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Conflict
from services.catalog.contract import DayHours, OfficeHours, TimeUnit
from services.dossier.clock import (
    OFFICE_DAY,
    VIETNAM,
    Calendar,
    at_agency,
    day_of,
    timing,
    vietnam,
    with_overrides,
)
from services.dossier.contract import Timing

ORDINARY = Calendar()
STATE = vietnam()
MINUTES_A_WEEK = 5 * 480

first, last = datetime(2020, 1, 1), datetime(2040, 1, 1)  # noqa: DTZ001 (of any zone)
instants = st.datetimes(first, last, timezones=st.just(VIETNAM))
minutes = st.integers(0, 20 * 52 * MINUTES_A_WEEK // 10)
calendars = st.sampled_from(
    [
        ORDINARY,
        STATE,
        Calendar(week=(((OFFICE_DAY[0]),),) * 6 + ((),), days={}),
        at_agency(STATE, OfficeHours(("", *("08:00-12:00 13:00-16:30",) * 5, "07:00-11:00"))),
    ]
)


# Laws


@given(calendars, instants, minutes)
def test_adding_then_measuring_gives_back_the_duration(calendar, start, duration):
    assert calendar.minutes_between(start, calendar.add_minutes(start, duration)) == duration


@given(calendars, instants, minutes)
def test_subtracting_takes_back_what_was_added(calendar, start, duration):
    """To the first instant of all from which so much working time passes until then."""
    end = calendar.add_minutes(start, duration)
    before = calendar.subtract_minutes(end, duration)
    assert before <= end
    assert calendar.minutes_between(before, end) == duration
    if duration:
        earlier = before - timedelta(minutes=1)
        assert calendar.minutes_between(earlier, end) == duration + 1


@given(calendars, instants)
def test_a_pause_of_zero_changes_nothing(calendar, due):
    due = calendar.add_minutes(due, 1)
    assert calendar.add_minutes(due, 0) == due


@given(calendars, instants, minutes, minutes)
def test_adding_twice_is_adding_the_sum(calendar, start, first, second):
    twice = calendar.add_minutes(calendar.add_minutes(start, first), second)
    assert twice == calendar.add_minutes(start, first + second)


@given(calendars, instants, instants, instants)
def test_adjoining_spans_add_up(calendar, one, two, three):
    one, two, three = sorted([one, two, three])
    parts = calendar.minutes_between(one, two) + calendar.minutes_between(two, three)
    assert parts == calendar.minutes_between(one, three)


@given(calendars, instants, st.timedeltas(timedelta(0), timedelta(400)), minutes)
def test_what_starts_later_is_due_no_earlier(calendar, start, delay, duration):
    later = calendar.add_minutes(start + delay, duration)
    assert calendar.add_minutes(start, duration) <= later


@given(calendars, instants, minutes, st.integers(0, 10_000))
def test_more_time_is_due_no_earlier(calendar, start, duration, more):
    assert calendar.add_minutes(start, duration) <= calendar.add_minutes(start, duration + more)


@given(instants, minutes, minutes)
def test_pauses_may_come_in_any_order(due, first, second):
    one_way = STATE.add_minutes(STATE.add_minutes(due, first), second)
    assert one_way == STATE.add_minutes(STATE.add_minutes(due, second), first)


@given(instants, st.sampled_from(list(TimeUnit)), st.integers(1, 60))
def test_what_is_due_is_due_in_office_hours_and_not_before_it_began(start, unit, value):
    due = STATE.due(start, unit, value)
    assert STATE.works_on(day_of(due))
    assert day_of(due) >= day_of(start)
    assert due.tzinfo is UTC


@given(instants, st.sampled_from(list(TimeUnit)), st.integers(1, 60))
def test_a_longer_term_ends_no_earlier(start, unit, value):
    assert STATE.due(start, unit, value) <= STATE.due(start, unit, value + 1)


@given(instants, instants)
def test_the_count_agrees_with_a_walk_over_the_days(start, end):
    start, end = sorted([start, min(end, start + timedelta(60))])
    walked, day = 0, start.date()
    while day <= end.date():
        for opens, closes in STATE.hours_of(day):
            first = max(
                datetime.combine(day, opens, VIETNAM), start.replace(second=0, microsecond=0)
            )
            last = min(datetime.combine(day, closes, VIETNAM), end.replace(second=0, microsecond=0))
            walked += max(0, int((last - first).total_seconds() // 60))
        day += timedelta(1)
    assert STATE.minutes_between(start, end) == walked


# Working time


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-09-07 09:00", 2, "2026-09-07 11:00"),
        ("2026-09-07 09:00", 4, "2026-09-07 15:00"),  # over lunch
        ("2026-09-07 16:30", 8, "2026-09-08 16:30"),
        ("2026-09-11 16:30", 8, "2026-09-14 16:30"),  # over the week-end
        ("2026-09-12 10:00", 8, "2026-09-14 17:30"),  # sent on Saturday
        ("2026-08-31 10:00", 8, "2026-09-03 17:30"),  # over the National Day
        ("2026-08-22 07:30", 8, "2026-08-22 17:30"),  # a make-up Saturday
    ],
)
def test_working_hours(start, hours, due):
    assert STATE.add_hours(at(start), hours) == at(due)


def test_swaps_decreed_later_override_the_table():
    saturday, monday = date(2026, 9, 12), date(2026, 9, 14)
    swapped = with_overrides(STATE, days_off=[monday], made_up=[saturday])
    assert swapped.add_hours(at("2026-09-11 16:30"), 8) == at("2026-09-12 16:30")
    assert not swapped.works_on(monday)


SATURDAYS = OfficeHours(week=(*("07:30-11:30 13:30-17:00",) * 5, "07:30-11:30", ""))


@pytest.mark.parametrize(
    ("hours", "start", "due"),
    [
        (SATURDAYS, "2026-09-11 16:30", "2026-09-14 11:00"),  # half an hour, four on Saturday
        (OfficeHours(days=(DayHours(date(2026, 9, 14)),)), "2026-09-11 16:30", "2026-09-15 16:30"),
        (SATURDAYS, "2026-08-31 13:30", "2026-09-04 08:00"),  # the National Day stays a holiday
        (  # on the state's make-up Saturday it works as on a Monday
            OfficeHours(week=("08:00-12:00 13:00-17:00", "", "", "", "", "", "")),
            "2026-08-22 08:00",
            "2026-08-22 17:00",
        ),
        (  # one day of its own wins over everything
            OfficeHours(days=(DayHours(date(2026, 9, 2), "07:30-11:30 13:30-17:30"),)),
            "2026-09-02 07:30",
            "2026-09-02 17:30",
        ),
    ],
    ids=["Saturdays", "closed", "holiday", "make-up day", "open"],
)
def test_an_agency_has_hours_of_its_own(hours, start, due):
    assert at_agency(STATE, hours).add_hours(at(start), 8) == at(due)


def test_without_own_hours_the_calendar_is_the_states():
    assert at_agency(STATE, None) is STATE
    assert at_agency(STATE, OfficeHours()) == STATE


def test_a_years_long_duration_is_counted_without_walking():
    started = stopwatch.perf_counter()
    for _ in range(100):
        STATE.minutes_between(
            at("2016-01-04 09:00"), STATE.add_hours(at("2016-01-04 09:00"), 50_000)
        )
    assert stopwatch.perf_counter() - started < 2


# The law


@pytest.mark.parametrize(
    ("unit", "value", "start", "due"),
    [
        # Civil Code art. 147.2: the first day is not counted.
        (TimeUnit.WORKING_DAY, 1, "2026-09-07 08:00", "2026-09-08 17:30"),
        (TimeUnit.WORKING_DAY, 7, "2026-11-20 10:00", "2026-12-02 17:30"),  # 24 November is off
        (TimeUnit.WORKING_DAY, 5, "2026-02-13 09:00", "2026-02-27 17:30"),  # over Tết
        (TimeUnit.WORKING_HOUR, 8, "2026-09-07 10:00", "2026-09-08 10:00"),
        (TimeUnit.DAY, 3, "2026-09-07 10:00", "2026-09-10 17:30"),
        # art. 148.5: it ends on a day off, so with the next working day.
        (TimeUnit.DAY, 5, "2026-09-07 10:00", "2026-09-14 17:30"),
        (TimeUnit.MONTH, 1, "2026-09-07 10:00", "2026-10-07 17:30"),
        # art. 148.3: a month without that day ends with its last day (28 February, a Saturday).
        (TimeUnit.MONTH, 1, "2026-01-31 10:00", "2026-03-02 17:30"),
        (TimeUnit.MONTH, 12, "2026-09-07 10:00", "2027-09-07 17:30"),
        # Same day: after 15:00 the next working day.
        (TimeUnit.SAME_DAY, 0, "2026-09-07 15:00", "2026-09-07 17:30"),
        (TimeUnit.SAME_DAY, 0, "2026-09-07 15:01", "2026-09-08 17:30"),
        (TimeUnit.SAME_DAY, 0, "2026-09-11 16:00", "2026-09-14 17:30"),
        (TimeUnit.SAME_DAY, 0, "2026-09-12 16:00", "2026-09-14 17:30"),
    ],
)
def test_terms(unit, value, start, due):
    assert STATE.due(at(start), unit, value) == at(due)


def test_the_day_is_vietnams():
    assert day_of(datetime(2026, 9, 6, 18, 0, tzinfo=UTC)) == date(2026, 9, 7)


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        ("2026-09-09 17:30", Timing.EARLY),
        ("2026-09-10 07:00", Timing.ON_TIME),
        ("2026-09-10 17:30", Timing.ON_TIME),
        ("2026-09-10 17:31", Timing.LATE),
    ],
)
def test_early_is_a_day_before_on_time_is_until_the_hour(ended, expected):
    assert timing(at(ended), at("2026-09-10 17:30")) is expected


# The calendar's end


@pytest.mark.parametrize(
    ("unit", "value"),
    [
        *((TimeUnit.WORKING_DAY, value) for value in (30, 10**9)),
        *((TimeUnit.WORKING_HOUR, value) for value in (300, 10**9)),
        *((TimeUnit.DAY, value) for value in (30, 10**9)),
        *((TimeUnit.MONTH, value) for value in (2, 10**9)),
    ],
)
def test_what_would_be_due_beyond_the_calendars_end_is_not_promised(unit, value):
    with pytest.raises(Conflict) as refusal:
        STATE.due(at("2045-12-11 09:00"), unit, value)
    assert refusal.value.code == "beyond-calendar"
    assert "31/12/2045" in refusal.value.vi


def test_a_clock_that_runs_already_goes_on_beyond_it_by_ordinary_weeks():
    begun = at("2045-12-29 09:30")  # a Friday
    resumed = STATE.add_hours(begun, 16)
    assert resumed == at("2046-01-02 09:30")
    assert STATE.minutes_between(begun, resumed) == 16 * 60
