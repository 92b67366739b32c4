"""A ledger's documents as they are stored, read in bounded ranges: what an auditor looks at.

`kernel.ledger_reader` gives commits that were parsed; here nothing is parsed, so that whoever
checks sees each stored value as it is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Protocol

from pymongo.collection import Collection

from kernel.commits import Document, Tampered
from kernel.ledger_reader import READ_LIMIT

_HASH = re.compile("[0-9a-f]{64}")


class Documents(Protocol):
    """Gives the documents at positions after + 1 … after + limit, in their order."""

    def read(self, after: int, limit: int) -> list[Document]:
        """Return those that are there."""
        ...

    def end(self, stream: str, version: int) -> str | None:
        """Return the hash of the commit that ends at a version of a stream; None: there is none."""
        ...


class LedgerDocuments:
    """The documents of a ledger's collection."""

    def __init__(self, collection: Collection[Document]) -> None:
        self.collection = collection

    def read(self, after: int, limit: int) -> list[Document]:
        """Return the documents at these positions, in order."""
        found = self.collection.find({"position": {"$gt": after, "$lte": after + limit}})
        return sorted(found, key=_place)

    def end(self, stream: str, version: int) -> str | None:
        """Return the hash of the commit that ends at a version of a stream; None: there is none."""
        found = self.collection.find_one({"stream": stream, "to": version}, {"hash": 1})
        return None if found is None else str(found["hash"])

    def of_stream(self, stream: str) -> list[Document]:
        """Return the documents of a stream, in the order of their positions."""
        found = self.collection.find({"stream": stream})
        return sorted(found, key=_place)

    def hashes(self, after: int, limit: int) -> list[str]:
        """Return the hashes of the commits at these positions, in order.

        Raises `Tampered` where one is missing, or is no hash.
        """
        wanted = {"position": {"$gt": after, "$lte": after + limit}}
        fields = {"_id": 0, "position": 1, "hash": 1}
        found = sorted(self.collection.find(wanted, fields), key=_place)
        if len(found) < limit:
            places = enumerate((one["position"] for one in found), after + 1)
            missing = (place for place, there in places if place != there)
            raise Tampered(next(missing, after + len(found) + 1), "the commit is missing")
        return [hash_in(one, position) for position, one in enumerate(found, after + 1)]


def hash_in(document: Document, position: int) -> str:
    """Return the hash in the document of a position; raises `Tampered` for another or for none."""
    digest = document.get("hash")
    if document["position"] != position:
        raise Tampered(position, "the commit is missing, or stands there twice")
    if not isinstance(digest, str) or not _HASH.fullmatch(digest):
        raise Tampered(position, "it is not stored as a commit is")
    return digest


def stored(documents: Documents, after: int = 0) -> Iterator[Document]:
    """Yield all documents behind a position up to the present tail.

    Raises `Tampered` where one is missing although later ones are there: a range is not read in
    one instant, but what was written before the range was asked for a second time is in it.
    """
    while found := _without_hole(documents, after):
        yield from found
        after += len(found)


def _place(document: Document) -> float:
    """Where a document stands among others, whatever kind of number its position is."""
    try:
        return float(str(document["position"]))
    except (KeyError, ValueError):
        return math.inf


def _without_hole(documents: Documents, after: int) -> list[Document]:
    for _ in range(2):
        found = documents.read(after, READ_LIMIT)
        if all(one["position"] == place for place, one in enumerate(found, after + 1)):
            return found
    hole = next(p for p, one in enumerate(found, after + 1) if one["position"] != p)
    if hole > after + 1:
        return found[: hole - after - 1]
    raise Tampered(hole, "the commit is missing, or stands there twice")
