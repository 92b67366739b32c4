"""A service's ledger and views, opened from outside its processes by who may read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from kernel import container
from kernel.config import Settings
from kernel.errors import Unavailable
from kernel.ledger import Ledger
from kernel.ledger_reader import LedgerReader, ledger_collection
from kernel.privacy import SubjectKeys
from kernel.tallies import Tally
from kernel.trust import Keyring
from kernel.views import Project, StreamView
from motcua.wiring import LEDGERS, service_class

Document = dict[str, Any]


def require_ledger(settings: Settings, client: MongoClient[Document], service: str) -> None:
    """Raise `Unavailable` where there is no such ledger: nothing can be said of it then."""
    ledgers = client[settings.ledger_database(service)]
    if "ledger" not in ledgers.list_collection_names():
        name = settings.namespace
        raise Unavailable(
            "no-ledger",
            f"Không gian tên «{name}» (MOTCUA_NAMESPACE) của cơ sở dữ liệu không có sổ sự kiện của "
            f"{service}.",
            f"The database holds no ledger of {service} in the namespace {name!r} "
            "(MOTCUA_NAMESPACE).",
        )


def ledger_of(settings: Settings, client: MongoClient[Document], service: str) -> Ledger:
    """Return a service's ledger, with the keys to what is personal in it."""
    (types,) = (types for types in LEDGERS if types.source == service)
    keys = SubjectKeys(client[settings.database(service)], Keyring(settings.keys).master)
    return Ledger(ledger_collection(client, settings.namespace, service), types, keys)


def views_of(settings: Settings, client: MongoClient[Document], service: str) -> list[StreamView]:
    """Return the views that a service folds from its own ledger, as they stand."""
    room = _Room(client[settings.database(service)])
    return [provider.view(room) for provider in container.views_of(service_class(service))]


def tallies_of(settings: Settings, client: MongoClient[Document], service: str) -> list[Tally]:
    """Return what a service counts over its own ledger, as it stands."""
    database, found = client[settings.database(service)], service_class(service)
    ledger = LedgerReader(ledger_collection(client, settings.namespace, service))
    return [provider.over(database, ledger) for provider in container.tallies_of(found)]


def view_of(
    settings: Settings, client: MongoClient[Document], service: str, name: str
) -> StreamView:
    """Return one of the views that a service folds from its own ledger, by its name."""
    (found,) = (view for view in views_of(settings, client, service) if view.name == name)
    return found


class _Room:
    """Gives views over a service's database, without a container."""

    def __init__(self, database: Database[Document]) -> None:
        self._database = database

    def view(
        self, category: str, project: Project, name: str, indexes: Iterable[Sequence[str]]
    ) -> StreamView:
        return StreamView(self._database[name], category, project, indexes)
