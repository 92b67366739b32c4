"""Publishing with pika and nothing else: so many in flight, each confirmed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import pika
from pika.adapters.asyncio_connection import AsyncioConnection

from kernel.publisher import connection_parameters

Prepared = tuple[str, bytes, pika.BasicProperties]


async def publish_all(
    amqp_uri: str, exchange: str, messages: Sequence[Prepared], window: int
) -> float:
    """Publish messages (routing key, body, properties); return the seconds to the last confirm."""
    loop = asyncio.get_running_loop()
    over: asyncio.Future[float] = loop.create_future()
    ahead = iter(messages)
    confirmed = 0
    began = 0.0

    def send(channel: Any) -> None:
        if (message := next(ahead, None)) is not None:
            key, body, properties = message
            channel.basic_publish(exchange, key, body, properties, mandatory=True)

    def on_confirm(channel: Any, frame: Any) -> None:
        nonlocal confirmed
        tag, multiple = frame.method.delivery_tag, frame.method.multiple
        more = tag - confirmed if multiple else 1
        confirmed += more
        for _ in range(more):
            send(channel)
        if confirmed == len(messages) and not over.done():
            over.set_result(time.perf_counter() - began)

    def begin(channel: Any) -> None:
        nonlocal began
        began = time.perf_counter()
        for _ in range(window):
            send(channel)

    def on_channel(channel: Any) -> None:
        channel.confirm_delivery(
            lambda frame: on_confirm(channel, frame), callback=lambda _: begin(channel)
        )

    def fail(_: Any, reason: Any) -> None:
        if not over.done():
            over.set_exception(ConnectionError(str(reason)))

    connection = AsyncioConnection(
        connection_parameters(amqp_uri),
        on_open_callback=lambda opened: opened.channel(on_open_callback=on_channel),
        on_open_error_callback=fail,
        on_close_callback=fail,
    )
    try:
        return await over
    finally:
        connection.close()
