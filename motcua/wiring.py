"""Who publishes and who listens, as the service classes themselves say."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

from kernel.config import Settings
from kernel.subscription import consumer_of
from kernel.topology import Part, Source
from motcua.processes import LEDGER_OWNERS, SERVICES


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
