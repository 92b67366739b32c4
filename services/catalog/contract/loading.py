"""Publishing, registering, opening, and what is held already, so that a load sends the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kernel.requests import Done, command, request
from kernel.schemas import field, frozen
from services.catalog.contract.procedures import Procedure
from services.catalog.contract.territory import Agency, Place


@frozen
class Loaded:
    """What a load did."""

    taken: int
    changed: int
    unchanged: int


@frozen
class Holdings:
    """The digest of each thing held, by its stream."""

    digests: Mapping[str, str]


@request("catalog", answer=Holdings)
@frozen
class ReadHoldings:
    """What the catalogue holds, as digests, so that a load sends only what differs."""


@command("catalog", answer=Loaded)
@frozen
class PublishProcedures:
    """Publish versions; what is published already with the same content stays as it is."""

    procedures: tuple[Procedure, ...]


@command("catalog", answer=Loaded)
@frozen
class RegisterPlaces:
    """Register administrative units."""

    places: tuple[Place, ...]


@command("catalog", answer=Loaded)
@frozen
class OpenAgencies:
    """Open agencies, or change them."""

    agencies: tuple[Agency, ...]


@command("catalog", answer=Done)
@frozen
class CloseAgency:
    """Close an agency from a day on."""

    agency: str
    on: date
    successors: tuple[str, ...] = field(default=())
