"""Appending to the ledger, against inserting the same bytes bare."""

from __future__ import annotations

from typing import Any

from figures import Report
from notes import BareNotes, Batches, append_notes, bare_collection, open_ledger
from pymongo import MongoClient
from rounds import interleaved, seconds_of

WAITING = 64


def test_one_writer(client: MongoClient[Any], database_prefix: str, report: Report) -> None:
    rounds, number = (3, 100) if report.quick else (9, 200)
    ledger = open_ledger(client, database_prefix)
    bare = BareNotes(bare_collection(client, database_prefix))
    append_notes(ledger, 1, 1)
    seconds = interleaved(
        {
            "ours": lambda: seconds_of(lambda: append_notes(ledger, number, 1)),
            "bare": lambda: seconds_of(lambda: bare.insert([1] * number)),
        },
        rounds,
    )
    report.ratio("append-one", number / seconds["ours"], number / seconds["bare"], "/s")
    assert ledger.head().position == 1 + rounds * number


def test_many_waiting(mongo_uri: str, database_prefix: str, report: Report) -> None:
    """The bare side inserts in the very batches that the commands went in."""
    rounds, number = (3, 10 * WAITING) if report.quick else (9, 20 * WAITING)
    batches = Batches()
    with (
        MongoClient[Any](mongo_uri, event_listeners=[batches]) as observed,
        MongoClient[Any](mongo_uri) as other,
    ):
        ledger = open_ledger(observed, database_prefix)
        bare = BareNotes(bare_collection(other, database_prefix))
        append_notes(ledger, WAITING, WAITING)
        sizes: list[int] = []

        def ours() -> float:
            batches.sizes.clear()
            seconds = seconds_of(lambda: append_notes(ledger, number, WAITING))
            sizes[:] = batches.sizes
            return seconds

        ours()
        seconds = interleaved(
            {"ours": ours, "bare": lambda: seconds_of(lambda: bare.insert(sizes))}, rounds
        )
        report.ratio(
            "append-waiting",
            number / seconds["ours"],
            number / seconds["bare"],
            "/s",
            batch=number / len(sizes),
        )
        assert sum(sizes) == number
