"""Whether a system that was hurt has kept its promises: what its ledgers, views and queues say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pika
from records import TYPES, Records

from kernel import deadletters
from kernel.commits import verify
from kernel.errors import NotFound
from kernel.ledger import LedgerReader
from kernel.publisher import connection_parameters
from kernel.topology import Consumer, all_queues
from motcua.comparison import differences
from motcua.wiring import parts


def broken_chains(records: Records) -> Iterator[str]:
    """Yield a sentence for each ledger whose chain does not hold from the first commit to last."""
    for service in TYPES:
        reader = LedgerReader(records.ledger(service).collection)
        count = reader.collection.count_documents({})
        if (reached := verify(reader.commits()).position) != count:
            yield f"{service}: the chain reaches {reached} of {count} commits"


def stale_views(records: Records) -> Iterator[str]:
    """Yield each field of a view's document that is not what its stream folds to."""
    for service in TYPES:
        for found in differences(records.settings, records.client, service):
            yield f"{found} is {found.stored} where {found.replayed} is expected"


def repeated_effects(records: Records) -> Iterator[str]:
    """Yield a sentence for each effect that an event had not exactly once."""
    fees = Counter(_values(records, "dossier", "FeeRequested", "obligation"))
    raised = Counter(_values(records, "payment", "ObligationRaised", "obligation"))
    paid = Counter(_values(records, "payment", "FeePaid", "obligation"))
    recorded = Counter(_values(records, "dossier", "FeePaid", "obligation"))
    planned = Counter(_values(records, "notify", "MessagePlanned", "message"))
    ended = Counter(_values(records, "notify", "MessageSent", "message"))
    ended += Counter(_values(records, "notify", "MessageFailed", "message"))
    told = Counter(_values(records, "dossier", "CitizenNotified", "message"))
    about_dossiers = Counter(
        record.event.message
        for record in records.since("notify", 0)
        if record.type in ("MessageSent", "MessageFailed") and record.event.dossier
    )
    for name, effects, causes in (
        ("obligations raised by fees", raised, fees),
        ("payments told to the dossier", recorded, paid),
        ("messages that ended", ended, planned),
        ("messages told to the dossier", told, about_dossiers),
    ):
        if effects != causes:
            yield f"{name}: too many {effects - causes}, missing {causes - effects}"
        if more := {key: count for key, count in effects.items() if count > 1}:
            yield f"{name}: more than once {more}"


def _values(records: Records, service: str, event: str, name: str) -> Iterator[str]:
    for record in records.since(service, 0):
        if record.type == event:
            yield getattr(record.event, name)


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


def unheard(records: Records) -> Iterator[str]:
    """Yield each stream whose events a service that listens to it has not all dealt with."""
    ends = {
        source: {commit.stream: commit.last for commit in records.ledger(source).commits()}
        for source in TYPES
    }
    for part in parts(records.settings):
        if isinstance(part, Consumer):
            cursors = records.database(part.service)["cursors"]
            heard = {document["_id"]: document["version"] for document in cursors.find()}
            for source in part.sources:
                for stream, last in ends[source].items():
                    if heard.get(f"{source}/{stream}", 0) < last:
                        yield f"{part.service}: {source}/{stream} up to {last}"


def is_quiet(records: Records) -> bool:
    """Whether nothing is under way: every event was heard, no mail waits for its turn."""
    if records.database("notify")["deliveries"].count_documents({}):
        return False
    if next(unheard(records), None) is not None:
        return False
    connection = pika.BlockingConnection(connection_parameters(records.settings.amqp_uri))
    try:
        channel = connection.channel()
        waiting = sum(
            channel.queue_declare(queue.name, passive=True).method.message_count
            for queue in all_queues(parts(records.settings))
            if queue.name.endswith(".inbox") or ".retry." in queue.name
        )
    finally:
        connection.close()
    return waiting == 0 and not list(repeated_effects(records))
