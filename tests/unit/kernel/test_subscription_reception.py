"""Whatever arrives in whatever order and fails however often: in order, and nothing is lost."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo.errors import AutoReconnect
from structlog.testing import capture_logs

from kernel.config import Settings
from kernel.envelope import Envelope, Message, to_message
from kernel.errors import Unavailable
from kernel.events import Actor, EventTypes, Recorded, event
from kernel.reception import Reception
from kernel.topology import Consumer

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CONSUMER = Consumer("tally", ("counting",), Settings())
FOREVER = 10_000


@event()
@dataclass(frozen=True)
class Counted:
    number: int


TYPES = EventTypes("counting", (Counted,))


@pytest.fixture(autouse=True, scope="module")
def unheard_logs() -> Iterator[None]:
    """Hundreds of failures are played here, each with its line in the log."""
    with capture_logs():
        yield


def stored(version: int) -> Envelope:
    return Envelope(
        id=f"e-{version}",
        type="Counted",
        schema=1,
        data=f'{{"number":{version}}}',
        source="counting",
        stream="counter-a",
        version=version,
        position=version,
        occurred_at=NOW,
        recorded_at=NOW,
        actor=Actor("acc-1", "citizen"),
    )


@dataclass
class World:
    """A listener with everything around it in memory.

    `failures` and `absences` say how often the handling of a version fails, or finds somebody
    away, before it goes through; `feed_down` and `database_down` how often the owner's feed and
    our own database do not answer.
    """

    written: int
    failures: dict[int, int] = field(default_factory=dict)
    absences: dict[int, int] = field(default_factory=dict)
    feed_down: int = 0
    database_down: int = 0
    inbox: deque[Message] = field(default_factory=deque)
    dead: list[Message] = field(default_factory=list)
    handled: list[int] = field(default_factory=list)
    position: int = 0

    def play(self) -> None:
        """Receive until nothing waits any more."""
        reception = Reception(
            consumer=CONSUMER,
            types={"counting": TYPES},
            handled=frozenset({("counting", "Counted")}),
            cursors=self,
            handle=self.handle,
            feed=self.feed,
            send=self.send,
        )
        while self.inbox:
            reception.receive(self.inbox.popleft())

    def applied(self, source: str, stream: str) -> int:
        if self.database_down > 0:
            self.database_down -= 1
            raise AutoReconnect("the database is away")
        return self.position

    def move(self, source: str, stream: str, version: int) -> None:
        self.position = max(self.position, version)

    def handle(self, record: Recorded) -> None:
        version = record.version
        if self.absences.get(version, 0) > 0:
            self.absences[version] -= 1
            raise Unavailable("away", "", "")
        if self.failures.get(version, 0) > 0:
            self.failures[version] -= 1
            raise ValueError(version)
        self.handled.append(version)

    def feed(self, source: str, stream: str, after: int, limit: int) -> Sequence[Envelope]:
        if self.feed_down > 0:
            self.feed_down -= 1
            raise Unavailable("away", "", "")
        return [stored(v) for v in range(after + 1, min(after + limit, self.written) + 1)][:2]

    def send(self, queue: str, message: Message) -> None:
        (self.dead if queue == CONSUMER.dead else self.inbox).append(message)

    def buried(self) -> list[int]:
        return [int(message.headers["version"]) for message in self.dead]


def arriving(*versions: int) -> deque[Message]:
    return deque(to_message(stored(version)) for version in versions)


some = st.dictionaries(st.integers(1, 8), st.integers(1, 6), max_size=4)


@settings(deadline=None)
@given(
    arrivals=st.lists(st.integers(1, 8), min_size=1, max_size=20),
    failures=some,
    absences=some,
    feed_down=st.integers(0, 5),
    database_down=st.integers(0, 5),
)
def test_every_event_is_handled_once_and_in_order_or_is_a_dead_letter(
    arrivals: list[int],
    failures: dict[int, int],
    absences: dict[int, int],
    feed_down: int,
    database_down: int,
) -> None:
    world = World(8, dict(failures), dict(absences), feed_down, database_down, arriving(*arrivals))
    world.play()

    assert world.handled == sorted(set(world.handled))
    assert sorted(world.handled + world.buried()) == list(range(1, max(arrivals) + 1))
    assert world.position == max(arrivals)


@settings(deadline=None)
@given(failures=st.integers(0, 3), absences=st.integers(0, 30))
def test_being_away_uses_up_no_attempt(failures: int, absences: int) -> None:
    world = World(1, {1: failures}, {1: absences}, inbox=arriving(1))
    world.play()

    assert world.handled == [1]


def test_a_bad_event_holds_up_the_next_ones_of_its_stream_until_it_is_given_up() -> None:
    world = World(3, {1: FOREVER}, inbox=arriving(1, 2, 3))
    world.play()

    assert world.buried() == [1]
    assert world.dead[0].headers["attempt"] == 4
    assert world.handled == [2, 3]


def test_a_bad_event_in_a_gap_is_given_up_for_the_one_that_needs_it() -> None:
    world = World(3, {2: FOREVER}, inbox=arriving(1, 3))
    world.play()

    assert world.buried() == [2]
    assert world.handled == [1, 3]
    assert world.dead[0].message_id == "e-2"


def test_the_attempts_of_one_event_are_not_those_of_the_next() -> None:
    world = World(2, {1: 3, 2: 3}, inbox=arriving(2))
    world.play()

    assert world.handled == [1, 2]
    assert world.dead == []


def test_a_replay_goes_past_the_version_rule_and_leaves_the_cursor() -> None:
    again = to_message(stored(1)).with_headers(replay=1)
    world = World(3, position=3, inbox=deque([again]))
    world.play()

    assert (world.handled, world.position) == ([1], 3)


def test_a_replay_of_what_comes_next_moves_the_cursor() -> None:
    again = to_message(stored(1)).with_headers(replay=1)
    world = World(3, inbox=deque([again]))
    world.play()

    assert (world.handled, world.position) == ([1], 1)


def test_a_replay_that_fails_becomes_a_dead_letter_again() -> None:
    again = to_message(stored(1)).with_headers(replay=1)
    world = World(3, {1: FOREVER}, position=3, inbox=deque([again]))
    world.play()

    assert world.buried() == [1]
    assert "replay" not in world.dead[0].headers


def test_a_message_that_is_no_event_becomes_a_dead_letter_at_once() -> None:
    world = World(0, inbox=deque([Message({"stream": 7}, b"\xff", "junk")]))
    world.play()

    (letter,) = world.dead
    assert letter.body == b"\xff"
    assert letter.headers["error"] == "kernel.envelope.Undecodable"
    assert letter.headers["stream"] == 7
