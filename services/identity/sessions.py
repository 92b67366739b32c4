"""Sessions: a random token in the browser, its SHA-256 here, gone after 30 idle minutes.

The token has 256 random bits, so a plain hash of it cannot be turned back. Access tokens live for
15 minutes by themselves: what ends a session takes effect on them within that time.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import ReturnDocument
from pymongo.collection import Collection

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
ACCESS = timedelta(minutes=15)

_ENDS_AT = "ends_at"
_LAST_AT = "last_at"


@dataclass(frozen=True)
class Live:
    """A session that may be renewed. `session` is its public id, `token` the secret."""

    session: str
    token: str
    account: str


class Sessions:
    """The live sessions; the database drops a document once it has ended."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def ensure_indexes(self) -> None:
        """Create the indexes that do not exist yet."""
        self._collection.create_index(_ENDS_AT, expireAfterSeconds=0)
        self._collection.create_index("account")

    def begin(self, account: str, now: datetime) -> Live:
        """Begin a session of an account that has just proved who it is."""
        token = secrets.token_urlsafe(32)
        self._collection.insert_one(
            {
                "_id": _digest(token),
                "account": account,
                "began_at": now,
                _ENDS_AT: now + IDLE,
                _LAST_AT: now + LONGEST,
            }
        )
        return _live(token, account)

    def renew(self, token: str, now: datetime) -> Live | None:
        """Keep a live session for another 30 minutes; None where there is none any more."""
        live = {"_id": _digest(token), _ENDS_AT: {"$gt": now}, _LAST_AT: {"$gt": now}}
        found = self._collection.find_one_and_update(
            live, {"$set": {_ENDS_AT: now + IDLE}}, return_document=ReturnDocument.AFTER
        )
        return None if found is None else _live(token, found["account"])

    def end(self, token: str) -> None:
        """End a session; ending it twice is fine."""
        self._collection.delete_one({"_id": _digest(token)})

    def end_all(self, account: str) -> int:
        """End every session of an account; returns how many there were."""
        return self._collection.delete_many({"account": account}).deleted_count


def _live(token: str, account: str) -> Live:
    return Live(_digest(token)[:16], token, account)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
