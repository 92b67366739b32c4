"""From the broker to the handlers: in order, with patience, and nothing lost.

The listener is a process of its own with real retry tiers, shorter ones. What arrives, and when,
is up to each test: it puts the messages of a ledger's events on the exchange itself.

| Case | Test, here or in the file named |
|---|---|
| in order, one stream beside another | `…events_of_a_stream…` |
| delivered again, or published twice | `…duplicate…` |
| a gap; its owner away | `…gap_is_healed…`, `…gap_waits…` |
| older versions after newer ones | `…older_events…` |
| any order at all | `…wrong_order…`; `tests/unit/kernel/test_subscription_reception.py` |
| a handler that always fails, or fails for a while | `…poisonous…`, `…failure_that_heals…` |
| a handler that finds somebody away | `…somebody_who_is_away…` |
| what does not decode; a newer schema; an unknown type | `…decode…`, `…schema…`, `…unknown…` |
| a dead letter replayed: mended, or too early | `…replayed…` |
| a handler slower than the heartbeat | `test_subscription_crashes.py` |
| kill -9 before the effect, and before the acknowledgement | `test_subscription_crashes.py` |
| a message that always ends its process | `test_subscription_crashes.py` |
| a connection cut, a clean stop, several processes | `test_subscription_crashes.py` |
| an inbox that did not exist yet | `test_subscription_crashes.py` |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient
from samples.delivery_sample import FAILS, WAITS
from samples.delivery_stage import LISTENER, OWNER, TIERS, Stage, prepared
from samples.processes import eventually, running

from kernel import deadletters
from kernel.config import Settings
from kernel.envelope import Message, envelopes, to_message
from kernel.errors import Forbidden
from kernel.feed import feed_of
from kernel.requests import Caller
from kernel.rpc import standalone_client
from kernel.trust import Keyring


@pytest.fixture(scope="module")
def settings(
    amqp_uri: str, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """An installation for this file's tests, with a listener running."""
    namespace = f"t{uuid4().hex[:12]}"
    home = tmp_path_factory.mktemp("subscription")
    with (
        prepared(
            Settings(amqp_uri=amqp_uri, mongo_uri=mongo_uri, namespace=namespace, home=home)
        ) as settings,
        running(LISTENER, settings, TIERS),
    ):
        yield settings
    client: MongoClient[Any] = MongoClient(mongo_uri)
    for name in (settings.database("tally"), settings.ledger_database("counting")):
        client.drop_database(name)
    client.close()


@pytest.fixture
def stage(settings: Settings, client: MongoClient[Any], channel: Any) -> Stage:
    """Fresh streams, no dead letters."""
    stage = Stage(settings, client, channel)
    channel.queue_purge(stage.consumer.dead)
    return stage


def test_the_events_of_a_stream_are_handled_in_order(stage: Stage) -> None:
    a = stage.write("counter-a", *range(1, 11))
    b = stage.write("counter-b", 1, 2)
    stage.publish(*a[:5], *b, *a[5:])

    stage.waits_for("counter-a", 10)
    stage.waits_for("counter-b", 2)
    assert stage.calls("counter-a") == list(range(1, 11))
    assert stage.calls("counter-b") == [1, 2]
    eventually(lambda: stage.count(stage.consumer.inbox) == 0)


def test_the_conversations_id_reaches_the_handlers_log(stage: Stage) -> None:
    (event,) = stage.write("counter-a", 1)
    stage.publish(event)

    stage.waits_for("counter-a", 1)
    call = stage.database["calls"].find_one({"stream": stage.name("counter-a")})
    assert call is not None
    assert call["correlation"] == call["of"] == event.correlation


def test_a_duplicate_is_acknowledged_and_not_handled(stage: Stage) -> None:
    first, second, third = stage.write("counter-a", 1, 2, 3)
    stage.publish(first, second, second, first, third)

    stage.waits_for("counter-a", 3)
    assert stage.calls("counter-a") == [1, 2, 3]
    eventually(lambda: stage.count(stage.consumer.inbox) == 0)


