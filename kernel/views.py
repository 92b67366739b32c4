"""Views: documents folded from the ledger, to be queried, dropped and rebuilt at any time.

A view is refreshed right after the append and before the answer, so that everyone reads their
own writes; and a projector catches up from its checkpoint, so that a crash between the two heals
itself. Both write the whole fold guarded by its version: the newer fold always wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from kernel.events import Recorded
from kernel.ledger import READ_LIMIT, Ledger

Document = dict[str, Any]
Project = Callable[[Sequence[Recorded]], Document | None]

POSITION = "position"


class StreamView:
    """One document for each stream of a category (`dossier-…`), a fold of its whole history.

    `project` turns a history into the document's content; None: this stream has no document. The
    document's `_id` is the stream's name behind the category, its `version` that of the last
    event seen. `indexes` are the fields of each secondary index.
    """

    def __init__(
        self,
        collection: Collection[Document],
        category: str,
        project: Project,
        indexes: Iterable[Sequence[str]] = (),
    ) -> None:
        self.collection = collection
        self.category = category
        self._project = project
        self._indexes = tuple(tuple(fields) for fields in indexes)

    def ensure_indexes(self) -> None:
        """Create the secondary indexes that do not exist yet."""
        for fields in self._indexes:
            self.collection.create_index([(name, 1) for name in fields])

    def follows(self, stream: str) -> bool:
        """Whether this view has a document for such a stream."""
        return stream.startswith(f"{self.category}-")

    def key(self, stream: str) -> str:
        """Return the document's id for a stream."""
        return stream.removeprefix(f"{self.category}-")

    def get(self, key: str) -> Document | None:
        """Return the document with this id."""
        return self.collection.find_one({"_id": key})

    def version(self, stream: str) -> int:
        """Return the version to which a stream's document is up to date; 0: no document."""
        found = self.collection.find_one({"_id": self.key(stream)}, {"version": 1})
        return 0 if found is None else int(found["version"])

    def refresh(self, stream: str, history: Sequence[Recorded]) -> None:
        """Write the fold of a history, unless a newer one is there already."""
        document = self.folded(stream, history)
        if document is not None:
            keep_newer(self.collection, document)

    def folded(self, stream: str, history: Sequence[Recorded]) -> Document | None:
        """Return the document that a history folds to; None where there is none for it."""
        if not self.follows(stream) or not history:
            return None
        content = self._project(history)
        if content is None:
            return None
        return {**content, "_id": self.key(stream), "version": history[-1].version}


def keep_newer(collection: Collection[Document], document: Document) -> None:
    """Write a document with its `_id` and `version`, unless this version or a newer one is there.

    The document and the memory of what it has seen are one write (design §5).
    """
    older = {"_id": document["_id"], "version": {"$lt": document["version"]}}
    try:
        collection.replace_one(older, document, upsert=True)
    except DuplicateKeyError:
        return


class Projector:
    """Follows a ledger and brings every view up to its tail."""

    def __init__(
        self, ledger: Ledger, views: Sequence[StreamView], checkpoints: Collection[Document]
    ) -> None:
        self._ledger = ledger
        self._views = tuple(views)
        self._checkpoints = checkpoints
        self._name = "views"
        found = checkpoints.find_one({"_id": self._name})
        self.position = 0 if found is None else int(found[POSITION])

    def catch_up(self) -> int:
        """Project all commits behind the checkpoint; returns how many there were."""
        seen = 0
        while commits := self._ledger.read(self.position, READ_LIMIT):
            latest = {commit.stream: commit.last for commit in commits}
            for stream, version in latest.items():
                self._heal(stream, version)
            self._move_to(commits[-1].position)
            seen += len(commits)
        return seen

    def _heal(self, stream: str, version: int) -> None:
        behind = [
            view for view in self._views if view.follows(stream) and view.version(stream) < version
        ]
        if not behind:
            return
        history = self._ledger.read_stream(stream)
        for view in behind:
            view.refresh(stream, history)

    def _move_to(self, position: int) -> None:
        self.position = position
        self._checkpoints.update_one(
            {"_id": self._name}, {"$max": {POSITION: position}}, upsert=True
        )
