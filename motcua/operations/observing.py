"""Looking at all services from the command line, with an administrator's rights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pymongo import MongoClient

from kernel.config import Settings
from kernel.progress import Observer, ServiceProgress, ledgers_outlines
from kernel.queues import Queues
from motcua.access import administrator
from motcua.local.processes import LEDGER_OWNERS
from motcua.wiring import service_class

Document = dict[str, Any]


class Observatory:
    """Observers of every service that has a ledger."""

    def __init__(self, settings: Settings, client: MongoClient[Document], queues: Queues) -> None:
        outlines = ledgers_outlines(client, settings.namespace)
        self._observers = tuple(
            Observer(service_class(service), settings, client, queues, outlines)
            for service in LEDGER_OWNERS
        )

    def look(self) -> Sequence[ServiceProgress]:
        """Return how far each service is."""
        return [observer.look() for observer in self._observers]


@contextmanager
def observatory(settings: Settings) -> Iterator[Observatory]:
    """Open the observers; their connections are closed at the end of the block.

    Without the database the block ends with `Unavailable`.
    """
    queues = Queues(settings.amqp_uri)
    with administrator(settings) as client:
        try:
            yield Observatory(settings, client, queues)
        finally:
            queues.close()
