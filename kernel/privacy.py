"""Personal data in events: ciphertext under a key per data subject, which can be destroyed.

The log keeps the ciphertext and its hash for ever; deleting the key erases the person, and every
proof over the log still holds (personal-data law 91/2025/QH15; design §3). Each service holds the
subject keys of its own log, wrapped by the installation's master key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pymongo import ReadPreference
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError
from pymongo.write_concern import WriteConcern

from kernel.errors import Conflict, database_away

REMEMBERED = timedelta(seconds=5)
"""How long a process uses a key without looking whether it is still there."""

SETTLED = timedelta(seconds=30)
"""So long after a key was destroyed, nobody uses it any more.

The memory of each process ends after `REMEMBERED`, and what was read with a key until then has
25 seconds to be written: a fold and its write take milliseconds.
"""

_NONCE = 12
_REMEMBERED_KEYS = 2048


class SubjectKeys:
    """AES-256-GCM under one key per data subject; implements `kernel.events.Sealer`.

    A key is remembered for `REMEMBERED`, so a destroyed key is used by no process after that; what
    was made with it until then has ended after `SETTLED`.
    """

    def __init__(
        self,
        database: Database[dict[str, Any]],
        master: bytes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys = database.get_collection(
            "subject_keys",
            read_preference=ReadPreference.PRIMARY,
            write_concern=WriteConcern("majority", j=True),
        )
        self._master = AESGCM(master)
        self._clock = clock
        self._remembered: OrderedDict[str, tuple[float, AESGCM]] = OrderedDict()

    def seal(self, subject: str, context: str, plaintext: str) -> str:
        """Return ciphertext (base64url) bound to subject and context; makes the key if needed.

        Raises `Conflict` for a subject that was erased.
        """
        key = self._key(subject) or self._new_key(subject)
        return _encrypt(key, plaintext.encode(), f"{subject}/{context}")

    def unseal(self, subject: str, context: str, ciphertext: str) -> str | None:
        """Return the plaintext, or None where the key does not exist or was destroyed.

        Raises `ValueError` for ciphertext that was changed or belongs elsewhere.
        """
        key = self._key(subject)
        if key is None:
            return None
        try:
            return _decrypt(key, ciphertext, f"{subject}/{context}").decode()
        except InvalidTag as error:
            raise ValueError(f"the ciphertext of {subject} at {context} was changed") from error

    def erase(self, subject: str) -> bool:
        """Destroy the key of a subject for good; returns whether there was one.

        No new key is made for the subject afterwards. May be repeated.
        """
        self._remembered.pop(subject, None)
        before = self._keys.find_one_and_update(
            {"_id": subject},
            {"$min": {"erased_at": datetime.now(UTC)}, "$unset": {"key": ""}},
            upsert=True,
        )
        return before is not None and "key" in before

    def erased(self, subject: str) -> bool:
        """Whether the key of a subject was destroyed, so that nothing more can be sealed for it."""
        return self._keys.find_one({"_id": subject, "erased_at": {"$exists": True}}) is not None

    def _key(self, subject: str) -> AESGCM | None:
        now = self._clock()  # before the key is read: it may be destroyed right after
        remembered = self._remembered.get(subject)
        if remembered is not None and now - remembered[0] < REMEMBERED.total_seconds():
            return remembered[1]
        try:
            document = self._keys.find_one({"_id": subject})
        except PyMongoError as failure:
            raise database_away(failure) from failure
        if document is None or "key" not in document:
            self._remembered.pop(subject, None)
            return None
        return self._remember(subject, _decrypt(self._master, document["key"], subject), now)

    def _new_key(self, subject: str) -> AESGCM:
        now = self._clock()
        raw = AESGCM.generate_key(256)
        document = {
            "_id": subject,
            "key": _encrypt(self._master, raw, subject),
            "created_at": datetime.now(UTC),
        }
        try:
            self._keys.insert_one(document)
        except DuplicateKeyError:
            if (key := self._key(subject)) is not None:
                return key
            raise Conflict(
                "subject-erased",
                "Dữ liệu cá nhân của tài khoản này đã được xóa.",
                "The personal data of this account was erased.",
            ) from None
        return self._remember(subject, raw, now)

    def _remember(self, subject: str, raw: bytes, since: float) -> AESGCM:
        key = AESGCM(raw)
        self._remembered[subject] = (since, key)
        self._remembered.move_to_end(subject)
        if len(self._remembered) > _REMEMBERED_KEYS:
            self._remembered.popitem(last=False)
        return key


def keyed_digest(master: bytes, purpose: str, value: str) -> str:
    """Return a keyed digest (40 hex digits) of personal data, to find it again by equality.

    Never a bare hash: identity numbers and user names are few enough to be guessed through one.
    """
    key = hmac.new(master, purpose.encode(), hashlib.sha256).digest()
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:40]


def _encrypt(key: AESGCM, plaintext: bytes, bound_to: str) -> str:
    nonce = secrets.token_bytes(_NONCE)
    sealed = nonce + key.encrypt(nonce, plaintext, bound_to.encode())
    return base64.urlsafe_b64encode(sealed).decode()


def _decrypt(key: AESGCM, ciphertext: str, bound_to: str) -> bytes:
    sealed = base64.urlsafe_b64decode(ciphertext)
    return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode())
