"""Who may relay: one holder at a time, on the database's clock, fenced by a token."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.collection import Collection

from kernel.lease import Held, Holding, Lease, LeaseLost, holding

LONG = timedelta(minutes=10)
SHORT = timedelta(milliseconds=50)


@pytest.fixture
def leases(mongo_uri: str, database_prefix: str) -> Iterator[Collection[dict[str, Any]]]:
    client: MongoClient[dict[str, Any]] = MongoClient(mongo_uri)
    yield client[f"{database_prefix}_x"]["relay"]
    client.close()


def acquired(lease: Lease) -> Held:
    """Ask until the lease is there; the test's own time limit is the deadline."""
    while (held := lease.acquire()) is None:
        pass
    return held


def test_the_first_gets_it_and_the_second_does_not(leases: Collection[dict[str, Any]]) -> None:
    assert Lease(leases, "relay", "a", LONG).acquire() == Held(token=1, position=0)
    assert Lease(leases, "relay", "b", LONG).acquire() is None


def test_whoever_holds_it_may_take_it_again_under_a_new_token(
    leases: Collection[dict[str, Any]],
) -> None:
    lease = Lease(leases, "relay", "a", LONG)

    assert [lease.acquire(), lease.acquire()] == [Held(1, 0), Held(2, 0)]


def test_a_released_lease_is_free_at_once_and_keeps_the_checkpoint(
    leases: Collection[dict[str, Any]],
) -> None:
    first = Lease(leases, "relay", "a", LONG)
    held = first.acquire()
    assert held is not None
    first.release(held, 41)

    assert Lease(leases, "relay", "b", LONG).acquire() == Held(token=3, position=41)


def test_what_its_holder_still_had_under_way_does_not_take_a_released_lease_back(
    leases: Collection[dict[str, Any]],
) -> None:
    first = Lease(leases, "relay", "a", LONG)
    held = first.acquire()
    assert held is not None
    first.release(held, 41)

    with pytest.raises(LeaseLost):
        first.keep(held, 41)
    assert Lease(leases, "relay", "b", LONG).acquire() is not None


def test_an_expired_lease_goes_to_the_next_and_fences_the_former(
    leases: Collection[dict[str, Any]],
) -> None:
    former, standby = Lease(leases, "relay", "a", SHORT), Lease(leases, "relay", "b", LONG)
    stale = former.acquire()
    assert stale is not None
    former.keep(stale, 7)

    held = acquired(standby)
    assert held == Held(token=2, position=7)
    with pytest.raises(LeaseLost):
        former.keep(stale, 8)
    with pytest.raises(LeaseLost):
        former.release(stale, 8)

    standby.keep(held, 9)
    assert leases.find_one({"_id": "relay"}, {"_id": 0, "expires_at": 0}) == {
        "holder": "b",
        "token": 2,
        "position": 9,
    }


def test_the_checkpoint_never_moves_back(leases: Collection[dict[str, Any]]) -> None:
    lease = Lease(leases, "relay", "a", LONG)
    held = lease.acquire()
    assert held is not None
    lease.keep(held, 9)
    lease.keep(held, 5)
    lease.release(held, 0)

    assert lease.acquire() == Held(token=3, position=9)


def test_of_many_at_once_exactly_one_gets_it(leases: Collection[dict[str, Any]]) -> None:
    start = threading.Barrier(8)
    outcomes: list[Held | None] = []

    def compete(name: str) -> None:
        start.wait()
        outcomes.append(Lease(leases, "relay", name, LONG).acquire())

    threads = [threading.Thread(target=compete, args=(f"holder-{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [held for held in outcomes if held] == [Held(token=1, position=0)]


def test_anybody_may_look_who_holds_it(leases: Collection[dict[str, Any]]) -> None:
    assert holding(leases, "relay") is None
    lease = Lease(leases, "relay", "a", LONG)
    held = lease.acquire()
    assert held is not None
    lease.keep(held, 7)
    assert holding(leases, "relay") == Holding("a", position=7, active=True)
    lease.release(held, 9)
    assert holding(leases, "relay") == Holding("a", position=9, active=False)
