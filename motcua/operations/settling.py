"""Waiting until every service has heard what the installation's content says.

Services learn of procedures, agencies and officers from events, a moment after these were
recorded. Whoever has just loaded them waits here, so that the first dossier finds its procedure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pymongo import MongoClient

from kernel.config import Settings
from kernel.cursors import CURSORS
from kernel.errors import Unavailable
from kernel.ledger_reader import ledger_collection
from kernel.topology import Consumer
from motcua.access import administrator
from motcua.local.supervision import wait_until
from motcua.wiring import parts

Document = dict[str, Any]

_CONTENT = ("catalog", "identity")
"""The ledgers that hold what is loaded at the start; small ones, as they are read whole here."""


def settle(settings: Settings, deadline: float = 300.0) -> None:
    """Return when every listener has applied what these ledgers hold now.

    The settings name an administrator of the database. Raises `Unavailable` that names who is
    behind when `deadline` seconds have passed, and without the database.
    """
    with administrator(settings) as client:
        heads = {source: _heads(client, settings, source) for source in _CONTENT}
        listeners = [part for part in parts(settings) if isinstance(part, Consumer)]

        def behind() -> set[str]:
            return {
                f"{listener.service} ({source})"
                for listener in listeners
                for source in _CONTENT
                if source in listener.sources
                and not _applied(client, settings, listener.service, source, heads[source])
            }

        if not wait_until(lambda: not behind(), deadline, every=0.25):
            names = ", ".join(sorted(behind()))
            raise Unavailable(
                "not-settled",
                f"Sau {deadline:.0f} giây vẫn chưa nhận đủ sự kiện: {names}.",
                f"After {deadline:.0f} seconds these have not heard everything: {names}.",
            )


def _heads(client: MongoClient[Document], settings: Settings, source: str) -> Mapping[str, int]:
    """Return the version at which each stream of a ledger stands."""
    heads: dict[str, int] = {}
    for commit in ledger_collection(client, settings.namespace, source).find(
        {}, {"stream": 1, "to": 1}
    ):
        heads[commit["stream"]] = max(commit["to"], heads.get(commit["stream"], 0))
    return heads


def _applied(
    client: MongoClient[Document],
    settings: Settings,
    listener: str,
    source: str,
    heads: Mapping[str, int],
) -> bool:
    cursors = dict(_cursors(client, settings, listener, source))
    return all(cursors.get(stream, 0) >= version for stream, version in heads.items())


def _cursors(
    client: MongoClient[Document], settings: Settings, listener: str, source: str
) -> Iterator[tuple[str, int]]:
    collection = client[settings.database(listener)][CURSORS]
    for cursor in collection.find({"_id": {"$regex": f"^{source}/"}}):
        yield cursor["_id"].partition("/")[2], cursor["version"]
