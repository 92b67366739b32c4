"""A process's copy of the catalogue: how fresh it is, and what it does without a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from kernel.errors import Unavailable
from services.catalog.contract import Agency, AgencyOpened
from services.catalog.replica import MAX_AGE_SECONDS, Replica


@dataclass
class InMemoryLedger:
    """A ledger of one-event commits, with a switch for being away."""

    events: list[Any] = field(default_factory=list)
    away: bool = False
    reads: int = 0

    def read(self, after: int, limit: int) -> list[SimpleNamespace]:
        """Return the commits behind a position."""
        self.reads += 1
        if self.away:
            raise ServerSelectionTimeoutError("away")
        numbered = list(enumerate(self.events, start=1))[after : after + limit]
        return [SimpleNamespace(position=n, event=event) for n, event in numbered]

    def records(self, commit: SimpleNamespace) -> list[SimpleNamespace]:
        """Return the commit's events."""
        return [commit]


@dataclass
class Clock:
    """A clock that is set by hand."""

    now: float = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


@pytest.fixture
def ledger() -> InMemoryLedger:
    """An empty ledger."""
    return InMemoryLedger()


@pytest.fixture
def clock() -> Clock:
    """A clock at zero."""
    return Clock()


@pytest.fixture
def replica(ledger: InMemoryLedger, clock: Clock) -> Replica:
    """A copy of that ledger by that clock."""
    return Replica(ledger, clock=clock)  # type: ignore[arg-type]


@pytest.fixture
def opened(agencies: dict[str, Agency]) -> AgencyOpened:
    """An agency opens."""
    return AgencyOpened(agencies["ubnd-16594"])


def test_another_process_s_commit_is_seen_within_the_age_allowed(
    replica: Replica, ledger: InMemoryLedger, clock: Clock, opened: AgencyOpened
) -> None:
    assert replica.catalogue().agencies == {}
    ledger.events.append(opened)
    assert replica.catalogue().agencies == {}
    clock.now += MAX_AGE_SECONDS * 1.01
    assert set(replica.catalogue().agencies) == {"ubnd-16594"}
    assert MAX_AGE_SECONDS < 1


def test_one_s_own_commit_is_seen_at_once(
    replica: Replica, ledger: InMemoryLedger, opened: AgencyOpened
) -> None:
    replica.catalogue()
    ledger.events.append(opened)
    replica.catch_up()
    assert set(replica.catalogue().agencies) == {"ubnd-16594"}


def test_many_questions_cost_one_look_at_the_ledger(
    replica: Replica, ledger: InMemoryLedger
) -> None:
    for _ in range(50):
        replica.catalogue()
    assert ledger.reads == 1


def test_while_the_database_is_away_what_is_known_is_answered(
    replica: Replica, ledger: InMemoryLedger, clock: Clock, opened: AgencyOpened
) -> None:
    ledger.events.append(opened)
    replica.catalogue()
    ledger.away = True
    clock.now += 60
    assert set(replica.catalogue().agencies) == {"ubnd-16594"}


def test_what_was_never_read_cannot_be_answered(replica: Replica, ledger: InMemoryLedger) -> None:
    ledger.away = True
    with pytest.raises(Unavailable):
        replica.catalogue()
