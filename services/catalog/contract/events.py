"""What happens to the catalogue."""

from __future__ import annotations

from datetime import date

from kernel.events import EventTypes, event
from kernel.schemas import frozen
from services.catalog.contract.procedures import Procedure
from services.catalog.contract.territory import Agency, Place


@event()
@frozen
class ProcedurePublished:
    """A version is in force from its date; the whole version travels with it."""

    procedure: Procedure


@event()
@frozen
class PlacesRegistered:
    """Administrative units, some hundreds at a time."""

    places: tuple[Place, ...]


@event(schema=2)
@frozen
class AgencyOpened:
    """An agency exists, or changed: the whole of it travels with it.

    Schema 1 knew of no agency's own office hours.
    """

    agency: Agency


@event()
@frozen
class AgencyClosed:
    """The agency takes nothing any more; its successors do."""

    agency: str
    on: date
    successors: tuple[str, ...]


EVENTS = EventTypes(
    "catalog",
    (ProcedurePublished, PlacesRegistered, AgencyOpened, AgencyClosed),
    upcasters={
        ("AgencyOpened", 1): lambda data: {
            **data,
            "agency": {**data["agency"], "office_hours": None},
        },
    },
)
