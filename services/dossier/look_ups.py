"""Looking up without login: a key, a second factor, and a bound on how often one may try.

The key is a dossier's code or an identity number (E11–E14); the factor the PIN on the receipt or
a one-time code sent to the contact on file (domain §10). The answer for a wrong key is that for a
wrong factor: it never tells whether a dossier exists.

Nothing ties an identity number to the account that filed with it. So a one-time code opens the
dossiers of the one account whose contact got it, and a number under which several accounts filed
leads to a code and a mail for each.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from pymongo import ReturnDocument
from pymongo.database import Database

from kernel.errors import NotFound, TooMany
from kernel.privacy import keyed_digest
from services.dossier.contract import has_account
from services.identity.contract.identity_numbers import normal_number

ONE_TIME_LIFETIME = timedelta(minutes=10)
TRIES = 10
TRIES_WINDOW = timedelta(minutes=15)
RECIPIENTS = 5
_DIGITS = 6

Document = dict[str, Any]


class LookUps:
    """One-time codes and the count of tries."""

    def __init__(self, database: Database[Document], master: bytes) -> None:
        self._codes = database["look_up_codes"]
        self._tries = database["look_up_tries"]
        self._master = master

    @staticmethod
    def ensure_indexes(database: Database[Document]) -> None:
        """Create the indexes, those by which the database forgets among them."""
        database["look_up_codes"].create_index([("key", 1)])
        database["look_up_codes"].create_index([("subject", 1)])
        database["look_up_codes"].create_index([("expires_at", 1)], expireAfterSeconds=0)
        database["look_up_tries"].create_index([("expires_at", 1)], expireAfterSeconds=0)

    def digest(self, key: str) -> str:
        """Return what stands for a typed key in the database: its keyed digest."""
        return keyed_digest(self._master, "look-up", normal_number(key))

    def count_try(self, key: str, address: str | None) -> None:
        """Count a try against the key and the client's address; `TooMany` past the bound."""
        now = datetime.now(UTC)
        client = keyed_digest(self._master, "look-up-address", address or "-")
        for subject in (f"key/{self.digest(key)}", f"address/{client}"):
            window = int(now.timestamp() // TRIES_WINDOW.total_seconds())
            counted = self._tries.find_one_and_update(
                {"_id": f"{subject}/{window}"},
                {"$inc": {"tries": 1}, "$setOnInsert": {"expires_at": now + TRIES_WINDOW}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
            tries = 0 if counted is None else int(counted["tries"])
            if tries > TRIES * (3 if subject.startswith("address/") else 1):
                raise TooMany(
                    "too-many-look-ups",
                    "Bạn đã tra cứu quá nhiều lần. Hãy thử lại sau 15 phút.",
                    "Too many look-ups. Try again in 15 minutes.",
                    retry_after=int(TRIES_WINDOW.total_seconds()),
                )

    def new_code(self, key: str, dossier: str, subject: str) -> str:
        """Make a one-time code for a key and an account; returns the look-up's id.

        `dossier` is the account's dossier whose contact gets the code.
        """
        look_up = f"look-up-{uuid4().hex}"
        self._codes.insert_one(
            {
                "_id": look_up,
                "key": self.digest(key),
                "dossier": dossier,
                "subject": subject,
                "code": "".join(secrets.choice("0123456789") for _ in range(_DIGITS)),
                "expires_at": datetime.now(UTC) + ONE_TIME_LIFETIME,
            }
        )
        return look_up

    def read_code(self, look_up: str) -> tuple[str, str, datetime]:
        """Return (dossier, one-time code, its end) for the mail that carries it."""
        document = self._codes.find_one({"_id": look_up})
        if document is None:
            raise NotFound("code-ended", "Mã một lần đã hết hạn.", "The one-time code has ended.")
        return document["dossier"], document["code"], document["expires_at"]

    def sent_for(self, key: str, factor: str) -> frozenset[str]:
        """Return the dossiers to whose contacts `factor` went as a live one-time code for a key."""
        now = datetime.now(UTC)
        return frozenset(
            document["dossier"]
            for document in self._codes.find({"key": self.digest(key)})
            if document["expires_at"] > now and same(document["code"], factor)
        )

    def erase(self, subject: str) -> int:
        """Forget every one-time code that was made for an account; returns how many there were."""
        return self._codes.delete_many({"subject": subject}).deleted_count


def recipients(found: Iterable[Document]) -> list[Document]:
    """Return the newest dossier of each contact, newest first, of a bounded number of contacts.

    Those whose applicant was erased have no PIN and no contact any more; nobody is written to.
    """
    newest: dict[tuple[str, str], Document] = {}
    for document in sorted(found, key=lambda one: str(one["submitted_at"]), reverse=True):
        contact = _contact(document)
        if document["picture"]["view"]["pin"] is not None and contact is not None:
            newest.setdefault(contact, document)
    return list(newest.values())[:RECIPIENTS]


def opened(found: Iterable[Document], factor: str, sent_for: frozenset[str]) -> list[Document]:
    """Return the dossiers that a factor opens, newest first.

    That is each whose PIN it is, and those of the contacts to whom it went as a one-time code.
    """
    documents = list(found)
    contacts = {_contact(one) for one in documents if one["code"] in sent_for} - {None}
    shown = [
        document
        for document in documents
        if _contact(document) in contacts or same(document["picture"]["view"]["pin"], factor)
    ]
    return sorted(shown, key=lambda one: str(one["submitted_at"]), reverse=True)


def _contact(document: Document) -> tuple[str, str] | None:
    """Return whom a dossier's one-time code goes to; None where there is no address.

    An account is one contact, whatever address each form names. Who filed at a counter or by post
    is only as much as the address on that paper: anybody can write somebody's number on one.
    """
    subject = document["subject"]
    if has_account(subject):
        return subject, ""
    address = (document["picture"]["view"]["applicant"] or {}).get("email")
    return (subject, address) if address else None


def same(secret: str | None, typed: str) -> bool:
    """Compare a secret with what was typed, in constant time; an erased secret matches nothing."""
    return secret is not None and hmac.compare_digest(secret.encode(), typed.strip().encode())
