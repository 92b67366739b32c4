"""A relay that would look for new events only much later is told of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from doors import door_to_broker
from ledgers import TYPES, Counted, meta, new_id
from pymongo import MongoClient
from samples.processes import eventually
from samples.relay_stage import QUICK, Stage, relaying, versions

from kernel.config import Settings
from kernel.container import Storage
from kernel.nudges import Nudger
from kernel.topology import Source
from kernel.trust import ensure_keys

PATIENT = replace(QUICK, polls=(600.0,), nudged=600.0)


@pytest.fixture
def stage(
    settings: Settings, client: MongoClient[dict[str, Any]], declared: Callable[..., None]
) -> Stage:
    stage = Stage(settings, client)
    declared(Source("counting", settings), stage.consumer)
    return stage


@pytest.fixture
def heard(settings: Settings, channel: Any) -> Callable[[], bool]:
    """Whether a nudge came since it was asked last."""
    queue = channel.queue_declare("", exclusive=True).queue
    channel.queue_bind(queue, "amq.direct", settings.amqp_name("counting.nudge"))
    return lambda: channel.basic_get(queue, no_ack=True) is not None


def test_a_nudge_wakes_a_relay_that_would_sleep_on(stage: Stage, channel: Any) -> None:
    stage.write(1)
    with closing(Nudger(stage.settings, "counting")) as nudger, relaying(stage.settings, PATIENT):
        assert versions(stage.arrivals(channel, until=1)) == [1]
        for version in (2, 3, 4):
            stage.write(1)
            nudger.nudge()
            assert versions(stage.arrivals(channel, until=version)) == [version]


def test_nudges_go_on_after_a_lost_connection(
    settings: Settings, heard: Callable[[], bool]
) -> None:
    def nudged() -> bool:
        nudger.nudge()
        return heard()

    with (
        door_to_broker(settings) as (behind_door, slam),
        closing(Nudger(behind_door, "counting")) as nudger,
    ):
        eventually(nudged, lambda: "a first nudge")
        slam()
        while heard():
            pass
        eventually(nudged, lambda: "a nudge over a new connection")


def test_a_service_nudges_when_it_appends(
    settings: Settings, client: MongoClient[dict[str, Any]], heard: Callable[[], bool]
) -> None:
    ensure_keys(settings.keys, ["counting"])
    storage = Storage()
    storage.container = SimpleNamespace(service_name="counting", config={"settings": settings})
    ledger = storage.ledger(TYPES)
    try:
        ledger.append("counter-1", [Counted(1)], expected=0, commit_id=new_id(), meta=meta())
        eventually(heard, lambda: "a nudge")
    finally:
        storage.stop()
