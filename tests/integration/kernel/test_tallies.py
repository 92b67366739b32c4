"""Tallies: whoever follows, in whatever batches, the cells are what the whole ledger counts to."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from ledgers import TYPES, Counted, meta, new_id, open_ledger
from pymongo import MongoClient

from kernel import rebuild
from kernel.events import Recorded
from kernel.ledger import Ledger
from kernel.tallies import Tally

PACE = rebuild.Pace(seen=0, readers=0, lease=timedelta(seconds=5))


def parity(history: Sequence[Recorded]) -> dict[tuple[str, ...], dict[str, int]]:
    """A counter counts once among the even or the odd ones, and by its total."""
    total = sum(record.event.by for record in history)
    return {("odd" if total % 2 else "even", str(total % 3)): {"n": 1, "total": total}}


@dataclass(frozen=True)
class Office:
    """A ledger of counters, and any number of followers that share nothing but the database."""

    client: MongoClient[Any]
    prefix: str
    ledger: Ledger

    @property
    def database(self) -> Any:
        """Where the cells stand."""
        return self.client[f"{self.prefix}_counting"]

    def follower(self) -> Tally:
        """A follower that remembers nothing."""
        fields = ("parity", "rest")
        return Tally(
            self.database["parities"],
            self.ledger,
            TYPES,
            "counter",
            fields,
            parity,
            [("parity", "n")],
            seen_within=0,
        )

    def count(self, times: int, drawn: random.Random) -> None:
        """Append to counters drawn at random, and to streams that are none."""
        versions: Counter[str] = Counter()
        for _ in range(times):
            stream = f"{drawn.choice(['counter', 'counter', 'other'])}-{drawn.randrange(5)}"
            stream = f"{stream}{new_id()[:4]}" if drawn.random() < 0.2 else stream
            events = [Counted(drawn.randrange(4)) for _ in range(drawn.randint(1, 3))]
            known = versions[stream] or self.ledger.head_version(stream)
            self.ledger.append(stream, events, expected=known, commit_id=new_id(), meta=meta())
            versions[stream] = known + len(events)


@pytest.fixture
def office(mongo_uri: str, database_prefix: str) -> Any:
    """An empty ledger."""
    with MongoClient[Any](mongo_uri, tz_aware=True) as client:
        yield Office(client, database_prefix, open_ledger(client, database_prefix))


def test_followers_at_once_count_each_commit_once(office: Office) -> None:
    drawn = random.Random(7)
    office.count(60, drawn)

    def follow(seed: int) -> None:
        own = random.Random(seed)
        while office.follower().catch_up(at_most=own.randint(1, 9)):
            pass

    with ThreadPoolExecutor(3) as followers:
        list(followers.map(follow, range(3)))
    tally = office.follower()
    assert tally.counted() == tally.recounted()
    assert tally.position() == office.ledger.head().position


def test_a_batch_that_was_cut_otherwise_before_counts_only_what_is_new(office: Office) -> None:
    office.count(20, random.Random(3))
    tally = office.follower()
    commits = office.ledger.read(0)
    # somebody counted seven and died before the checkpoint; somebody slow comes with three later
    for taken, position in ((7, 7), (20, 20), (3, 20)):
        tally.take(commits[:taken], 0)
        assert tally.position() == position
    assert tally.counted() == tally.recounted()


def test_it_is_made_anew_while_others_follow_and_goes_on_from_there(office: Office) -> None:
    drawn = random.Random(5)
    office.count(15, drawn)
    tally = office.follower()
    tally.catch_up()
    before = tally.counted()
    tally.collection.update_many({}, {"$inc": {"n": 5}})
    assert tally.counted() != before
    rebuild.rebuild(rebuild.of_tally(tally, office.database), lambda *_: None, PACE)
    assert tally.counted() == before
    assert tally.pointer.places().current == 1
    office.count(10, drawn)
    assert office.follower().catch_up() == 10
    assert tally.counted() == tally.recounted()
