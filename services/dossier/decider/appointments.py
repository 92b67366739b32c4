"""In person at the desk, by appointment: fingerprints and photo, a register to sign (D22)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from kernel.errors import FieldError, Invalid
from services.dossier.clock import Calendar, day_of
from services.dossier.contract import AppointmentBooked
from services.dossier.decider import commands as do
from services.dossier.decider.actions import demand
from services.dossier.decider.state import Dossier

LENGTH = timedelta(minutes=30)
DAYS = 10  # working days that can be booked, the next one first


def book(dossier: Dossier, command: do.Book) -> list[Any]:
    """The applicant comes then; booked again, the new time counts. Nothing where it is that."""
    demand(dossier, "book-appointment", command.by)
    require_slot(command.calendar, command.at, command.starts_at)
    starts_at = command.starts_at.astimezone(UTC)
    if dossier.appointment == starts_at:
        return []
    return [
        AppointmentBooked(
            code=dossier.code,
            agency=dossier.agency,
            unit=dossier.desk,
            purpose=dossier.procedure.in_person,
            starts_at=starts_at,
            ends_at=starts_at + LENGTH,
            booked_at=command.at,
            officer=command.officer,
        )
    ]


def slots(calendar: Calendar, now: datetime) -> Iterator[datetime]:
    """Yield when half hours of the office's next ten working days begin, soonest first (UTC)."""
    day = day_of(now)
    for _ in range(DAYS):
        day = calendar.next_working_day(day + timedelta(days=1))
        for opens, closes in calendar.opening(day):
            starts_at = opens
            while starts_at + LENGTH <= closes:
                yield starts_at
                starts_at += LENGTH


def require_slot(calendar: Calendar, now: datetime, starts_at: datetime) -> None:
    """Let a time pass that can be booked; raise `Invalid` otherwise."""
    if starts_at not in set(slots(calendar, now)):
        vi = "Giờ hẹn phải là một khung giờ còn nhận trong mười ngày làm việc tới."
        en = "Choose one of the times offered in the next ten working days."
        raise Invalid("no-such-slot", vi, en, fields=[FieldError("starts_at", "choice", vi, en)])
