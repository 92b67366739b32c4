"""What of each service can be made anew, as the service classes themselves say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pymongo import MongoClient

from kernel.config import Settings
from kernel.ledger_reader import LedgerReader, ledger_collection
from kernel.rebuild import Rebuildable, kept_by, of_kept, of_tally, of_view
from motcua.reading import ledger_of, tallies_of, views_of
from motcua.wiring import service_class

Document = dict[str, Any]


def rebuildables(
    service: str, settings: Settings, client: MongoClient[Document]
) -> Iterator[Rebuildable]:
    """Yield the views and tallies of a service, and what it keeps of its neighbours."""
    found = service_class(service)
    database = client[settings.database(service)]
    if views := views_of(settings, client, service):
        ledger = ledger_of(settings, client, service)
        yield from (of_view(view, database, ledger) for view in views)

    for tally in tallies_of(settings, client, service):
        yield of_tally(tally, database)

    def neighbours_ledger(neighbour: str) -> LedgerReader:
        return LedgerReader(ledger_collection(client, settings.namespace, neighbour))

    for kept in kept_by(found):
        yield of_kept(kept, database, neighbours_ledger)
