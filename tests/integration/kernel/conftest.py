"""An installation of its own for each test: a namespace on the shared broker and database."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection
from pymongo import MongoClient

from kernel import topology
from kernel.config import Settings

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def settings(amqp_uri: str, mongo_uri: str, database_prefix: str, tmp_path: Path) -> Settings:
    """Settings whose names on the broker and in the database are this test's alone."""
    return Settings(
        amqp_uri=amqp_uri, mongo_uri=mongo_uri, namespace=database_prefix, home=tmp_path
    )


@pytest.fixture
def client(mongo_uri: str) -> Iterator[MongoClient[dict[str, Any]]]:
    """A client of the database server."""
    client: MongoClient[dict[str, Any]] = MongoClient(mongo_uri, tz_aware=True)
    yield client
    client.close()


@pytest.fixture
def channel(amqp_uri: str) -> Iterator[Any]:
    """A channel to the broker, to look at it from outside."""
    with Connection(amqp_uri) as connection:
        yield connection.channel()


@pytest.fixture
def declared(settings: Settings) -> Iterator[Callable[..., None]]:
    """Declare parts of the topology and take them away again after the test."""
    parts: list[topology.Part] = []

    def declare(*more: topology.Part) -> None:
        parts.extend(more)
        topology.declare(settings, *more)

    yield declare
    with Connection(settings.amqp_uri) as connection:
        channel = connection.channel()
        for queue in topology.all_queues(parts):
            with suppress(Exception):
                channel.queue_delete(queue.name)
        for part in parts:
            for exchange in part.exchanges():
                with suppress(Exception):
                    channel.exchange_delete(exchange.name)
