"""From the ledger to the broker: everything, in order, and nothing skipped whatever breaks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from doors import door_to_broker
from pymongo import MongoClient
from samples.processes import eventually, free_port
from samples.relay_stage import Stage, first_sightings, relay_process, relaying, versions

from kernel.config import Settings
from kernel.envelope import Envelope
from kernel.events import Actor
from kernel.topology import Source


@pytest.fixture
def stage(
    settings: Settings, client: MongoClient[dict[str, Any]], declared: Callable[..., None]
) -> Stage:
    stage = Stage(settings, client)
    declared(Source("counting", settings), stage.consumer)
    return stage


def messages_in(channel: Any, queue: str) -> int:
    return int(channel.queue_declare(queue, passive=True).message_count)


def test_events_arrive_in_order_as_they_are_stored(stage: Stage, channel: Any) -> None:
    stage.write(300)
    stage.write(20, each=3)

    with relaying(stage.settings):
        arrived = list(stage.arrivals(channel, until=360))

    assert [envelope.version for envelope in arrived] == list(range(1, 361))
    last = stage.ledger.at(320)
    assert last is not None
    assert arrived[-1] == Envelope(
        id=last.events[-1].id,
        type="Counted",
        schema=1,
        data='{"by":360,"name":null,"subject":"acc-1"}',
        source="counting",
        stream="counter-1",
        version=360,
        position=320,
        occurred_at=last.meta.occurred_at,
        recorded_at=last.recorded_at,
        actor=Actor("acc-1", "citizen"),
        correlation=last.meta.correlation,
    )


def test_a_clean_stop_leaves_the_checkpoint_at_the_end_and_the_lease_free(
    stage: Stage, channel: Any
) -> None:
    with relaying(stage.settings):
        stage.write(5)
        list(stage.arrivals(channel, until=5))
    assert stage.checkpoint() == 5

    stage.write(1)
    with relaying(stage.settings):
        assert versions(stage.arrivals(channel, until=6)) == [6]


def test_without_an_inbox_events_are_kept_aside(
    settings: Settings,
    client: MongoClient[dict[str, Any]],
    declared: Callable[..., None],
    channel: Any,
) -> None:
    stage = Stage(settings, client)
    source = Source("counting", settings)
    declared(source)
    stage.write(3)

    with relaying(settings):
        eventually(lambda: stage.checkpoint() == 3, lambda: "the checkpoint moves on")

    eventually(lambda: messages_in(channel, source.unrouted) == 3, lambda: "they are there")


def test_a_message_that_reaches_no_queue_is_published_again(stage: Stage, channel: Any) -> None:
    source = Source("counting", stage.settings)
    stage.write(1)
    with relaying(stage.settings):
        list(stage.arrivals(channel, until=1))
        eventually(lambda: stage.checkpoint() == 1, lambda: "the checkpoint")
        channel.queue_unbind(source.unrouted, source.unrouted, "")
        channel.queue_unbind(stage.consumer.inbox, source.events, "#")
        stage.write(1)
        # The declaration before the next try puts back what the source itself needs.
        eventually(lambda: stage.checkpoint() == 2, lambda: "the relay recovers")

    eventually(lambda: messages_in(channel, source.unrouted) == 1, lambda: "it is there")


def test_a_cut_connection_repeats_but_never_skips(stage: Stage, channel: Any) -> None:
    stage.write(200)
    with door_to_broker(stage.settings) as (settings, slam), relaying(settings):
        arrivals = stage.arrivals(channel, until=400)
        seen = [next(arrivals).version for _ in range(50)]
        slam()
        stage.write(200)
        seen += versions(arrivals)

    assert first_sightings(seen) == list(range(1, 401))


def test_two_relays_share_one_ledger_without_a_gap(stage: Stage, channel: Any) -> None:
    stage.write(100)
    with relaying(stage.settings) as one, relaying(stage.settings) as two:
        seen = versions(stage.arrivals(channel, until=100))
        assert one.active != two.active

    assert first_sightings(seen) == list(range(1, 101))


def test_a_standby_takes_over_from_a_killed_relay(stage: Stage, channel: Any) -> None:
    stage.write(50)
    with relay_process(stage.settings) as active:
        seen = versions(stage.arrivals(channel, until=50))
        with relaying(stage.settings) as standby:
            stage.write(50)
            seen += versions(stage.arrivals(channel, until=100))
            assert not standby.active
            active.popen.kill()
            stage.write(50)
            seen += versions(stage.arrivals(channel, until=150))
            assert standby.active

    assert first_sightings(seen) == list(range(1, 151))


def test_as_a_process_it_is_ready_counts_and_stops_when_told(stage: Stage, channel: Any) -> None:
    stage.write(3)
    with relay_process(stage.settings) as process:
        process.wait_ready()
        list(stage.arrivals(channel, until=3))
        metrics = process.ops("/metrics").text
        assert process.end() == 0

    counted = 'motcua_events_total{outcome="published",service="counting",type="Counted"} 3.0'
    assert counted in metrics
    assert 'motcua_relay_lease_held{service="counting"} 1.0' in metrics
    assert stage.checkpoint() == 3
    said = [line["event"] for line in process.log_lines() if line["event"].startswith("relay.")]
    assert said == ["relay.active", "relay.released"]


def test_a_relay_that_lost_its_lease_cannot_move_the_checkpoint(stage: Stage, channel: Any) -> None:
    stage.write(1)
    with relaying(stage.settings) as former:
        list(stage.arrivals(channel, until=1))
        eventually(lambda: stage.checkpoint() == 1, lambda: "the checkpoint")
        # As after a long pause of the process: somebody else has the lease and a newer token.
        in_ten_minutes = int((time.time() + 600) * 1000)
        stage.leases.update_one(
            {"_id": "relay"},
            {"$inc": {"token": 1}, "$set": {"holder": "other", "expires_at": in_ten_minutes}},
        )
        stage.write(1)
        eventually(lambda: not former.active, lambda: "the former relay notices")

    assert stage.checkpoint() == 1


def test_it_waits_for_a_broker_that_is_away(stage: Stage, channel: Any) -> None:
    stage.write(3)
    port = free_port()
    away = replace(stage.settings, amqp_uri=f"amqp://guest:guest@127.0.0.1:{port}//")
    with relaying(away) as relay:
        eventually(lambda: stage.leases.find_one({"_id": "relay"}) is not None)
        assert not relay.active
        with door_to_broker(stage.settings, port):
            assert versions(stage.arrivals(channel, until=3)) == [1, 2, 3]
            eventually(lambda: relay.active)
