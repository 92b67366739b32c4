"""Stored views against the ledgers they are folded from, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import bson
from pymongo import MongoClient

from kernel.commits import Document
from kernel.config import Settings
from kernel.ledger import Ledger
from kernel.views import StreamView
from motcua.reading import ledger_of, views_of


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
    """Yield every field of a service's views that a fresh replay of its ledger does not give.

    Commands that are carried out meanwhile can show as differences: look again.
    """
    ledger = ledger_of(settings, client, service)
    for view in views_of(settings, client, service):
        yield from _differences(service, ledger, view)


def _differences(service: str, ledger: Ledger, view: StreamView) -> Iterator[Difference]:
    streams = {commit.stream for commit in ledger.commits() if view.follows(commit.stream)}
    replayed: set[str] = set()
    name = view.name
    for stream in sorted(streams):
        folded = view.folded(stream, ledger.read_stream(stream))
        if folded is None:
            continue
        expected = _as_stored(view, folded)
        replayed.add(expected["_id"])
        yield from _fields(service, name, expected["_id"], view.get(expected["_id"]), expected)
    for document in view.collection.find({}, {"_id": 1}):
        if document["_id"] not in replayed:
            yield Difference(service, name, str(document["_id"]), "", document, None)


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
