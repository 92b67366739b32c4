"""Stored views and tallies against the ledgers they are folded from, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import bson
from pymongo import MongoClient

from kernel.commits import Document
from kernel.config import Settings
from kernel.events import Recorded
from kernel.ledger import Ledger
from kernel.tallies import Tally
from kernel.views import StreamView
from motcua.reading import ledger_of, require_ledger, tallies_of, views_of


@dataclass(frozen=True)
class Difference:
    """A field of a view's document that is not what its stream folds to; `stored` is there now."""

    service: str
    view: str
    document: str
    path: str
    stored: Any
    replayed: Any

    def __str__(self) -> str:
        return f"{self.service}: {self.view} {self.document}: {self.path or 'the document'}"


def differences(
    settings: Settings, client: MongoClient[Document], service: str
) -> Iterator[Difference]:
    """Yield every field of a service's views and tallies that its ledger does not give anew.

    Commands that are carried out meanwhile can show as differences: look again. Raises
    `Unavailable` where there is no ledger.
    """
    require_ledger(settings, client, service)
    ledger = ledger_of(settings, client, service)
    views = views_of(settings, client, service)
    replayed: dict[str, set[str]] = {view.name: set() for view in views}
    for histories in _histories(ledger, views):
        for view in views:
            expected = _replays(view, histories)
            replayed[view.name] |= expected.keys()
            yield from _compare(service, view, expected)
    for view in views:
        for document in view.collection.find({}, {"_id": 1}):
            if document["_id"] not in replayed[view.name]:
                yield Difference(service, view.name, str(document["_id"]), "", document, None)
    for tally in tallies_of(settings, client, service):
        yield from _miscounted(service, tally)


def _miscounted(service: str, tally: Tally) -> Iterator[Difference]:
    """Yield every cell that is not what a count of the whole ledger gives."""
    stored, expected = tally.counted(), tally.recounted()
    for cell in sorted(stored.keys() | expected.keys()):
        if stored.get(cell) != expected.get(cell):
            name = " ".join(cell)
            yield Difference(service, tally.name, name, "", stored.get(cell), expected.get(cell))


def _histories(ledger: Ledger, views: Sequence[StreamView]) -> Iterator[dict[str, list[Recorded]]]:
    """Yield what the views follow of a ledger, some streams at a time, each with its history."""
    for streams in ledger.streams(lambda stream: any(view.follows(stream) for view in views)):
        yield {
            stream: [record for commit in commits for record in ledger.records(commit)]
            for stream, commits in streams.items()
        }


def _replays(view: StreamView, histories: Mapping[str, Sequence[Recorded]]) -> dict[str, Document]:
    """Return what the histories fold to in a view, by the id of the document."""
    folded = (view.folded(stream, history) for stream, history in histories.items())
    return {one["_id"]: _as_stored(view, one) for one in folded if one is not None}


def _compare(
    service: str, view: StreamView, expected: Mapping[str, Document]
) -> Iterator[Difference]:
    if not expected:
        return
    found = view.collection.find({"_id": {"$in": list(expected)}})
    stored = {document["_id"]: document for document in found}
    for key, document in expected.items():
        yield from _fields(service, view.name, key, stored.get(key), document)


def _as_stored(view: StreamView, document: Document) -> Document:
    """Return a document as the database would give it back: its own types, times in ms."""
    return bson.decode(bson.encode(document), view.collection.codec_options)


def _fields(
    service: str, view: str, key: str, stored: Document | None, expected: Document
) -> Iterator[Difference]:
    if stored is None:
        yield Difference(service, view, key, "", None, expected)
        return
    one, other = dict(_leaves("", stored)), dict(_leaves("", expected))
    for path in dict.fromkeys((*one, *other)):
        if one.get(path, _Missing) != other.get(path, _Missing):
            yield Difference(service, view, key, path, one.get(path), other.get(path))


class _Missing:
    """Stands for a field that is not there."""


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case Mapping() if value:
            for name, one in value.items():
                yield from _leaves(f"{path}.{name}" if path else str(name), one)
        case list() | tuple() if value:
            for number, one in enumerate(value):
                yield from _leaves(f"{path}.{number}", one)
        case _:
            yield path, value
