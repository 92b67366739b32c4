"""The stage on which the tests of the relay play: a ledger, a relay, and somebody's inbox."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from ledgers import Counted, meta, open_ledger
from pymongo import MongoClient
from samples.processes import Process

from kernel.config import Settings
from kernel.envelope import Envelope, Message, from_message
from kernel.relay import Pace, Relay
from kernel.topology import Consumer

QUICK = Pace(lease=timedelta(seconds=1), standby=0.05, stall=2.0)
DEADLINE = 60.0


class Stage:
    """A ledger that is written to, and the inbox of somebody who listens."""

    def __init__(self, settings: Settings, client: MongoClient[dict[str, Any]]) -> None:
        self.settings = settings
        self.consumer = Consumer("listener", ("counting",), settings)
        self.ledger = open_ledger(client, settings.namespace)
        self.leases = client[settings.database("counting")]["relay"]
        self.written = 0

    def write(self, commits: int, *, each: int = 1) -> None:
        """Append commits of `each` events to one stream."""
        for _ in range(commits):
            numbers = range(self.written + 1, self.written + each + 1)
            self.ledger.append(
                "counter-1",
                [Counted(number) for number in numbers],
                expected=self.written,
                commit_id=f"commit-{self.written}",
                meta=meta(),
            )
            self.written += each

    def arrivals(self, channel: Any, until: int) -> Iterator[Envelope]:
        """Take what arrived in the inbox, up to and including version `until`."""
        deadline = time.monotonic() + DEADLINE
        while True:
            envelope = _taken(channel, self.consumer.inbox)
            if envelope is None:
                assert time.monotonic() < deadline, f"version {until} did not arrive"
                time.sleep(0.002)
                continue
            yield envelope
            if envelope.version == until:
                return

    def waiting(self, channel: Any, queue: str) -> Iterator[int]:
        """Take what is in a queue now; yield the versions."""
        while (envelope := _taken(channel, queue)) is not None:
            yield envelope.version

    def checkpoint(self) -> int:
        """The position up to which the relay has committed itself."""
        document = self.leases.find_one({"_id": "relay"})
        return 0 if document is None else int(document["position"])


@contextmanager
def relaying(settings: Settings, pace: Pace = QUICK) -> Iterator[Relay]:
    """Run a relay in a thread, and stop it cleanly."""
    relay = Relay("counting", settings, pace=pace)
    stop = asyncio.Event()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(relay.run(stop)))
    thread.start()
    try:
        yield relay
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(DEADLINE)
        assert not thread.is_alive()
        loop.close()


@contextmanager
def relay_process(settings: Settings, *, clock_shift: float | None = None) -> Iterator[Process]:
    """Run a relay as the process that it is in life, with its clock moved by so many seconds."""
    moved = "" if clock_shift is None else "import samples.shifted_clock; "
    code = (
        f"{moved}from kernel.config import Settings, read; from kernel.relay import run_relay; "
        "run_relay('counting', read(Settings)); raise SystemExit"
    )
    process = Process("counting-relay", settings, {"CLOCK_SHIFT": str(clock_shift)}, first=code)
    try:
        yield process
    finally:
        process.end()


def versions(arrivals: Iterator[Envelope]) -> list[int]:
    """Return the versions that arrive, as they come."""
    return [envelope.version for envelope in arrivals]


def first_sightings(seen: list[int]) -> list[int]:
    """Return versions in the order in which each came first."""
    return list(dict.fromkeys(seen))


def contains_in_order(seen: list[int], wanted: Iterable[int]) -> bool:
    """Whether `wanted` is what remains of `seen` if some of it is struck out."""
    rest = iter(seen)
    return all(version in rest for version in wanted)


def _taken(channel: Any, queue: str) -> Envelope | None:
    message = channel.basic_get(queue, no_ack=True)
    if message is None:
        return None
    body = message.body if isinstance(message.body, bytes) else message.body.encode()
    return from_message(Message(message.headers, body))
