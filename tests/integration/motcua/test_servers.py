"""The servers that every other integration test stands on."""

from __future__ import annotations

import pytest
from kombu import Connection
from pymongo import MongoClient
from pymongo.errors import DuplicateKeyError


def test_the_broker_takes_a_quorum_queue(amqp_uri: str, database_prefix: str) -> None:
    with Connection(amqp_uri) as connection, connection.channel() as channel:
        channel.queue_declare(
            database_prefix, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"}
        )
        channel.queue_delete(database_prefix)


def test_the_database_keeps_a_unique_index(mongo_uri: str, database_prefix: str) -> None:
    with MongoClient[dict[str, object]](mongo_uri) as client:
        things = client[f"{database_prefix}_things"]["things"]
        things.create_index("n", unique=True)
        things.insert_one({"n": 1})
        with pytest.raises(DuplicateKeyError):
            things.insert_one({"n": 1})
