"""Whether a system that was hurt has kept its promises: what its ledgers, views and queues say.

What must hold between the services is `motcua.invariants`; here is the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

import pika
from records import TYPES, Records

from kernel import deadletters
from kernel.commits import Tampered, verify
from kernel.errors import NotFound
from kernel.ledger import LedgerReader
from kernel.publisher import connection_parameters
from kernel.topology import Consumer, all_queues
from kernel.views import Project, StreamView
from motcua.invariants.examination import examine
from motcua.wiring import parts, service_class

VIEWS: Mapping[str, Sequence[str]] = {
    "dossier": ("status_view",),
    "payment": ("view",),
    "notify": ("view",),
    "identity": ("directory",),
}
"""The views that each service folds from its own ledger, by their names in its class."""


class Rooms:
    """Gives a service's view as it stands, and the same one in a collection that is new."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self.stored: StreamView | None = None

    def view(
        self, category: str, project: Project, name: str, indexes: Sequence[Sequence[str]]
    ) -> StreamView:
        """Return the new one; keep the other."""
        self.stored = StreamView(self._database[name], category, project)
        return StreamView(self._database[f"fresh_{uuid4().hex}"], category, project)


def broken_chains(records: Records) -> Iterator[str]:
    """Yield a sentence for each ledger whose chain does not hold from the first commit to last."""
    for service in TYPES:
        reader = LedgerReader(records.ledger(service).collection)
        count = reader.collection.count_documents({})
        try:
            reached = verify(reader.commits()).position
        except Tampered as fault:
            yield f"{service}: {fault}"
            continue
        if reached != count:
            yield f"{service}: the chain reaches {reached} of {count} commits"


def stale_views(records: Records) -> Iterator[str]:
    """Yield each document of a view that is not what its stream folds to, field by field."""
    for service, names in VIEWS.items():
        for name in names:
            rooms = Rooms(records.database(service))
            fresh = getattr(service_class(service), name).view(rooms)
            assert rooms.stored is not None
            yield from _differences(service, records, fresh, rooms.stored)
            fresh.collection.drop()


def _differences(
    service: str, records: Records, fresh: StreamView, stored: StreamView
) -> Iterator[str]:
    ledger = records.ledger(service)
    streams = {commit.stream for commit in ledger.commits() if fresh.follows(commit.stream)}
    for stream in streams:
        fresh.refresh(stream, ledger.read_stream(stream))
    expected = {document["_id"]: document for document in fresh.collection.find()}
    found = {document["_id"]: document for document in stored.collection.find()}
    for key in expected.keys() | found.keys():
        if expected.get(key) != found.get(key):
            yield f"{service}: {key} is {found.get(key)} where {expected.get(key)} is expected"


def dead_letters(records: Records) -> Iterator[str]:
    """Yield a sentence for each message that a service could not handle."""
    for part in parts(records.settings):
        if isinstance(part, Consumer):
            try:
                found = deadletters.letters(records.settings, part.service)
            except NotFound:
                continue
            for letter in found:
                yield f"{part.service}: {letter.type} {letter.id}: {letter.error} {letter.message}"


def waiting_messages(records: Records) -> Iterator[str]:
    """Yield a sentence for each queue of events under way that is not empty."""
    connection = pika.BlockingConnection(connection_parameters(records.settings.amqp_uri))
    try:
        channel = connection.channel()
        for queue in all_queues(parts(records.settings)):
            if queue.name.endswith(".inbox") or ".retry." in queue.name:
                count = channel.queue_declare(queue.name, passive=True).method.message_count
                if count:
                    yield f"{queue.name}: {count} messages"
    finally:
        connection.close()


def waiting_mails(records: Records) -> Iterator[str]:
    """Yield a sentence for each message that stands in line to be sent."""
    for turn in records.database("notify")["deliveries"].find():
        yield f"message {turn['_id']}: try {turn['tries']} at {turn['next_at']}"


def breaches(records: Records) -> Iterator[str]:
    """Yield a sentence for whatever does not fit between the services, however young it is."""
    for verdict in examine(records.settings, grace=0):
        for breach in verdict.broken:
            yield f"{verdict.invariant.name}: {breach.what}"


def is_quiet(records: Records) -> bool:
    """Whether nothing is under way any more; what is not well will not pass by itself."""
    return not any(
        next(still(records), None) for still in (waiting_mails, waiting_messages, breaches)
    )
