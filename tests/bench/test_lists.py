"""The first hundred rows of a unit's work list, among very different numbers of dossiers.

All dossiers are of one agency with ten units; of ten, nine ended within the last year. The rows
and their counts are filled the short way; what is measured is what the service answers from.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Any

import dossier_samples as s
from figures import Report
from pymongo import MongoClient
from pymongo.collection import Collection
from rounds import interleaved, percentile

from kernel.ledger_reader import LedgerReader
from kernel.requests import Caller
from kernel.views import StreamView
from services.dossier import lists
from services.dossier.contract import ReadInbox
from services.dossier.derived import LISTED
from services.dossier.leafing import Leafing
from services.dossier.lists import Looker
from services.dossier.views import work
from services.dossier.views.document import stamp

SIZES = (1_000, 20_000, 200_000)
SIZES_QUICK = (1_000, 20_000)
ROWS = 100
_LOADED_AT_ONCE = 1_000
_YEAR, _DAY = 365 * 24 * 60, 24 * 60  # minutes

UNIT = replace(s.HANDLING, unit="unit-1", id="officer-1")
# (who, tab): the whole of the agency's open ones is ten times as long as a unit's
LISTS: Mapping[str, tuple[Caller, str]] = {
    "list-unit": (UNIT, "unit"),
    "list-agency": (s.CHAIR, "unit"),
    "list-closed": (UNIT, "closed"),
}


@dataclass(frozen=True)
class Desk:
    """The lists over so many dossiers."""

    leafing: Leafing

    def seconds(self, who: Caller, tab: str, times: int = 7) -> float:
        """Return the median time of a first page."""
        taken = []
        for _ in range(times):
            began = time.perf_counter()
            page = lists.inbox(
                ReadInbox(tab=tab, limit=ROWS), Looker(who, s.MONDAY, s.CALENDAR), self.leafing
            )
            taken.append(time.perf_counter() - began)
            assert page.items
        return percentile(taken, 0.5)


def test_lists(client: MongoClient[Any], database_prefix: str, report: Report) -> None:
    sizes, rounds = (SIZES_QUICK, 3) if report.quick else (SIZES, 5)
    desks = {size: _fill(client, f"{database_prefix}_{size}", size) for size in sizes}
    for name, (who, tab) in LISTS.items():
        works = {str(size): partial(desk.seconds, who, tab) for size, desk in desks.items()}
        seconds = interleaved(works, rounds)
        detail = ", ".join(f"{size:,}: {1000 * seconds[str(size)]:.0f} ms" for size in sizes)
        report.value(name, 1000 * seconds[str(sizes[-1])], detail, seconds=seconds)


def _fill(client: MongoClient[Any], namespace: str, dossiers: int) -> Desk:
    database = client[f"{namespace}_dossier"]
    view = StreamView(database["work"], "dossier", work.project_work, work.INDEXES)
    view.ensure_indexes()
    tally = LISTED.over(database, LedgerReader(database["no_ledger"]))
    tally.ensure_indexes()
    cells: Counter[tuple[str, str]] = Counter()

    def counted() -> Iterator[dict[str, Any]]:
        for row in _rows(dossiers):
            cells.update(work.cells_of(row))
            yield row

    _load(view.collection, counted())
    _load(
        tally.collection,
        (
            {"_id": "\n".join(cell), **dict(zip(work.FIELDS, cell, strict=True)), "n": n}
            for cell, n in cells.items()
        ),
    )
    return Desk(Leafing(view.collection, tally))


def _load(collection: Collection[dict[str, Any]], documents: Iterator[dict[str, Any]]) -> None:
    while batch := list(islice(documents, _LOADED_AT_ONCE)):
        collection.insert_many(batch, ordered=False)


def _rows(count: int) -> Iterator[dict[str, Any]]:
    pattern = work.project_work(s.UNTIL["handling"]().history())
    assert pattern is not None
    for number in range(count):
        sent = stamp(s.MONDAY - timedelta(minutes=random.randrange(_YEAR)))
        urgent = stamp(s.MONDAY + timedelta(minutes=random.randrange(-5 * _DAY, 20 * _DAY)))
        ended = random.random() < 0.9
        yield {
            **pattern,
            "_id": f"000.00.14.H56-260907-{number:06}",
            "version": 8,
            "unit": f"unit-{number % 10}",
            "officer": f"officer-{number % 50}" if number % 3 else "",
            "subject": f"person-{number // 2}",
            "state": work.CLOSED if ended else work.OPEN,
            "at": sent if ended else urgent,
            "urgent_at": None if ended else urgent,
            "submitted_at": sent,
        }
