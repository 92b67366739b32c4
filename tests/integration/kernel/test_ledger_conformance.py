"""The published suite against every server at hand: with and without users, or one of your own.

`TEST_MONGO_URI=mongodb://… .venv/bin/pytest tests/integration/kernel/test_ledger_conformance.py`
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest
from pymongo import MongoClient
from pymongo.collection import Collection
from stack import database_of_its_own

from kernel.commits import Document
from kernel.conformance.ledger import LedgerConformance, OpenCollection
from kernel.ledger_reader import create_indexes, ledger_collection
from motcua import roles


def opening(uri: str, namespace: str, clients: ExitStack) -> OpenCollection:
    """Return what opens a ledger over another client each time."""

    def open_collection() -> Collection[Document]:
        client = clients.enter_context(MongoClient[Document](uri))
        collection = ledger_collection(client, namespace, "conformance")
        create_indexes(collection)
        return collection

    return open_collection


@pytest.mark.proves("L1", "L2", "L3", "L5")
class TestTheServerOfTheTests(LedgerConformance):
    """The embedded database without users, or the one that `TEST_MONGO_URI` names."""

    @pytest.fixture
    def open_collection(self, mongo_uri: str, database_prefix: str) -> Iterator[OpenCollection]:
        with ExitStack() as clients:
            yield opening(mongo_uri, database_prefix, clients)


@pytest.mark.proves("L1", "L2", "L3", "L4", "L5")
class TestAUserWhoMayOnlyFindAndInsert(LedgerConformance):
    """The embedded database with users: all of it as a service's own user."""

    @pytest.fixture(scope="class")
    @classmethod
    def admin_uri(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
        with database_of_its_own(tmp_path_factory.mktemp("guarded"), users=True) as (database, _):
            yield database.uri

    @pytest.fixture
    def open_collection(
        self, admin_uri: str, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[OpenCollection]:
        namespace = f"t{uuid4().hex[:12]}"
        users = tmp_path_factory.mktemp("users")
        address = roles.provision(admin_uri, namespace, ["conformance"], users)["conformance"]
        with ExitStack() as clients:
            yield opening(address, namespace, clients)
