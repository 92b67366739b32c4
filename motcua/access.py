"""With which rights an operator's command speaks to the system."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from amqp.exceptions import AMQPError
from kombu.exceptions import OperationalError
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from kernel.commits import Tampered
from kernel.config import Settings, read, without_password
from kernel.errors import Conflict, Internal, Unavailable, broker_away
from kernel.events import UndecodableEvent, UnknownEvent
from kernel.topology import TopologyConflict
from motcua.local import broker
from motcua.local.ports import Ports

_REASON_ENDS = re.compile(r",| \(")  # what the driver says of itself comes behind the reason
_ADMINISTRATOR = "database/administrator.uri"  # in the home of `motcua up`


def administrator_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of an administrator of broker and database.

    Those of the environment; where it names no database, the one that `motcua up` runs in this
    home, and where it names no broker, that one's.
    """
    given = dict(os.environ if environment is None else environment)
    settings = read(Settings, given)
    file = settings.home / _ADMINISTRATOR
    if names(given, "MONGO_URI") or not file.is_file():
        return settings
    settings = replace(settings, mongo_uri=file.read_text().strip())
    if names(given, "AMQP_URI"):
        return settings
    return replace(settings, amqp_uri=broker.uri(read(Ports, given)))


@contextmanager
def administrator(settings: Settings) -> Iterator[MongoClient[dict[str, Any]]]:
    """Give a client of the database; what goes wrong with it is told in a sentence.

    Raises `Unavailable` where the database cannot be used, `Internal` where a ledger that was read
    turns out to be broken, or to hold what this version does not understand.
    """
    client: MongoClient[dict[str, Any]] = MongoClient(
        settings.mongo_uri, serverSelectionTimeoutMS=5_000, tz_aware=True
    )
    try:
        yield client
    except PyMongoError as error:
        where, reason = without_password(settings.mongo_uri), _REASON_ENDS.split(str(error))[0]
        raise Unavailable(
            "database-away",
            f"Không dùng được cơ sở dữ liệu {where}: {reason}. Hãy chạy nó, hoặc cho MONGO_URI trỏ "
            "tới quản trị viên của nó.",
            f"The database at {where} cannot be used: {reason}. Start it, or let MONGO_URI name an "
            "administrator of it.",
        ) from error
    except Tampered as fault:
        raise Internal(
            "ledger-broken",
            f"Sổ sự kiện không còn nguyên vẹn: {fault}. Hãy chạy `motcua audit verify`.",
            f"A ledger does not hold together: {fault}. Run `motcua audit verify`.",
        ) from fault
    except (UnknownEvent, UndecodableEvent) as fault:
        raise Internal(
            "ledger-not-understood",
            f"Không đọc được sự kiện: {fault}. Sự kiện đã bị sửa, hoặc do phiên bản mới hơn ghi.",
            f"An event cannot be read: {fault}. It was changed, or a newer version recorded it: "
            "`motcua audit verify` tells.",
        ) from fault
    finally:
        client.close()


@contextmanager
def topology_of(settings: Settings) -> Iterator[None]:
    """Let exchanges and queues be declared; what goes wrong with the broker is told in a sentence.

    Raises `Unavailable` where it cannot be used, `Conflict` where a queue is there that differs.
    """
    try:
        yield
    except (OSError, OperationalError, AMQPError) as error:
        reason = str(error) or type(error).__name__
        raise broker_away(without_password(settings.amqp_uri), reason) from error
    except TopologyConflict as error:
        raise Conflict("topology-differs", f"Máy chủ thông điệp: {error}.", f"{error}.") from error


def names(environment: Mapping[str, str], variable: str) -> bool:
    """Whether the environment has a setting, itself or as the name of a file."""
    return bool(environment.get(variable) or environment.get(f"{variable}_FILE"))
