"""A view made anew while everything runs ends as its ledger folds, and nobody misses a write."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ledgers import COUNTER, call, open_ledger
from pymongo import MongoClient
from samples import counters
from samples.processes import eventually

from kernel import rebuild
from kernel.errors import Conflict
from kernel.ledger import Ledger
from kernel.rebuild import Stage
from kernel.store import Store
from kernel.views import POINTERS, Projector, StreamView

SAMPLE = Path(counters.__file__)


class Counting:
    """The counters of one test, as a process of their service sees them."""

    def __init__(self, client: MongoClient[Any], mongo_uri: str, namespace: str) -> None:
        self.client = client
        self.mongo_uri = mongo_uri
        self.namespace = namespace
        self.database = counters.database(client, namespace)
        self.ledger: Ledger = open_ledger(client, namespace)
        self.view: StreamView = counters.totals(client, namespace)
        self.view.ensure_indexes()
        self.store = Store(self.ledger, COUNTER, [self.view])

    def count(self, *streams: str) -> None:
        for stream in streams:
            self.store.execute(stream, 1, call())

    def rebuild(self, at: Callable[[Stage], None] = lambda stage: None) -> list[Stage]:
        """Rebuild; `at` is called once in each stage. Returns the stages, in order."""
        stages: list[Stage] = []

        def progress(stage: Stage, done: int, total: int) -> None:
            assert 0 <= done <= total
            if stage not in stages:
                stages.append(stage)
                at(stage)

        rebuild.rebuild(self._rebuildable, progress, counters.PACE)
        return stages

    def cancel(self) -> None:
        rebuild.cancel(self._rebuildable, lambda *_: None, counters.PACE)

    @property
    def _rebuildable(self) -> rebuild.Rebuildable:
        return counters.rebuildable(self.client, self.namespace, self.ledger)

    @property
    def standing(self) -> rebuild.Standing:
        return rebuild.standing(self.database, "totals")

    def generations(self) -> list[str]:
        return sorted(n for n in self.database.list_collection_names() if n.startswith("totals"))

    def is_as_replayed(self) -> bool:
        """Whether the view, read anew, is what the ledger folds to, field by field."""
        expected: dict[str, Any] = {}
        for stream in {commit.stream for commit in self.ledger.commits()}:
            history = self.ledger.read_stream(stream)
            key = self.view.key(stream)
            expected[key] = {
                **counters.project(history),
                "_id": key,
                "version": history[-1].version,
            }
        fresh = counters.totals(self.client, self.namespace)
        return {one["_id"]: one for one in fresh.collection.find()} == expected

    @contextmanager
    def process(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Run the sample; it has begun its work when the block begins."""
        command = [sys.executable, str(SAMPLE), arguments[0], self.namespace, *arguments[1:]]
        environment = {
            **os.environ,
            "MONGO_URI": self.mongo_uri,
            "PYTHONPATH": str(SAMPLE.parents[4]),
        }
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as run:
            try:
                assert run.stdout is not None
                assert run.stdout.readline(), "it ended before it began"
                threading.Thread(target=run.stdout.read, daemon=True).start()
                yield run
            finally:
                run.kill()

    @contextmanager
    def writers(self, number: int) -> Iterator[list[subprocess.Popen[str]]]:
        """Let processes count until the block ends; each must have seen all that it wrote."""
        if not number:
            yield []
            return
        with self.process("write") as writer, self.writers(number - 1) as others:
            yield [writer, *others]
            writer.send_signal(signal.SIGTERM)
            assert writer.wait(60) == 0


@pytest.fixture
def counting(client: MongoClient[Any], mongo_uri: str, database_prefix: str) -> Counting:
    """Some counters that have counted already."""
    counting = Counting(client, mongo_uri, database_prefix)
    counting.count(*(f"counter-{number}" for number in range(5)))
    return counting


def test_what_was_lost_or_spoilt_is_there_again(counting: Counting) -> None:
    counting.database["totals"].delete_one({"_id": "1"})
    counting.database["totals"].update_one({"_id": "2"}, {"$set": {"total": -7}})
    assert not counting.is_as_replayed()

    stages = counting.rebuild()

    assert stages == [Stage.ANNOUNCING, Stage.FOLDING, Stage.TURNING, Stage.CLEARING]
    assert counting.is_as_replayed()
    assert counting.generations() == ["totals.1"]
    assert counting.standing == rebuild.Standing("totals", current=1, done=5, total=5)


def test_the_new_one_has_its_indexes_before_it_is_read(counting: Counting) -> None:
    def look(stage: Stage) -> None:
        if stage is Stage.TURNING:
            keys = [index["key"] for index in counting.database["totals.1"].list_indexes()]
            assert {"even": 1} in keys

    assert Stage.TURNING in counting.rebuild(look)


def test_processes_that_write_meanwhile_see_their_writes_and_so_does_the_view(
    counting: Counting,
) -> None:
    with counting.writers(2):
        counting.rebuild()
        counting.rebuild()
        head = counting.ledger.head().position
        eventually(lambda: counting.ledger.head().position > head + 20)
    assert counting.is_as_replayed()
    assert counting.generations() == ["totals.2"]


