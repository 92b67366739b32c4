"""Fixtures: a real broker and a real database, started once a session."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from stack import Servers, servers


@pytest.fixture(scope="session")
def running_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Broker and database of this session."""
    with servers(tmp_path_factory.mktemp("servers")) as running:
        yield running


@pytest.fixture(scope="session")
def amqp_uri(running_servers: Servers) -> str:
    """Where the broker is."""
    return running_servers.amqp_uri


@pytest.fixture(scope="session")
def mongo_uri(running_servers: Servers) -> str:
    """Where the database is."""
    return running_servers.mongo_uri


@pytest.fixture
def database_prefix(mongo_uri: str) -> Iterator[str]:
    """A namespace of this test alone; its databases are dropped afterwards."""
    from pymongo import MongoClient

    prefix = f"t{uuid4().hex[:12]}"
    yield prefix
    client: MongoClient[dict[str, object]] = MongoClient(mongo_uri)
    for name in client.list_database_names():
        if name.startswith(f"{prefix}_"):
            client.drop_database(name)
    client.close()
