"""Looking at all services from the command line, with an administrator's rights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from kernel.config import Settings, without_password
from kernel.errors import Unavailable
from kernel.progress import Observer, ServiceProgress, ledgers_outlines
from kernel.queues import Queues
from motcua.local.processes import LEDGER_OWNERS
from motcua.wiring import service_class

Document = dict[str, Any]


class Observatory:
    """Observers of every service that has a ledger."""

    def __init__(self, settings: Settings, client: MongoClient[Document], queues: Queues) -> None:
        outlines = ledgers_outlines(client, settings.namespace)
        self._where = without_password(settings.mongo_uri)
        self._observers = tuple(
            Observer(service_class(service), settings, client, queues, outlines)
            for service in LEDGER_OWNERS
        )

    def look(self) -> Sequence[ServiceProgress]:
        """Return how far each service is; raises `Unavailable` without the database."""
        try:
            return [observer.look() for observer in self._observers]
        except PyMongoError as error:
            reason = str(error).partition(",")[0]
            raise Unavailable(
                "database-away",
                f"Cơ sở dữ liệu ở {self._where} không trả lời hoặc từ chối: {reason}",
                f"The database at {self._where} does not answer or refuses: {reason}. "
                "MONGO_URI must name an administrator.",
            ) from error


@contextmanager
def observatory(settings: Settings) -> Iterator[Observatory]:
    """Open the observers; their connections are closed at the end of the block."""
    queues = Queues(settings.amqp_uri)
    with MongoClient[Document](
        settings.mongo_uri, serverSelectionTimeoutMS=5_000, tz_aware=True
    ) as client:
        try:
            yield Observatory(settings, client, queues)
        finally:
            queues.close()
