"""What a listener's crash, stop or lost connection costs: time, and no event."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from doors import door_to_broker
from pymongo import MongoClient
from samples.delivery_sample import CRASHES
from samples.delivery_stage import LISTENER, OWNER, TIERS, Stage, prepared, relaying
from samples.processes import Process, eventually, running

from kernel.config import Settings


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
    assert dying.popen.wait(30) == 9
    assert stage.effects("counter-a") == [1]
    assert stage.cursor("counter-a") == 0

    with running(LISTENER, stage.settings, TIERS):
        stage.waits_for("counter-a", 2)

    assert stage.effects("counter-a") == [1, 2]
    assert stage.calls("counter-a") == [1, 1, 2]
    dying.end()


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
