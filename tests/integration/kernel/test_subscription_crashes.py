"""What a listener's crash, stop or lost connection costs: time, and no event."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from doors import door_to_broker
from kombu import Connection
from pymongo import MongoClient
from samples.delivery_sample import CRASHES, CRASHES_BEFORE, SLOW
from samples.delivery_stage import LISTENER, OWNER, TIERS, Stage, prepared
from samples.processes import Process, eventually, running
from samples.relay_stage import relaying

from kernel import deadletters
from kernel.config import Settings
from kernel.topology import INBOX_DELIVERY_LIMIT
from kernel.trust import ensure_keys


@pytest.fixture
def stage(settings: Settings, client: MongoClient[Any], channel: Any) -> Iterator[Stage]:
    """An installation for each test, with nothing running yet."""
    with prepared(settings):
        yield Stage(settings, client, channel)


def test_a_crash_between_the_effect_and_the_acknowledgement_has_one_effect(stage: Stage) -> None:
    first, second = stage.write("counter-a", CRASHES, 1)
    dying = Process(LISTENER, stage.settings, TIERS)
    dying.wait_ready()
    stage.publish(first, second)
    assert dying.popen.wait(30) == -signal.SIGKILL
    assert stage.effects("counter-a") == [1]
    assert stage.cursor("counter-a") == 0

    with running(LISTENER, stage.settings, TIERS):
        stage.waits_for("counter-a", 2)

    assert stage.effects("counter-a") == [1, 2]
    assert stage.calls("counter-a") == [1, 1, 2]
    dying.end()


def test_a_crash_before_the_effect_has_one_effect(stage: Stage) -> None:
    first, second = stage.write("counter-a", CRASHES_BEFORE, 1)
    dying = Process(LISTENER, stage.settings, TIERS)
    dying.wait_ready()
    stage.publish(first, second)
    assert dying.popen.wait(30) == -signal.SIGKILL
    assert stage.effects("counter-a") == []

    with running(LISTENER, stage.settings, TIERS):
        stage.waits_for("counter-a", 2)

    assert stage.effects("counter-a") == [1, 2]
    assert stage.calls("counter-a") == [1, 1, 2]
    dying.end()


def test_a_handler_that_takes_longer_than_the_heartbeat_is_called_once(stage: Stage) -> None:
    """The broker gives up on whoever is silent for two heartbeats; a busy listener is not."""
    environment = {**TIERS, "AMQP_HEARTBEAT": "2"}
    with running(LISTENER, stage.settings, environment) as listener:
        stage.publish(*stage.write("counter-a", SLOW, 1), *stage.write("counter-b", 1))
        stage.waits_for("counter-b", 1)
        assert stage.effects("counter-a") == []  # others do not wait for it
        stage.waits_for("counter-a", 2)
        assert "inbox.interrupted" not in listener.log_text()

    assert stage.calls("counter-a") == [1, 2]


def test_a_listener_that_starts_later_gets_what_came_before_its_inbox_existed(
    settings: Settings, client: MongoClient[Any], channel: Any, declared: Callable[..., None]
) -> None:
    """With each stream's next event, from the feed of its owner."""
    stage = Stage(settings, client, channel)
    ensure_keys(settings.keys, ["counting", "tally", "identity"])
    declared(stage.source)
    with relaying(settings):
        for stream in ("counter-a", "counter-b"):
            stage.write(stream, 1, 2, 3)
        eventually(lambda: stage.count(stage.source.unrouted) == 6)
        declared(stage.consumer)
        with running(OWNER, settings), running(LISTENER, settings, TIERS):
            stage.write("counter-a", 4)
            stage.waits_for("counter-a", 4)

    assert stage.effects("counter-a") == [1, 2, 3, 4]
    assert stage.effects("counter-b") == []  # a silent stream stays unknown


def test_a_listener_is_not_ready_while_nothing_reaches_it(stage: Stage, channel: Any) -> None:
    """Broker and database are well, but its queue is one that it cannot use."""
    inbox = stage.consumer.inbox
    channel.queue_delete(inbox)
    channel.queue_declare(inbox, durable=True, auto_delete=False)
    listener = Process(LISTENER, stage.settings, TIERS)
    try:
        well = {"service": True, "broker": True, "database": True}
        eventually(lambda: "inbox.interrupted" in listener.log_text(), listener.log_text)
        eventually(lambda: listener.ops("/health/ready").json() == {**well, "inbox": False})
        assert not listener.is_ready()
        channel.queue_delete(inbox)
        listener.wait_ready()
        assert listener.ops("/health/ready").json() == {**well, "inbox": True}
    finally:
        listener.end()


def test_what_always_comes_back_from_its_listener_is_put_with_the_dead_letters(
    stage: Stage,
) -> None:
    """A message whose listener ends with it in hand, again and again: the broker counts."""
    bad, good = stage.write("counter-a", 1, 2)
    stage.publish(bad)
    inbox = stage.consumer.inbox
    for _ in range(INBOX_DELIVERY_LIMIT + 1):
        eventually(lambda: stage.count(inbox) == 1)
        with Connection(stage.settings.amqp_uri) as listener:
            assert listener.channel().basic_get(inbox) is not None  # and is gone with it
    eventually(lambda: stage.count(stage.consumer.dead) == 1)

    (letter,) = deadletters.letters(stage.settings, "tally")
    assert (letter.id, letter.error) == (bad.id, "broker:delivery_limit")
    with running(OWNER, stage.settings), running(LISTENER, stage.settings, TIERS):
        stage.publish(good)
        stage.waits_for("counter-a", 2)
    assert stage.effects("counter-a") == [1, 2]


def test_a_cut_connection_loses_nothing(stage: Stage) -> None:
    with door_to_broker(stage.settings) as (settings, slam), running(LISTENER, settings, TIERS):
        events = stage.write("counter-a", *range(1, 11))
        stage.publish(*events[:5])
        stage.waits_for("counter-a", 5)
        slam()
        stage.publish(*events[5:])
        stage.waits_for("counter-a", 10)

    assert stage.effects("counter-a") == list(range(1, 11))


def test_a_stopped_listener_gives_back_what_it_did_not_handle(stage: Stage) -> None:
    events = stage.write("counter-a", *range(1, 13))
    with running(LISTENER, stage.settings, TIERS) as first:
        stage.publish(*events)
        eventually(lambda: stage.calls("counter-a"))
        assert first.end(signal.SIGTERM) == 0
    with running(LISTENER, stage.settings, TIERS):
        stage.waits_for("counter-a", 12)

    assert stage.effects("counter-a") == list(range(1, 13))


def test_several_processes_share_the_work_and_each_event_has_one_effect(stage: Stage) -> None:
    with (
        running(OWNER, stage.settings),
        running(LISTENER, stage.settings, TIERS),
        running(LISTENER, stage.settings, TIERS),
        relaying(stage.settings),
    ):
        streams = [f"counter-{n}" for n in range(5)]
        for _ in range(10):
            for stream in streams:
                stage.write(stream, 1)
        for stream in streams:
            stage.waits_for(stream, 10)

    for stream in streams:
        assert sorted(stage.effects(stream)) == list(range(1, 11))
