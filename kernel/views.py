"""Views: documents folded from the ledger, to be queried and rebuilt at any time.

A view is refreshed right after the append and before the answer, so that everyone reads their
own writes; and a projector catches up from its checkpoint, so that a crash between the two heals
itself. Both write the whole fold guarded by its version: the newer fold always wins.

Where a view stands is said by a pointer, so that it can be folded anew behind everybody's back
(`kernel.rebuild`): it is read in one collection and, during a rebuild, written to two.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError
from pymongo.write_concern import WriteConcern

from kernel.errors import Unavailable
from kernel.events import Recorded
from kernel.ledger import Ledger
from kernel.ledger_reader import READ_LIMIT

Document = dict[str, Any]
Project = Callable[[Sequence[Recorded]], Document | None]

POSITION = "position"
PROJECTOR = "views"
"""The name of the projector's checkpoint in the collection `checkpoints`."""
_TRIES = 3
POINTERS = "view_pointers"
SEEN_WITHIN = 1.0
"""Seconds after which every process that works has seen a pointer that was changed."""


@dataclass(frozen=True)
class Places:
    """The generations of a view's collections: `current` is read, `also` is written too."""

    current: int = 0
    also: int | None = None

    @property
    def written(self) -> tuple[int, ...]:
        """All that must hold what is new."""
        return (self.current,) if self.also is None else (self.current, self.also)


class Pointer:
    """Tells where something rebuildable stands, as it was at most `seen_within` seconds ago.

    The document is `{_id: <name>, current, also, …}` in `view_pointers`; where there is none,
    generation 0 is current. It is changed by `kernel.rebuild` alone.
    """

    def __init__(
        self, database: Database[Document], name: str, seen_within: float = SEEN_WITHIN
    ) -> None:
        self.name = name
        self._collection = database[POINTERS]
        self._seen_within = seen_within
        self._seen: tuple[float, Places] | None = None

    def places(self) -> Places:
        """Return the places."""
        # the age counts from before the question, and goes along with its answer
        now = time.monotonic()
        if self._seen is None or now - self._seen[0] > self._seen_within:
            self._seen = (now, places_in(self._collection.find_one({"_id": self.name})))
        return self._seen[1]


class Pointing(Protocol):
    """What tells where something stands: a `Pointer`, or `Only`."""

    def places(self) -> Places:
        """Return the places."""
        ...


@dataclass(frozen=True)
class Only:
    """Points to one generation for ever, which is being made."""

    generation: int

    def places(self) -> Places:
        """Return the places."""
        return Places(self.generation)


class Shelf:
    """The collections of one base name, as they stand by a pointer."""

    def __init__(self, database: Database[Document], pointer: Pointing, base: str) -> None:
        self._database = database
        self._pointer = pointer
        self._base = base

    @property
    def read(self) -> Collection[Document]:
        """The collection to be queried now; to be asked for anew for each request."""
        return self.generation(self._pointer.places().current)

    @property
    def written(self) -> tuple[Collection[Document], ...]:
        """The collections that must hold what is new; to be asked for anew for each write."""
        return tuple(map(self.generation, self._pointer.places().written))

    @property
    def unwritten(self) -> tuple[Collection[Document], ...]:
        """The collections that hold what is old: of a rebuild at its end, or left over."""
        written = self._pointer.places().written
        there = generations(self._database, self._base)
        return tuple(self.generation(number) for number in there if number not in written)

    def generation(self, number: int) -> Collection[Document]:
        """Return a generation of the collection."""
        return self._database[collection_name(self._base, number)]


def generations(database: Database[Document], base: str) -> list[int]:
    """Return the generations of a collection that there are, also those that nobody writes."""
    ours = re.compile(rf"{re.escape(base)}(?:\.([0-9]+))?")
    found = map(ours.fullmatch, database.list_collection_names())
    return sorted(int(one[1] or 0) for one in found if one is not None)


def places_in(pointer: Mapping[str, Any] | None) -> Places:
    """Return the places that a pointer's document names."""
    found = pointer or {}
    return Places(int(found.get("current", 0)), found.get("also"))


def collection_name(base: str, generation: int) -> str:
    """Return the name of a generation of a collection; the first one has the bare name."""
    return base if generation == 0 else f"{base}.{generation}"


