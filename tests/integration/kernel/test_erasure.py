"""Forgetting in one service: at once, and once more when no key can be remembered any more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from kernel.erasure import Erasures
from kernel.privacy import SETTLED

A_MOMENT = timedelta(milliseconds=1)


class Service:
    """A service that writes down whom it forgot when, and breaks down where it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, 9, tzinfo=UTC)
        self.forgotten: list[str] = []
        self.breaks_at: set[str] = set()

    def clock(self) -> datetime:
        """Return the time of its machines."""
        return self.now

    def forget(self, subject: str) -> Mapping[str, int]:
        """Forget somebody; there are two things of each at the first time."""
        if subject in self.breaks_at:
            raise ConnectionError("the database is away")
        self.forgotten.append(subject)
        return {"keys": int(self.forgotten.count(subject) == 1), "drafts": 0}


@pytest.fixture
def service() -> Service:
    """The service."""
    return Service()


@pytest.fixture
def start(
    client: MongoClient[Any], database_prefix: str, service: Service
) -> Callable[[], Erasures]:
    """Starts a process of it."""

    def begin() -> Erasures:
        collection = client[f"{database_prefix}_counting"]["erasures"]
        erasures = Erasures("counting", collection, service.clock)
        erasures.ensure_indexes()
        return erasures

    return begin


def test_nothing_is_known_of_somebody_who_was_never_erased(start: Callable[[], Erasures]) -> None:
    unknown = start().read("acc-1")
    assert (unknown.service, unknown.heard_at, unknown.finished_at) == ("counting", None, None)
    assert unknown.forgotten == {}


def test_it_forgets_at_once_and_once_more_after_the_bound(
    start: Callable[[], Erasures], service: Service
) -> None:
    began = service.now
    done = start().hear("acc-1", service.forget)
    assert service.forgotten == ["acc-1"]
    assert (done.heard_at, done.finished_at, done.forgotten) == (began, None, {"keys": 1})

    service.now = began + SETTLED - A_MOMENT
    start().repeat(service.forget)
    assert service.forgotten == ["acc-1"]

    service.now = began + SETTLED
    start().repeat(service.forget)
    assert service.forgotten == ["acc-1", "acc-1"]
    done = start().read("acc-1")
    assert (done.heard_at, done.finished_at, done.forgotten) == (began, service.now, {"keys": 1})

    service.now += timedelta(days=1)
    start().repeat(service.forget)
    assert service.forgotten == ["acc-1", "acc-1"]


def test_the_bound_counts_from_the_first_time_that_was_whole(
    start: Callable[[], Erasures], service: Service
) -> None:
    service.breaks_at = {"acc-1"}
    with pytest.raises(ConnectionError):
        start().hear("acc-1", service.forget)
    service.breaks_at = set()
    service.now += timedelta(minutes=5)
    start().repeat(service.forget)
    assert start().read("acc-1").finished_at is None
    service.now += SETTLED
    start().repeat(service.forget)
    assert start().read("acc-1").finished_at == service.now


def test_one_who_cannot_be_forgotten_now_holds_up_nobody_else(
    start: Callable[[], Erasures], service: Service
) -> None:
    for subject in ("acc-1", "acc-2", "acc-3"):
        start().hear(subject, service.forget)
    service.breaks_at = {"acc-1"}
    service.now += SETTLED
    for _ in range(4):
        try:
            start().repeat(service.forget)
        except ConnectionError:
            continue
    finished = {name: start().read(name).finished_at for name in ("acc-1", "acc-2", "acc-3")}
    assert finished == {"acc-1": None, "acc-2": service.now, "acc-3": service.now}
    service.breaks_at = set()
    service.now += timedelta(minutes=1)
    start().repeat(service.forget)
    assert start().read("acc-1").finished_at == service.now


def test_hearing_it_again_begins_anew_and_counts_nothing_twice(
    start: Callable[[], Erasures], service: Service
) -> None:
    began = service.now
    start().hear("acc-1", service.forget)
    service.now += SETTLED
    start().repeat(service.forget)
    again = start().hear("acc-1", service.forget)
    assert (again.heard_at, again.finished_at, again.forgotten) == (began, None, {"keys": 1})
    service.now += SETTLED
    start().repeat(service.forget)
    assert start().read("acc-1").finished_at == service.now


def test_one_that_takes_longer_than_its_turn_counts(
    start: Callable[[], Erasures], service: Service
) -> None:
    one, other = start(), start()

    def slow(subject: str) -> Mapping[str, int]:
        service.now += timedelta(minutes=2)
        other.repeat(service.forget)
        return service.forget(subject)

    one.hear("acc-1", slow)
    assert one.read("acc-1").finished_at is None
    service.now += SETTLED
    one.repeat(slow)
    assert one.read("acc-1").finished_at == service.now
    service.now += timedelta(days=1)
    before = list(service.forgotten)
    one.repeat(service.forget)
    assert service.forgotten == before


def test_two_processes_do_not_take_the_same_turn(
    start: Callable[[], Erasures], service: Service
) -> None:
    one, other = start(), start()
    one.hear("acc-1", service.forget)
    service.now += SETTLED

    def while_the_other_looks(subject: str) -> Mapping[str, int]:
        other.repeat(service.forget)
        return service.forget(subject)

    one.repeat(while_the_other_looks)
    assert service.forgotten == ["acc-1", "acc-1"]
