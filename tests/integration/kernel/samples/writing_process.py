"""A process that appends its commits one after another and says which were acknowledged.

`python -m samples.writing_process URI NAMESPACE NAME COUNT` prints `<commit id> <position>` for
each. Started again, it asks for the same commits again.
"""

from __future__ import annotations

import sys

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from kernel.commits import Commit, Document
from kernel.conformance.writing import TYPES, append
from kernel.errors import Unavailable
from kernel.ledger import Ledger, VersionConflict
from kernel.ledger_reader import ledger_collection

STREAMS = 3


def append_at_last(ledger: Ledger, stream: str, commit_id: str) -> Commit:
    """Append a commit of two events, however often it takes."""
    while True:
        try:
            version = ledger.head_version(stream)
            return append(ledger, stream, version, "a", "b", commit_id=commit_id)
        except (VersionConflict, Unavailable, PyMongoError):
            continue


def main(uri: str, namespace: str, name: str, count: str) -> None:
    """Append all of it."""
    client = MongoClient[Document](uri, serverSelectionTimeoutMS=2_000)
    ledger = Ledger(ledger_collection(client, namespace, "writing"), TYPES)
    for number in range(int(count)):
        commit = append_at_last(ledger, f"s-{number % STREAMS}", f"{name}/{number}")
        sys.stdout.write(f"{commit.id} {commit.position}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
