"""What a ledger promises to writers and readers while all is well."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from kernel.commits import GENESIS, Commit, verify
from kernel.conformance.writing import (
    OpenCollection,
    append,
    as_one_group,
    ledger_on,
    refusal,
    texts,
)
from kernel.errors import TooLarge
from kernel.ledger import MAX_COMMIT, Ledger, VersionConflict
from kernel.ledger_reader import LedgerReader
from kernel.turns import LARGEST_GROUP


class Promises:
    """Part of the suite; see `kernel.conformance.ledger`."""

    def test_an_empty_ledger_has_no_head(self, open_collection: OpenCollection) -> None:
        """There is nothing, and that is an answer."""
        ledger = ledger_on(open_collection)
        assert (ledger.head().position, ledger.head().hash) == (0, GENESIS)
        assert ledger.read(0) == []
        assert ledger.read_stream("s-1") == []
        assert ledger.head_version("s-1") == 0

    def test_positions_are_dense_and_versions_contiguous(
        self, open_collection: OpenCollection
    ) -> None:
        """L1, as one writer sees it."""
        ledger = ledger_on(open_collection)
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
        ledger = ledger_on(open_collection)
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
        ledger = ledger_on(open_collection)
        append(ledger, "s-1", 0, "a", "b")
        for expected in (0, 1, 3, 7):
            conflict = refusal(VersionConflict, partial(append, ledger, "s-1", expected, "x"))
            assert conflict.actual == 2
        assert ledger.head().position == 1

    def test_a_commit_id_has_one_effect_whatever_comes_with_it_again(
        self, open_collection: OpenCollection
    ) -> None:
        """L3: the first commit of an id is the answer to every later one."""
        ledger, other = ledger_on(open_collection), ledger_on(open_collection)
        first = append(ledger, "s-1", 0, "a", commit_id="once")
        for writer in (ledger, other):
            assert append(writer, "s-1", 0, "a", commit_id="once") == first
            assert append(writer, "s-1", 1, "b", commit_id="once") == first
            assert append(writer, "s-2", 0, "b", commit_id="once") == first
        assert ledger.head().position == 1

    def test_a_writer_with_an_old_tail_catches_up(self, open_collection: OpenCollection) -> None:
        """What it remembers is a guess that the insert itself checks."""
        slow, fast = ledger_on(open_collection), ledger_on(open_collection)
        append(slow, "s-0", 0, "a")
        done = append(fast, "s-1", 0, "b", commit_id="once")
        append(fast, "s-1", 1, "c")
        assert append(slow, "s-1", 0, "b", commit_id="once") == done
        assert append(slow, "s-2", 0, "d").position == 4
        assert texts(slow, "s-1") == ["b", "c"]

    def test_recorded_times_never_go_back(self, open_collection: OpenCollection) -> None:
        """Not even between writers."""
        writers = [ledger_on(open_collection) for _ in range(3)]
        for number in range(21):
            append(writers[number % 3], f"s-{number}", 0, "a")
        times = [commit.recorded_at for commit in writers[0].commits()]
        assert times == sorted(times)

    def test_the_tail_is_found_at_any_length(self, open_collection: OpenCollection) -> None:
        """Each time by somebody who knows nothing."""
        ledger = ledger_on(open_collection)
        collection = open_collection()
        for length in range(1, 20):
            append(ledger, f"s-{length}", 0, "a")
            assert LedgerReader(collection).head().position == length

    def test_the_largest_commit_goes_in_whole_and_a_larger_one_not_at_all(
        self, open_collection: OpenCollection
    ) -> None:
        """L2 at the limit, with the letters that take the most room."""
        ledger = ledger_on(open_collection)
        whole = "ệ" * (MAX_COMMIT // 2 - 20)
        append(ledger, "s-1", 0, whole, whole)
        assert texts(ledger_on(open_collection), "s-1") == [whole, whole]
        refusal(TooLarge, lambda: append(ledger, "s-2", 0, whole, whole, "x" * 100))
        assert ledger.head().position == 1

    def test_one_bad_command_of_a_group_spoils_no_other(
        self, open_collection: OpenCollection
    ) -> None:
        """Not one that comes too late, and not one that cannot be stored at all."""
        ledger = ledger_on(open_collection)
        append(ledger, "s-0", 0, "a")
        half_a_character = "s-\ud800"
        others = [f"s-{number}" for number in range(1, 15)]
        late, impossible, *rest = as_one_group(ledger, ["s-0", half_a_character, *others])
        assert isinstance(late, VersionConflict)
        assert isinstance(impossible, ValueError)
        assert all(isinstance(outcome, Commit) for outcome in rest)
        assert ledger.head().position == 15

    def test_no_command_is_lost_when_many_wait_at_once(
        self, open_collection: OpenCollection
    ) -> None:
        """More than fit into one group."""
        count = 2 * LARGEST_GROUP + 1
        ledger = ledger_on(open_collection)
        group = as_one_group(ledger, [f"s-{number}" for number in range(count)])
        positions = [commit.position for commit in group if isinstance(commit, Commit)]
        assert sorted(positions) == list(range(1, count + 1))

    def test_many_writers_make_one_unbroken_ledger_and_a_follower_sees_all_of_it(
        self, open_collection: OpenCollection
    ) -> None:
        """L1 to L3: twelve writers on three ledgers fight for four streams; each gets through."""
        writers = [ledger_on(open_collection) for _ in range(3)]
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


def _append_somehow(ledger: Ledger, stream: str, commit_id: str) -> None:
    while True:
        try:
            append(ledger, stream, ledger.head_version(stream), "a", "b", commit_id=commit_id)
            return
        except VersionConflict:
            continue
