"""What a running system has recorded, read from its ledgers behind its back.

A test that promises “once” looks here, where every effect stands, and not at what the system says
about itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from pymongo import MongoClient

from kernel.config import Settings
from kernel.events import EventTypes, Recorded
from kernel.ledger import Ledger
from kernel.ledger_reader import LedgerReader
from motcua.local.stack import Stack
from motcua.reading import ledger_of
from motcua.wiring import LEDGERS

TYPES: Mapping[str, EventTypes] = {types.source: types for types in LEDGERS}


class Records:
    """The ledgers and views of a stack."""

    def __init__(self, stack: Stack) -> None:
        self.settings = Settings(
            amqp_uri=stack.amqp_uri,
            mongo_uri=stack.mongo_uri,
            namespace=stack.namespace,
            home=stack.home,
        )
        self.client: MongoClient[dict[str, Any]] = MongoClient(stack.mongo_uri, tz_aware=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()

    def ledger(self, service: str) -> Ledger:
        """Return a service's ledger, with the keys to what is personal in it."""
        return ledger_of(self.settings, self.client, service)

    def database(self, service: str) -> Any:
        """Return the database in which a service keeps its views."""
        return self.client[self.settings.database(service)]

    def stream(self, service: str, stream: str) -> list[Recorded]:
        """Return the events of a stream, in order."""
        return self.ledger(service).read_stream(stream)

    def types(self, service: str, stream: str) -> list[str]:
        """Return the types of a stream's events, in order."""
        return [record.type for record in self.stream(service, stream)]

    def dossier(self, code: str) -> list[str]:
        """Return the types of a dossier's events, in order."""
        return self.types("dossier", f"dossier-{code}")

    def head(self, service: str) -> int:
        """Return how many commits a ledger holds."""
        return LedgerReader(self.ledger(service).collection).head().position

    def since(self, service: str, position: int) -> list[Recorded]:
        """Return all events behind a position of a ledger."""
        ledger = self.ledger(service)
        return [record for commit in ledger.commits(position) for record in ledger.records(commit)]

    def forget_tries(self) -> None:
        """Forget failed log-ins and look-ups, which all tests make from one address."""
        self.database("identity")["failures"].delete_many({})
        self.database("dossier")["look_up_tries"].delete_many({})
