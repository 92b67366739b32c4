"""The feed of a ledger: how a neighbour gets events that did not reach it, from their owner.

>>> class DossierService:
...     name = "dossier"
...     feed = Feed()  # answers ReadFeed

Events travel in their stored form, personal data as the ciphertext that it is.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from nameko.extensions import DependencyProvider

from kernel.config import settings_of
from kernel.container import Storage
from kernel.envelope import Envelope, envelopes
from kernel.errors import Forbidden
from kernel.ledger import LedgerReader, ledger_collection
from kernel.requests import Call, request
from kernel.rpc import serves
from kernel.schemas import field, frozen

LIMIT = 200


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


@cache
def feed_of(service: str) -> type[ReadFeed]:
    """Return the request that this service answers with its feed."""
    return request(service, answer=FeedPage)(type("ReadFeed", (ReadFeed,), {}))


class Feed(DependencyProvider):  # type: ignore[misc]
    """Lets a service that has a ledger answer `ReadFeed`, for other services only.

    Naming it in a service class is all: the class gets the method `read_feed`.
    """

    storage = Storage()

    def __set_name__(self, owner: type[Any], name: str) -> None:
        @serves(feed_of(owner.name))
        def read_feed(service: Any, message: ReadFeed, call: Call) -> FeedPage:
            page: FeedPage = getattr(service, name)(message, call)
            return page

        owner.read_feed = read_feed

    def get_dependency(self, worker_ctx: Any) -> Any:
        """Return the function that answers."""
        return self._answer

    def _answer(self, message: ReadFeed, call: Call) -> FeedPage:
        if not call.caller.is_service:
            raise Forbidden(
                "services-only",
                "Chỉ các dịch vụ của hệ thống được đọc dữ liệu này.",
                "Only the system's own services may read this.",
            )
        service = self.container.service_name
        namespace = settings_of(self.container).namespace
        reader = LedgerReader(ledger_collection(self.storage.client, namespace, service))
        wanted = range(message.after + 1, message.after + message.limit + 1)
        return FeedPage(
            tuple(
                envelope
                for commit in reader.stream_commits(message.stream, message.after, message.limit)
                for envelope in envelopes(service, commit)
                if envelope.version in wanted
            )
        )
