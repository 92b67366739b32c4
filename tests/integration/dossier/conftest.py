"""What the dossier service's integration tests share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database


@pytest.fixture
def database(mongo_uri: str, database_prefix: str) -> Iterator[Database[Any]]:
    """The service's own database, empty."""
    with MongoClient[Any](mongo_uri, tz_aware=True) as client:
        yield client[f"{database_prefix}_dossier"]
