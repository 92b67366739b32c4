"""How far a service is: what is published, heard, waiting and given up, and what waits longest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ledgers import COUNTER, TYPES, Counted, call, open_ledger
from pymongo import MongoClient

from kernel import rebuild
from kernel.config import Settings
from kernel.container import CatchUp, ViewProvider
from kernel.cursors import CURSORS, StoredCursors
from kernel.delivery import read_tiers
from kernel.envelope import Message
from kernel.feed import Outline
from kernel.hearing import heard, listen
from kernel.lease import Lease
from kernel.outlet import Outlet
from kernel.progress import Concern, Observer, ServiceProgress, concerns, ledgers_outlines
from kernel.queues import BrokerAway, Queues
from kernel.store import Store
from kernel.subscription import subscribes
from kernel.topology import Consumer
from kernel.views import POINTERS, Projector, StreamView


class Counting:
    """Owns the ledger, and a view of it."""

    name = "counting"
    totals = ViewProvider("counter", lambda history: {"total": len(history)}, name="totals")
    catch_up = CatchUp(TYPES)


class Tally:
    """Listens to it."""

    name = "tally"

    @subscribes(TYPES, Counted)
    def on_counted(self, record: Any) -> None:
        """Do nothing: here the test deals with the events."""


class Office:
    """An installation of two services, in which the test itself is every process."""

    def __init__(self, client: MongoClient[Any], settings: Settings, queues: Queues) -> None:
        self.client = client
        self.settings = settings
        self.queues = queues
        self.ledger = open_ledger(client, settings.namespace)
        self.store = Store(self.ledger, COUNTER)
        self.counting = client[settings.database("counting")]
        self.tally = client[settings.database("tally")]
        self.cursors = StoredCursors(self.tally[CURSORS])
        self.consumer = Consumer("tally", ("counting",), settings, read_tiers("1s,10s,60s"))
        outlines = ledgers_outlines(client, settings.namespace)
        self._observers = {
            service.name: Observer(service, settings, client, queues, outlines)
            for service in (Counting, Tally)
        }

    def count(self, *streams: str) -> None:
        for stream in streams:
            self.store.execute(f"counter-{stream}", 1, call())

    def hear(self, stream: str, version: int) -> None:
        self.cursors.move("counting", f"counter-{stream}", version)
        self.cursors.flush()

    def put(self, queue: str) -> None:
        outlet = Outlet(self.settings.amqp_uri, threading.Lock())
        outlet.send(queue, Message({}, b"{}", "e-1"))
        outlet.close()

    def relay(self, position: int) -> None:
        lease = Lease(self.counting["relay"], "relay", "host:1:a", timedelta(minutes=1))
        held = lease.acquire()
        assert held is not None
        lease.keep(held, position)

    def look(self, service: str) -> ServiceProgress:
        return self._observers[service].look()


@pytest.fixture
def office(
    client: MongoClient[Any], settings: Settings, declared: Callable[..., None]
) -> Iterator[Office]:
    """Two services, and their queues."""
    queues = Queues(settings.amqp_uri)
    office = Office(client, settings, queues)
    declared(office.consumer)
    yield office
    queues.close()


def test_a_new_system_has_done_nothing_and_misses_its_processes(office: Office) -> None:
    counting, tally = office.look("counting"), office.look("tally")
    assert (counting.head, counting.relay.position, counting.relay.oldest) == (0, 0, None)
    assert counting.projector is not None
    assert (counting.projector.position, counting.projector.oldest) == (0, None)
    assert (counting.listens, counting.inbox, counting.sources) == (False, None, ())
    assert tally.projector is None
    assert [(one.source, one.position, one.oldest) for one in tally.sources] == [
        ("counting", 0, None)
    ]
    assert concerns(counting) == (Concern.NO_RELAY,)
    assert concerns(tally) == (Concern.NO_RELAY, Concern.NO_CONSUMER)


def test_what_is_not_published_waits_with_its_stream(office: Office) -> None:
    office.count("a", "b", "a")
    office.relay(1)
    seen = office.look("counting")
    assert (seen.head, seen.relay.active, seen.relay.position) == (3, True, 1)
    assert seen.relay.holder == "host:1:a"
    assert seen.relay.oldest is not None
    assert (seen.relay.oldest.stream, seen.relay.oldest.position) == ("counter-b", 2)
    office.relay(3)
    assert office.look("counting").relay.oldest is None


def test_the_oldest_unhandled_event_is_the_first_that_no_cursor_covers(office: Office) -> None:
    office.count("a", "b", "a", "c")
    office.hear("a", 1)
    office.hear("c", 1)
    (source,) = office.look("tally").sources
    assert source.oldest is not None
    assert (source.position, source.oldest.stream, source.oldest.last) == (1, "counter-b", 1)

    office.hear("b", 1)
    (source,) = office.look("tally").sources
    assert source.oldest is not None
    assert (source.position, source.oldest.stream, source.oldest.last) == (2, "counter-a", 2)

    office.hear("a", 2)
    (source,) = office.look("tally").sources
    assert (source.position, source.oldest, source.known) == (4, None, True)


def test_what_was_heard_is_never_looked_at_again(office: Office) -> None:
    office.count(*"abcdef")
    for stream in "abcde":
        office.hear(stream, 1)
    office.look("tally")
    asked: list[int] = []

    def outlines(source: str, after: int, limit: int) -> tuple[Outline, ...]:
        asked.append(after)
        return ledgers_outlines(office.client, office.settings.namespace)(source, after, limit)

    assert listen(office.tally, "counting", outlines).position == 5
    assert asked == [5]
    assert heard(office.tally, "counting") == 5


def test_a_look_is_bounded_and_the_next_one_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kernel.hearing.OUTLINE_LIMIT", 2)
    monkeypatch.setattr("kernel.hearing._ROUNDS", 2)
    office.count(*"abcdefg")
    for stream in "abcdefg":
        office.hear(stream, 1)
    first, second = office.look("tally").sources[0], office.look("tally").sources[0]
    assert (first.position, first.oldest, first.known) == (4, None, False)
    assert (second.position, second.oldest, second.known) == (7, None, True)


def test_queues_are_counted_without_taking_anything_out(office: Office) -> None:
    consumer = office.consumer
    for queue in (consumer.inbox, consumer.inbox, consumer.dead):
        office.put(queue)
    office.put(consumer.retry(consumer.tiers[-1]))
    for _ in range(60):  # more often than the inbox lets a message come back
        seen = office.look("tally").inbox
    assert seen is not None
    assert (seen.ready, seen.consumers, seen.retrying, seen.dead) == (2, 0, 1, 1)
    assert Concern.DEAD_LETTERS in concerns(office.look("tally"))


def test_a_queue_that_is_not_there_is_left_out(office: Office) -> None:
    missing = office.settings.amqp_name("nobody.inbox")
    found = office.queues.depths((missing, office.consumer.inbox, missing))
    assert list(found) == [office.consumer.inbox]


def test_a_broker_that_is_away_is_said_to_be() -> None:
    with pytest.raises(BrokerAway):
        Queues("amqp://guest:guest@127.0.0.1:1//").depths(("q",))


def test_views_wait_for_the_projector_and_rebuilds_are_told(office: Office) -> None:
    office.count("a", "b")
    seen = office.look("counting")
    assert seen.projector is not None
    assert seen.projector.oldest is not None
    assert (seen.projector.position, seen.projector.oldest.position) == (0, 1)

    view = StreamView(office.counting["totals"], "counter", lambda _: {})
    Projector(office.ledger, [view], office.counting["checkpoints"]).catch_up()
    assert office.look("counting").projector is not None
    office.counting[POINTERS].insert_one(
        {"_id": "totals", "stage": rebuild.Stage.FOLDING, "also": 1, "done": 1, "total": 2}
    )
    seen = office.look("counting")
    (told,) = seen.views
    assert (told.name, told.stage, told.running, told.done, told.total) == (
        "totals",
        "folding",
        False,
        1,
        2,
    )
    assert Concern.REBUILD_INTERRUPTED in concerns(seen)
    assert Concern.LEFT_OVER not in concerns(seen), "the next rebuild knows of it"


def test_what_a_rebuild_left_over_is_told(office: Office) -> None:
    office.counting[POINTERS].insert_one({"_id": "totals", "current": 2, "last": 2})
    for name in ("totals", "totals.2"):
        office.counting[name].insert_one({"_id": "a", "version": 1})
    seen = office.look("counting")
    assert [view.left_over for view in seen.views] == [("totals",)]
    assert Concern.LEFT_OVER in concerns(seen)
    # of a rebuild that began after the pointer was read
    office.counting["totals"].drop()
    office.counting["totals.3"].insert_one({"_id": "a", "version": 1})
    assert Concern.LEFT_OVER not in concerns(office.look("counting"))


@pytest.mark.parametrize(("seconds", "expected"), [(5, False), (15, True)])
def test_a_relay_may_be_a_little_behind(office: Office, seconds: int, expected: bool) -> None:
    office.count("a")
    office.relay(0)
    seen = office.look("counting")
    assert seen.relay.oldest is not None
    later = seen.relay.oldest.recorded_at + timedelta(seconds=seconds)
    assert later.tzinfo is UTC
    moved = ServiceProgress(**{**vars(seen), "at": datetime.fromtimestamp(later.timestamp(), UTC)})
    assert (Concern.RELAY_BEHIND in concerns(moved)) is expected
