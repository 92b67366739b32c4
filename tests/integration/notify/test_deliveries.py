"""Turns at the messages that wait: each given once, and cheap where many wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import MongoClient, monitoring
from pymongo.collection import Collection

from services.notify.deliveries import TURN, Deliveries, Turn

NOW = datetime(2026, 9, 7, 2, tzinfo=UTC)
MANY = 50


class Finds(monitoring.CommandListener):
    """Counts the look-ups of a client."""

    def __init__(self) -> None:
        self.number = 0

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.number += event.command_name == "find"

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to count."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to count."""


@pytest.fixture
def finds() -> Finds:
    return Finds()


@pytest.fixture
def collection(mongo_uri: str, database_prefix: str, finds: Finds) -> Iterator[Collection[Any]]:
    with MongoClient[Any](mongo_uri, tz_aware=True, event_listeners=[finds]) as client:
        made = client[f"{database_prefix}_notify"]["deliveries"]
        Deliveries(made).ensure_indexes()
        yield made


def _claims(deliveries: Deliveries, now: datetime = NOW) -> Iterator[Turn]:
    while (turn := deliveries.claim(now)) is not None:
        yield turn


def test_each_message_is_claimed_once_whoever_looked_first(collection: Collection[Any]) -> None:
    one, other = Deliveries(collection), Deliveries(collection)
    for number in range(MANY):
        one.add(f"message-{number}", NOW - timedelta(seconds=number))
    first, second = one.claim(NOW), other.claim(NOW)  # both have looked up what is due
    assert first is not None
    assert second is not None
    claimed = [first, second, *_claims(one), *_claims(other)]
    assert sorted(turn.message for turn in claimed) == sorted(f"message-{n}" for n in range(MANY))
    assert {turn.tries for turn in claimed} == {1}


def test_a_turn_that_was_not_used_comes_again(collection: Collection[Any]) -> None:
    Deliveries(collection).add("message-1", NOW)
    assert [turn.tries for turn in _claims(Deliveries(collection))] == [1]
    assert list(_claims(Deliveries(collection), NOW + TURN / 2)) == []
    assert [turn.tries for turn in _claims(Deliveries(collection), NOW + TURN)] == [2]


def test_what_was_put_off_since_it_was_found_is_left_alone(collection: Collection[Any]) -> None:
    slow, quick = Deliveries(collection), Deliveries(collection)
    for number in (1, 2):
        slow.add(f"message-{number}", NOW)
    (first,) = [slow.claim(NOW)]
    (turn,) = _claims(quick)
    quick.put_off(turn, NOW)
    assert first is not None
    assert first.message != turn.message
    assert slow.claim(NOW) is None


def test_many_are_looked_up_at_once(collection: Collection[Any], finds: Finds) -> None:
    deliveries = Deliveries(collection)
    for number in range(MANY):
        deliveries.add(f"message-{number}", NOW)
    assert len(list(_claims(deliveries))) == MANY
    assert finds.number == 2
