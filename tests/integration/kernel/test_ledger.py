"""The promises of the ledger (design §3), on the real database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from ledgers import Counted, meta, new_id, open_ledger
from pymongo import MongoClient

from kernel.commits import GENESIS, Tampered, digest_of_commit, to_document, verify
from kernel.errors import TooLarge
from kernel.ledger import Ledger, VersionConflict


@pytest.fixture
def ledger(client: MongoClient[Any], database_prefix: str) -> Ledger:
    """An empty ledger."""
    return open_ledger(client, database_prefix)


def append(ledger: Ledger, stream: str, expected: int, *numbers: int, commit_id: str = "") -> Any:
    """Append one commit with an event for each number."""
    events = [Counted(number) for number in numbers]
    return ledger.append(
        stream, events, expected=expected, commit_id=commit_id or new_id(), meta=meta()
    )


def test_an_empty_ledger_has_no_head(ledger: Ledger) -> None:
    assert ledger.head().position == 0
    assert ledger.head().hash == GENESIS
    assert ledger.read_stream("counter-a") == []


@pytest.mark.proves("L1", "L2")
def test_positions_are_dense_and_versions_contiguous(ledger: Ledger) -> None:
    append(ledger, "counter-a", 0, 1, 2)
    append(ledger, "counter-b", 0, 3)
    append(ledger, "counter-a", 2, 4)

    assert [commit.position for commit in ledger.commits()] == [1, 2, 3]
    assert [r.version for r in ledger.read_stream("counter-a")] == [1, 2, 3]
    assert [r.event.by for r in ledger.read_stream("counter-a", after=1)] == [2, 4]


def test_the_answer_is_what_is_stored(ledger: Ledger) -> None:
    commit = append(ledger, "counter-a", 0, 1, 2)
    assert ledger.find(commit.id) == commit
    assert ledger.at(1) == commit
    assert ledger.stream_commits("counter-a") == [commit]


@pytest.mark.parametrize("expected", [0, 1, 3, 7])
def test_another_version_than_the_expected_is_a_conflict(ledger: Ledger, expected: int) -> None:
    append(ledger, "counter-a", 0, 1, 2)
    with pytest.raises(VersionConflict) as conflict:
        append(ledger, "counter-a", expected, 9)
    assert conflict.value.actual == 2
    assert ledger.head().position == 1


@pytest.mark.proves("L3")
def test_a_commit_id_has_one_effect_whatever_comes_with_it_again(ledger: Ledger) -> None:
    first = append(ledger, "counter-a", 0, 1, commit_id="once")
    assert append(ledger, "counter-a", 0, 1, commit_id="once") == first
    assert append(ledger, "counter-a", 1, 5, commit_id="once") == first
    assert append(ledger, "counter-z", 0, 5, commit_id="once") == first
    assert ledger.head().position == 1


@pytest.mark.proves("L3")
def test_a_first_try_that_lands_after_its_repeat_changes_nothing(
    client: MongoClient[Any], database_prefix: str
) -> None:
    slow, fast = open_ledger(client, database_prefix), open_ledger(client, database_prefix)
    slow.append("counter-x", [Counted(0)], expected=0, commit_id=new_id(), meta=meta())
    done = append(fast, "counter-a", 0, 1, commit_id="once")
    append(fast, "counter-a", 1, 2)

    assert append(slow, "counter-a", 0, 1, commit_id="once") == done
    assert [r.event.by for r in slow.read_stream("counter-a")] == [1, 2]


@pytest.mark.proves("L1", "L2", "L3")
def test_many_writers_in_several_processes_worth_of_ledgers(
    client: MongoClient[Any], database_prefix: str
) -> None:
    """Twelve writers on three ledgers fight for four streams; each retries until it is in."""
    ledgers = [open_ledger(client, database_prefix) for _ in range(3)]

    def write(writer: int) -> None:
        ledger = ledgers[writer % 3]
        for number in range(10):
            stream, commit_id = f"counter-{(writer + number) % 4}", f"{writer}/{number}"
            while True:
                version = ledger.head_version(stream)
                try:
                    append(ledger, stream, version, number, number, commit_id=commit_id)
                    break
                except VersionConflict:
                    continue

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(write, range(12)))

    commits = list(ledgers[0].commits())
    assert [commit.position for commit in commits] == list(range(1, 121))
    assert {commit.id for commit in commits} == {f"{w}/{n}" for w in range(12) for n in range(10)}
    for stream in range(4):
        versions = [r.version for r in ledgers[1].read_stream(f"counter-{stream}")]
        assert versions == list(range(1, len(versions) + 1))
    assert verify(iter(commits)) == ledgers[2].head()


def test_one_bad_command_of_a_group_spoils_no_other(
    client: MongoClient[Any], database_prefix: str
) -> None:
    ledger = open_ledger(client, database_prefix)
    append(ledger, "counter-0", 0, 1)

    def write(number: int) -> str:
        try:
            append(ledger, f"counter-{number}", 0, number)
            return "in"
        except VersionConflict:
            return "conflict"

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(write, range(16)))
    assert outcomes == ["conflict"] + ["in"] * 15
    assert ledger.head().position == 16


def test_no_command_is_lost_when_many_come_to_wait_at_once(ledger: Ledger) -> None:
    with ThreadPoolExecutor(64) as pool:
        list(pool.map(lambda n: append(ledger, f"counter-{n}", 0, n), range(512)))
    assert ledger.head().position == 512


def test_a_reader_stops_in_front_of_a_hole(ledger: Ledger) -> None:
    for number in range(1, 5):
        append(ledger, f"counter-{number}", 0, number)
    ledger.collection.delete_one({"position": 3})
    assert [commit.position for commit in ledger.read(0)] == [1, 2]
    assert ledger.read(2) == []


def test_a_stream_is_read_up_to_a_hole(ledger: Ledger) -> None:
    for version in range(4):
        append(ledger, "counter-a", version, version)
    ledger.collection.delete_one({"stream": "counter-a", "from": 3})
    assert [r.version for r in ledger.read_stream("counter-a")] == [1, 2]
    assert ledger.read_stream("counter-a", after=2) == []
    assert [r.version for r in ledger.read_stream("counter-a", after=3)] == [4]


def test_recorded_times_never_go_back(ledger: Ledger) -> None:
    for number in range(20):
        append(ledger, f"counter-{number}", 0, number)
    times = [commit.recorded_at for commit in ledger.commits()]
    assert times == sorted(times)


def test_the_tail_is_found_at_any_length(client: MongoClient[Any], database_prefix: str) -> None:
    ledger = open_ledger(client, database_prefix)
    for length in range(1, 20):
        append(ledger, f"counter-{length}", 0, length)
        assert open_ledger(client, database_prefix).head().position == length


def test_too_much_at_once_is_refused_before_it_is_sent(ledger: Ledger) -> None:
    events = [Counted(1, name=None, subject="x" * 5_000_000)]
    with pytest.raises(TooLarge):
        ledger.append("counter-a", events, expected=0, commit_id="big", meta=meta())
    assert ledger.head().position == 0


@pytest.mark.proves("L6")
@pytest.mark.parametrize(
    ("damage", "position"),
    [
        (lambda c: c.update_one({"position": 3}, {"$set": {"meta.actor.id": "acc-2"}}), 3),
        (lambda c: c.update_one({"position": 3}, {"$set": {"events.0.data": "{}"}}), 3),
        (lambda c: c.update_one({"position": 3}, {"$set": {"recorded_at": _LONG_AGO}}), 3),
        (lambda c: c.delete_one({"position": 2}), 2),
        (lambda c: c.delete_one({"position": 1}), 1),
        (lambda c: _swap(c, 2, 3), 2),
    ],
    ids=["actor", "payload", "time", "removed", "first-removed", "swapped"],
)
def test_verification_names_the_first_commit_that_does_not_follow(
    ledger: Ledger, damage: Any, position: int
) -> None:
    for number in range(1, 6):
        append(ledger, f"counter-{number % 2}", (number - 1) // 2, number)
    assert verify(ledger.commits()).position == 5

    damage(ledger.collection)
    with pytest.raises(Tampered) as tampered:
        verify(ledger.commits())
    assert tampered.value.position == position


@pytest.mark.proves("L1", "L6")
def test_a_stream_that_does_not_begin_at_its_beginning_is_found(ledger: Ledger) -> None:
    append(ledger, "counter-a", 0, 1)
    append(ledger, "counter-a", 1, 2)
    (second,) = ledger.stream_commits("counter-a", after=1)
    alone = replace(second, position=1, prev=GENESIS, hash="")
    digest = digest_of_commit(to_document(alone))
    with pytest.raises(Tampered, match="versions of the stream"):
        verify(iter([replace(alone, hash=digest)]))


@pytest.mark.proves("L6")
def test_a_commit_put_between_is_found(ledger: Ledger) -> None:
    first, second = append(ledger, "counter-a", 0, 1), append(ledger, "counter-b", 0, 2)
    forged = to_document(second) | {"_id": "forged", "position": 2, "stream": "counter-c"}
    ledger.collection.update_one({"_id": second.id}, {"$set": {"position": 3}})
    ledger.collection.insert_one(forged)
    with pytest.raises(Tampered) as tampered:
        verify(ledger.commits())
    assert tampered.value.position == first.position + 1


_LONG_AGO = "2020-01-01T00:00:00.000000Z"


def _swap(collection: Any, one: int, other: int) -> None:
    ids = {p: collection.find_one({"position": p})["_id"] for p in (one, other)}
    collection.update_one({"_id": ids[one]}, {"$set": {"position": -1}})
    collection.update_one({"_id": ids[other]}, {"$set": {"position": one}})
    collection.update_one({"_id": ids[one]}, {"$set": {"position": other}})
