"""When an agency works, where that differs from the state's calendar (domain §6)."""

from __future__ import annotations

from datetime import date, time

from kernel.schemas import field, frozen

Interval = tuple[time, time]

DAYS_OF_A_WEEK = 7


@frozen
class DayHours:
    """The office hours of one day that differs from its week, or from the state's holidays."""

    day: date
    hours: str = field(default="", doc="empty where it is closed", example="07:30-11:30")


@frozen
class OfficeHours:
    """An agency's own hours. Holidays and make-up days stay the state's, unless `days` says so.

    An hour is written as `07:30-11:30 13:30-17:30`; no text is a day off.
    """

    week: tuple[str, ...] = field(default=(), doc="of Monday to Sunday; none is the usual week")
    days: tuple[DayHours, ...] = field(default=())


def intervals(text: str) -> tuple[Interval, ...]:
    """Return the hours that a text means; `ValueError` for any other text.

    >>> intervals("07:30-11:30 13:30-17:00")[1]
    (datetime.time(13, 30), datetime.time(17, 0))
    """
    found = tuple(_interval(part) for part in text.split())
    bounds = [bound for interval in found for bound in interval]
    if sorted(set(bounds)) != bounds:
        raise ValueError(f"{text!r}: the hours must follow each other")
    return found


def _interval(text: str) -> Interval:
    opens, _, closes = text.partition("-")
    return _clock(opens), _clock(closes)


def _clock(text: str) -> time:
    hours, _, minutes = text.partition(":")
    if not (len(hours) == len(minutes) == 2 and (hours + minutes).isdecimal()):
        raise ValueError(f"{text!r} is not a time as 07:30")
    return time(int(hours), int(minutes))
