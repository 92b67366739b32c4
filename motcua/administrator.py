"""Who may read everything: the settings with which an operator's or auditor's command works."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from kernel.config import Settings, read, without_password
from kernel.errors import Unavailable


def administrator_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings for commands that read all databases.

    `MONGO_URI`, where it is set, names someone who may; otherwise it is the administrator of the
    embedded database of this home, where there is one (`make up`).
    """
    given = dict(os.environ if environment is None else environment)
    settings = read(Settings, given)
    address = settings.home / "database" / "administrator.uri"
    if not given.get("MONGO_URI") and not given.get("MONGO_URI_FILE") and address.is_file():
        settings = read(Settings, {**given, "MONGO_URI": address.read_text().strip()})
    return settings


@contextmanager
def administrator(settings: Settings) -> Iterator[MongoClient[dict[str, Any]]]:
    """Give a client of the database; whatever goes wrong there is `Unavailable`, in a sentence."""
    client: MongoClient[dict[str, Any]] = MongoClient(
        settings.mongo_uri, serverSelectionTimeoutMS=5_000, tz_aware=True
    )
    try:
        yield client
    except PyMongoError as error:
        where, reason = without_password(settings.mongo_uri), str(error).partition(",")[0]
        raise Unavailable(
            "database-away",
            f"Không đọc được cơ sở dữ liệu {where}: {reason}. Hãy chạy nó hoặc đặt MONGO_URI.",
            f"The database at {where} cannot be used: {reason}. Start it, or set MONGO_URI.",
        ) from error
    finally:
        client.close()
