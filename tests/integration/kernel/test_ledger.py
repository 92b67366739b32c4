"""A ledger with something wrong in it, as only somebody who may change it can make one.

What holds of every ledger on every server: `kernel.conformance.ledger`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ledgers import Counted, meta, new_id, open_ledger
from pymongo import MongoClient

from kernel.commits import GENESIS, Tampered, digest_of_commit, to_document, verify
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


def test_a_reader_stops_in_front_of_a_hole(ledger: Ledger) -> None:
    for number in range(1, 5):
        append(ledger, f"counter-{number}", 0, number)
    ledger.collection.delete_one({"position": 3})
    assert [commit.position for commit in ledger.read(0)] == [1, 2]
    assert ledger.read(2) == []


@pytest.mark.parametrize("far", [2, 900, 1_500, 40_000])
def test_a_hole_is_noticed_however_long_it_is(ledger: Ledger, far: int) -> None:
    for number in range(1, 3):
        append(ledger, f"counter-{number}", 0, number)
    ledger.collection.update_one({"position": 2}, {"$set": {"position": 2 + far}})
    with pytest.raises(Tampered, match="2"):
        list(ledger.commits())


def test_a_stream_is_read_up_to_a_hole(ledger: Ledger) -> None:
    for version in range(4):
        append(ledger, "counter-a", version, version)
    ledger.collection.delete_one({"stream": "counter-a", "from": 3})
    assert [r.version for r in ledger.read_stream("counter-a")] == [1, 2]
    assert ledger.read_stream("counter-a", after=2) == []
    assert [r.version for r in ledger.read_stream("counter-a", after=3)] == [4]


def test_a_writer_goes_on_behind_a_ledger_that_was_cut(ledger: Ledger) -> None:
    for version in range(3):
        append(ledger, "counter-a", version, version)
    ledger.collection.delete_one({"position": 3})
    again = append(ledger, "counter-a", 2, 9)
    assert (again.position, again.last) == (3, 3)
    assert verify(ledger.commits()).position == 3


def test_a_writer_that_lost_knows_at_once_what_the_others_wrote(
    ledger: Ledger,
    client: MongoClient[Any],
    database_prefix: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = open_ledger(client, database_prefix)
    append(ledger, "counter-0", 0, 0)
    for number in range(1, 5):
        append(other, f"counter-{number}", 0, number)
    with pytest.raises(VersionConflict):
        append(ledger, "counter-1", 0, 1)
    monkeypatch.setattr(ledger, "collection", None)  # nothing is asked for
    assert all(ledger.exists(f"counter-{number}") for number in range(5))


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


@pytest.mark.proves("L2")
def test_several_streams_are_read_as_each_would_be(ledger: Ledger) -> None:
    for number in range(1, 10):
        append(ledger, f"counter-{number % 3}", (number - 1) // 3, number)
    names = ["counter-1", "counter-2"]
    (together,) = ledger.streams(lambda stream: stream in names)
    assert together == {name: ledger.stream_commits(name) for name in names}
    assert [len(together[name]) for name in names] == [3, 3]

    ledger.collection.delete_one({"stream": "counter-1", "from": 2})
    with pytest.raises(Tampered):
        next(ledger.streams(lambda stream: stream in names))


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
