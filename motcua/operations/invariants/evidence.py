"""What all ledgers, views and cursors say at one time, read behind the services' backs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pymongo import MongoClient
from pymongo.collection import Collection

from kernel.commits import records
from kernel.config import Settings
from kernel.events import Recorded
from kernel.ledger_reader import LedgerReader, ledger_collection
from kernel.topology import Consumer
from motcua.access import administrator
from motcua.reading import require_ledger, view_of
from motcua.wiring import LEDGERS, parts

Document = Mapping[str, Any]
Moments = Mapping[str, Sequence[datetime]]
"""When each of some things was recorded, by what it is called."""


@dataclass(frozen=True)
class Stand:
    """How far something has come, and when it came there."""

    number: int
    since: datetime


@dataclass(frozen=True)
class Evidence:
    """Everything that the invariants look at. Personal parts of events are not read.

    `streams` and `tails` say where the streams (by name) and the ledger of each service stand,
    `heard` how far each listener has dealt with each `<source>/<stream>`, `relayed` up to which
    position each ledger is published. `dossiers`, `obligations` and `messages` are the documents
    of those views by their ids, `waiting` the messages that stand in line to be sent, `files` the
    attachments whose bytes are there.
    """

    events: Mapping[str, Sequence[Recorded]] = field(default_factory=dict)
    streams: Mapping[str, Mapping[str, Stand]] = field(default_factory=dict)
    tails: Mapping[str, Stand] = field(default_factory=dict)
    listeners: Mapping[str, Sequence[str]] = field(default_factory=dict)
    heard: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    relayed: Mapping[str, int] = field(default_factory=dict)
    dossiers: Mapping[str, Document] = field(default_factory=dict)
    obligations: Mapping[str, Document] = field(default_factory=dict)
    messages: Mapping[str, Document] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()

    def records(self, *events: type[Any]) -> Iterator[Recorded]:
        """Yield the events of these classes, each ledger's in its order."""
        for recorded in self.events.values():
            yield from (record for record in recorded if isinstance(record.event, events))

    def moments(
        self, *events: type[Any], keys: Callable[[Recorded], Iterable[str]]
    ) -> dict[str, list[datetime]]:
        """Return when events of these classes were recorded, by what `keys` calls each."""
        found: dict[str, list[datetime]] = {}
        for record in self.records(*events):
            for key in keys(record):
                found.setdefault(key, []).append(record.recorded_at)
        return found


def read_evidence(settings: Settings) -> Evidence:
    """Read everything; the settings name an administrator of the database.

    Every ledger is read once from its beginning. Raises `Unavailable` without the database or one
    of the ledgers, `Internal` where a ledger has a hole.
    """
    with administrator(settings) as client:
        for types in LEDGERS:
            require_ledger(settings, client, types.source)
        return _Reading(client, settings).evidence()


class _Reading:
    """One pass over the databases of an installation."""

    def __init__(self, client: MongoClient[dict[str, Any]], settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._events: dict[str, list[Recorded]] = {}
        self._streams: dict[str, dict[str, Stand]] = {}
        self._tails: dict[str, Stand] = {}

    def evidence(self) -> Evidence:
        # what stands beside a ledger first: it may be behind the ledger, never ahead of it
        listeners = {
            part.service: part.sources
            for part in parts(self._settings)
            if isinstance(part, Consumer)
        }
        heard = {listener: self._versions(listener, "cursors") for listener in listeners}
        relayed = {types.source: self._relayed(types.source) for types in LEDGERS}
        dossiers = self._view("dossier", "dossier", {"picture": 0})
        obligations = self._view("payment", "obligation", {"version": 1, "pending": 1})
        messages = self._view("notify", "message", {"version": 1, "state": 1})
        waiting = frozenset(self._documents("notify", "deliveries", {"_id": 1}))
        self._read_ledgers()
        return Evidence(
            events=self._events,
            streams=self._streams,
            tails=self._tails,
            listeners=listeners,
            heard=heard,
            relayed=relayed,
            dossiers=dossiers,
            obligations=obligations,
            messages=messages,
            waiting=waiting,
            # events name files that were there before them, so files are read last
            files=self._files(),
        )

    def _read_ledgers(self) -> None:
        for types in LEDGERS:
            collection = ledger_collection(self._client, self._settings.namespace, types.source)
            events = self._events[types.source] = []
            streams = self._streams[types.source] = {}
            for commit in LedgerReader(collection).commits():
                events += records(commit, types, None)
                streams[commit.stream] = Stand(commit.last, commit.recorded_at)
                self._tails[types.source] = Stand(commit.position, commit.recorded_at)

    def _database(self, service: str) -> Any:
        return self._client[self._settings.database(service)]

    def _documents(
        self, service: str, collection: str, fields: Mapping[str, int]
    ) -> dict[str, Document]:
        return _by_id(self._database(service)[collection], fields)

    def _view(self, service: str, name: str, fields: Mapping[str, int]) -> dict[str, Document]:
        return _by_id(view_of(self._settings, self._client, service, name).collection, fields)

    def _versions(self, service: str, collection: str) -> dict[str, int]:
        found = self._documents(service, collection, {"version": 1})
        return {name: document["version"] for name, document in found.items()}

    def _relayed(self, service: str) -> int:
        found = self._database(service)["relay"].find_one({"_id": "relay"})
        return 0 if found is None else int(found["position"])

    def _files(self) -> frozenset[str]:
        contents = self._documents("dossier", "fs.files", {"_id": 1})
        described = self._documents("dossier", "files", {"content": 1})
        return frozenset(file for file, known in described.items() if known["content"] in contents)


def _by_id(
    collection: Collection[dict[str, Any]], fields: Mapping[str, int]
) -> dict[str, Document]:
    return {document["_id"]: document for document in collection.find({}, fields)}
