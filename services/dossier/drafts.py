"""Drafts: a dossier not yet sent, saved to be resumed. They are not part of any history.

Their content is personal, so it is kept sealed under the owner's key; they are forgotten after
thirty days, or when the dossier is submitted. Three days before that their owner is told once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from kernel import canonical
from kernel.errors import Conflict, NotFound, Stale, TooLarge
from kernel.events import Sealer
from kernel.requests import Call
from kernel.schemas import JSON
from kernel.store import key_reused
from services.dossier.contract import Draft

LIFETIME = timedelta(days=30)
NOTICE = timedelta(days=3)
_AT_A_TIME = 100
_EXPIRING = ("_id", "version", "owner", "procedure", "expires_at")
MAX_DRAFTS = 50
_MAX_CONTENT = 200_000

Document = dict[str, Any]


@dataclass(frozen=True)
class Expiring:
    """A draft that is soon forgotten, without its content."""

    draft: str
    version: int
    owner: str
    procedure: str
    expires_at: datetime


class Drafts:
    """The drafts of all accounts."""

    def __init__(self, database: Database[Document], sealer: Sealer) -> None:
        self._drafts = database["drafts"]
        self._sealer = sealer

    @staticmethod
    def ensure_indexes(database: Database[Document]) -> None:
        """Create the index by owner and the one by which the database forgets them."""
        database["drafts"].create_index([("owner", 1)])
        database["drafts"].create_index([("expires_at", 1)], expireAfterSeconds=0)

    def save(
        self, draft: str | None, procedure: str, content: Mapping[str, JSON], call: Call
    ) -> Draft:
        """Save a new draft (`draft` None), or another content of one.

        A repeated idempotency key gives the same draft again, with another content `Conflict`
        (`idempotency-key-reused`). Raises `Stale` when the draft changed since the expected
        version, `NotFound` for anybody else's.
        """
        now = datetime.now(UTC)
        return (
            self._create(procedure, content, call, now)
            if draft is None
            else self._change(draft, procedure, content, call, now)
        )

    def read(self, draft: str, owner: str) -> Draft:
        """Return one of the account's drafts."""
        return self._draft(self._document(draft, owner))

    def expiring(self, now: datetime) -> list[Expiring]:
        """Return some drafts that are forgotten within `NOTICE` and whose owner was not told."""
        query = {"expires_at": {"$gt": now, "$lte": now + NOTICE}, "told": {"$ne": True}}
        return [
            Expiring(*(found[name] for name in _EXPIRING))
            for found in self._drafts.find(query, dict.fromkeys(_EXPIRING, 1)).limit(_AT_A_TIME)
        ]

    def list(self, owner: str) -> tuple[Draft, ...]:
        """Return the account's drafts, newest first."""
        found = [self._draft(document) for document in self._drafts.find({"owner": owner})]
        return tuple(sorted(found, key=lambda draft: draft.updated_at, reverse=True))

    def mention(self, file: str, owner: str) -> bool:
        """Whether any of the account's drafts holds a file."""
        documents = self._drafts.find({"owner": owner})
        return any(file in (self._plain(document) or "") for document in documents)

    def delete(self, draft: str, owner: str) -> None:
        """Forget a draft; nothing happens where it is forgotten already."""
        self._drafts.delete_one({"_id": draft, "owner": owner})

    def erase(self, owner: str) -> int:
        """Forget every draft of an account; returns how many there were."""
        return self._drafts.delete_many({"owner": owner}).deleted_count

    def tell(self, expiring: Expiring) -> None:
        """Keep that the owner was told of a draft as it stands."""
        as_it_stands = {"_id": expiring.draft, "version": expiring.version}
        self._drafts.update_one(as_it_stands, {"$set": {"told": True}})

    def _create(
        self, procedure: str, content: Mapping[str, JSON], call: Call, now: datetime
    ) -> Draft:
        owner = call.caller.id
        commit_id = call.commit_id
        draft = f"draft-{commit_id[-32:]}"
        if (known := self._drafts.find_one({"_id": draft, "owner": owner})) is not None:
            return self._repeated(known, call)
        if self._drafts.count_documents({"owner": owner}, limit=MAX_DRAFTS) >= MAX_DRAFTS:
            raise Conflict(
                "too-many-drafts",
                f"Bạn đã lưu {MAX_DRAFTS} bản nháp. Hãy xóa bớt trước khi lưu thêm.",
                f"You have {MAX_DRAFTS} drafts. Delete some before you save another.",
            )
        document = {
            "_id": draft,
            "owner": owner,
            "version": 1,
            "procedure": procedure,
            "content": self._sealed(owner, draft, content),
            "created": call.digest,
            "saved_by": commit_id,
            "digest": call.digest,
            "updated_at": now,
            "expires_at": now + LIFETIME,
        }
        try:
            self._drafts.insert_one(document)
        except DuplicateKeyError:
            return self._repeated(self._document(draft, owner), call)
        return self._draft(document)

    def _change(
        self,
        draft: str,
        procedure: str,
        content: Mapping[str, JSON],
        call: Call,
        now: datetime,
    ) -> Draft:
        owner, commit_id = call.caller.id, call.commit_id
        query: Document = {"_id": draft, "owner": owner, "saved_by": {"$ne": commit_id}}
        if call.expected_version is not None:
            query["version"] = call.expected_version
        changed = self._drafts.find_one_and_update(
            query,
            {
                "$set": {
                    "procedure": procedure,
                    "content": self._sealed(owner, draft, content),
                    "saved_by": commit_id,
                    "digest": call.digest,
                    "updated_at": now,
                    "expires_at": now + LIFETIME,
                    "told": False,
                },
                "$inc": {"version": 1},
            },
            return_document=ReturnDocument.AFTER,
        )
        if changed is not None:
            return self._draft(changed)
        present = self._document(draft, owner)
        if present["saved_by"] == commit_id:
            if present["digest"] != call.digest:
                raise key_reused()
            return self._draft(present)
        raise Stale(
            "stale",
            "Bản nháp đã được sửa ở nơi khác. Hãy mở lại bản mới nhất.",
            f"The draft was changed elsewhere; version {present['version']} is current.",
        )

    def _repeated(self, known: Document, call: Call) -> Draft:
        """Return the draft that this very request made before, as it stands now."""
        if known["created"] != call.digest:
            raise key_reused()
        return self._draft(known)

    def _document(self, draft: str, owner: str) -> Document:
        document = self._drafts.find_one({"_id": draft, "owner": owner})
        if document is None:
            raise NotFound(
                "unknown-draft",
                "Không tìm thấy bản nháp này; bản nháp được xóa sau 30 ngày.",
                "There is no such draft; drafts are forgotten after 30 days.",
            )
        return document

    def _sealed(self, owner: str, draft: str, content: Mapping[str, JSON]) -> str:
        plain = canonical.dumps(dict(content)).decode()
        if len(plain) > _MAX_CONTENT:
            raise TooLarge("draft-too-large", "Bản nháp quá lớn.", "The draft is too large.")
        return self._sealer.seal(owner, f"draft/{draft}", plain)

    def _draft(self, document: Document) -> Draft:
        draft = document["_id"]
        plain = self._plain(document)
        return Draft(
            draft=draft,
            version=document["version"],
            procedure=document["procedure"],
            content={} if plain is None else json.loads(plain),
            updated_at=document["updated_at"],
            expires_at=document["expires_at"],
        )

    def _plain(self, document: Document) -> str | None:
        context = f"draft/{document['_id']}"
        return self._sealer.unseal(document["owner"], context, document["content"])
