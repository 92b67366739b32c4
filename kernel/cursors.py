"""Up to which version a consumer has applied each stream: `{_id: "<source>/<stream>", version}`.

Cursors serve the order of events and nothing else. That an event has one effect follows from the
commit id that its handler derives from it; a cursor may fall behind, and then an event is handled
again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Protocol

from pymongo import UpdateOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

CURSORS = "cursors"
"""The collection in which a service keeps its cursors."""

_REMEMBERED = 10_000
_DUPLICATE_KEY = 11000


def cursor_id(source: str, stream: str) -> str:
    """Return the id of a stream's cursor."""
    return f"{source}/{stream}"


class Cursors(Protocol):
    """How far each stream was applied."""

    def applied(self, source: str, stream: str) -> int:
        """Return the last version of a stream that was applied; 0 where there is none."""
        ...

    def move(self, source: str, stream: str, version: int) -> None:
        """Remember a version as applied; never moves back."""
        ...


class StoredCursors:
    """Cursors in a collection, of which this process remembers those it used last.

    `move` takes effect for this process at once and for others with the next `flush`: whatever
    moved meanwhile goes into one write. A message may be acknowledged after the flush behind its
    `move`, and is delivered again after a crash before it.

    What is remembered can be behind what another process has stored, never ahead of what was
    applied: the worst is that an event is handled again.
    """

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection
        self._known: OrderedDict[str, int] = OrderedDict()
        self._moved: dict[str, int] = {}

    def applied(self, source: str, stream: str) -> int:
        """Return the last version of a stream that was applied; 0 where there is none."""
        own = cursor_id(source, stream)
        if own not in self._known:
            document = self._collection.find_one({"_id": own})
            self._remember(own, 0 if document is None else int(document["version"]))
        return self._known[own]

    def move(self, source: str, stream: str, version: int) -> None:
        """Remember a version as applied; never moves back."""
        own = cursor_id(source, stream)
        self._remember(own, version)
        self._moved[own] = max(version, self._moved.get(own, 0))

    def flush(self) -> None:
        """Store what has moved; raises `PyMongoError` and forgets nothing where that fails."""
        moved, self._moved = self._moved, {}
        try:
            self._store(moved)
        except BaseException:
            for own, version in moved.items():
                self._moved[own] = max(version, self._moved.get(own, 0))
            raise

    def _store(self, moved: Mapping[str, int]) -> None:
        if not moved:
            return
        writes = [
            UpdateOne({"_id": own}, {"$max": {"version": version}}, upsert=True)
            for own, version in moved.items()
        ]
        try:
            self._collection.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            failures = (error.details or {}).get("writeErrors", [])
            if not failures or any(one["code"] != _DUPLICATE_KEY for one in failures):
                raise
            # another process made these documents in the same moment
            self._collection.bulk_write([writes[one["index"]] for one in failures], ordered=False)

    def _remember(self, own: str, version: int) -> None:
        self._known[own] = max(version, self._known.get(own, 0))
        self._known.move_to_end(own)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