def test_a_gap_is_healed_from_the_owners_feed(stage: Stage) -> None:
    events = stage.write("counter-a", *range(1, 8))
    with running(OWNER, stage.settings):
        stage.publish(events[0], events[6])
        stage.waits_for("counter-a", 7)

    assert stage.calls("counter-a") == list(range(1, 8))


def test_a_gap_waits_for_an_owner_who_is_away(stage: Stage) -> None:
    first, second = stage.write("counter-a", 1, 2)
    stage.publish(second)
    eventually(lambda: stage.said("event.waits", "counter-a"))
    stage.publish(*stage.write("counter-b", 1))
    stage.waits_for("counter-b", 1)
    assert stage.cursor("counter-a") == 0

    with running(OWNER, stage.settings):
        stage.waits_for("counter-a", 2)

    assert stage.effects("counter-a") == [1, 2]
    stage.publish(first, *stage.write("counter-a", 1))
    stage.waits_for("counter-a", 3)
    assert stage.calls("counter-a") == [1, 2, 3]


def test_a_poisonous_event_goes_to_the_dead_letters_while_others_flow(stage: Stage) -> None:
    bad, after = stage.write("counter-a", FAILS, 1)
    with running(OWNER, stage.settings):
        stage.publish(bad, *stage.write("counter-b", 1, 2, 3), after)
        stage.waits_for("counter-b", 3)
        stage.waits_for("counter-a", 2)

    letter = stage.dead_letter()
    assert letter.properties["message_id"] == bad.id
    headers = letter.headers
    assert headers["error"] == "builtins.ValueError"
    assert headers["error_message"] == "the number 13 is unlucky"
    assert "delivery_sample.py" in headers["traceback"]
    assert headers["attempt"] == 3
    assert (headers["stream"], headers["version"]) == (stage.name("counter-a"), 1)
    assert stage.effects("counter-a") == [2]


def test_a_failure_that_heals_is_handled_at_a_later_attempt(stage: Stage) -> None:
    (event,) = stage.write("counter-a", FAILS)
    stage.publish(event)
    eventually(lambda: stage.calls("counter-a"))
    stage.switch_on("healed")

    stage.waits_for("counter-a", 1)
    assert stage.effects("counter-a") == [1]
    assert stage.count(stage.consumer.dead) == 0


def test_somebody_who_is_away_is_waited_for_beyond_the_last_attempt(stage: Stage) -> None:
    (event,) = stage.write("counter-a", WAITS)
    stage.publish(event)
    eventually(lambda: len(stage.calls("counter-a")) > 4)
    stage.switch_on("back")

    stage.waits_for("counter-a", 1)
    assert stage.effects("counter-a") == [1]
    assert stage.count(stage.consumer.dead) == 0


def test_what_does_not_decode_goes_to_the_dead_letters_at_once(stage: Stage) -> None:
    (event,) = stage.write("counter-a", 1)
    good = to_message(event)
    stage.publish(
        Message({}, b"\xff\xfe not an event", "junk-1", "Junk"),
        Message(good.headers, b'{"by": "many"}', "junk-2", "Counted"),
        Message({**good.headers, "stream": {}}, good.body, "junk-3", "Counted"),
        Message({**good.headers, "cloudEvents_source": []}, good.body, "junk-4", "Counted"),
    )

    stage.waits_for("counter-a", 1)
    letters = {found.properties["message_id"]: found for found in _take(stage.dead_letter, 4)}
    for junk in ("junk-1", "junk-3", "junk-4"):
        assert letters[junk].headers["error"] == "kernel.envelope.Undecodable"
    assert letters["junk-2"].headers["error"] == "kernel.events.UndecodableEvent"
    assert {letter.headers["attempt"] for letter in letters.values()} == {1}
    assert stage.calls("counter-a") == []


