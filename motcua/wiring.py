"""Who publishes and who listens, as the service classes themselves say."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

from kernel.config import Settings
from kernel.events import EventTypes
from kernel.subscription import consumer_of
from kernel.topology import Part, Source
from motcua.local.processes import LEDGER_OWNERS, SERVICES
from services.catalog import contract as catalog
from services.dossier import contract as dossier
from services.identity import contract as identity
from services.notify import contract as notify
from services.payment import contract as payment

LEDGERS: tuple[EventTypes, ...] = (
    identity.EVENTS,
    catalog.EVENTS,
    dossier.EVENTS,
    payment.EVENTS,
    notify.EVENTS,
)
"""The events of every service that has a ledger."""


def parts(settings: Settings) -> Iterator[Part]:
    """Yield every source and consumer of the system's topology."""
    for service in LEDGER_OWNERS:
        yield Source(service, settings)
    for service in SERVICES:
        consumer = consumer_of(service_class(service), settings)
        if consumer is not None:
            yield consumer


def service_class(service: str) -> type[Any]:
    """Return the class that `motcua run SERVICE` runs."""
    found: type[Any] = importlib.import_module(f"services.{service}.service").SERVICE
    return found
