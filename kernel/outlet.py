"""Puts single messages into queues and returns when the broker has them for good.

For the rare ones: what waits for another attempt, and dead letters. Events in bulk go out through
`kernel.publisher`.
"""

from __future__ import annotations

import contextlib
from typing import Any

import amqp
from kombu import Connection

from kernel.envelope import Message

_SECONDS = 10.0


class Outlet:
    """A connection of its own for confirmed messages, used by one thread at a time."""

    def __init__(self, amqp_uri: str, lock: contextlib.AbstractContextManager[Any]) -> None:
        self._connection = Connection(
            amqp_uri, transport_options={"confirm_publish": True}, connect_timeout=5
        )
        self._lock = lock
        self._channel: Any = None

    def send(self, queue: str, message: Message) -> None:
        """Put a message into a queue, or raise an OSError or an error of `amqp`.

        A connection that was lost while nothing was sent is made anew, once.
        """
        with self._lock:
            try:
                self._publish(queue, message)
            except (OSError, amqp.AMQPError):
                self._publish(queue, message)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._drop()

    def _publish(self, queue: str, message: Message) -> None:
        try:
            if self._channel is None:
                # kombu makes a connection that was closed anew only when it is told to
                self._connection.connect()
                self._channel = self._connection.channel()
            # Without a handler for returned messages the channel raises on one.
            self._channel.basic_publish_confirm(
                amqp.Message(message.body, **_properties(message)),
                exchange="",
                routing_key=queue,
                mandatory=True,
                confirm_timeout=_SECONDS,
            )
        except BaseException:
            self._drop()
            raise

    def _drop(self) -> None:
        self._channel = None
        with contextlib.suppress(Exception):
            self._connection.close()


def _properties(message: Message) -> dict[str, Any]:
    properties = message.properties()
    return {"application_headers": properties.pop("headers"), **properties}
