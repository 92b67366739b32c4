"""Cursors: known at once to their process, stored together, and never moved back."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import PyMongoError

from kernel.config import Settings
from kernel.cursors import CURSORS, StoredCursors

_NOWHERE = "mongodb://127.0.0.1:1"


@pytest.fixture
def collection(client: MongoClient[dict[str, Any]], settings: Settings) -> Collection[Any]:
    return client[settings.database("tally")][CURSORS]


def _stored(collection: Collection[Any]) -> dict[str, int]:
    return {one["_id"]: one["version"] for one in collection.find()}


def test_what_moved_is_known_at_once_and_stored_by_the_flush(
    collection: Collection[Any],
) -> None:
    cursors = StoredCursors(collection)
    assert cursors.applied("dossier", "a") == 0
    cursors.move("dossier", "a", 1)
    cursors.move("dossier", "a", 2)
    cursors.move("dossier", "b", 1)
    assert cursors.applied("dossier", "a") == 2
    assert _stored(collection) == {}
    cursors.flush()
    assert _stored(collection) == {"dossier/a": 2, "dossier/b": 1}
    assert StoredCursors(collection).applied("dossier", "a") == 2


def test_a_process_that_is_behind_moves_nothing_back(
    collection: Collection[Any],
) -> None:
    behind, ahead = StoredCursors(collection), StoredCursors(collection)
    assert behind.applied("dossier", "a") == 0
    ahead.move("dossier", "a", 5)
    ahead.flush()
    behind.move("dossier", "a", 3)
    behind.flush()
    assert _stored(collection) == {"dossier/a": 5}
    behind.move("dossier", "a", 6)
    behind.move("dossier", "a", 4)
    assert behind.applied("dossier", "a") == 6
    behind.flush()
    assert _stored(collection) == {"dossier/a": 6}


def test_what_cannot_be_stored_is_not_forgotten() -> None:
    with MongoClient[dict[str, Any]](_NOWHERE, serverSelectionTimeoutMS=20) as nobody:
        cursors = StoredCursors(nobody["tally"][CURSORS])
        cursors.flush()  # nothing moved, nobody is asked
        cursors.move("dossier", "a", 1)
        for _ in range(2):
            with pytest.raises(PyMongoError):
                cursors.flush()
        assert cursors.applied("dossier", "a") == 1
