"""The topology as a whole, declared by `motcua broker init` before anything runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from kombu import Connection

from kernel.config import Settings
from kernel.topology import Consumer, Part, all_queues
from motcua.local.processes import LEDGER_OWNERS
from motcua.wiring import parts


@pytest.fixture
def wired(amqp_uri: str, database_prefix: str) -> Iterator[tuple[Part, ...]]:
    """The parts of a namespace of this test alone; removed afterwards."""
    settings = Settings(amqp_uri=amqp_uri, namespace=database_prefix)
    found = tuple(parts(settings))
    yield found
    with Connection(amqp_uri) as connection, connection.channel() as channel:
        for queue in all_queues(found):
            channel.queue_delete(queue.name)
        for exchange in {exchange.name for part in found for exchange in part.exchanges()}:
            channel.exchange_delete(exchange)


def test_every_ledger_has_its_exchange_and_every_listener_its_inbox(
    wired: tuple[Part, ...], amqp_uri: str, database_prefix: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "motcua", "broker", "init"],
        env={"PATH": os.environ["PATH"], "AMQP_URI": amqp_uri, "MOTCUA_NAMESPACE": database_prefix},
        timeout=120,
        check=False,
    )
    assert done.returncode == 0

    listeners = [part for part in wired if isinstance(part, Consumer)]
    assert {"dossier", "payment", "notify"} <= {part.service for part in listeners}
    with Connection(amqp_uri) as connection:
        for owner in LEDGER_OWNERS:
            exchange = f"{database_prefix}.{owner}.events"
            connection.channel().exchange_declare(exchange, "topic", passive=True)
        for listener in listeners:
            connection.channel().queue_declare(listener.inbox, passive=True)
