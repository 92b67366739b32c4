"""Single messages reach their queue, also after the connection was lost."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kernel.config import Settings
from kernel.envelope import Message
from kernel.outlet import Outlet
from kernel.queues import Queues
from kernel.topology import Consumer


@pytest.fixture
def inbox(settings: Settings, declared: Callable[..., None]) -> str:
    """A queue to send to."""
    consumer = Consumer("notify", ("dossier",), settings)
    declared(consumer)
    return consumer.inbox


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Cut every connection that was made so far."""
    made: list[socket.socket] = []
    connect = socket.socket.connect

    def remembered(sock: socket.socket, address: Any) -> None:
        made.append(sock)
        connect(sock, address)

    def cut_all() -> None:
        while made:
            made.pop().shutdown(socket.SHUT_RDWR)

    monkeypatch.setattr(socket.socket, "connect", remembered)
    yield cut_all
    made.clear()


def test_messages_arrive_again_and_again_after_the_connection_was_lost(
    amqp_uri: str, inbox: str, channel: Any, cut: Callable[[], None]
) -> None:
    outlet = Outlet(amqp_uri, threading.Lock())
    for number in range(3):
        outlet.send(inbox, Message({}, str(number).encode()))
        cut()
    outlet.close()
    bodies = [channel.basic_get(inbox, no_ack=True).body for _ in range(3)]
    assert [body if isinstance(body, str) else body.decode() for body in bodies] == ["0", "1", "2"]


def test_queues_are_seen_after_the_connection_was_lost(
    amqp_uri: str, inbox: str, cut: Callable[[], None]
) -> None:
    queues = Queues(amqp_uri)
    for _ in range(3):
        assert queues.depths((inbox,))[inbox].ready == 0
        cut()
    queues.close()