@pytest.mark.parametrize("stage", [Stage.FOLDING, Stage.TURNING])
def test_a_rebuild_that_was_killed_is_begun_again(counting: Counting, stage: Stage) -> None:
    with counting.writers(1):
        with counting.process("rebuild", stage) as first:
            assert counting.standing.running
            with pytest.raises(Conflict, match="is being rebuilt already"):
                counting.rebuild()
            first.kill()
        eventually(lambda: counting.standing.interrupted)
        counting.count("counter-1", "counter-new")

        counting.rebuild()
    assert counting.standing.stage is None
    assert counting.is_as_replayed()
    assert counting.generations() == ["totals.2"]


def test_a_rebuild_that_was_killed_can_be_given_up(counting: Counting) -> None:
    with counting.process("rebuild", Stage.FOLDING) as first:
        first.kill()
    eventually(lambda: counting.standing.interrupted)
    counting.cancel()

    counting.count("counter-1")
    assert counting.generations() == ["totals"]
    assert counting.standing.stage is None
    assert counting.is_as_replayed()


def test_a_process_that_was_frozen_through_it_all_harms_nothing(counting: Counting) -> None:
    with counting.writers(2) as (frozen, _):

        def freeze(stage: Stage) -> None:
            if stage is Stage.ANNOUNCING:
                frozen.send_signal(signal.SIGSTOP)

        counting.rebuild(freeze)
        frozen.send_signal(signal.SIGCONT)
        head = counting.ledger.head().position
        eventually(lambda: counting.ledger.head().position > head + 20)
    assert counting.is_as_replayed()


def test_whoever_stands_still_between_its_look_and_its_write_loses_nothing(
    counting: Counting,
) -> None:
    """The worst moment: the event is appended, the old place chosen, and nothing written yet."""
    stands, goes_on = threading.Event(), threading.Event()

    def slow(history: Any) -> dict[str, Any]:
        stands.set()
        assert goes_on.wait(60)
        return counters.project(history)

    view = StreamView(counting.database["totals"], "counter", slow)
    writer = threading.Thread(
        target=lambda: Store(counting.ledger, COUNTER, [view]).execute("counter-late", 1, call())
    )
    writer.start()
    assert stands.wait(60)
    counting.rebuild()
    assert counting.is_as_replayed()
    goes_on.set()
    writer.join(60)
    assert counting.is_as_replayed()
    assert counting.generations() == ["totals", "totals.1"], "it wrote what nobody reads"
    assert counting.standing.left_over == ("totals",)
    counting.cancel()
    assert counting.generations() == ["totals.1"]
    assert counting.standing.left_over == ()
    assert counting.is_as_replayed()


class Killed(Exception):
    """A rebuild ends here."""


def forgotten(counting: Counting) -> StreamView:
    """Return the view as a process folds it from which a person's key is gone."""

    def without_key(history: Any) -> dict[str, Any]:
        return {"total": 0, "steps": [], "even": True}

    return StreamView(counting.database["totals"], "counter", without_key, seen_within=0)


@pytest.mark.parametrize("stage", list(Stage))
def test_somebody_who_is_erased_stays_in_no_generation_of_a_rebuild_that_was_killed(
    counting: Counting, stage: Stage
) -> None:
    def kill(reached: Stage) -> None:
        if reached is stage:
            raise Killed

    with pytest.raises(Killed):
        counting.rebuild(kill)
    assert counting.standing.interrupted
    assert forgotten(counting).rewrite("counter-1", counting.ledger.read_stream("counter-1"))
    for name in counting.generations():
        there = counting.database[name].find_one({"_id": "1"})
        assert there is None or there["steps"] == [], name


def test_what_a_stalled_process_left_in_clear_is_reached_and_nothing_newer_is_hidden(
    counting: Counting,
) -> None:
    counting.rebuild()
    view, left = forgotten(counting), counting.database["totals"]
    left.insert_many(
        [
            {"_id": "1", "version": 1, "total": 1, "steps": [1], "even": False},
            {"_id": "2", "version": 9, "total": 9, "steps": [9], "even": False},
        ]
    )
    assert view.rewrite("counter-1", counting.ledger.read_stream("counter-1"))
    assert left.find_one({"_id": "1"}, {"steps": 1}) == {"_id": "1", "steps": []}
    assert view.rewrite("counter-3", counting.ledger.read_stream("counter-3"))
    assert left.find_one({"_id": "3"}) is None, "what is not there is not put there"
    assert not view.rewrite("counter-2", counting.ledger.read_stream("counter-2"))


def test_a_crash_between_the_two_writes_is_healed_by_the_projector(counting: Counting) -> None:
    projector = Projector(counting.ledger, [counting.view], counting.database["checkpoints"])
    projector.catch_up()

    def crash(stage: Stage) -> None:
        if stage is Stage.TURNING:
            eventually(lambda: counting.view.pointer.places().also is not None)
            counting.count("counter-1")
            for name in ("totals", "totals.1"):
                written = counting.database[name].find_one({"_id": "1"})
                assert written is not None
                assert written["version"] == 2, name
            counting.database["totals.1"].update_one(
                {"_id": "1"}, {"$set": {"version": 1, "total": 1, "steps": [1], "even": False}}
            )
            projector.catch_up()

    counting.rebuild(crash)
    assert counting.is_as_replayed()


def test_whoever_lost_the_lease_turns_nothing(counting: Counting) -> None:
    def steal(stage: Stage) -> None:
        if stage is Stage.FOLDING:
            counting.database[POINTERS].update_one({"_id": "totals"}, {"$inc": {"token": 1}})

    with pytest.raises(rebuild.LeaseLost):
        counting.rebuild(steal)
    assert counting.standing.current == 0
