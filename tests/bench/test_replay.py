"""Reading a whole ledger and checking its chains, against reading the same documents bare."""

from __future__ import annotations

from typing import Any

from figures import Report
from notes import append_notes, open_ledger
from pymongo import MongoClient
from rounds import interleaved, seconds_of

from kernel.commits import verify_documents
from kernel.ledger_reader import READ_LIMIT
from kernel.transparency.stored import LedgerDocuments, stored


def test_replay(client: MongoClient[Any], database_prefix: str, report: Report) -> None:
    rounds, number = (3, 5_000) if report.quick else (9, 10_000)
    ledger = open_ledger(client, database_prefix)
    append_notes(ledger, number, 64)

    def read_bare() -> None:
        for after in range(0, number, READ_LIMIT):
            bounded = {"position": {"$gt": after, "$lte": after + READ_LIMIT}}
            assert len(list(ledger.collection.find(bounded))) == READ_LIMIT

    def replay() -> None:
        assert verify_documents(stored(LedgerDocuments(ledger.collection))).position == number

    seconds = interleaved(
        {"ours": lambda: seconds_of(replay), "bare": lambda: seconds_of(read_bare)}, rounds
    )
    report.ratio("replay", number / seconds["ours"], number / seconds["bare"], "/s")
