"""Whether a system that was hurt has kept its promises: what its ledgers, views and queues say.

What must hold between the services is `motcua.operations.invariants`; here is the rest.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import pika
from records import TYPES, Records
from rich.console import Console

from kernel import deadletters
from kernel.errors import NotFound
from kernel.publisher import connection_parameters
from kernel.topology import Consumer, all_queues
from kernel.trust import log_public_key
from motcua.audit.comparison import differences
from motcua.audit.verification import verify_one
from motcua.operations.invariants.examination import examine
from motcua.wiring import parts


def broken_chains(records: Records) -> Iterator[str]:
    """Yield a sentence for each ledger that its chain or one of its checkpoints contradicts."""
    for service in TYPES:
        told = io.StringIO()
        quiet = Console(file=told, width=200)
        public = log_public_key(records.settings.keys, service)
        if not verify_one(quiet, records.settings, records.client, service, (), public):
            yield told.getvalue().strip()


def stale_views(records: Records) -> Iterator[str]:
    """Yield each field of a view's document that is not what its stream folds to."""
    for service in TYPES:
        for found in differences(records.settings, records.client, service):
            yield f"{found} is {found.stored} where {found.replayed} is expected"


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
