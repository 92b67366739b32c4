"""With which rights an operator's command speaks to the system."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from kernel.config import Settings, read, without_password
from kernel.errors import Unavailable
from motcua.local import broker
from motcua.local.ports import Ports

_ADMINISTRATOR = "database/administrator.uri"  # in the home of `motcua up`


def administrator_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of an administrator of broker and database.

    Those of the environment; where it names no database, the one that `motcua up` runs in this
    home, and where it names no broker, that one's.
    """
    given = dict(os.environ if environment is None else environment)
    settings = read(Settings, given)
    file = settings.home / _ADMINISTRATOR
    if _names(given, "MONGO_URI") or not file.is_file():
        return settings
    settings = replace(settings, mongo_uri=file.read_text().strip())
    if _names(given, "AMQP_URI"):
        return settings
    return replace(settings, amqp_uri=broker.uri(read(Ports, given)))


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


def _names(environment: Mapping[str, str], variable: str) -> bool:
    return bool(environment.get(variable) or environment.get(f"{variable}_FILE"))
