"""Word for the relay that something was appended, so that it need not ask the database so often.

A nudge is a hint: an empty, transient message that is lost where nobody listens. Whether an event
is published never depends on one, only how soon: a relay that hears nothing looks by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from typing import Any

import amqp
from kombu import Connection

from kernel import logs
from kernel.config import Settings

log = logs.get(__name__)

_EXCHANGE = "amq.direct"  # every broker has it
# Seconds from an append to its nudge. The answer to whoever appended goes out meanwhile, and need
# not share database and processors with the relay; what is appended by then needs no other.
_LATER = 0.02
_AFTER_FAILURE = 2.0


def _key(settings: Settings, service: str) -> str:
    return settings.amqp_name(f"{service}.nudge")


class Nudger:
    """Nudges the relay of a service, on a connection and in a thread of its own."""

    def __init__(self, settings: Settings, service: str) -> None:
        self._connection = Connection(settings.amqp_uri, connect_timeout=5)
        self._key = _key(settings, service)
        self._channel: Any = None
        self._wanted = threading.Event()
        self._closed = False
        self._heard = True
        threading.Thread(target=self._run, name="nudger", daemon=True).start()

    def nudge(self) -> None:
        """Let the relay know; returns at once, whatever becomes of it."""
        self._wanted.set()

    def close(self) -> None:
        """Nudge no more."""
        self._closed = True
        self._wanted.set()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            time.sleep(_LATER)
            self._wanted.clear()
            if self._closed:
                break
            if not self._told():
                time.sleep(_AFTER_FAILURE)
        self._drop()

    def _told(self) -> bool:
        try:
            self._publish()
        except (OSError, amqp.AMQPError, *self._connection.connection_errors) as fault:
            self._drop()
            if self._heard:
                log.warning("nudge.failed", reason=str(fault) or type(fault).__name__)
            self._heard = False
        else:
            self._heard = True
        return self._heard

    def _publish(self) -> None:
        if self._channel is None:
            # kombu makes a connection that was closed anew only when it is told to
            self._connection.connect()
            self._channel = self._connection.channel()
        self._channel.basic_publish(amqp.Message(b""), _EXCHANGE, self._key)

    def _drop(self) -> None:
        self._channel = None
        with contextlib.suppress(Exception):
            self._connection.close()


class Nudges:
    """What a relay hears; `listening` while it hears anything at all."""

    def __init__(self, settings: Settings, service: str) -> None:
        self.listening = False
        self._key = _key(settings, service)
        self._came = asyncio.Event()

    def listen(self, channel: Any) -> None:
        """Listen on a channel of pika, which nothing else uses, until it closes."""

        def declared(frame: Any) -> None:
            queue = frame.method.queue
            channel.queue_bind(queue, _EXCHANGE, self._key, callback=lambda _: bound(queue))

        def bound(queue: str) -> None:
            channel.basic_consume(queue, self._on_nudge, auto_ack=True, callback=consuming)

        def consuming(_: Any) -> None:
            self.listening = True
            self._came.set()  # what was appended before is looked for at once

        channel.add_on_close_callback(self._on_closed)
        channel.queue_declare("", exclusive=True, auto_delete=True, callback=declared)

    def forget(self) -> None:
        """Forget what came: it is looked for now."""
        self._came.clear()

    async def wait(self, seconds: float, stop: asyncio.Event) -> None:
        """Wait for a nudge, but not longer, and not once it is time to stop."""
        waits = [asyncio.create_task(event.wait()) for event in (self._came, stop)]
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for one in waits:
            one.cancel()

    def _on_nudge(self, *_: Any) -> None:
        self._came.set()

    def _on_closed(self, _: Any, reason: BaseException) -> None:
        self.listening = False
        log.info("nudges.ended", reason=str(reason))
