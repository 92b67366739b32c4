"""How much lies in a queue and how many receive from it, without touching a message.

A look is a passive declare: it takes nothing out, counts no delivery, and costs the same whatever
lies there.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import amqp
from amqp.exceptions import NotFound
from kombu import Connection
from kombu.exceptions import OperationalError

_SECONDS = 5.0


class BrokerAway(Exception):
    """The broker does not answer."""


@dataclass(frozen=True)
class Depth:
    """Messages that wait for a consumer (not those in one's hands), and consumers."""

    ready: int
    consumers: int


class Queues:
    """A connection of its own for looking at queues; safe for several threads."""

    def __init__(self, amqp_uri: str) -> None:
        self._connection = Connection(
            amqp_uri,
            connect_timeout=_SECONDS,
            transport_options={"read_timeout": _SECONDS, "write_timeout": _SECONDS},
        )
        self._lock = threading.Lock()

    def depths(self, names: Iterable[str]) -> Mapping[str, Depth]:
        """Return the depth of each queue that exists. Raises `BrokerAway`."""
        wanted = tuple(names)
        with self._lock:
            try:
                return self._ask(wanted)
            except (OSError, OperationalError, amqp.AMQPError):
                self._drop()
            try:  # the connection may have been lost while nobody looked
                return self._ask(wanted)
            except (OSError, OperationalError, amqp.AMQPError) as error:
                self._drop()
                raise BrokerAway(str(error) or type(error).__name__) from error

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._drop()

    def _ask(self, names: Iterable[str]) -> Mapping[str, Depth]:
        found: dict[str, Depth] = {}
        self._connection.connect()  # a connection that was closed opens by this alone
        channel: Any = self._connection.channel()
        for name in names:
            try:
                answer = channel.queue_declare(name, passive=True)
            except NotFound:  # the broker closes the channel with that
                channel = self._connection.channel()
            else:
                found[name] = Depth(int(answer.message_count), int(answer.consumer_count))
        channel.close()
        return found

    def _drop(self) -> None:
        with contextlib.suppress(Exception):
            self._connection.release()
