"""Commands on aggregates: idempotency keys, expected versions, reactions, numbering, views."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from ledgers import COUNTER, Counted, call, open_ledger
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import AutoReconnect, DuplicateKeyError

from kernel.conformance.faults import Send, over_wire
from kernel.errors import Conflict, Stale, Unavailable
from kernel.store import Store
from kernel.views import Projector, StreamView, keep_newer


@pytest.fixture
def view(client: MongoClient[Any], database_prefix: str) -> StreamView:
    """A view of the counters' totals."""

    def project(history: Any) -> dict[str, Any]:
        return {"total": sum(record.event.by for record in history)}

    return StreamView(client[f"{database_prefix}_counting"]["totals"], "counter", project)


@pytest.fixture
def store(client: MongoClient[Any], database_prefix: str, view: StreamView) -> Store[int]:
    """Counters."""
    return Store(open_ledger(client, database_prefix), COUNTER, [view])


def test_a_view_is_written_anew_where_its_version_is_there_but_never_over_a_newer_one(
    store: Store[int], view: StreamView
) -> None:
    store.execute("counter-a", 10, call())
    old = store.execute("counter-a", 5, call()).history
    view.collection.update_one({"_id": "a"}, {"$set": {"total": -1}})
    view.refresh("counter-a", old)
    assert view.get("a") == {"_id": "a", "total": -1, "version": 2}
    assert view.rewrite("counter-a", old)
    assert view.get("a") == {"_id": "a", "total": 15, "version": 2}
    store.execute("counter-a", 1, call())
    assert not view.rewrite("counter-a", old)
    assert view.get("a") == {"_id": "a", "total": 16, "version": 3}


def test_a_command_is_decided_on_the_folded_state(store: Store[int]) -> None:
    assert store.execute("counter-a", 60, call()).state == 60
    assert store.execute("counter-a", 30, call()).version == 2
    with pytest.raises(Conflict, match="full"):
        store.execute("counter-a", 10, call())
    assert store.load("counter-a").state == 90


def test_nothing_to_do_appends_nothing(store: Store[int]) -> None:
    done = store.execute("counter-a", 0, call())
    assert (done.version, done.new) == (0, ())
    assert store.ledger.head().position == 0


def test_the_same_key_and_request_gives_the_same_answer(store: Store[int]) -> None:
    first = store.execute("counter-a", 10, call("key"))
    store.execute("counter-a", 5, call())
    again = store.execute("counter-a", 10, call("key"))
    assert again == first
    assert store.load("counter-a").state == 15


def test_the_same_key_with_another_request_is_refused(store: Store[int]) -> None:
    store.execute("counter-a", 10, call("key", "one"))
    with pytest.raises(Conflict, match="idempotency-key-reused"):
        store.execute("counter-a", 20, call("key", "other"))
    assert store.load("counter-a").state == 10


def test_a_stale_version_is_refused_and_the_current_one_named(store: Store[int]) -> None:
    store.execute("counter-a", 10, call())
    with pytest.raises(Stale, match="version 1 is current"):
        store.execute("counter-a", 10, call(version=0))
    assert store.execute("counter-a", 10, call(version=1)).version == 2


def test_a_version_seen_before_a_mere_note_is_not_stale(store: Store[int]) -> None:
    noting = Store(store.ledger, replace(COUNTER, notes=(Counted,)))
    noting.execute("counter-a", 10, call())
    noting.execute("counter-a", 10, call())
    assert noting.execute("counter-a", 10, call(version=1)).version == 3
    with pytest.raises(Stale):
        noting.execute("counter-a", 10, call(version=4))


def test_one_key_from_many_hands_at_once_counts_once(store: Store[int]) -> None:
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: store.execute("counter-a", 10, call("key")), range(8)))
    assert {executed.state for executed in done} == {10}
    assert store.load("counter-a").version == 1


@pytest.mark.proves("L3")
@pytest.mark.parametrize("version", [None, 0])
def test_a_first_try_that_lands_while_its_repeat_is_decided_is_the_answer(
    client: MongoClient[Any], database_prefix: str, version: int | None
) -> None:
    """A request sent twice at once: what the first has done must not refuse the second."""
    first = Store(open_ledger(client, database_prefix), COUNTER)
    repeat = Store(open_ledger(client, database_prefix), COUNTER)
    asked = iter(("is the key known?", "what is there?"))

    def wire(name: str, send: Send) -> Any:
        if next(asked, None) == "what is there?":
            first.execute("counter-a", 60, call("key", version=version))
        return send()

    repeat.ledger.collection = over_wire(repeat.ledger.collection, wire)
    done = repeat.execute("counter-a", 60, call("key", version=version))
    assert (done.version, done.state) == (1, 60)
    assert first.load("counter-a").version == 1


def test_an_event_that_is_delivered_twice_at_once_is_not_refused(
    client: MongoClient[Any], database_prefix: str
) -> None:
    one = Store(open_ledger(client, database_prefix), COUNTER)
    other = Store(open_ledger(client, database_prefix), COUNTER)
    (cause,) = one.execute("counter-a", 60, call()).new
    asked = iter(("is it done?", "what is there?"))

    def wire(name: str, send: Send) -> Any:
        if next(asked, None) == "what is there?":
            one.react("counter-b", 60, cause)
        return send()

    other.ledger.collection = over_wire(other.ledger.collection, wire)
    assert other.react("counter-b", 60, cause).state == 60
    assert one.load("counter-b").version == 1


