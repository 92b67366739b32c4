"""Counters written by several processes, and rebuilt by another; run by the tests.

counters.py write <namespace>            counts until SIGTERM; exit code 1: an own write unseen
counters.py rebuild <namespace> <stage>  rebuilds the view and stands still in that stage
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from os import environ, getpid
from pathlib import Path
from typing import Any

from pymongo import MongoClient

sys.path.insert(0, str(Path(__file__).parents[1]))

from ledgers import COUNTER, call, open_ledger

from kernel import rebuild
from kernel.events import Recorded
from kernel.ledger import Ledger
from kernel.store import Store
from kernel.views import Projector, StreamView

SEEN_WITHIN = 0.2
PACE = rebuild.Pace(seen=0.5, readers=0, lease=timedelta(seconds=3))


def project(history: Sequence[Recorded]) -> dict[str, Any]:
    """A counter's total and all that was added to it."""
    steps = [record.event.by for record in history]
    return {"total": sum(steps), "steps": steps, "even": sum(steps) % 2 == 0}


def totals(client: MongoClient[Any], namespace: str) -> StreamView:
    """The view of the counters' totals."""
    collection = database(client, namespace)["totals"]
    return StreamView(collection, "counter", project, [("even",)], seen_within=SEEN_WITHIN)


def database(client: MongoClient[Any], namespace: str) -> Any:
    """The service's own database."""
    return client[f"{namespace}_counting"]


def rebuildable(client: MongoClient[Any], namespace: str, ledger: Ledger) -> rebuild.Rebuildable:
    """The view as something to be made anew."""
    return rebuild.of_view(totals(client, namespace), database(client, namespace), ledger)


def write(client: MongoClient[Any], namespace: str) -> None:
    """Count on and on, and look at each effect as whoever caused it would."""
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    view, ledger = totals(client, namespace), open_ledger(client, namespace)
    projector = Projector(ledger, [view], database(client, namespace)["checkpoints"])
    store = Store(ledger, COUNTER, [view])
    for number in count():
        if over.is_set():
            return
        done = store.execute(f"counter-{getpid()}-{number % 20}-{number // 1000}", 1, call())
        seen = view.get(view.key(done.stream))
        if seen is None or seen["version"] < done.version:
            sys.exit(f"{done.stream} at {done.version} is not seen: {seen}")
        if number % 10 == 0:
            projector.catch_up()
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


def stand_still(client: MongoClient[Any], namespace: str, stage: str) -> None:
    """Rebuild up to a stage, say that it is reached, and do nothing more."""

    def progress(reached: rebuild.Stage, done: int, total: int) -> None:
        if reached == stage and (stage != rebuild.Stage.FOLDING or done):
            sys.stdout.write(f"{reached}\n")
            sys.stdout.flush()
            time.sleep(600)

    ledger = open_ledger(client, namespace)
    rebuild.rebuild(rebuildable(client, namespace, ledger), progress, PACE)


if __name__ == "__main__":
    with MongoClient[Any](environ["MONGO_URI"], tz_aware=True) as opened:
        match sys.argv[1:]:
            case ["write", namespace]:
                write(opened, namespace)
            case ["rebuild", namespace, stage]:
                stand_still(opened, namespace, stage)
