"""Papers that were signed, kept as they were given out; sealed under the applicant's key."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from kernel.events import Sealer

Document = dict[str, Any]


class SignedPapers:
    """Keeps each signed paper once; it can be read no more once its subject was erased."""

    def __init__(self, database: Database[Document], sealer: Sealer) -> None:
        self._papers = database["signed_papers"]
        self._sealer = sealer

    @staticmethod
    def ensure_indexes(database: Database[Document]) -> None:
        """Create the secondary indexes."""
        database["signed_papers"].create_index([("subject", 1)])

    def find(self, key: str, subject: str) -> bytes | None:
        """Return a paper, None where there is none."""
        document = self._papers.find_one({"_id": key})
        if document is None:
            return None
        text = self._sealer.unseal(subject, _context(key), document["content"])
        return None if text is None else base64.b64decode(text)

    def keep(self, key: str, subject: str, content: bytes) -> bytes:
        """Keep a paper, and return the one that is kept: the first of several wins."""
        text = base64.b64encode(content).decode()
        document = {
            "_id": key,
            "subject": subject,
            "content": self._sealer.seal(subject, _context(key), text),
            "signed_at": datetime.now(UTC),
        }
        try:
            self._papers.insert_one(document)
        except DuplicateKeyError:
            return self.find(key, subject) or content
        return content

    def erase(self, subject: str) -> int:
        """Delete all papers of a person; returns how many there were."""
        return self._papers.delete_many({"subject": subject}).deleted_count


def _context(key: str) -> str:
    return f"paper/{key}"
