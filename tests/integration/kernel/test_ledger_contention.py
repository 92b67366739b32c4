"""Many who want the same place in a stream at once: one gets it, and the others cost little."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from ledgers import Counted, meta, open_ledger
from pymongo import MongoClient, monitoring

from kernel.ledger import Ledger, VersionConflict

WRITERS = 16


class Inserts(monitoring.CommandListener):
    """Counts the inserts of a client."""

    def __init__(self) -> None:
        self.number = 0

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.number += event.command_name == "insert"

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to count."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to count."""


@pytest.fixture
def inserts() -> Inserts:
    return Inserts()


@pytest.fixture
def ledger(mongo_uri: str, database_prefix: str, inserts: Inserts) -> Iterator[Ledger]:
    with MongoClient[Any](mongo_uri, event_listeners=[inserts]) as client:
        yield open_ledger(client, database_prefix)


@pytest.mark.proves("L1")
def test_only_who_may_win_is_inserted(ledger: Ledger, inserts: Inserts) -> None:
    together, numbers = Barrier(WRITERS), count(1)

    def take(_: int) -> str:
        commit_id = f"commit-{next(numbers)}"
        together.wait()
        try:
            return ledger.append(
                "counter-1", [Counted(1)], expected=0, commit_id=commit_id, meta=meta()
            ).id
        except VersionConflict:
            return "conflict"

    with ThreadPoolExecutor(WRITERS) as pool:
        outcomes = list(pool.map(take, range(WRITERS)))
    assert outcomes.count("conflict") == WRITERS - 1
    assert inserts.number == 1


def test_a_repeat_is_found_where_the_stream_has_gone_on(ledger: Ledger, inserts: Inserts) -> None:
    first, _ = (
        ledger.append("counter-1", [Counted(n)], expected=n, commit_id=f"commit-{n}", meta=meta())
        for n in (0, 1)
    )
    again = ledger.append("counter-1", [Counted(0)], expected=0, commit_id="commit-0", meta=meta())
    assert again == first
    assert inserts.number == 2