class StreamView:
    """One document for each stream of a category (`dossier-…`), a fold of its whole history.

    `project` turns a history into the document's content; None: this stream has no document. The
    document's `_id` is the stream's name behind the category, its `version` that of the last
    event seen. `indexes` are the fields of each secondary index. `collection` names the database
    and the view; where the view stands now is said by its pointer.
    """

    def __init__(
        self,
        collection: Collection[Document],
        category: str,
        project: Project,
        indexes: Iterable[Sequence[str]] = (),
        *,
        seen_within: float = SEEN_WITHIN,
    ) -> None:
        self.name = collection.name
        self.category = category
        self.pointer = Pointer(collection.database, collection.name, seen_within)
        self._shelf = Shelf(collection.database, self.pointer, collection.name)
        self._project = project
        self._indexes = tuple(tuple(fields) for fields in indexes)

    @property
    def collection(self) -> Collection[Document]:
        """The collection to be queried now; to be asked for anew for each request."""
        return self._shelf.read

    def ensure_indexes(self) -> None:
        """Create the secondary indexes that do not exist yet, wherever the view stands."""
        for generation in self.pointer.places().written:
            self.prepare(generation)

    def prepare(self, generation: int) -> None:
        """Create the secondary indexes of a generation."""
        for fields in self._indexes:
            self._shelf.generation(generation).create_index([(name, 1) for name in fields])

    def follows(self, stream: str) -> bool:
        """Whether this view has a document for such a stream."""
        return stream.startswith(f"{self.category}-")

    def key(self, stream: str) -> str:
        """Return the document's id for a stream."""
        return stream.removeprefix(f"{self.category}-")

    def get(self, key: str) -> Document | None:
        """Return the document with this id."""
        return self.collection.find_one({"_id": key})

    def refresh(self, stream: str, history: Sequence[Recorded]) -> None:
        """Write the fold of a history wherever the view stands, unless a newer one is there."""
        self._write(stream, history, self.pointer.places().written)

    def folded(self, stream: str, history: Sequence[Recorded]) -> Document | None:
        """Return the document that a history folds to; None where there is none for it."""
        if not self.follows(stream) or not history:
            return None
        content = self._project(history)
        if content is None:
            return None
        return {**content, "_id": self.key(stream), "version": history[-1].version}

    def heal(
        self, ledger: Ledger, latest: Mapping[str, int], generations: Sequence[int] | None = None
    ) -> None:
        """Bring documents up to date that are behind the versions of their streams in `latest`.

        Wherever the view stands, or in these generations of it alone. Raises `Unavailable` where
        a stream cannot be read so far yet: try again.
        """
        asked = self.pointer.places().written if generations is None else generations
        wanted = {self.key(stream): stream for stream in latest if self.follows(stream)}
        if not wanted:
            return
        behind = {
            wanted[key]
            for generation in asked
            for key, version in self._versions(generation, list(wanted)).items()
            if version < latest[wanted[key]]
        }
        for stream in behind:
            self._write(stream, _whole(ledger, stream, latest[stream]), asked)

    def rewrite(self, stream: str, history: Sequence[Recorded]) -> bool:
        """Write the fold of a history also where this version is there: it may read otherwise now.

        So it is after a key was destroyed, and then what is in a generation that is no longer
        written, or not yet, must not be read in clear either. False: a newer one is there; read the
        history again.
        """
        document = self.folded(stream, history)
        if document is None:
            return True
        known = {"_id": document["_id"], "version": {"$lte": document["version"]}}
        try:
            for collection in self._shelf.written:
                collection.replace_one(known, document, upsert=True)
        except DuplicateKeyError:
            return False
        # written over and not deleted: one that was announced a moment ago misses nothing by it
        return all(_replaced(one, known, document) for one in self._shelf.unwritten)

    def _versions(self, generation: int, keys: list[str]) -> dict[str, int]:
        """Return the version to which each document is up to date; 0: there is none."""
        found = self._shelf.generation(generation).find({"_id": {"$in": keys}}, {"version": 1})
        return dict.fromkeys(keys, 0) | {one["_id"]: int(one["version"]) for one in found}

    def _write(self, stream: str, history: Sequence[Recorded], generations: Iterable[int]) -> None:
        document = self.folded(stream, history)
        if document is None:
            return
        for generation in generations:
            keep_newer(self._shelf.generation(generation), document)


def _whole(ledger: Ledger, stream: str, version: int) -> list[Recorded]:
    """Return a stream's history, at least up to a version that is known to be there."""
    for _ in range(_TRIES):
        # a read is not one instant and ends at a hole; what was missing is there the next time
        history = ledger.read_stream(stream)
        if history and history[-1].version >= version:
            return history
    raise Unavailable(
        "stream-incomplete",
        "Dữ liệu của hệ thống chưa đầy đủ. Hãy thử lại sau ít phút.",
        f"{stream} could not be read up to version {version}; try again.",
    )


def _replaced(collection: Collection[Document], known: Document, document: Document) -> bool:
    """Write over what is `known`, if it is there; returns whether nothing newer is."""
    if collection.replace_one(known, document).matched_count:
        return True
    return collection.find_one({"_id": document["_id"]}, {"_id": 1}) is None


def keep_newer(collection: Collection[Document], document: Document) -> None:
    """Write a document with its `_id` and `version`, unless this version or a newer one is there.

    The document and the memory of what it has seen are one write (design §5).
    """
    older = {"_id": document["_id"], "version": {"$lt": document["version"]}}
    try:
        collection.replace_one(older, document, upsert=True)
    except DuplicateKeyError:
        # it is there: as new as this one, or made a moment ago by somebody who had seen less
        collection.replace_one(older, document)


class Projector:
    """Follows a ledger and brings every view up to its tail."""

    def __init__(
        self, ledger: Ledger, views: Sequence[StreamView], checkpoints: Collection[Document]
    ) -> None:
        self._ledger = ledger
        self._views = tuple(views)
        self._checkpoints = checkpoints.with_options(write_concern=WriteConcern("majority", j=True))
        found = checkpoints.find_one({"_id": PROJECTOR})
        self.position = 0 if found is None else int(found[POSITION])

    def catch_up(self) -> int:
        """Project all commits behind the checkpoint; returns how many there were.

        The checkpoint passes a commit only when its views are known to be up to date and cannot
        be lost any more. Raises `Unavailable` where that is not so yet: try again.
        """
        seen = 0
        while commits := self._ledger.read(self.position, READ_LIMIT):
            latest = {commit.stream: commit.last for commit in commits}
            for view in self._views:
                view.heal(self._ledger, latest)
            self._move_to(commits[-1].position)
            seen += len(commits)
        return seen

    def _move_to(self, position: int) -> None:
        # journalled, and with it all that was written before: a database that is killed now
        # cannot lose a view of which the checkpoint says that it is there
        self._checkpoints.update_one(
            {"_id": PROJECTOR}, {"$max": {POSITION: position}}, upsert=True
        )
        self.position = position
