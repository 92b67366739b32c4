"""Single messages go out, and queues are seen, also after the broker was lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from doors import door_to_broker

from kernel.config import Settings
from kernel.envelope import Message
from kernel.outlet import Outlet
from kernel.queues import Queues
from kernel.topology import Consumer

MESSAGE = Message(headers={}, body=b"{}", message_id="m-1", type="Sample")


@pytest.fixture
def consumer(settings: Settings, declared: Callable[..., None]) -> Consumer:
    """A consumer with its queues."""
    consumer = Consumer("sample", ("elsewhere",), settings)
    declared(consumer)
    return consumer


@pytest.fixture
def door(settings: Settings) -> Iterator[tuple[str, Callable[[], None]]]:
    """An address of the broker that can be cut off, and the way to do it."""
    with door_to_broker(settings) as (behind_door, slam):
        yield behind_door.amqp_uri, slam


def _waiting(channel: Any, queue: str) -> int:
    return int(channel.queue_declare(queue, passive=True).message_count)


def test_a_lost_connection_is_made_anew(
    consumer: Consumer, door: tuple[str, Callable[[], None]], channel: Any
) -> None:
    address, slam = door
    with closing(Outlet(address, threading.Lock())) as outlet:
        for _ in range(3):
            outlet.send(consumer.dead, MESSAGE)
            slam()
        outlet.send(consumer.dead, MESSAGE)
    assert _waiting(channel, consumer.dead) >= 4


def test_a_broker_that_was_away_is_found_again(
    settings: Settings, consumer: Consumer, channel: Any
) -> None:
    with door_to_broker(settings) as (behind_door, _):
        address = behind_door.amqp_uri
    port = int(address.rpartition("@")[2].partition(":")[2].partition("/")[0])
    with closing(Outlet(address, threading.Lock())) as outlet:
        for _ in range(2):
            with pytest.raises(OSError, match="refused"):
                outlet.send(consumer.dead, MESSAGE)
        with door_to_broker(settings, port):
            outlet.send(consumer.dead, MESSAGE)
    assert _waiting(channel, consumer.dead) == 1


def test_queues_are_seen_after_the_connection_was_lost(
    consumer: Consumer, door: tuple[str, Callable[[], None]]
) -> None:
    address, slam = door
    with closing(Queues(address)) as queues:
        for _ in range(3):
            assert queues.depths((consumer.inbox,))[consumer.inbox].ready == 0
            slam()
