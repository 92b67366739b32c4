"""The signed checkpoints of a ledger, in its database: numbered 1, 2, 3 …, added, never changed.

    { _id: number, size, root, hash, note, signed_at }

`root` is the Merkle root in base64, `hash` that of the last commit, `note` the whole signed text.
The number is the id, so of two signers at the same time one is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeGuard

from pymongo import MongoClient, ReadPreference
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from kernel.commits import Document
from kernel.schemas import rfc3339
from kernel.transparency.checkpoints import from_base64, to_base64
from kernel.transparency.notes import InvalidNote


class DamagedCheckpoint(InvalidNote):
    """What is stored is no checkpoint; `size` is what it says that it covers, 1 if nothing."""

    def __init__(self, reason: str, size: int) -> None:
        super().__init__(reason)
        self.size = size


@dataclass(frozen=True)
class Signed:
    """A checkpoint as it was signed; `hash` is that of the commit at position `size`."""

    number: int
    size: int
    root: bytes
    hash: str
    note: str
    signed_at: datetime


class Checkpoints(Protocol):
    """Where signed checkpoints are kept."""

    def at(self, number: int) -> Signed | None:
        """Return the one of this number; raises `InvalidNote` for what is none."""
        ...

    def add(self, signed: Signed) -> bool:
        """Add one; whether its number was still free."""
        ...

    def count(self) -> int:
        """Return how many there are; looks at each, so not for every question."""
        ...


class CheckpointLog:
    """Those of a service's ledger."""

    def __init__(self, client: MongoClient[Document], namespace: str, service: str) -> None:
        self._collection: Collection[Document] = client[
            f"{namespace}_{service}_ledger"
        ].get_collection(
            "checkpoints",
            read_preference=ReadPreference.PRIMARY,
            read_concern=ReadConcern("majority"),
            write_concern=WriteConcern("majority", j=True),
        )

    def at(self, number: int) -> Signed | None:
        """Return the one of this number; raises `InvalidNote` for a document that is none."""
        found = self._collection.find_one({"_id": number})
        return None if found is None else signed_in(found)

    def add(self, signed: Signed) -> bool:
        """Add one; whether its number was still free."""
        try:
            self._collection.insert_one(document_of(signed))
        except DuplicateKeyError:
            return False
        return True

    def count(self) -> int:
        """Return how many there are; looks at each, so not for every question."""
        return int(self._collection.count_documents({}))

    def documents(self) -> list[Document]:
        """Return all of them as they are stored, by number: for whoever checks everything."""
        return sorted(self._collection.find(), key=lambda document: str(document["_id"]).zfill(20))


def last(checkpoints: Checkpoints, known: Signed | None = None) -> Signed | None:
    """Return the newest, found by galloping over exact numbers from a known one: no sort."""
    low, step, found = known.number if known else 0, 1, known
    while (ahead := checkpoints.at(low + step)) is not None:
        low, found, step = low + step, ahead, step * 2
    high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        if (between := checkpoints.at(middle)) is None:
            high = middle
        else:
            low, found = middle, between
    return found


def newest_first(
    checkpoints: Checkpoints, before: int | None = None, limit: int = 20
) -> Iterator[Signed]:
    """Yield those of the numbers under `before` (all where None), at most `limit`."""
    newest = last(checkpoints)
    top = newest.number if newest else 0
    if before is not None:
        top = min(top, before - 1)
    for number in range(top, max(0, top - limit), -1):
        if (found := checkpoints.at(number)) is not None:
            yield found


def signed_in(document: Any) -> Signed:
    """Return the checkpoint in a stored document; raises `DamagedCheckpoint`."""
    try:
        return Signed(
            number=_number(document["_id"]),
            size=_number(document["size"]),
            root=from_base64(document["root"]),
            hash=_text(document["hash"]),
            note=_text(document["note"]),
            signed_at=datetime.fromisoformat(document["signed_at"]),
        )
    except (InvalidNote, KeyError, TypeError, ValueError) as error:
        size = document.get("size")
        raise DamagedCheckpoint(
            f"what is stored as checkpoint {document.get('_id')} is no checkpoint",
            size if _is_number(size) else 1,
        ) from error


def document_of(signed: Signed) -> Document:
    """Return the stored form."""
    return {
        "_id": signed.number,
        "size": signed.size,
        "root": to_base64(signed.root),
        "hash": signed.hash,
        "note": signed.note,
        "signed_at": rfc3339(signed.signed_at),
    }


def _number(value: Any) -> int:
    if not _is_number(value):
        raise ValueError(f"{value!r} is no number from 1")
    return value


def _is_number(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
