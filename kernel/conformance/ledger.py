"""The promises of the ledger on a server, as a suite of tests that anybody can run against theirs.

>>> class TestMyServer(LedgerConformance):
...     @pytest.fixture
...     def open_collection(self) -> Iterator[OpenCollection]: ...

pytest finds the tests in the subclass. All that the suite needs is its fixture `open_collection`:
a function that returns, over a client of its own each time, the collection of one and the same
ledger, which is empty when a test begins and has its indexes (`kernel.ledger.create_indexes`). The
user of the collection needs to find and insert, nothing else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4

from pymongo.collection import Collection
from pymongo.errors import AutoReconnect, BulkWriteError, DuplicateKeyError

from kernel.commits import GENESIS, Commit, Document, Meta, to_document, verify
from kernel.conformance.faults import Died, Send, Wire, lost_after, lost_before, over_wire
from kernel.errors import TooLarge, Unavailable
from kernel.events import Actor, EventTypes, event
from kernel.ledger import MAX_COMMIT, Ledger, LedgerReader, VersionConflict
from kernel.schemas import frozen

OpenCollection = Callable[[], Collection[Document]]
_E = TypeVar("_E", bound=BaseException)
_PATIENCE = 60.0


@event()
@frozen
class Noted:
    """An event of the suite."""

    text: str


TYPES = EventTypes("conformance", (Noted,))


def append(
    ledger: Ledger, stream: str, expected: int, *texts: str, commit_id: str | None = None
) -> Commit:
    """Append one commit with an event for each text."""
    meta = Meta(Actor("acc-1", "citizen"), datetime.now(UTC), "corr-1")
    return ledger.append(
        stream,
        [Noted(text) for text in texts],
        expected=expected,
        commit_id=commit_id or uuid4().hex,
        meta=meta,
    )


def texts(ledger: Ledger, stream: str) -> list[str]:
    """Return the texts of a stream, in order."""
    return [record.event.text for record in ledger.read_stream(stream)]


class LedgerConformance:
    """The suite; see the module."""

    def test_an_empty_ledger_has_no_head(self, open_collection: OpenCollection) -> None:
        """There is nothing, and that is an answer."""
        ledger = _ledger(open_collection)
        assert (ledger.head().position, ledger.head().hash) == (0, GENESIS)
        assert ledger.read(0) == []
        assert ledger.read_stream("s-1") == []
        assert ledger.head_version("s-1") == 0

    def test_positions_are_dense_and_versions_contiguous(
        self, open_collection: OpenCollection
    ) -> None:
        """L1, as one writer sees it."""
        ledger = _ledger(open_collection)
        append(ledger, "s-1", 0, "a", "b")
        append(ledger, "s-2", 0, "c")
        append(ledger, "s-1", 2, "d")
        assert [commit.position for commit in ledger.commits()] == [1, 2, 3]
        assert [record.version for record in ledger.read_stream("s-1")] == [1, 2, 3]
        assert [record.event.text for record in ledger.read_stream("s-1", after=1)] == ["b", "d"]

    def test_the_answer_is_what_every_other_client_reads(
        self, open_collection: OpenCollection
    ) -> None:
        """L5, as far as it can be seen without a crash: acknowledged is there for everybody."""
        ledger = _ledger(open_collection)
        other = LedgerReader(open_collection())
        for number in range(10):
            commit = append(ledger, f"s-{number}", 0, "tiếng Việt", "\U0001f3e0\u0000")
            assert other.find(commit.id) == commit
            assert other.at(number + 1) == commit
            assert other.stream_commits(commit.stream) == [commit]
            assert other.head() == ledger.head()

    def test_another_version_than_the_expected_is_a_conflict(
        self, open_collection: OpenCollection
    ) -> None:
        """Also one in the middle of a commit, and one that does not exist yet."""
        ledger = _ledger(open_collection)
        append(ledger, "s-1", 0, "a", "b")
        for expected in (0, 1, 3, 7):
            conflict = _refusal(VersionConflict, partial(append, ledger, "s-1", expected, "x"))
            assert conflict.actual == 2
        assert ledger.head().position == 1

    def test_a_commit_id_has_one_effect_whatever_comes_with_it_again(
        self, open_collection: OpenCollection
    ) -> None:
        """L3: the first commit of an id is the answer to every later one."""
        ledger, other = _ledger(open_collection), _ledger(open_collection)
        first = append(ledger, "s-1", 0, "a", commit_id="once")
        for writer in (ledger, other):
            assert append(writer, "s-1", 0, "a", commit_id="once") == first
            assert append(writer, "s-1", 1, "b", commit_id="once") == first
            assert append(writer, "s-2", 0, "b", commit_id="once") == first
        assert ledger.head().position == 1

    def test_a_writer_with_an_old_tail_catches_up(self, open_collection: OpenCollection) -> None:
        """What it remembers is a guess that the insert itself checks."""
        slow, fast = _ledger(open_collection), _ledger(open_collection)
        append(slow, "s-0", 0, "a")
        done = append(fast, "s-1", 0, "b", commit_id="once")
        append(fast, "s-1", 1, "c")
        assert append(slow, "s-1", 0, "b", commit_id="once") == done
        assert append(slow, "s-2", 0, "d").position == 4
        assert texts(slow, "s-1") == ["b", "c"]

    def test_recorded_times_never_go_back(self, open_collection: OpenCollection) -> None:
        """Not even between writers."""
        writers = [_ledger(open_collection) for _ in range(3)]
        for number in range(21):
            append(writers[number % 3], f"s-{number}", 0, "a")
        times = [commit.recorded_at for commit in writers[0].commits()]
        assert times == sorted(times)

    def test_the_tail_is_found_at_any_length(self, open_collection: OpenCollection) -> None:
        """Each time by somebody who knows nothing."""
        ledger = _ledger(open_collection)
        collection = open_collection()
        for length in range(1, 20):
            append(ledger, f"s-{length}", 0, "a")
            assert LedgerReader(collection).head().position == length

    def test_the_largest_commit_goes_in_whole_and_a_larger_one_not_at_all(
        self, open_collection: OpenCollection
    ) -> None:
        """L2 at the limit, with the letters that take the most room."""
        ledger = _ledger(open_collection)
        whole = "ệ" * (MAX_COMMIT // 2 - 20)
        append(ledger, "s-1", 0, whole, whole)
        assert texts(_ledger(open_collection), "s-1") == [whole, whole]
        _refusal(TooLarge, lambda: append(ledger, "s-2", 0, whole, whole, "x" * 100))
        assert ledger.head().position == 1

    def test_one_bad_command_of_a_group_spoils_no_other(
        self, open_collection: OpenCollection
    ) -> None:
        """Not one that comes too late, and not one that cannot be stored at all."""
        ledger = _ledger(open_collection)
        append(ledger, "s-0", 0, "a")

        def write(number: int) -> str:
            stream = "s-\ud800" if number == 1 else f"s-{number}"
            try:
                append(ledger, stream, 0, "b")
            except VersionConflict:
                return "conflict"
            except ValueError:
                return "impossible"
            return "in"

        with ThreadPoolExecutor(16) as pool:
            outcomes = list(pool.map(write, range(16)))
        assert outcomes == ["conflict", "impossible"] + ["in"] * 14
        assert ledger.head().position == 15

    def test_no_command_is_lost_when_many_wait_at_once(
        self, open_collection: OpenCollection
    ) -> None:
        """More than fit into one group."""
        ledger = _ledger(open_collection)
        with ThreadPoolExecutor(64) as pool:
            list(pool.map(lambda n: append(ledger, f"s-{n}", 0, "a"), range(256)))
        assert ledger.head().position == 256

    def test_many_writers_make_one_unbroken_ledger_and_a_follower_sees_all_of_it(
        self, open_collection: OpenCollection
    ) -> None:
        """L1 to L3: twelve writers on three ledgers fight for four streams; each gets through."""
        writers = [_ledger(open_collection) for _ in range(3)]
        commits_of_one, total = 6, 12 * 6
        follower = LedgerReader(open_collection())

        def write(writer: int) -> None:
            for number in range(commits_of_one):
                stream, commit_id = f"s-{(writer + number) % 4}", f"{writer}/{number}"
                _append_somehow(writers[writer % 3], stream, commit_id)

        def follow() -> list[Commit]:
            seen: list[Commit] = []
            while len(seen) < total and not given_up.is_set():
                seen += follower.read(seen[-1].position if seen else 0, limit=7)
            return seen

        given_up = threading.Event()
        with ThreadPoolExecutor(13) as pool:
            following = pool.submit(follow)
            try:
                list(pool.map(write, range(12)))
            except BaseException:
                given_up.set()
                raise
            seen = following.result()
        assert [commit.position for commit in seen] == list(range(1, total + 1))
        assert {commit.id for commit in seen} == {
            f"{writer}/{number}" for writer in range(12) for number in range(commits_of_one)
        }
        for stream in range(4):
            versions = [record.version for record in writers[1].read_stream(f"s-{stream}")]
            assert versions == list(range(1, len(versions) + 1))
        assert verify(iter(seen)) == writers[2].head()

    # The wire breaks.

    def test_what_never_arrived_is_sent_again(self, open_collection: OpenCollection) -> None:
        """L3 with nothing done the first time."""
        ledger = _ledger(open_collection, lost_before("insert_one"))
        commit = append(ledger, "s-1", 0, "a", commit_id="once")
        assert list(ledger.commits()) == [commit]

    def test_what_arrived_without_an_answer_is_found_done(
        self, open_collection: OpenCollection
    ) -> None:
        """L3 with everything done the first time."""
        ledger = _ledger(open_collection, lost_after("insert_one"))
        commit = append(ledger, "s-1", 0, "a", commit_id="once")
        assert list(ledger.commits()) == [commit]
        assert append(ledger, "s-1", 1, "b").position == 2

    def test_a_server_that_stays_away_leaves_the_outcome_to_the_id(
        self, open_collection: OpenCollection
    ) -> None:
        """`Unavailable` says nothing; asking again under the same id does."""
        away = False

        def wire(name: str, send: Send) -> Any:
            nonlocal away
            if not away:
                send()
                away = name == "insert_one"
            if away:
                raise AutoReconnect("the server is away")
            return send()

        ledger = _ledger(open_collection, wire)
        _refusal(Unavailable, lambda: append(ledger, "s-1", 0, "a", commit_id="once"))
        other = _ledger(open_collection)
        assert append(other, "s-1", 0, "a", commit_id="once").position == 1
        assert texts(other, "s-1") == ["a"]

    def test_each_of_a_group_hears_of_its_own_commit_when_contact_is_lost(
        self, open_collection: OpenCollection
    ) -> None:
        """L3: whether the group went in or not."""
        before = 0
        for wire in (lost_after("insert_many"), lost_before("insert_many")):
            ledger = _ledger(open_collection, wire)
            group = _as_one_group(ledger, [f"s-{before + n}" for n in range(8)])
            commits = [commit for commit in group if isinstance(commit, Commit)]
            assert all(ledger.find(commit.id) == commit for commit in commits)
            positions = sorted(commit.position for commit in commits)
            assert positions == list(range(before + 1, before + 9))
            before += 8

    def test_a_command_that_was_refused_stays_refused_when_contact_is_lost(
        self, open_collection: OpenCollection
    ) -> None:
        """L3: the others of its group are tried again, it is not."""
        other = _ledger(open_collection)
        lose = lost_before("insert_many")

        def wire(name: str, send: Send) -> Any:
            try:
                return lose(name, send)
            except AutoReconnect:
                # now the version exists that one of the group expected in vain
                append(other, "s-1", 0, "x")
                raise

        ledger = _ledger(open_collection, wire)
        group = _as_one_group(ledger, ["s-2", "s-1", "s-3", "s-4"], expected={"s-1": 1})
        assert [type(outcome) for outcome in group] == [Commit, VersionConflict, Commit, Commit]
        assert texts(ledger, "s-1") == ["x"]

    def test_what_a_majority_does_not_confirm_is_not_acknowledged(
        self, open_collection: OpenCollection
    ) -> None:
        """L5: a group that stops at a duplicate may lose what stood in front of it.

        The server says that two went in before a duplicate, without a majority, and then they are
        gone, as after the loss of a primary.
        """
        answer = {
            "writeErrors": [{"index": 2, "code": 11000, "errmsg": "duplicate key"}],
            "writeConcernErrors": [{"code": 64, "errmsg": "waiting for replication timed out"}],
        }
        lost: list[BulkWriteError] = []

        def wire(name: str, send: Send) -> Any:
            if name != "insert_many" or lost:
                return send()
            lost.append(BulkWriteError(answer))
            raise lost[0]

        ledger = _ledger(open_collection, wire)
        group = _as_one_group(ledger, ["s-1", "s-2", "s-3", "s-4"])
        assert lost
        there = list(ledger.commits())
        assert sorted(commit.position for commit in there) == [1, 2, 3, 4]
        assert all(commit in there for commit in group)

    def test_a_first_try_that_lands_after_its_repeat_changes_nothing(
        self, open_collection: OpenCollection
    ) -> None:
        """L3, however late: the insert is held up, repeated elsewhere, and then let go."""
        held: list[Send] = []
        first, repeat = _ledger(open_collection, _held_up(held)), _ledger(open_collection)
        _refusal(Died, lambda: append(first, "s-1", 0, "a", commit_id="once"))
        done = append(repeat, "s-1", 0, "a", commit_id="once")
        append(repeat, "s-1", 1, "b")
        (late,) = held
        _refusal(DuplicateKeyError, late)
        assert texts(repeat, "s-1") == ["a", "b"]
        assert repeat.find("once") == done

    def test_a_first_try_that_lands_during_its_repeat_is_no_conflict(
        self, open_collection: OpenCollection
    ) -> None:
        """L3: at whatever moment it lands, who asks again never hears it was somebody else."""
        landing, taken = 0, 0
        while landing <= taken:
            landing += 1
            held: list[Send] = []
            stream, name = f"s-{landing}", f"once-{landing}"
            first = _ledger(open_collection, _held_up(held))
            wire = _Landing(held, landing)
            repeat = _ledger(open_collection, wire)
            append(repeat, f"old-{landing}", 0, "x")
            # from here on the repeat's idea of the tail is old
            append(_ledger(open_collection), f"new-{landing}", 0, "y")
            _refusal(Died, partial(append, first, stream, 0, "a", commit_id=name))
            wire.commands = 0
            assert append(repeat, stream, 0, "a", commit_id=name).id == name
            taken = wire.commands
            assert texts(repeat, stream) == ["a"]
        assert landing > 3

    # What the ledger needs of the server itself.

    def test_of_many_in_one_place_exactly_one_goes_in(
        self, open_collection: OpenCollection
    ) -> None:
        """The unique indexes decide, under load too, each of the three by itself."""
        template = to_document(append(_ledger(open_collection), "s-0", 0, "a"))
        places: Sequence[Document] = (
            {"_id": "same"},
            {"position": 1_000},
            {"stream": "s-1", "from": 1},
        )
        collections = [open_collection() for _ in range(6)]
        for number, place in enumerate(places):
            start = threading.Barrier(len(collections))

            def insert(
                writer: int,
                number: int = number,
                place: Document = place,
                start: threading.Barrier = start,
            ) -> bool:
                own = 10_000 + 100 * number + writer
                twin = {"_id": f"{own}", "position": own, "stream": f"s-{own}", "from": 1}
                start.wait()
                try:
                    collections[writer].insert_one({**template, **twin, **place})
                except DuplicateKeyError:
                    return False
                return True

            with ThreadPoolExecutor(len(collections)) as pool:
                went_in = list(pool.map(insert, range(len(collections))))
            assert went_in.count(True) == 1, place

    def test_an_ordered_insert_stops_at_the_first_duplicate_and_names_it(
        self, open_collection: OpenCollection
    ) -> None:
        """A group goes in up to there and no further."""
        collection = open_collection()
        template = to_document(append(_ledger(open_collection), "s-0", 0, "a"))
        group = [
            {**template, "_id": f"g-{number}", "position": position, "stream": f"g-{number}"}
            for number, position in enumerate((2, 3, 1, 4))
        ]
        failed = _refusal(BulkWriteError, lambda: collection.insert_many(group, ordered=True))
        (error,) = failed.details["writeErrors"]
        assert (error["index"], error["code"]) == (2, 11000)
        there = [document["_id"] for document in collection.find({"position": {"$gt": 1}})]
        assert sorted(there) == ["g-0", "g-1"]


class _Landing:
    """A wire on which what was held up lands in front of the n-th of its `commands`."""

    def __init__(self, held: list[Send], landing: int) -> None:
        self.commands = 0
        self._held = held
        self._landing = landing

    def __call__(self, name: str, send: Send) -> Any:
        """Carry out a command."""
        self.commands += 1
        if self.commands == self._landing and self._held:
            with suppress(DuplicateKeyError):  # too late: its place is taken
                self._held.pop()()
        return send()


def _held_up(held: list[Send]) -> Wire:
    """Return a wire of a process that dies with its insert still on the way."""

    def wire(name: str, send: Send) -> Any:
        if name != "insert_one":
            return send()
        held.append(send)
        raise Died

    return wire


def _ledger(open_collection: OpenCollection, wire: Wire | None = None) -> Ledger:
    """Return another writer on the ledger of the test."""
    collection = open_collection()
    return Ledger(over_wire(collection, wire) if wire else collection, TYPES)


def _as_one_group(
    ledger: Ledger, streams: Sequence[str], expected: Mapping[str, int] | None = None
) -> list[Commit | VersionConflict]:
    """Append a commit to each stream, all in one group; return what became of each.

    A command that comes to nothing keeps the ledger busy until all others wait behind it.
    """
    all_wait = threading.Event()

    def busy(name: str, send: Send) -> Any:
        assert all_wait.wait(_PATIENCE), "the others do not come"
        return send()

    def write(stream: str, version: int) -> Commit | VersionConflict:
        try:
            return append(ledger, stream, version, "a")
        except VersionConflict as conflict:
            return conflict

    ledger.collection = over_wire(ledger.collection, busy)
    with ThreadPoolExecutor(len(streams) + 1) as pool:
        pool.submit(write, "nothing", 1)
        _until(lambda: ledger._writing and not ledger._waiting)
        group = []
        for waiting, stream in enumerate(streams, 1):
            group.append(pool.submit(write, stream, (expected or {}).get(stream, 0)))
            _until(partial(_wait, ledger, waiting))
        all_wait.set()
        return [outcome.result() for outcome in group]


def _wait(ledger: Ledger, count: int) -> bool:
    return len(ledger._waiting) == count


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < end, "what was waited for does not happen"
        time.sleep(0.001)


def _append_somehow(ledger: Ledger, stream: str, commit_id: str) -> None:
    while True:
        try:
            append(ledger, stream, ledger.head_version(stream), "a", "b", commit_id=commit_id)
            return
        except VersionConflict:
            continue


def _refusal(kind: type[_E], act: Callable[[], object]) -> _E:
    """Return what an act raises; it must be of this kind."""
    try:
        answer = act()
    except kind as refusal:
        return refusal
    raise AssertionError(f"expected {kind.__name__}, got {answer!r}")