def test_an_event_of_a_newer_schema_goes_to_the_dead_letters(stage: Stage) -> None:
    first, second = stage.write("counter-a", 1, 2)
    stage.publish(to_message(first).with_headers(schema=2), second)

    stage.waits_for("counter-a", 2)
    assert stage.dead_letter().headers["error"] == "kernel.events.UnknownEvent"
    assert stage.effects("counter-a") == [2]


def test_an_event_of_an_unknown_type_only_moves_the_cursor(stage: Stage) -> None:
    first, second = stage.write("counter-a", 1, 2)
    stage.publish(to_message(first).with_headers(cloudEvents_type="CountedTwice"), second)

    stage.waits_for("counter-a", 2)
    assert stage.calls("counter-a") == [2]
    assert stage.count(stage.consumer.dead) == 0


def test_a_replayed_dead_letter_passes_the_version_rule(stage: Stage) -> None:
    bad, after = stage.write("counter-a", FAILS, 1)
    stage.publish(bad)
    stage.waits_for("counter-a", 1)
    stage.publish(after)
    stage.waits_for("counter-a", 2)
    stage.switch_on("healed")
    assert deadletters.replay(stage.settings, "tally", [bad.id]) == 1

    eventually(lambda: stage.effects("counter-a") == [2, 1])
    assert stage.cursor("counter-a") == 2
    assert stage.count(stage.consumer.dead) == 0


def test_a_dead_letter_replayed_too_early_is_a_dead_letter_again(stage: Stage) -> None:
    (bad,) = stage.write("counter-a", FAILS)
    stage.publish(bad)
    stage.waits_for("counter-a", 1)
    tried = len(stage.calls("counter-a"))
    assert deadletters.replay(stage.settings, "tally", [bad.id]) == 1
    eventually(lambda: len(stage.calls("counter-a")) == 2 * tried)

    assert stage.dead_letter().headers["attempt"] == tried
    assert stage.effects("counter-a") == []


def test_older_events_that_come_after_newer_ones_change_nothing(stage: Stage) -> None:
    """A broker that lost its disks, or a relay set back: all of it comes once more."""
    events = stage.write("counter-a", *range(1, 7))
    stage.publish(*events, *events[2:5], *events, *reversed(events))
    stage.publish(*stage.write("counter-b", 1))

    stage.waits_for("counter-b", 1)
    stage.waits_for("counter-a", 6)
    stage.publish(*stage.write("counter-a", 1))
    stage.waits_for("counter-a", 7)
    assert stage.calls("counter-a") == list(range(1, 8))


def test_events_in_the_wrong_order_are_handled_in_the_right_one(stage: Stage) -> None:
    events = stage.write("counter-a", *range(1, 7))
    with running(OWNER, stage.settings):
        stage.publish(*(events[n] for n in (4, 0, 5, 2, 1, 3)))
        stage.waits_for("counter-a", 6)
        stage.publish(*stage.write("counter-a", 1))
        stage.waits_for("counter-a", 7)

    assert stage.calls("counter-a") == list(range(1, 8))


def test_the_feed_gives_stored_events_to_services_only(stage: Stage) -> None:
    stage.write("counter-a", *range(1, 6))
    written = [
        envelope
        for commit in stage.ledger.stream_commits(stage.name("counter-a"))
        for envelope in envelopes("counting", commit)
    ]
    question = feed_of("counting")(stream=stage.name("counter-a"), after=1, limit=3)
    citizen = Keyring(stage.settings.keys).issue(
        Caller("acc-1", "citizen"), issuer="identity", lifetime=timedelta(minutes=1)
    )
    with running(OWNER, stage.settings), standalone_client(stage.settings, "tally") as client:
        assert client.call(question).events == tuple(written[1:4])
        with pytest.raises(Forbidden):
            client.call(question, token=citizen)


def _take(one: Callable[[], Any], count: int) -> list[Any]:
    return [one() for _ in range(count)]
