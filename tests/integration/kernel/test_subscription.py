"""From the broker to the handlers: in order, once in effect, and nothing lost whatever breaks.

The listener is a process of its own with real retry tiers, shorter ones. What arrives, and when,
is up to each test: it puts the messages of a ledger's events on the exchange itself.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import amqp
import pytest
from doors import door_to_broker
from ledgers import Counted, meta, open_ledger
from pymongo import MongoClient
from samples.delivery_sample import CRASHES, FAILS, WAITS
from samples.processes import Process, eventually, running

from kernel.config import Settings
from kernel.delivery import read_tiers
from kernel.envelope import Envelope, Message, to_message
from kernel.relay import Relay, envelopes
from kernel.topology import Consumer, Source
from kernel.trust import ensure_keys

LISTENER = "samples.delivery_sample:Tally"
OWNER = "samples.delivery_sample:Counting"
TIERS = "100ms,200ms"


class Stage:
    """A ledger, the exchange of its events, and what the listener made of them."""

    def __init__(self, settings: Settings, client: MongoClient[Any], channel: Any) -> None:
        self.settings = settings
        self.source = Source("counting", settings)
        self.consumer = Consumer("tally", ("counting",), settings, read_tiers(TIERS))
        self.ledger = open_ledger(client, settings.namespace)
        self.database = client[settings.database("tally")]
        self.channel = channel

    def write(self, stream: str, *numbers: int) -> list[Envelope]:
        """Append an event for each number and return them, ready to travel."""
        version = self.ledger.head_version(stream)
        commit = self.ledger.append(
            stream,
            [Counted(number) for number in numbers],
            expected=version,
            commit_id=f"{stream}-{version}",
            meta=meta(),
        )
        return list(envelopes("counting", commit))

    def publish(self, *messages: Envelope | Message) -> None:
        """Put messages on the exchange, one after another."""
        for item in messages:
            message = to_message(item) if isinstance(item, Envelope) else item
            properties = message.properties()
            headers = properties.pop("headers")
            self.channel.basic_publish(
                amqp.Message(message.body, application_headers=headers, **properties),
                exchange=self.source.events,
                routing_key=message.type or "x",
            )

    def switch_on(self, name: str) -> None:
        """Let the listener behave from now on."""
        self.database["switches"].insert_one({"_id": name})

    def effects(self, stream: str) -> list[int]:
        """Versions of a stream that had their effect, in the order of the effects."""
        return [found["version"] for found in self.database["effects"].find({"stream": stream})]

    def calls(self, stream: str) -> list[int]:
        """Versions with which the handler was called, in that order."""
        return [found["version"] for found in self.database["calls"].find({"stream": stream})]

    def cursor(self, stream: str) -> int:
        """The version up to which the listener has applied a stream."""
        found = self.database["cursors"].find_one({"_id": f"counting/{stream}"})
        return 0 if found is None else int(found["version"])

    def waits_for(self, stream: str, version: int) -> None:
        """Return when the listener has applied a version."""
        eventually(lambda: self.cursor(stream) == version, lambda: self.cursor(stream))

    def count(self, queue: str) -> int:
        """Messages in a queue that nobody holds."""
        return int(self.channel.queue_declare(queue, passive=True).message_count)

    def dead_letter(self) -> Any:
        """Take the next dead letter."""
        found: list[Any] = []

        def take() -> bool:
            found.append(self.channel.basic_get(self.consumer.dead, no_ack=True))
            return found[-1] is not None

        eventually(take)
        return found[-1]


@pytest.fixture
def stage(
    settings: Settings,
    client: MongoClient[Any],
    channel: Any,
    declared: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    monkeypatch.setenv("RETRY_TIERS", TIERS)
    ensure_keys(settings.keys, ["counting", "tally"])
    stage = Stage(settings, client, channel)
    declared(stage.source, stage.consumer)
    yield stage
    for service in ("counting", "tally"):
        channel.queue_delete(settings.amqp_name(f"rpc-{service}"))
    channel.exchange_delete(settings.amqp_name("nameko-rpc"))


@pytest.fixture
def listener(stage: Stage) -> Iterator[Process]:
    with running(LISTENER, stage.settings) as process:
        yield process


@pytest.mark.usefixtures("listener")
def test_the_events_of_a_stream_are_handled_in_order(stage: Stage) -> None:
    a = stage.write("counter-a", *range(1, 11))
    b = stage.write("counter-b", 1, 2)
    stage.publish(*a[:5], *b, *a[5:])

    stage.waits_for("counter-a", 10)
    stage.waits_for("counter-b", 2)
    assert stage.calls("counter-a") == list(range(1, 11))
    assert stage.calls("counter-b") == [1, 2]
    eventually(lambda: stage.count(stage.consumer.inbox) == 0)


@pytest.mark.usefixtures("listener")
def test_the_conversations_id_reaches_the_handlers_log(stage: Stage) -> None:
    (event,) = stage.write("counter-a", 1)
    stage.publish(event)

    stage.waits_for("counter-a", 1)
    call = stage.database["calls"].find_one({})
    assert call is not None
    assert call["correlation"] == call["of"] == event.correlation


@pytest.mark.usefixtures("listener")
def test_a_duplicate_is_acknowledged_and_not_handled(stage: Stage) -> None:
    first, second, third = stage.write("counter-a", 1, 2, 3)
    stage.publish(first, second, second, first, third)

    stage.waits_for("counter-a", 3)
    assert stage.calls("counter-a") == [1, 2, 3]
    eventually(lambda: stage.count(stage.consumer.inbox) == 0)


@pytest.mark.usefixtures("listener")
def test_a_gap_is_healed_from_the_owners_feed(stage: Stage) -> None:
    events = stage.write("counter-a", *range(1, 8))
    with running(OWNER, stage.settings):
        stage.publish(events[0], events[6])
        stage.waits_for("counter-a", 7)

    assert stage.calls("counter-a") == list(range(1, 8))


@pytest.mark.usefixtures("listener")
def test_a_gap_waits_for_an_owner_who_is_away(stage: Stage) -> None:
    first, second = stage.write("counter-a", 1, 2)
    stage.publish(second)
    eventually(lambda: "event.waits" in _said(stage))
    stage.publish(*stage.write("counter-b", 1))
    stage.waits_for("counter-b", 1)
    assert stage.cursor("counter-a") == 0

    with running(OWNER, stage.settings):
        stage.waits_for("counter-a", 2)

    assert stage.effects("counter-a") == [1, 2]
    stage.publish(first)
    eventually(lambda: stage.count(stage.consumer.inbox) == 0)
    assert stage.calls("counter-a") == [1, 2]


@pytest.mark.usefixtures("listener")
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
    assert (headers["stream"], headers["version"]) == ("counter-a", 1)
    assert stage.effects("counter-a") == [2]


@pytest.mark.usefixtures("listener")
def test_a_failure_that_heals_is_handled_at_a_later_attempt(stage: Stage) -> None:
    (event,) = stage.write("counter-a", FAILS)
    stage.publish(event)
    eventually(lambda: stage.calls("counter-a"))
    stage.switch_on("healed")

    stage.waits_for("counter-a", 1)
    assert stage.effects("counter-a") == [1]
    assert stage.count(stage.consumer.dead) == 0


@pytest.mark.usefixtures("listener")
def test_somebody_who_is_away_is_waited_for_beyond_the_last_attempt(stage: Stage) -> None:
    (event,) = stage.write("counter-a", WAITS)
    stage.publish(event)
    eventually(lambda: len(stage.calls("counter-a")) > 4)
    stage.switch_on("back")

    stage.waits_for("counter-a", 1)
    assert stage.effects("counter-a") == [1]
    assert stage.count(stage.consumer.dead) == 0


@pytest.mark.usefixtures("listener")
def test_what_does_not_decode_goes_to_the_dead_letters_at_once(stage: Stage) -> None:
    (event,) = stage.write("counter-a", 1)
    good = to_message(event)
    stage.publish(
        Message({}, b"\xff\xfe not an event", "junk-1", "Junk"),
        Message(good.headers, b'{"by": "many"}', "junk-2", "Counted"),
    )

    stage.waits_for("counter-a", 1)
    letters = {found.properties["message_id"]: found for found in _take(stage.dead_letter, 2)}
    assert letters["junk-1"].headers["error"] == "kernel.envelope.Undecodable"
    assert letters["junk-2"].headers["error"] == "kernel.events.UndecodableEvent"
    assert {letter.headers["attempt"] for letter in letters.values()} == {1}
    assert stage.calls("counter-a") == []


@pytest.mark.usefixtures("listener")
def test_an_event_of_a_newer_schema_goes_to_the_dead_letters(stage: Stage) -> None:
    first, second = stage.write("counter-a", 1, 2)
    stage.publish(to_message(first).with_headers(schema=2), second)

    stage.waits_for("counter-a", 2)
    assert stage.dead_letter().headers["error"] == "kernel.events.UnknownEvent"
    assert stage.effects("counter-a") == [2]


@pytest.mark.usefixtures("listener")
def test_an_event_of_an_unknown_type_only_moves_the_cursor(stage: Stage) -> None:
    first, second = stage.write("counter-a", 1, 2)
    stage.publish(to_message(first).with_headers(cloudEvents_type="CountedTwice"), second)

    stage.waits_for("counter-a", 2)
    assert stage.calls("counter-a") == [2]
    assert stage.count(stage.consumer.dead) == 0


@pytest.mark.usefixtures("listener")
def test_a_replayed_dead_letter_passes_the_version_rule(stage: Stage) -> None:
    bad, after = stage.write("counter-a", FAILS, 1)
    stage.publish(bad)
    stage.waits_for("counter-a", 1)
    stage.publish(after)
    stage.waits_for("counter-a", 2)
    stage.switch_on("healed")
    letter = stage.dead_letter()
    stage.publish(to_message(bad).with_headers(**letter.headers, replay=1))

    eventually(lambda: stage.effects("counter-a") == [2, 1])
    assert stage.cursor("counter-a") == 2


def test_a_crash_between_the_effect_and_the_acknowledgement_has_one_effect(stage: Stage) -> None:
    first, second = stage.write("counter-a", CRASHES, 1)
    dying = Process(LISTENER, stage.settings)
    dying.wait_ready()
    stage.publish(first, second)
    assert dying.popen.wait(30) == 9
    assert stage.effects("counter-a") == [1]
    assert stage.cursor("counter-a") == 0

    with running(LISTENER, stage.settings):
        stage.waits_for("counter-a", 2)

    assert stage.effects("counter-a") == [1, 2]
    assert stage.calls("counter-a") == [1, 1, 2]
    dying.end()


def test_a_cut_connection_loses_nothing(stage: Stage) -> None:
    with door_to_broker(stage.settings) as (settings, slam), running(LISTENER, settings):
        events = stage.write("counter-a", *range(1, 11))
        stage.publish(*events[:5])
        stage.waits_for("counter-a", 5)
        slam()
        stage.publish(*events[5:])
        stage.waits_for("counter-a", 10)

    assert stage.effects("counter-a") == list(range(1, 11))


def test_a_stopped_listener_gives_back_what_it_did_not_handle(stage: Stage) -> None:
    events = stage.write("counter-a", *range(1, 13))
    with running(LISTENER, stage.settings) as first:
        stage.publish(*events)
        eventually(lambda: stage.calls("counter-a"))
        assert first.end(signal.SIGTERM) == 0
    with running(LISTENER, stage.settings):
        stage.waits_for("counter-a", 12)

    assert stage.effects("counter-a") == list(range(1, 13))


def test_several_processes_share_the_work_and_each_event_has_one_effect(stage: Stage) -> None:
    with (
        running(OWNER, stage.settings),
        running(LISTENER, stage.settings),
        running(LISTENER, stage.settings),
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


@contextmanager
def relaying(settings: Settings) -> Iterator[None]:
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    relay = Relay("counting", settings)
    thread = threading.Thread(target=lambda: loop.run_until_complete(relay.run(stop)))
    thread.start()
    yield
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


def _said(stage: Stage) -> str:
    """Everything the processes of this test said."""
    return "".join(path.read_text() for path in stage.settings.home.glob("*.log"))


def _take(one: Callable[[], Any], count: int) -> list[Any]:
    return [one() for _ in range(count)]
