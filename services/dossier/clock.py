"""The clock of a dossier (domain §6): working time of an agency, and what is due when.

Everything here is a function of its arguments. Instants are aware; days are Vietnam's. Working
time is counted in whole minutes: the seconds of an instant are dropped before it is used, so that
adjoining spans add up exactly.
"""

from __future__ import annotations

import calendar as months
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property
from zoneinfo import ZoneInfo

import holidays

from kernel.errors import Conflict
from services.catalog.contract import OfficeHours, TimeUnit
from services.catalog.contract.office_hours import Interval, intervals
from services.dossier.contract import Timing

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
HOURS_A_DAY = 8
SAME_DAY_UNTIL = time(15, 0)  # taken after this hour, "same day" means the next working day

OFFICE_DAY: tuple[Interval, ...] = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 30)))
OFFICE_WEEK: tuple[tuple[Interval, ...], ...] = (*(OFFICE_DAY,) * 5, (), ())


@dataclass(frozen=True)
class Calendar:
    """When an agency works.

    `week` holds the office hours of Monday to Sunday, in order and apart from each other.
    `days` holds the days that differ: no hours on a holiday, hours on a make-up day (làm bù) or a
    day set by decree. A day of `days` is never an ordinary day of the week. `last` is the last day
    whose holidays are known: beyond it time is still counted, by ordinary weeks, but nothing is
    promised.
    """

    week: tuple[tuple[Interval, ...], ...] = OFFICE_WEEK
    days: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict)
    last: date = date.max

    def hours_of(self, day: date) -> tuple[Interval, ...]:
        """Return the office hours of a day; none on a day off."""
        return self.days.get(day, self.week[day.weekday()])

    def works_on(self, day: date) -> bool:
        """Whether the agency is open at all on that day."""
        return bool(self.hours_of(day))

    def opening(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Return from when to when the agency is open on a day (UTC)."""
        return tuple(
            (_instant(day, opens), _instant(day, closes)) for opens, closes in self.hours_of(day)
        )

    # Working time

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """Return the working minutes from `start` to `end`; 0 where `end` is not later."""
        return max(0, self._minutes_until(end) - self._minutes_until(start))

    def add_minutes(self, start: datetime, minutes: int) -> datetime:
        """Return the earliest instant by which that many working minutes have passed (UTC)."""
        if minutes <= 0:
            return _to_minute(start)
        wanted = self._minutes_until(start) + minutes
        return self._instant_of(wanted, _local(start).toordinal())

    def subtract_minutes(self, end: datetime, minutes: int) -> datetime:
        """Return the earliest instant after which that many working minutes pass until `end`."""
        if minutes <= 0:
            return _to_minute(end)
        return self._instant_of(self._minutes_until(end) - minutes, 1)

    def _instant_of(self, wanted: int, first: int) -> datetime:
        """Return the earliest instant, from the day `first` on, by which so many have passed."""
        day = date.fromordinal(
            bisect_left(
                range(date.max.toordinal()),
                wanted,
                lo=first,
                key=lambda ordinal: self._minutes_before(date.fromordinal(ordinal + 1)),
            )
        )
        left = wanted - self._minutes_before(day)
        for opens, closes in self.hours_of(day):
            length = _minutes(opens, closes)
            if left <= length:
                return _instant(day, opens) + timedelta(minutes=left)
            left -= length
        raise _beyond(self.last)

    def add_hours(self, start: datetime, hours: int) -> datetime:
        """Return `start` plus working hours (UTC)."""
        return self.add_minutes(start, hours * 60)

    def next_working_day(self, day: date) -> date:
        """Return the first day on which the agency works, from `day` on."""
        while not self.works_on(day):
            day += timedelta(days=1)
        return day

    def closing(self, day: date) -> datetime:
        """Return the end of office hours of a working day (UTC)."""
        return _instant(day, self.hours_of(day)[-1][1])

    # What is due when

    def due(self, start: datetime, unit: TimeUnit, value: int) -> datetime:
        """Return when a dossier accepted at `start` is due (UTC).

        A term in days or months does not count its first day (Civil Code 2015, art. 147.2). It
        ends with the office hours of its last day; where that is a day off, with those of the
        next working day (art. 148.5). A term in months ends on the same day of the last month, or
        on that month's last day (art. 148.3). Raises `Conflict` for what would be due
        beyond the calendar's last day.
        """
        try:
            return self.known(self._due(start, unit, value))
        except (OverflowError, ValueError) as error:  # later than any date
            raise _beyond(self.last) from error

    def known(self, due: datetime) -> datetime:
        """Return what is due not beyond the calendar's last day; raise `Conflict` otherwise."""
        if day_of(due) > self.last:
            raise _beyond(self.last)
        return due

    def _due(self, start: datetime, unit: TimeUnit, value: int) -> datetime:
        day = _local(start).date()
        match unit:
            case TimeUnit.WORKING_HOUR:
                return self.add_hours(start, value)
            case TimeUnit.WORKING_DAY:
                return self.closing(self._working_day_after(day, value))
            case TimeUnit.DAY:
                return self.closing(self.next_working_day(day + timedelta(days=value)))
            case TimeUnit.MONTH:
                return self.closing(self.next_working_day(_months_after(day, value)))
            case TimeUnit.SAME_DAY:
                late = self.works_on(day) and _local(start).time() > SAME_DAY_UNTIL
                return self.closing(self.next_working_day(day + timedelta(days=late)))

    def _working_day_after(self, day: date, count: int) -> date:
        if count == 0:
            return self.next_working_day(day)
        for _ in range(count):
            if day > self.last:
                raise _beyond(self.last)
            day = self.next_working_day(day + timedelta(days=1))
        return day

    # Counting without walking: whole weeks by multiplication, days that differ by a running sum.

    def _minutes_until(self, instant: datetime) -> int:
        local = _local(instant)
        clock = local.time()
        today = sum(
            _minutes(opens, min(clock, closes))
            for opens, closes in self.hours_of(local.date())
            if clock > opens
        )
        return self._minutes_before(local.date()) + today

    def _minutes_before(self, day: date) -> int:
        """Working minutes from the calendar's beginning (Monday, 1 January of year 1) to `day`."""
        weeks, rest = divmod(day.toordinal() - 1, 7)
        ordinary = weeks * self._week_minutes[7] + self._week_minutes[rest]
        dates, corrections = self._corrections
        return ordinary + corrections[bisect_left(dates, day)]

    @cached_property
    def _week_minutes(self) -> tuple[int, ...]:
        """Working minutes of an ordinary week before its day 0, 1, … 7."""
        sums = [0]
        for hours in self.week:
            sums.append(sums[-1] + _length(hours))
        return tuple(sums)

    @cached_property
    def _corrections(self) -> tuple[list[date], list[int]]:
        """The days that differ, and by how much all days before each of them differ together."""
        dates = sorted(self.days)
        sums = [0]
        for day in dates:
            usual = _length(self.week[day.weekday()])
            sums.append(sums[-1] + _length(self.days[day]) - usual)
        return dates, sums


@cache
def vietnam(first_year: int = 2015, last_year: int = 2045) -> Calendar:
    """Return the calendar of the state: public holidays off, decreed make-up Saturdays on."""
    table = holidays.country_holidays("VN", years=range(first_year, last_year + 1))
    days_off = tuple(table)
    made_up = tuple(getattr(table, "weekend_workdays", ()))  # grows when the table is asked
    known = Calendar(last=date(last_year, 12, 31))
    return with_overrides(known, days_off, made_up)


def with_overrides(
    calendar: Calendar, days_off: Iterable[date] = (), made_up: Iterable[date] = ()
) -> Calendar:
    """Return the calendar with swaps that were decreed after the holiday table was written."""
    changes = dict.fromkeys(days_off, ()) | dict.fromkeys(made_up, OFFICE_DAY)
    return replace(calendar, days={**calendar.days, **changes})


def at_agency(calendar: Calendar, hours: OfficeHours | None) -> Calendar:
    """Return the calendar of an agency with hours of its own.

    On the state's make-up days it works as on a Monday.
    """
    if hours is None:
        return calendar
    week = tuple(intervals(text) for text in hours.week) or calendar.week
    usual = week[0] or OFFICE_DAY
    made_up = {day: usual for day, hours_then in calendar.days.items() if hours_then}
    own = {one.day: intervals(one.hours) for one in hours.days}
    return replace(calendar, week=week, days={**calendar.days, **made_up, **own})


def timing(ended_at: datetime, due: datetime) -> Timing:
    """Return how something ended against its time (paper 06).

    Before the day it was due: early. On that day and not after the hour: on time. Later: late.
    """
    if _to_minute(ended_at) > due:
        return Timing.LATE
    return Timing.EARLY if day_of(ended_at) < day_of(due) else Timing.ON_TIME


def day_of(instant: datetime) -> date:
    """Return Vietnam's day of an instant."""
    return instant.astimezone(VIETNAM).date()


def _beyond(last: date) -> Conflict:
    return Conflict(
        "beyond-calendar",
        f"Lịch làm việc chỉ có đến hết ngày {last:%d/%m/%Y} nên chưa tính được hạn trả.",
        f"The calendar of working days ends on {last:%d/%m/%Y}, so no due time can be given.",
    )


def _local(instant: datetime) -> datetime:
    return instant.astimezone(VIETNAM).replace(second=0, microsecond=0)


def _to_minute(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(second=0, microsecond=0)


def _instant(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, VIETNAM).astimezone(UTC)


def _minutes(opens: time, closes: time) -> int:
    return (closes.hour - opens.hour) * 60 + closes.minute - opens.minute


def _length(hours: tuple[Interval, ...]) -> int:
    return sum(_minutes(opens, closes) for opens, closes in hours)


def _months_after(day: date, count: int) -> date:
    years, month = divmod(day.month - 1 + count, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, months.monthrange(year, month)[1]))
