"""What a broken channel may still say: nothing that moves the checkpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from pika.frame import Method
from pika.spec import Basic, BasicProperties

from kernel.delivery import ConfirmedPrefix
from kernel.publisher import ConfirmedChannel, Unconfirmed

BREAKS: dict[str, Callable[[ConfirmedChannel], None]] = {
    "refused": lambda channel: channel._on_confirm(Method(1, Basic.Nack(delivery_tag=2))),
    "returned": lambda channel: channel._on_return(
        None, Basic.Return(312, "NO_ROUTE", "x.events"), BasicProperties(message_id="e-2"), b""
    ),
}


@pytest.mark.parametrize("breaks", BREAKS.values(), ids=BREAKS)
def test_an_ack_of_many_does_not_cover_what_was_refused_or_returned_before(
    breaks: Callable[[ConfirmedChannel], None],
) -> None:
    async def play() -> ConfirmedChannel:
        channel = ConfirmedChannel(ConfirmedPrefix(0))
        for position in (1, 2, 3):
            channel.prefix.publish(position)
        channel._on_confirm(Method(1, Basic.Ack(delivery_tag=1)))
        breaks(channel)
        channel._on_confirm(Method(1, Basic.Ack(delivery_tag=3, multiple=True)))
        return channel

    # in a thread of its own: a browser driven by the same process runs its loop in this one
    with ThreadPoolExecutor(1) as apart:
        channel = apart.submit(asyncio.run, play()).result()
    assert channel.prefix.position == 1
    with pytest.raises(Unconfirmed):
        channel.broken.result()
