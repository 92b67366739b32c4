"""Whatever breaks between a ledger and the broker: repeated perhaps, in order, nothing skipped.

What arrives in the inbox is collected from the first to the last event. The order in which each
event came first must be the ledger's, with none missing.

| What happens | Test |
|---|---|
| the broker is killed, or restarted by an operator | `…a_broker_that_comes_back…` |
| the broker is frozen, longer than the relay's patience | `…a_frozen_broker…` |
| the broker is out of memory and reads no more | `…a_broker_out_of_memory…` |
| a queue refuses messages (nack) | `…a_queue_that_refuses…` |
| a message reaches no queue (return) | `test_relay.py` |
| the connection is cut or reset, again and again | `…a_connection_that_is_cut…` |
| the relay is killed | `test_relay.py` |
| the relay is frozen beyond its lease and wakes later | `…a_relay_that_overslept…` |
| the relay's clock is wrong by a day, either way | `…a_relay_whose_clock_is_wrong…` |
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from doors import door_to_broker
from kombu import Connection
from pymongo import MongoClient
from samples.own_broker import OwnBroker, own_broker
from samples.processes import Process, eventually
from samples.relay_stage import (
    Stage,
    contains_in_order,
    first_sightings,
    relay_process,
    relaying,
    versions,
)

from kernel import topology
from kernel.config import Settings
from kernel.topology import Consumer, Source

DAY = 86_400.0
_ESTABLISHED = "01"  # as /proc/net/tcp writes it


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory, mongo_uri: str) -> Iterator[OwnBroker]:
    """A broker that this file may hurt."""
    with own_broker(tmp_path_factory.mktemp("broker"), mongo_uri) as own:
        yield own


@pytest.fixture
def hurt(broker: OwnBroker, settings: Settings, client: MongoClient[dict[str, Any]]) -> Stage:
    """A stage on the broker that is hurt."""
    own = replace(settings, amqp_uri=broker.amqp_uri)
    topology.declare(own, Source("counting", own), Consumer("listener", ("counting",), own))
    return Stage(own, client)


@pytest.fixture
def stage(
    settings: Settings, client: MongoClient[dict[str, Any]], declared: Callable[..., None]
) -> Stage:
    """A stage on the broker of all tests."""
    declared(Source("counting", settings), Consumer("listener", ("counting",), settings))
    return Stage(settings, client)


def collected(stage: Stage, until: int) -> list[int]:
    """Return what has arrived and arrives up to a version, over a fresh connection."""
    with Connection(stage.settings.amqp_uri) as connection:
        return versions(stage.arrivals(connection.channel(), until))


@pytest.mark.parametrize("how", [OwnBroker.kill, OwnBroker.restart], ids=["killed", "restarted"])
def test_a_broker_that_comes_back_gets_everything_in_order(
    hurt: Stage, broker: OwnBroker, how: Callable[[OwnBroker], None]
) -> None:
    with relaying(hurt.settings):
        hurt.write(150)
        eventually(lambda: hurt.checkpoint() > 0)
        hurt.write(50, each=2)
        how(broker)
        hurt.write(50)
        seen = collected(hurt, until=300)

    assert first_sightings(seen) == list(range(1, 301))


def test_a_frozen_broker_gets_everything_in_order_when_it_wakes(
    hurt: Stage, broker: OwnBroker
) -> None:
    hurt.write(100)
    with relaying(hurt.settings) as relay:
        seen = collected(hurt, until=100)
        with broker.frozen():
            hurt.write(200)
            eventually(lambda: not relay.active)  # it has given up the connection
            hurt.write(50)
        seen += collected(hurt, until=350)

    assert first_sightings(seen) == list(range(1, 351))


def test_a_broker_out_of_memory_gets_everything_in_order_when_it_has_some(
    hurt: Stage, broker: OwnBroker
) -> None:
    hurt.write(10)
    with relaying(hurt.settings) as relay:
        seen = collected(hurt, until=10)
        with broker.out_of_memory():
            hurt.write(200)
            for _ in range(2):  # it gives up the connection, and the next one
                eventually(lambda: not relay.active)
                eventually(lambda: relay.active)
            eventually(lambda: connections_to(broker) <= 2)  # and leaves none behind
        seen += collected(hurt, until=210)

    assert first_sightings(seen) == list(range(1, 211))


def test_a_queue_that_refuses_misses_nothing_once_it_takes_again(
    hurt: Stage, broker: OwnBroker
) -> None:
    """It may get events out of order meanwhile: then they come once more, in order."""
    full = hurt.settings.amqp_name("full")
    # a classic one, because that refuses the very next message
    arguments = {"x-max-length": 5, "x-overflow": "reject-publish"}
    with Connection(hurt.settings.amqp_uri) as connection:
        channel = connection.channel()
        channel.queue_declare(full, durable=True, auto_delete=False, arguments=arguments)
        channel.queue_bind(full, Source("counting", hurt.settings).events, "#")

    hurt.write(30)
    with relaying(hurt.settings) as relay, Connection(hurt.settings.amqp_uri) as connection:
        eventually(lambda: relay.active)
        eventually(lambda: not relay.active)  # refused
        channel = connection.channel()
        taken: list[int] = []

        def all_is_confirmed() -> bool:
            taken.extend(hurt.waiting(channel, full))
            return hurt.checkpoint() == 30

        eventually(all_is_confirmed, seconds=200)  # a few at each try, with pauses between
        taken.extend(hurt.waiting(channel, full))
        seen = collected(hurt, until=30)

    assert contains_in_order(taken, range(1, 31))
    assert first_sightings(seen) == list(range(1, 31))


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_a_connection_that_is_cut_again_and_again_skips_nothing(
    stage: Stage, channel: Any, reset: bool
) -> None:
    stage.write(400)
    seen: list[int] = []
    with (
        door_to_broker(stage.settings, reset=reset) as (settings, slam),
        relaying(settings),
    ):
        arrivals = stage.arrivals(channel, until=400)
        for count in (1, 20, 60, 5):
            seen += [next(arrivals).version for _ in range(count)]
            slam()
        seen += versions(arrivals)

    assert first_sightings(seen) == list(range(1, 401))


def test_a_relay_that_overslept_its_lease_harms_nothing_beside_its_successor(
    stage: Stage, channel: Any
) -> None:
    stage.write(200)
    with relay_process(stage.settings) as sleeper, relay_process(stage.settings) as successor:
        sleeper.wait_ready()
        successor.wait_ready()
        eventually(lambda: stage.checkpoint() > 0)
        first, other = sleeper, successor
        if not holds_the_lease(first):
            first, other = successor, sleeper
        os.kill(first.popen.pid, signal.SIGSTOP)
        stage.write(200)
        seen = versions(stage.arrivals(channel, until=400))
        os.kill(first.popen.pid, signal.SIGCONT)
        stage.write(100)
        seen += versions(stage.arrivals(channel, until=500))
        eventually(lambda: "relay.interrupted" in first.log_text())
        eventually(lambda: stage.checkpoint() == 500)

        assert "no longer holds the lease" in first.log_text()
        assert holds_the_lease(other)

    assert first_sightings(seen) == list(range(1, 501))


@pytest.mark.parametrize("shift", [DAY, -DAY], ids=["a day ahead", "a day behind"])
def test_a_relay_whose_clock_is_wrong_takes_and_yields_the_lease_like_any_other(
    stage: Stage, channel: Any, shift: float
) -> None:
    """The lease is on the database's clock: one ahead takes it from nobody, one behind gets it."""
    stage.write(20)
    with ExitStack() as first:
        right = first.enter_context(relaying(stage.settings))
        seen = versions(stage.arrivals(channel, until=20))
        with relay_process(stage.settings, clock_shift=shift) as wrong:
            wrong.wait_ready()
            stage.write(20)
            seen += versions(stage.arrivals(channel, until=40))
            assert right.active
            assert not holds_the_lease(wrong)

            first.close()
            stage.write(20)
            seen += versions(stage.arrivals(channel, until=60))
            eventually(lambda: holds_the_lease(wrong))
            with relaying(stage.settings) as standby:
                eventually(lambda: standby.ready()["relay"])
                stage.write(20)
                seen += versions(stage.arrivals(channel, until=80))
                assert not standby.active
            (said,) = (line for line in wrong.log_lines() if line["event"] == "relay.active")

    assert first_sightings(seen) == list(range(1, 81))
    off = datetime.fromisoformat(said["time"]) - datetime.now(UTC)
    assert abs(off.total_seconds() - shift) < DAY / 2, "its clock was not wrong"


def holds_the_lease(relay: Process) -> bool:
    """Whether a relay says that it is the active one."""
    return 'lease_held{service="counting"} 1.0' in relay.ops("/metrics").text


def connections_to(broker: OwnBroker) -> int:
    """Return how many connections stand to a broker that only this test uses."""
    port = int(broker.amqp_uri.rpartition(":")[2].rstrip("/"))
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(line[2].endswith(f":{port:04X}") and line[3] == _ESTABLISHED for line in lines)
