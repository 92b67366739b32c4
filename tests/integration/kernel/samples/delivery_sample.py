"""Two small services, run by the tests as processes: one has a ledger, the other listens to it."""

from __future__ import annotations

import os
import signal
from typing import Any

import eventlet
from ledgers import TYPES, Counted

from kernel import logs
from kernel.container import DatabaseProvider
from kernel.errors import Unavailable
from kernel.events import Recorded
from kernel.feed import Feed
from kernel.operations import Operations
from kernel.subscription import subscribes

# What the listener does with an event depends on its number.
FAILS = 13
WAITS = 55
CRASHES = 77
CRASHES_BEFORE = 66
SLOW = 33
SLOW_SECONDS = 6.0


class Counting:
    """Owns the ledger that the tests write to."""

    name = "counting"
    feed = Feed()
    operations = Operations()


class Tally:
    """Writes down what it is told: an effect for each event, and every call."""

    name = "tally"
    database: Any = DatabaseProvider()
    operations = Operations()

    @subscribes(TYPES, Counted)
    def on_counted(self, record: Recorded) -> None:
        self._note(record, "calls")
        number = record.event.by
        if number == FAILS and not self._is_on("healed", record):
            raise ValueError(f"the number {number} is unlucky")
        if number == WAITS and not self._is_on("back", record):
            raise Unavailable("away", "Chưa có.", "Somebody is away.")
        if number == CRASHES_BEFORE and self._switch_on("crashed", record):
            os.kill(os.getpid(), signal.SIGKILL)
        if number == SLOW:
            eventlet.sleep(SLOW_SECONDS)
        self.database["effects"].update_one(
            {"_id": record.id},
            {"$setOnInsert": {"stream": record.stream, "version": record.version}},
            upsert=True,
        )
        if number == CRASHES and self._switch_on("crashed", record):
            os.kill(os.getpid(), signal.SIGKILL)

    def _note(self, record: Recorded, collection: str) -> None:
        self.database[collection].insert_one(
            {
                "stream": record.stream,
                "version": record.version,
                "correlation": logs.correlation(),
                "of": record.correlation,
            }
        )

    def _is_on(self, switch: str, record: Recorded) -> bool:
        return self.database["switches"].find_one({"_id": _own(switch, record)}) is not None

    def _switch_on(self, switch: str, record: Recorded) -> bool:
        """Return whether it was off."""
        switched = self.database["switches"].update_one(
            {"_id": _own(switch, record)}, {"$set": {"on": True}}, upsert=True
        )
        return switched.upserted_id is not None


def _own(switch: str, record: Recorded) -> str:
    """Each test has switches of its own, known by the end of its streams' names."""
    return f"{switch}-{record.stream.rpartition('-')[2]}"
