"""Passwords: argon2id hashes in a collection of their own, which can be changed and deleted.

They are no events: a hash in a log that is kept for ever could be attacked for ever. The event
that opens an account names the credential; only a credential that was named opens anything, so a
crash between the two writes leaves at most a hash that nobody uses.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pymongo.collection import Collection

from kernel.events import Sealer

# OWASP's password storage cheat sheet (19 MiB, two passes): some 30 ms and 20 MB a log-in, so that
# twenty at once fit beside everything else on a small machine.
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)

_USERNAME = "username"


# Runs a function where it does not hold up the event loop: `kernel.runner.offload`.
Offload = Callable[..., Any]


class Credentials:
    """What opens accounts: a hash, and the user name as its owner wrote it, sealed."""

    def __init__(
        self, collection: Collection[dict[str, Any]], sealer: Sealer, offload: Offload
    ) -> None:
        self._collection = collection
        self._sealer = sealer
        self._offload = offload
        # verified in place of a missing hash, so that both answers take the same time
        self._nobody = HASHER.hash(secrets.token_urlsafe())

    def create(self, account: str, username: str, password: str) -> str:
        """Keep a new credential of an account; returns its id, for the event to name."""
        credential = f"cred-{secrets.token_hex(12)}"
        self._collection.insert_one(
            {
                "_id": credential,
                "account": account,
                _USERNAME: self._sealer.seal(account, f"{credential}/{_USERNAME}", username),
                "hash": self._offload(HASHER.hash, password),
            }
        )
        return credential

    def ensure_indexes(self) -> None:
        """Create the index by account, by which they are erased."""
        self._collection.create_index("account")

    def erase(self, account: str) -> int:
        """Forget every credential of an account; returns how many there were."""
        return self._collection.delete_many({"account": account}).deleted_count

    def discard(self, credential: str) -> None:
        """Forget a credential that no event came to name."""
        self._collection.delete_one({"_id": credential})

    def opens(self, credential: str | None, password: str) -> bool:
        """Whether the password is the credential's; takes as long where there is none.

        A hash made with older parameters is replaced on the way.
        """
        found = self._collection.find_one({"_id": credential or ""})
        stored = self._nobody if found is None else found["hash"]
        if not self._offload(_matches, stored, password) or found is None:
            return False
        if HASHER.check_needs_rehash(stored):
            fresh = self._offload(HASHER.hash, password)
            self._collection.update_one(
                {"_id": credential, "hash": stored}, {"$set": {"hash": fresh}}
            )
        return True

    def username(self, credential: str) -> str:
        """Return the user name as its owner wrote it; empty once that was erased."""
        found = self._collection.find_one({"_id": credential})
        if found is None:
            return ""
        context = f"{credential}/{_USERNAME}"
        return self._sealer.unseal(found["account"], context, found[_USERNAME]) or ""


def _matches(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
