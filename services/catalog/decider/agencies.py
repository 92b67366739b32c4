"""An agency (cơ quan) opens, changes and closes; its successors take over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from kernel.decider import Decider
from kernel.errors import FieldError, Invalid, NotFound
from kernel.schemas import frozen
from services.catalog.contract import Agency, AgencyClosed, AgencyOpened, OfficeHours
from services.catalog.contract.office_hours import DAYS_OF_A_WEEK, intervals

# every agency has them: a dossier comes in, is signed and is dispatched in each
REQUIRED_UNITS = ("one-stop", "leadership", "office")


@frozen
class Open:
    """Open the agency, or change it to this."""

    agency: Agency


@frozen
class Close:
    """Close the agency from a day on; `on` is the first day on which it takes nothing."""

    on: date
    successors: tuple[str, ...] = ()


def agency_stream(agency: str) -> str:
    """Return the stream of an agency."""
    return f"agency-{agency}"


def decide(known: Agency | None, command: Any) -> Sequence[AgencyOpened | AgencyClosed]:
    """Return what changes, or nothing where it is so already."""
    match command:
        case Open(agency=offered):
            if found := tuple(_faults(offered)):
                raise Invalid(
                    "unsound-agency",
                    f"Cơ quan {offered.id} có mục chưa hợp lệ. Xem từng mục.",
                    f"Agency {offered.id} is not sound. See each field.",
                    fields=found,
                )
            return () if known == offered else (AgencyOpened(offered),)
        case Close(on=on, successors=successors):
            if known is None:
                raise NotFound(
                    "no-such-agency", "Không có cơ quan này.", "There is no such agency."
                )
            closing = AgencyClosed(known.id, on, successors)
            return () if evolve(known, closing) == known else (closing,)
        case _:
            raise TypeError(f"no decision on {command!r}")


def evolve(known: Agency | None, event: Any) -> Agency | None:
    """Return the agency after an event; its last day is the one before it closed."""
    match event:
        case AgencyOpened(agency=opened):
            return opened
        case AgencyClosed(on=on, successors=successors) if known is not None:
            return replace(known, valid_to=on - timedelta(days=1), successors=successors)
        case _:
            return known


def _faults(agency: Agency) -> Iterator[FieldError]:
    ids = [unit.id for unit in agency.units]
    for required in REQUIRED_UNITS:
        if required not in ids:
            yield FieldError(
                "units",
                "unit-missing",
                f"Thiếu đơn vị «{required}».",
                f"The unit '{required}' is missing.",
            )
    for n, unit in enumerate(agency.units):
        if unit.id in ids[:n]:
            yield FieldError(
                f"units.{n}.id",
                "not-unique",
                f"«{unit.id}» đã được dùng ở trên.",
                f"'{unit.id}' is used above already.",
            )
        if unit.parent is not None and unit.parent not in ids:
            yield FieldError(
                f"units.{n}.parent",
                "no-such-unit",
                f"Không có đơn vị «{unit.parent}».",
                f"There is no unit '{unit.parent}'.",
            )
    if agency.office_hours is not None:
        yield from _faults_of_hours(agency.office_hours)


def _faults_of_hours(hours: OfficeHours) -> Iterator[FieldError]:
    if hours.week and len(hours.week) != DAYS_OF_A_WEEK:
        yield FieldError(
            "office_hours.week",
            "week",
            "Một tuần có bảy ngày, từ thứ Hai đến Chủ nhật.",
            "A week has seven days, from Monday to Sunday.",
        )
    elif hours.week and not any(hours.week):
        yield FieldError(
            "office_hours.week",
            "never-open",
            "Cơ quan phải làm việc ít nhất một ngày trong tuần.",
            "The agency must work on one day of the week at least.",
        )
    named = [(f"week.{n}", text) for n, text in enumerate(hours.week)]
    named += [(f"days.{n}.hours", one.hours) for n, one in enumerate(hours.days)]
    for name, text in named:
        try:
            intervals(text)
        except ValueError as error:
            yield FieldError(
                f"office_hours.{name}",
                "hours",
                f"«{text}» không phải giờ làm việc; ghi như 07:30-11:30 13:30-17:30.",
                f"{error}; write it as 07:30-11:30 13:30-17:30.",
            )
    days = [one.day for one in hours.days]
    for n, day in enumerate(days):
        if day in days[:n]:
            yield FieldError(
                f"office_hours.days.{n}.day",
                "not-unique",
                f"Ngày {day:%d/%m/%Y} đã có ở trên.",
                f"{day} is named above already.",
            )


AGENCIES: Decider[Agency | None] = Decider(None, decide, evolve)
