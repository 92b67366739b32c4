"""The relay: its pace against bare publishing, how soon it delivers, and what it costs idle."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pika
import pytest
from bare_publisher import Prepared, publish_all
from figures import Report
from notes import append_note, append_notes, open_ledger
from pymongo import MongoClient
from relays import cpu_share, relay_process
from rounds import interleaved, percentile

from kernel import topology
from kernel.config import Settings
from kernel.envelope import envelopes, to_message
from kernel.ledger import Ledger
from kernel.nudges import Nudger
from kernel.publisher import connection_parameters
from kernel.relay import Pace, Relay

SOURCE = "notify"  # whose relay runs; a service of the system, as its command wants
DEADLINE = 120.0


class Stage:
    """A ledger with its exchange, and the inbox of a service that listens."""

    def __init__(self, settings: Settings, client: MongoClient[Any]) -> None:
        self.settings = settings
        self.listener = topology.Consumer("listener", (SOURCE,), settings)
        self.exchange = topology.Source(SOURCE, settings).events
        self.nudger = Nudger(settings, SOURCE)
        self.ledger: Ledger = open_ledger(client, settings.namespace, SOURCE, self.nudger.nudge)
        self.checkpoints = client[settings.database(SOURCE)]["relay"]
        topology.declare(settings, self.listener)

    def position(self) -> int:
        """Return the relay's checkpoint."""
        found = self.checkpoints.find_one({"_id": "relay"})
        return int(found["position"]) if found else 0

    def empty_inbox(self) -> None:
        """Take all messages away."""
        with pika.BlockingConnection(connection_parameters(self.settings.amqp_uri)) as connection:
            connection.channel().queue_purge(self.listener.inbox)


@pytest.fixture
def stage(
    client: MongoClient[Any], amqp_uri: str, mongo_uri: str, database_prefix: str, tmp_path: Path
) -> Iterator[Stage]:
    settings = Settings(
        amqp_uri=amqp_uri, mongo_uri=mongo_uri, namespace=database_prefix, home=tmp_path
    )
    stage = Stage(settings, client)
    yield stage
    stage.nudger.close()


def test_pace(stage: Stage, report: Report) -> None:
    """Both publish the same messages to the same queue; the relay also reads and keeps track."""
    rounds, number = (3, 4_000) if report.quick else (5, 15_000)
    append_notes(stage.ledger, number, 64)
    messages = [
        _prepared(envelope)
        for commit in stage.ledger.commits()
        for envelope in envelopes(SOURCE, commit)
    ]

    def ours() -> float:
        stage.empty_inbox()
        stage.checkpoints.delete_many({})
        return asyncio.run(_relay_all(stage, number))

    def bare() -> float:
        stage.empty_inbox()
        publishing = publish_all(stage.settings.amqp_uri, stage.exchange, messages, Pace().window)
        return number / asyncio.run(publishing)

    pace = interleaved({"ours": ours, "bare": bare}, rounds)
    report.ratio("relay", pace["ours"], pace["bare"], "/s")


async def _relay_all(stage: Stage, number: int) -> float:
    """Relay the ledger from its beginning; return the pace from the first checkpoint to the end.

    So the time to connect does not count, neither here nor there.
    """
    relay = Relay(SOURCE, stage.settings, consumers=(stage.listener,))
    stop = asyncio.Event()
    running = asyncio.create_task(relay.run(stop))
    first = await _checkpoint_beyond(stage, 0)
    last = await _checkpoint_beyond(stage, number - 1)
    stop.set()
    await running
    return (last[0] - first[0]) / (last[1] - first[1])


async def _checkpoint_beyond(stage: Stage, position: int) -> tuple[int, float]:
    deadline = time.perf_counter() + DEADLINE
    while (found := await asyncio.to_thread(stage.position)) <= position:
        assert time.perf_counter() < deadline, "the relay does not get on"
        await asyncio.sleep(0.005)
    return found, time.perf_counter()


def _prepared(envelope: Any) -> Prepared:
    message = to_message(envelope)
    return envelope.type, message.body, pika.BasicProperties(**message.properties())


def test_idle(stage: Stage, report: Report) -> None:
    """One commit now and then must be delivered soon; in between the relay does next to nothing."""
    seconds, samples = (5.0, 30) if report.quick else (20.0, 200)
    append_note(stage.ledger)
    with (
        relay_process(SOURCE, stage.settings) as pid,
        pika.BlockingConnection(connection_parameters(stage.settings.amqp_uri)) as connection,
    ):
        arrivals = connection.channel().consume(
            stage.listener.inbox, auto_ack=True, inactivity_timeout=DEADLINE
        )
        assert next(arrivals)[0] is not None, "the relay does not come up"
        delays = []
        for _ in range(samples):
            # until the pauses between two polls are at their longest, and anywhere within one
            time.sleep(random.uniform(0.1, 0.2))
            began = time.perf_counter()
            append_note(stage.ledger)
            method, _, _ = next(arrivals)
            delays.append(time.perf_counter() - began)
            assert method is not None, "the event did not arrive"
        share = 100 * cpu_share(pid, seconds)
    report.value("relay-idle", share, f"over {seconds:.0f} s")
    p50, p95 = (1000 * percentile(delays, share) for share in (0.5, 0.95))
    report.value("relay-latency", p95, f"median {p50:.0f} ms, {samples} events", p50=p50)
