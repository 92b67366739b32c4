"""The feed of a ledger: how a neighbour gets events that did not reach it, from their owner.

>>> class DossierService:
...     name = "dossier"
...     feed = Feed()  # answers ReadFeed and ReadOutline

Events travel in their stored form, personal data as the ciphertext that it is. The outline says
which streams went on at which positions, and nothing of what happened.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from nameko.extensions import DependencyProvider

from kernel.config import settings_of
from kernel.container import Storage
from kernel.envelope import Envelope, envelopes
from kernel.errors import Forbidden
from kernel.ledger_reader import LedgerReader, ledger_collection
from kernel.requests import Call, request
from kernel.rpc import serves
from kernel.schemas import field, frozen

LIMIT = 200
OUTLINE_LIMIT = 500


@frozen
class ReadFeed:
    """Ask for the events of a stream at versions after+1 … after+limit."""

    stream: str = field(min_length=1, max_length=200)
    after: int = field(minimum=0)
    limit: int = field(default=LIMIT, minimum=1, maximum=LIMIT)


@frozen
class FeedPage:
    """Events of one stream, in order; fewer than were asked for where it ends."""

    events: tuple[Envelope, ...]


@frozen
class ReadOutline:
    """Ask what stands at positions after+1 … after+limit of the ledger."""

    after: int = field(minimum=0)
    limit: int = field(default=OUTLINE_LIMIT, minimum=1, maximum=OUTLINE_LIMIT)


@frozen
class Outline:
    """A commit without its content: the stream that it took to version `last`."""

    position: int
    stream: str
    last: int
    recorded_at: datetime


@frozen
class OutlinePage:
    """Commits in the order of the ledger; fewer than were asked for where it ends."""

    commits: tuple[Outline, ...]


def outline(reader: LedgerReader, after: int, limit: int) -> tuple[Outline, ...]:
    """Return the outline of a range of a ledger, up to the first hole (see `LedgerReader.read`)."""
    found = sorted(
        reader.collection.find({"position": {"$gt": after, "$lte": after + limit}}, _OUTLINED),
        key=lambda document: int(document["position"]),
    )
    return tuple(
        Outline(
            position=position,
            stream=document["stream"],
            last=document["to"],
            recorded_at=datetime.fromisoformat(document["recorded_at"]),
        )
        for position, document in enumerate(found, after + 1)
        if document["position"] == position
    )


_OUTLINED = {"position": 1, "stream": 1, "to": 1, "recorded_at": 1}


@cache
def outline_of(service: str) -> type[ReadOutline]:
    """Return the request that this service answers with its ledger's outline."""
    return request(service, answer=OutlinePage)(type("ReadOutline", (ReadOutline,), {}))


@cache
def feed_of(service: str) -> type[ReadFeed]:
    """Return the request that this service answers with its feed."""
    return request(service, answer=FeedPage)(type("ReadFeed", (ReadFeed,), {}))


class Feed(DependencyProvider):  # type: ignore[misc]
    """Lets a service that has a ledger answer `ReadFeed` and `ReadOutline`, for services only.

    Naming it in a service class is all: the class gets the methods `read_feed`, `read_outline`.
    """

    storage = Storage()

    def __set_name__(self, owner: type[Any], name: str) -> None:
        @serves(feed_of(owner.name))
        def read_feed(service: Any, message: ReadFeed, call: Call) -> FeedPage:
            feed: Feed = getattr(service, name)
            return feed.page(message, call)

        @serves(outline_of(owner.name))
        def read_outline(service: Any, message: ReadOutline, call: Call) -> OutlinePage:
            feed: Feed = getattr(service, name)
            return feed.outline(message, call)

        owner.read_feed = read_feed
        owner.read_outline = read_outline

    def get_dependency(self, worker_ctx: Any) -> Feed:
        """Return what answers."""
        return self

    def outline(self, message: ReadOutline, call: Call) -> OutlinePage:
        """Return a range of the ledger without its content."""
        _require_service(call)
        return OutlinePage(outline(self._reader, message.after, message.limit))

    def page(self, message: ReadFeed, call: Call) -> FeedPage:
        """Return events of a stream."""
        _require_service(call)
        service, reader = self.container.service_name, self._reader
        wanted = range(message.after + 1, message.after + message.limit + 1)
        return FeedPage(
            tuple(
                envelope
                for commit in reader.stream_commits(message.stream, message.after, message.limit)
                for envelope in envelopes(service, commit)
                if envelope.version in wanted
            )
        )

    @property
    def _reader(self) -> LedgerReader:
        service, namespace = self.container.service_name, settings_of(self.container).namespace
        return LedgerReader(ledger_collection(self.storage.client, namespace, service))


def _require_service(call: Call) -> None:
    if not call.caller.is_service:
        raise Forbidden(
            "services-only",
            "Chỉ các dịch vụ của hệ thống được đọc dữ liệu này.",
            "Only the system's own services may read this.",
        )
