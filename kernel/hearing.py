"""How far a consumer has heard its sources, and which event is the oldest it has not dealt with.

For a consumer and a source, the *heard position* is a place in the source's ledger up to which
every event was dealt with: handled, found to be of no interest, or put with the dead letters. The
oldest unhandled event is in the first commit behind it, wherever it waits: in the ledger for the
relay, in the inbox, in a process's hands, or in a retry queue. Cursors tell it, because a cursor
moves when a stream's event has been dealt with; no message is touched.

The position is remembered in the consumer's own database (`checkpoints`,
`{_id: "heard/<source>", position}`) and only ever moves forward, so each commit is looked at about
once, and a look costs no more for a long ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from pymongo.collection import Collection
from pymongo.database import Database

from kernel.cursors import CURSORS, cursor_id
from kernel.feed import OUTLINE_LIMIT, Outline

Document = dict[str, Any]
Outlines = Callable[[str, int, int], Sequence[Outline]]
"""Given (source, after, limit), returns what stands in the source's ledger behind a position."""

_ROUNDS = 10


@dataclass(frozen=True)
class Heard:
    """Everything at or before `position` was dealt with; `oldest` is what was not.

    Without `oldest` all was heard, unless the look ended before the ledger did: `whole` says so.
    """

    source: str
    position: int
    oldest: Outline | None = None
    whole: bool = True


def heard(database: Database[Document], source: str) -> int:
    """Return the heard position as it was remembered last."""
    found = _checkpoints(database).find_one({"_id": _name(source)})
    return 0 if found is None else int(found["position"])


def listen(database: Database[Document], source: str, outlines: Outlines) -> Heard:
    """Move the heard position as far as it goes and return it.

    At most some thousand commits are looked at; the next look goes on from there.
    """
    start = position = heard(database, source)
    oldest: Outline | None = None
    whole = False
    for _ in range(_ROUNDS):
        commits = outlines(source, position, OUTLINE_LIMIT)
        known = _dealt_with(database, source, commits)
        position = known[-1].position if known else position
        if len(known) < len(commits):
            oldest = commits[len(known)]
        whole = oldest is not None or len(commits) < OUTLINE_LIMIT
        if whole:
            break
    if position > start:
        _checkpoints(database).update_one(
            {"_id": _name(source)}, {"$max": {"position": position}}, upsert=True
        )
    return Heard(source, position, oldest, whole)


def _dealt_with(
    database: Database[Document], source: str, commits: Sequence[Outline]
) -> list[Outline]:
    """Return the commits at the beginning of a range of which no event is left."""
    ids = list({cursor_id(source, commit.stream) for commit in commits})
    found = database[CURSORS].find({"_id": {"$in": ids}}) if ids else ()
    applied = {cursor["_id"]: int(cursor["version"]) for cursor in found}
    return list(
        takewhile(
            lambda commit: applied.get(cursor_id(source, commit.stream), 0) >= commit.last, commits
        )
    )


def _checkpoints(database: Database[Document]) -> Collection[Document]:
    return database["checkpoints"]


def _name(source: str) -> str:
    return f"heard/{source}"
