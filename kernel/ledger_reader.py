"""A ledger's collection, and how it is read: in bounded ranges, each up to the first hole.

(What a ledger promises, and how it is written: `kernel.ledger`; a commit's stored form:
`kernel.commits`.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice, pairwise, takewhile
from operator import attrgetter, itemgetter

from pymongo import ASCENDING, MongoClient, ReadPreference
from pymongo.collection import Collection
from pymongo.errors import OperationFailure
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from kernel.commits import GENESIS, Commit, Document, Head, Tampered, from_document

READ_LIMIT = 1000
_STREAMS = 200  # that are read with one question
_POWERS = 7  # of ten: how many pages of READ_LIMIT a hole may hold that is noticed
_UNAUTHORIZED = 13
_UNIQUE = (("position",), ("stream", "from"))


def ledger_collection(
    client: MongoClient[Document], namespace: str, service: str
) -> Collection[Document]:
    """Return a service's ledger collection, journalled and acknowledged by a majority."""
    return client[f"{namespace}_{service}_ledger"].get_collection(
        "ledger",
        read_preference=ReadPreference.PRIMARY,
        read_concern=ReadConcern("majority"),
        write_concern=WriteConcern("majority", j=True),
    )


def create_indexes(collection: Collection[Document]) -> None:
    """Create the two unique indexes on which every promise of the ledger stands.

    A service's own database role may only find and insert; then they must be there already, and
    `RuntimeError` says so where they are not.
    """
    try:
        for fields in _UNIQUE:
            collection.create_index([(name, ASCENDING) for name in fields], unique=True)
    except OperationFailure as error:
        if error.code != _UNAUTHORIZED:
            raise
        if not has_indexes(collection):
            raise RuntimeError(
                f"{collection.full_name} lacks its indexes: run `motcua database init`"
            ) from error


def has_indexes(collection: Collection[Document]) -> bool:
    """Whether a ledger has the indexes that `create_indexes` makes."""
    unique = [
        tuple(name for name, _ in index["key"])
        for index in collection.index_information().values()
        if index.get("unique")
    ]
    return all(fields in unique for fields in _UNIQUE)


class LedgerReader:
    """Reads a ledger in bounded ranges; needs neither event types nor keys."""

    def __init__(self, collection: Collection[Document]) -> None:
        self.collection = collection

    def read(self, after: int, limit: int = READ_LIMIT) -> list[Commit]:
        """Return the commits at positions after+1 … after+limit, in order, up to the tail.

        A range is not read in one instant: a commit written meanwhile may be found while the one
        in front of it, looked for a moment earlier, was not there yet. So the answer ends where
        something is missing; it will be there the next time.
        """
        return [from_document(document) for document in self._whole_range(after, limit)]

    def commits(self, after: int = 0) -> Iterator[Commit]:
        """Iterate over all commits behind a position, in order, up to the present tail.

        Raises `Tampered` where a commit is missing although later ones are there.
        """
        while True:
            if found := self.read(after):
                yield from found
                after = found[-1].position
            elif self._continues_behind(after) and not self._exists(after + 1):
                raise Tampered(after + 1, "the commit is missing")
            elif not self._exists(after + 1):
                return

    def find(self, commit_id: str) -> Commit | None:
        """Return the commit of this id."""
        document = self.collection.find_one({"_id": commit_id})
        return None if document is None else from_document(document)

    def at(self, position: int) -> Commit | None:
        """Return the commit at this position."""
        document = self.collection.find_one({"position": position})
        return None if document is None else from_document(document)

    def stream_commits(self, stream: str, after: int = 0, limit: int | None = None) -> list[Commit]:
        """Return the commits of a stream that hold versions greater than `after`, in order.

        With `limit`, only those that hold one of the next so many versions.

        The answer ends where something is missing, for the same reason as that of `read`.
        """
        query: Document = {"stream": stream}
        if after:
            query["to"] = {"$gt": after}
        if limit is not None:
            query["from"] = {"$lte": after + limit}
        return _unbroken(map(from_document, self.collection.find(query)), after)

    def streams(self, wanted: Callable[[str], bool]) -> Iterator[dict[str, list[Commit]]]:
        """Yield the wanted streams, some at a time, each with the commits of `stream_commits`."""
        names = iter(sorted({one.stream for one in self.commits() if wanted(one.stream)}))
        while together := list(islice(names, _STREAMS)):
            found: dict[str, list[Commit]] = {name: [] for name in together}
            for document in self.collection.find({"stream": {"$in": together}}):
                found[document["stream"]].append(from_document(document))
            yield {name: _unbroken(commits) for name, commits in found.items()}

    def head_version(self, stream: str) -> int:
        """Return the version at which a stream stands; 0 where it does not exist."""
        ends = self.collection.find({"stream": stream}, {"to": 1})
        return max((int(document["to"]) for document in ends), default=0)

    def head(self, known: Head | None = None) -> Head:
        """Find the tail by galloping over exact positions: cheap at any size, no sort.

        Cheaper still behind a head that is `known`.
        """
        return self._head_after(known or Head(0, GENESIS))

    def _head_after(self, known: Head) -> Head:
        step, low = 1, known.position
        while self._exists(known.position + step):
            low = known.position + step
            step *= 2
        high = known.position + step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._exists(middle) else (low, middle)
        if low == known.position:
            return known
        document = self.collection.find_one({"position": low}, {"hash": 1, "recorded_at": 1})
        if document is None:
            raise Tampered(low, "the commit was there a moment ago and is gone")
        return Head(low, document["hash"], document["recorded_at"])

    def _continues_behind(self, position: int) -> bool:
        """Whether anything stands behind a position, be the hole in front of it ever so long."""
        bounds = pairwise((0, *(READ_LIMIT * 10**power for power in range(_POWERS))))
        return any(
            self.collection.find_one(
                {"position": {"$gt": position + low, "$lte": position + high}}, {"position": 1}
            )
            for low, high in bounds
        )

    def _exists(self, position: int) -> bool:
        return self.collection.find_one({"position": position}, {"position": 1}) is not None

    def _whole_range(self, after: int, limit: int) -> list[Document]:
        """Return the documents of a range up to the first that is missing."""
        found = self._range(after, limit)
        if not found or found[-1]["position"] == after + len(found):
            return found
        places = enumerate(found, after + 1)
        return [document for _, document in takewhile(_in_place, places)]

    def _range(self, after: int, limit: int) -> list[Document]:
        found = self.collection.find({"position": {"$gt": after, "$lte": after + limit}})
        return sorted(found, key=itemgetter("position"))


def _unbroken(commits: Iterable[Commit], after: int = 0) -> list[Commit]:
    """Return a stream's commits behind a version in order, up to the first that is missing."""
    found = sorted(commits, key=attrgetter("first"))
    if found and found[0].first > after + 1:
        return []
    holes = (n for n, (a, b) in enumerate(pairwise(found), 1) if b.first != a.last + 1)
    return found[: next(holes, len(found))]


def _in_place(numbered: tuple[int, Document]) -> bool:
    place, document = numbered
    return bool(document["position"] == place)