def test_an_event_causes_its_effect_once_however_often_it_comes(store: Store[int]) -> None:
    (cause,) = store.execute("counter-a", 7, call()).new
    effects = [store.react("counter-b", cause.event.by, cause) for _ in range(3)]
    assert effects[0] == effects[1] == effects[2]
    assert store.load("counter-b").state == 7
    (effect,) = effects[0].new
    assert (effect.causation, effect.correlation) == (cause.id, cause.correlation)
    assert effect.actor.id == "service:counting"


def test_numbers_are_given_without_gap_or_repeat(store: Store[int]) -> None:
    def take(_: int) -> str:
        numbered = (f"counter-{number:04}" for number in count(1))
        return store.execute_first(numbered, lambda stream: 1, call()).stream

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(24)))
    assert sorted(taken) == [f"counter-{number:04}" for number in range(1, 25)]


def test_a_repeated_request_keeps_its_number(store: Store[int]) -> None:
    def numbered() -> Any:
        return (f"counter-{number:04}" for number in count(1))

    first = store.execute_first(numbered(), lambda stream: 1, call("key"))
    store.execute_first(numbered(), lambda stream: 1, call())
    assert store.execute_first(numbered(), lambda stream: 1, call("key")) == first


def test_the_view_stands_at_the_written_version_when_the_command_answers(
    store: Store[int], view: StreamView
) -> None:
    done = store.execute("counter-a", 10, call())
    found = view.get("a")
    assert found is not None
    assert (found["version"], found["total"]) == (done.version, 10)


def test_an_older_fold_never_overwrites_a_newer_one(store: Store[int], view: StreamView) -> None:
    older = store.execute("counter-a", 10, call())
    store.execute("counter-a", 5, call())
    view.refresh("counter-a", older.history)
    found = view.get("a")
    assert found is not None
    assert found["total"] == 15


def test_the_projector_heals_what_a_crash_left_behind(
    client: MongoClient[Any], database_prefix: str, view: StreamView
) -> None:
    crashing = Store(open_ledger(client, database_prefix), COUNTER)
    for stream in ("counter-a", "counter-b", "counter-a"):
        crashing.execute(stream, 10, call())
    assert view.get("a") is None

    checkpoints = client[f"{database_prefix}_counting"]["checkpoints"]
    assert Projector(crashing.ledger, [view], checkpoints).catch_up() == 3
    assert [found["total"] for key in "ab" if (found := view.get(key))] == [20, 10]
    assert Projector(crashing.ledger, [view], checkpoints).catch_up() == 0


class Overtaken:
    """A collection into which somebody puts an older document just before each first writing.

    Then the database says that the `_id` is taken, as it does to one of two that make a document
    in the same moment.
    """

    def __init__(self, collection: Collection[Any], older: dict[str, Any]) -> None:
        self._collection = collection
        self._older = older

    def replace_one(self, found: Any, document: Any, *, upsert: bool = False) -> Any:
        if upsert and self._collection.find_one({"_id": document["_id"]}) is None:
            self._collection.insert_one(self._older)
            raise DuplicateKeyError("E11000 duplicate key error: _id")
        return self._collection.replace_one(found, document, upsert=upsert)


def test_of_two_that_make_a_document_in_the_same_moment_the_newer_one_wins(
    view: StreamView,
) -> None:
    overtaken = Overtaken(view.collection, {"_id": "a", "version": 1, "total": 10})
    newer = {"_id": "a", "version": 2, "total": 15}
    keep_newer(overtaken, newer)  # type: ignore[arg-type]  # as much of a collection as is used
    assert view.get("a") == newer


def test_the_checkpoint_does_not_pass_a_commit_whose_stream_cannot_be_read_yet(
    client: MongoClient[Any],
    database_prefix: str,
    view: StreamView,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crashed = Store(open_ledger(client, database_prefix), COUNTER)
    crashed.execute("counter-a", 10, call())
    crashed.execute("counter-a", 5, call())
    checkpoints = client[f"{database_prefix}_counting"]["checkpoints"]
    projector = Projector(crashed.ledger, [view], checkpoints)
    whole = crashed.ledger.read_stream("counter-a")
    for short in ([], whole[:1]):
        with monkeypatch.context() as patch:
            patch.setattr(crashed.ledger, "read_stream", lambda stream, so_far=short: so_far)
            with pytest.raises(Unavailable, match="stream-incomplete"):
                projector.catch_up()
        assert checkpoints.find_one() is None
    assert projector.catch_up() == 2
    found = view.get("a")
    assert found is not None
    assert found["total"] == 15


def test_the_projector_goes_no_further_than_its_checkpoint_is_kept(
    client: MongoClient[Any],
    database_prefix: str,
    view: StreamView,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A view that a killed database lost together with the checkpoint is folded again."""
    crashed = Store(open_ledger(client, database_prefix), COUNTER)
    crashed.execute("counter-a", 10, call())
    checkpoints = client[f"{database_prefix}_counting"]["checkpoints"]
    projector = Projector(crashed.ledger, [view], checkpoints)

    def killed(*_: Any, **__: Any) -> None:
        view.collection.delete_many({})
        raise AutoReconnect("connection closed")

    with monkeypatch.context() as patch:
        patch.setattr(Collection, "update_one", killed)
        with pytest.raises(AutoReconnect):
            projector.catch_up()
    assert view.get("a") is None
    assert projector.catch_up() == 1
    assert view.get("a") is not None
