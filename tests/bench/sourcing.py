"""Saves new aggregates of one event each with the `eventsourcing` library; prints the seconds.

    python sourcing.py <writers> <aggregates in all> <characters of text>

A program of its own, because what it imports (psycopg, LGPL) is nothing of ours. Where it writes
is said by the library's own variables, such as PERSISTENCE_MODULE.
"""

from __future__ import annotations

import os
import sys
import threading
import time

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.sqlite import SQLiteApplicationRecorder


class Note(Aggregate):
    """A note; to create it is its one event."""

    @event("Noted")
    def __init__(self, text: str) -> None:
        self.text = text


def main(writers: int, number: int, characters: int) -> float:
    """Return how long the writers take together."""
    application: Application = Application(env=dict(os.environ))
    require_durability(application)
    application.save(Note("x" * characters))
    turns = iter(range(number))

    def write() -> None:
        for _ in turns:
            application.save(Note("x" * characters))

    threads = [threading.Thread(target=write) for _ in range(writers)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def require_durability(application: Application) -> None:
    """Stop unless SQLite waits for its disk at each commit; PostgreSQL does by default."""
    recorder = application.recorder
    if isinstance(recorder, SQLiteApplicationRecorder):
        with recorder.datastore.transaction(commit=False) as cursor:
            cursor.execute("PRAGMA synchronous")
            (level,) = cursor.fetchone()
        if level != 2:
            sys.exit(f"SQLite has synchronous={level}, not FULL (2)")


if __name__ == "__main__":
    sys.stdout.write(str(main(*(int(argument) for argument in sys.argv[1:]))))
