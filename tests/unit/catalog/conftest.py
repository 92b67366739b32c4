"""The catalogue that comes with the system, folded into memory once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from kernel.events import Actor, Recorded
from services.catalog.contract import (
    Agency,
    AgencyOpened,
    Place,
    PlacesRegistered,
    Procedure,
    ProcedurePublished,
)
from services.catalog.files import read_agencies, read_places, read_procedures
from services.catalog.views import Catalogue

Fold = Callable[..., Catalogue]


def fold(*events: Any) -> Catalogue:
    """Return the catalogue that some events make."""
    catalogue = Catalogue()
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    for n, event in enumerate(events, start=1):
        actor = Actor("service:setup", "service")
        record = Recorded(
            event, f"e{n}", type(event).__name__, "catalog", "s", n, n, moment, moment, actor
        )
        catalogue.apply(record)
    return catalogue


@pytest.fixture(name="fold")
def given_events() -> Fold:
    """Make catalogues from events."""
    return fold


@pytest.fixture(scope="session")
def places() -> tuple[Place, ...]:
    """All administrative units."""
    return read_places()


@pytest.fixture(scope="session")
def procedures() -> dict[str, Procedure]:
    """The procedures by slug."""
    return {it.slug: it for it in read_procedures()}


@pytest.fixture(scope="session")
def agencies(places: tuple[Place, ...]) -> dict[str, Agency]:
    """The agencies by id."""
    return {it.id: it for it in read_agencies(places)}


@pytest.fixture(scope="session")
def catalogue(
    places: tuple[Place, ...], procedures: dict[str, Procedure], agencies: dict[str, Agency]
) -> Catalogue:
    """Everything, published; tests only ask."""
    return fold(
        PlacesRegistered(places),
        *(AgencyOpened(it) for it in agencies.values()),
        *(ProcedurePublished(replace(it, version=1)) for it in procedures.values()),
    )
