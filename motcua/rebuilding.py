"""What of each service can be made anew, as the service classes themselves say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from kernel.config import Settings
from kernel.container import followed_by, views_of
from kernel.ledger import Ledger, LedgerReader, ledger_collection
from kernel.privacy import SubjectKeys
from kernel.rebuild import Rebuildable, kept_by, of_kept, of_view
from kernel.trust import Keyring
from kernel.views import Project, StreamView
from motcua.wiring import service_class

Document = dict[str, Any]


def rebuildables(
    service: str, settings: Settings, client: MongoClient[Document]
) -> Iterator[Rebuildable]:
    """Yield the views of a service, and what it keeps of its neighbours, with their ledgers."""
    found = service_class(service)
    database = client[settings.database(service)]
    types = followed_by(found)
    if types is not None:
        keys = SubjectKeys(database, Keyring(settings.keys).master)
        ledger = Ledger(ledger_collection(client, settings.namespace, service), types, keys)
        for provider in views_of(found):
            yield of_view(provider.view(_Room(database)), database, ledger)

    def ledger_of(neighbour: str) -> LedgerReader:
        return LedgerReader(ledger_collection(client, settings.namespace, neighbour))

    for kept in kept_by(found):
        yield of_kept(kept, database, ledger_of)


class _Room:
    """Gives views over a service's database."""

    def __init__(self, database: Database[Document]) -> None:
        self._database = database

    def view(
        self, category: str, project: Project, name: str, indexes: Iterable[Sequence[str]]
    ) -> StreamView:
        return StreamView(self._database[name], category, project, indexes)
