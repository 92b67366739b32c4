"""A channel to the broker on which every message is confirmed, returned or given up, never lost."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import pika
from pika.adapters.asyncio_connection import AsyncioConnection

from kernel.delivery import ConfirmedPrefix
from kernel.envelope import Message

_CLOSE_SECONDS = 2.0
# A broker out of memory or disk reads nothing more, not even that a connection is to be closed.
_BLOCKED_SECONDS = 5.0


class Unconfirmed(Exception):
    """The broker refused, returned or did not confirm a message: its fate is unknown."""


class ConfirmedChannel:
    """An AMQP channel in confirm mode, on a connection of its own.

    The first nack, return or loss of the connection breaks the channel for good: `broken` then
    holds the reason, and whoever publishes starts again on a new channel from `prefix.position`.
    """

    def __init__(self, prefix: ConfirmedPrefix) -> None:
        self.prefix = prefix
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._below = 0
        self._gone = asyncio.Event()
        self._progress_at = self._now()
        self._connection: Any = None
        self._channel: Any = None

    @classmethod
    async def open(
        cls, amqp_uri: str, prefix: ConfirmedPrefix, *, timeout: float = 10.0
    ) -> ConfirmedChannel:
        """Connect and wait until messages can be published.

        Raises `Unconfirmed`, or TimeoutError after `timeout` seconds.
        """
        opened = cls(prefix)
        try:
            async with asyncio.timeout(timeout):
                await opened._open(amqp_uri)
        except BaseException:
            await opened.close()
            raise
        return opened

    def publish(
        self, exchange: str, routing_key: str, message: Message, completes: int | None
    ) -> None:
        """Send a message that must reach a queue; `completes` as in `ConfirmedPrefix.publish`."""
        self._raise_if_broken()
        if not self.prefix.outstanding:
            self._progress_at = self._now()
        self.prefix.publish(completes)
        self._channel.basic_publish(
            exchange,
            routing_key,
            message.body,
            pika.BasicProperties(**message.properties()),
            mandatory=True,
        )

    async def until_outstanding(self, below: int) -> None:
        """Wait until fewer than `below` messages lack a confirm; raise `Unconfirmed` if broken."""
        self._below = below
        while self.prefix.outstanding >= below:
            self._raise_if_broken()
            self._room.clear()
            await self._room.wait()
        self._raise_if_broken()

    async def confirmed_beyond(self, position: int, *, within: float) -> bool:
        """Wait, at most `within` seconds, until more than up to `position` is confirmed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while self.prefix.position <= position:
                    self._changed.clear()
                    await self._changed.wait()
        return self.prefix.position > position

    def require_progress(self, seconds: float) -> None:
        """Raise `Unconfirmed` if messages wait and none was confirmed for so long."""
        if self.prefix.outstanding and self._now() - self._progress_at > seconds:
            raise Unconfirmed(f"the broker confirmed nothing for {seconds:.0f} s")

    def open_another(self, opened: Callable[[Any], None]) -> None:
        """Open one more channel on the connection, for other work; `opened` is given it.

        A connection that is lost already opens none: `broken` tells.
        """
        if self._connection.is_open:
            self._connection.channel(on_open_callback=opened)

    async def close(self) -> None:
        """Drop the connection; unconfirmed messages may or may not have arrived."""
        self._break(Unconfirmed("the channel was closed"))
        if self._connection is not None and self._connection.is_open:
            self._connection.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await self._gone.wait()

    async def _open(self, amqp_uri: str) -> None:
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def confirmed(_: Any) -> None:
            if not ready.done():
                ready.set_result(None)

        def channel_open(channel: Any) -> None:
            channel.add_on_close_callback(self._on_closed)
            channel.add_on_return_callback(self._on_return)
            channel.confirm_delivery(self._on_confirm, callback=confirmed)

        def connection_open(connection: Any) -> None:
            self._channel = connection.channel(on_open_callback=channel_open)

        self._connection = AsyncioConnection(
            connection_parameters(amqp_uri),
            on_open_callback=connection_open,
            on_open_error_callback=self._on_closed,
            on_close_callback=self._on_gone,
        )
        await asyncio.wait({ready, self.broken}, return_when=asyncio.FIRST_COMPLETED)
        self._raise_if_broken()

    def _on_confirm(self, frame: Any) -> None:
        # An ack of many counts those that were refused before as settled, and a returned message
        # is acked too: nothing that comes after the break may move the prefix.
        if self.broken.done():
            return
        method = frame.method
        if isinstance(method, pika.spec.Basic.Ack):
            self.prefix.confirm(method.delivery_tag, multiple=method.multiple)
            self._progress_at = self._now()
            self._changed.set()
            if self.prefix.outstanding < self._below:  # one who waits for it is woken once
                self._room.set()
        else:
            self._break(Unconfirmed(f"the broker refused message {method.delivery_tag}"))

    def _on_return(self, _: Any, method: Any, properties: Any, __: bytes) -> None:
        self._break(
            Unconfirmed(
                f"the broker returned event {properties.message_id} to {method.exchange}: "
                f"{method.reply_text}"
            )
        )

    def _on_gone(self, connection: Any, reason: BaseException) -> None:
        self._gone.set()
        self._on_closed(connection, reason)

    def _on_closed(self, _: Any, reason: BaseException) -> None:
        self._break(Unconfirmed(f"the connection to the broker is lost: {words(reason)}"))

    def _break(self, reason: Unconfirmed) -> None:
        if not self.broken.done():
            self.broken.set_exception(reason)
            self.broken.exception()  # marks it as seen: a closed channel is no forgotten error
        self._changed.set()
        self._room.set()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    def _raise_if_broken(self) -> None:
        if self.broken.done():
            self.broken.result()


def connection_parameters(amqp_uri: str) -> pika.URLParameters:
    """Return pika's form of a broker's address; a connection that the broker blocks is ended.

    kombu and pika read `amqp://host//` differently; here it is the virtual host `/` for both.
    """
    parameters = pika.URLParameters(amqp_uri)
    parameters.virtual_host = unquote(urlsplit(amqp_uri).path[1:]) or "/"
    parameters.blocked_connection_timeout = _BLOCKED_SECONDS
    return parameters


def words(reason: BaseException) -> str:
    """Return what a connection error of pika says, which is often only in its causes."""
    inner = getattr(reason, "exceptions", None) or reason.args[-1:]
    text = str(inner[-1]) if inner and isinstance(inner[-1], BaseException) else str(reason)
    return text or type(reason).__name__
