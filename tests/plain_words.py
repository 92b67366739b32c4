"""Whether anything in the databases of an installation can be read in clear."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bson
from pymongo import MongoClient


def plain_words(
    client: MongoClient[Any], namespace: str, words: Iterable[str]
) -> dict[str, list[str]]:
    """Return the words that stand somewhere, and where: every document of every collection.

    A document is searched as the bytes that it is stored as, those of files among them, whatever
    the case of the letters.
    """
    sought = {word: word.lower().encode() for word in words}
    found: dict[str, list[str]] = {}
    for database in client.list_database_names():
        if not database.startswith(f"{namespace}_"):
            continue
        for collection in client[database].list_collection_names():
            for document in client[database][collection].find():
                stored = _lower(bson.encode(document))
                for word, content in sought.items():
                    if content in stored:
                        found.setdefault(word, []).append(
                            f"{database}.{collection} {document['_id']}"
                        )
    return found


def _lower(stored: bytes) -> bytes:
    return stored.decode("utf-8", errors="replace").lower().encode()
