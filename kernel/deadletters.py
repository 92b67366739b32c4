"""What an operator does with dead letters: list, look, replay, discard.

A dead letter is a message that a service could not handle, kept in `<service>.dead` with the
error. Replaying sends it to that service's inbox again, past the version rule: the events behind
it were handled long ago. Discarding forgets it; the event itself stays in its owner's ledger.

Looking at letters takes them out of the queue for that moment and puts them back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pika
from pika.exceptions import ChannelClosedByBroker

from kernel.config import Settings
from kernel.envelope import ATTEMPT, REPLAY, WAITS, Message
from kernel.errors import NotFound
from kernel.publisher import connection_parameters
from kernel.topology import Consumer, dead_queue

LIMIT = 10_000


@dataclass(frozen=True)
class DeadLetter:
    """A message that a service could not handle, and why.

    `id` is the event's id, or a digest of a message that has none. What could not be read of it
    is None. `died_at` is RFC 3339 text.
    """

    id: str
    service: str
    type: str | None
    source: str | None
    stream: str | None
    version: int | None
    correlation: str | None
    attempts: int
    error: str
    message: str
    traceback: str
    died_at: str | None
    body: str


def letters(settings: Settings, service: str, limit: int = LIMIT) -> list[DeadLetter]:
    """Return the dead letters of a service, the oldest first; raises `NotFound`."""
    with _opened(settings, service) as channel:
        return [letter for _, letter, _ in _taken(channel, settings, service, limit)]


def letter(settings: Settings, service: str, letter_id: str) -> DeadLetter:
    """Return one dead letter; raises `NotFound`."""
    for found in letters(settings, service):
        if found.id == letter_id:
            return found
    raise NotFound(
        "no-such-dead-letter",
        f"Không có thư chết {letter_id} của dịch vụ {service}.",
        f"The service {service} has no dead letter {letter_id}.",
    )


def replay(settings: Settings, service: str, ids: Collection[str] | None = None) -> int:
    """Send dead letters, all without `ids`, to the service again; return how many.

    Each leaves the dead letters only when the inbox has it for good. Raises `NotFound`.
    """
    inbox = Consumer(service, (), settings).inbox
    count = 0
    with _opened(settings, service) as channel:
        channel.confirm_delivery()
        for tag, found, message in _taken(channel, settings, service, LIMIT):
            if ids is None or found.id in ids:
                again = message.with_headers(**_AGAIN)
                properties = pika.BasicProperties(**again.properties())
                channel.basic_publish("", inbox, again.body, properties, mandatory=True)
                channel.basic_ack(tag)
                count += 1
    return count


def discard(settings: Settings, service: str, ids: Collection[str] | None = None) -> int:
    """Forget dead letters, all without `ids`; return how many. Raises `NotFound`."""
    count = 0
    with _opened(settings, service) as channel:
        for tag, found, _ in _taken(channel, settings, service, LIMIT):
            if ids is None or found.id in ids:
                channel.basic_ack(tag)
                count += 1
    return count


_AGAIN = {
    REPLAY: 1,
    ATTEMPT: None,
    WAITS: None,
    "error": None,
    "error_message": None,
    "traceback": None,
    "died_at": None,
}


@contextmanager
def _opened(settings: Settings, service: str) -> Iterator[Any]:
    """Open a channel; closing it puts back what was taken and not acknowledged."""
    connection = pika.BlockingConnection(connection_parameters(settings.amqp_uri))
    try:
        yield connection.channel()
    except ChannelClosedByBroker as error:
        if error.reply_code != _NO_SUCH_QUEUE:
            raise
        raise NotFound(
            "no-such-service",
            f"Dịch vụ {service} không nhận sự kiện nào.",
            f"The service {service} listens to no events: it has no queue of dead letters.",
        ) from error
    finally:
        if connection.is_open:
            connection.close()


_NO_SUCH_QUEUE = 404


def _taken(
    channel: Any, settings: Settings, service: str, limit: int
) -> Iterator[tuple[int, DeadLetter, Message]]:
    """Take the letters that are there now, each with its delivery tag."""
    queue = dead_queue(service, settings)
    there = channel.queue_declare(queue, passive=True).method.message_count
    for _ in range(min(there, limit)):
        method, properties, body = channel.basic_get(queue)
        if method is None:
            return
        message = Message(
            headers=properties.headers or {},
            body=body,
            message_id=properties.message_id,
            type=properties.type,
            correlation_id=properties.correlation_id,
            content_type=properties.content_type,
        )
        yield method.delivery_tag, _letter(service, message), message


def _letter(service: str, message: Message) -> DeadLetter:
    headers = message.headers
    given_up = headers.get("x-first-death-reason") or (headers.get("x-death") or [{}])[0].get(
        "reason"
    )
    return DeadLetter(
        id=message.message_id or f"sha256-{hashlib.sha256(message.body).hexdigest()[:20]}",
        service=service,
        type=message.type,
        source=_text(headers, "cloudEvents_source"),
        stream=_text(headers, "stream"),
        version=message.count("version") or None,
        correlation=message.correlation_id,
        attempts=message.count(ATTEMPT),
        error=_text(headers, "error") or f"broker:{given_up}",
        message=_text(headers, "error_message")
        or "The process ended with this message in hand, again and again.",
        traceback=_text(headers, "traceback") or "",
        died_at=_text(headers, "died_at"),
        body=message.body.decode(errors="replace"),
    )


def _text(headers: Any, name: str) -> str | None:
    value = headers.get(name)
    return value if isinstance(value, str) else None
