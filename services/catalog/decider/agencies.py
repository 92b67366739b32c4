"""An agency (cơ quan) opens, changes and closes; its successors take over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from kernel.decider import Decider
from kernel.errors import FieldError, Invalid, NotFound
from kernel.schemas import frozen
from services.catalog.contract import Agency, AgencyClosed, AgencyOpened

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


AGENCIES: Decider[Agency | None] = Decider(None, decide, evolve)
