"""What an operator does with dead letters: list, look, replay, discard.

A dead letter is a message that a service could not handle, kept in `<service>.dead` with the
error. Replaying sends it to that service's inbox again, past the version rule: the events behind
it were handled long ago. Discarding forgets it; the event itself stays in its owner's ledger.

Looking at letters takes them out of the queue for that moment and puts them back. So that nobody
finds the queue empty because somebody else has the letters in hand, one looks at a time: whoever
looks holds an exclusive queue, `<service>.dead.look`, which ends with its connection.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pika
from pika.exceptions import AMQPError, ChannelClosedByBroker

from kernel.config import Settings, without_password
from kernel.envelope import ATTEMPT, REPLAY, WAITS, Message
from kernel.errors import DomainError, NotFound, Unavailable, broker_away
from kernel.publisher import connection_parameters, words
from kernel.topology import Consumer, dead_queue

AT_A_TIME = 10_000  # letters whole in memory, of whom nobody named one


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


def letters(settings: Settings, service: str, limit: int = AT_A_TIME) -> list[DeadLetter]:
    """Return the dead letters of a service, the oldest first; of more than `limit`, some.

    Like all that is done here it raises `NotFound` for a service that has no such queue, and
    `Unavailable` where the broker does not answer or somebody else has the letters in hand.
    """
    with _opened(settings, service) as tray:
        return [taken.letter for taken in tray.take(limit)]


def letter(settings: Settings, service: str, letter_id: str) -> DeadLetter:
    """Return one dead letter; raises `NotFound`."""
    with _opened(settings, service) as tray:
        for found in tray.choose({letter_id}):
            return found.letter
    raise NotFound(
        "no-such-dead-letter",
        f"Trong số sự kiện mà {service} không xử lý được, không có {letter_id}.",
        f"The service {service} has no dead letter {letter_id}.",
    )


def replay(settings: Settings, service: str, ids: Collection[str] | None = None) -> int:
    """Send dead letters, all without `ids`, to the service again; return how many it was sent.

    Each leaves the dead letters only when the inbox has it for good. An event that is there twice
    is sent once and leaves as a whole, for a replay is handled whenever it comes. What is no longer
    there is passed over, so that this may be repeated.
    """
    inbox = Consumer(service, (), settings).inbox
    sent = set[str]()
    with _opened(settings, service) as tray:
        tray.channel.confirm_delivery()
        for taken in tray.choose(ids):
            if taken.letter.id not in sent:
                again = taken.message.with_headers(**_AGAIN)
                properties = pika.BasicProperties(**again.properties())
                tray.channel.basic_publish("", inbox, again.body, properties, mandatory=True)
                sent.add(taken.letter.id)
            tray.settle(taken)
    return len(sent)


def discard(settings: Settings, service: str, ids: Collection[str] | None = None) -> int:
    """Forget dead letters, all without `ids`; return how many.

    Of an event that is there twice both go; what is no longer there is passed over, so that this
    may be repeated.
    """
    with _opened(settings, service) as tray:
        count = 0
        for taken in tray.choose(ids):
            tray.settle(taken)
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


_NO_SUCH_QUEUE, _LOCKED = 404, 405
_TURN_SECONDS, _BACK_SECONDS = 3.0, 2.0
_GLANCE_SECONDS = 0.02


@contextmanager
def _opened(settings: Settings, service: str) -> Iterator[_Tray]:
    """Wait for one's turn and take hold of a service's dead letters; put back what is left."""
    try:
        connection = pika.BlockingConnection(connection_parameters(settings.amqp_uri))
        try:
            tray = _Tray(_turn(connection, service, settings), service, settings)
            yield tray
            tray.put_back()
        finally:
            if connection.is_open:
                connection.close()
    except (AMQPError, OSError) as error:
        raise _refusal(error, service, settings) from error


def _refusal(error: Exception, service: str, settings: Settings) -> DomainError:
    """Return what an error of the broker means for whoever looks at dead letters."""
    if isinstance(error, ChannelClosedByBroker) and error.reply_code == _NO_SUCH_QUEUE:
        return NotFound(
            "no-such-service",
            f"Chưa có hàng đợi sự kiện lỗi của {service}.",
            f"There is no queue of dead letters of {service}: it was never set up here, or listens "
            "to no events.",
        )
    return broker_away(without_password(settings.amqp_uri), words(error))


def _turn(connection: Any, service: str, settings: Settings) -> Any:
    """Return a channel once nobody else looks at these letters."""
    until = time.monotonic() + _TURN_SECONDS
    while True:
        channel = connection.channel()
        try:
            channel.queue_declare(f"{dead_queue(service, settings)}.look", exclusive=True)
        except ChannelClosedByBroker as error:
            if error.reply_code != _LOCKED:
                raise
            if time.monotonic() > until:
                raise Unavailable(
                    "dead-letters-in-hand",
                    "Đang có người khác xem các sự kiện này. Hãy thử lại sau giây lát.",
                    f"Somebody else has the dead letters of {service} in hand. Try again.",
                    retry_after=5,
                ) from error
            time.sleep(_GLANCE_SECONDS)
        else:
            return channel


@dataclass(frozen=True)
class _Taken:
    tag: int
    letter: DeadLetter
    message: Message


def _age(taken: _Taken) -> str:
    """Return what puts letters in order: those that were put back may come out in another."""
    return taken.letter.died_at or ""


class _Tray:
    """Dead letters that are out of the queue for the moment."""

    def __init__(self, channel: Any, service: str, settings: Settings) -> None:
        self.channel = channel
        self._service = service
        self._queue = dead_queue(service, settings)
        self._out = 0

    def take(self, limit: int) -> list[_Taken]:
        """Take the letters that are there now, the oldest first."""
        return sorted(islice(self._each(), limit), key=_age)

    def choose(self, ids: Collection[str] | None) -> Iterator[_Taken]:
        """Yield all letters with these ids that are there, all without; oldest first.

        However many there are: where none is named, a part at a time is put in order. An event
        that died twice is there twice, under one id.
        """
        each = self._each()
        if ids is not None:
            yield from sorted((one for one in each if one.letter.id in ids), key=_age)
            return
        while part := sorted(islice(each, AT_A_TIME), key=_age):
            yield from part

    def _each(self) -> Iterator[_Taken]:
        for _ in range(self._waiting()):
            method, properties, body = self.channel.basic_get(self._queue)
            if method is None:
                return
            self._out += 1
            message = Message(
                headers=properties.headers or {},
                body=body,
                message_id=properties.message_id,
                type=properties.type,
                correlation_id=properties.correlation_id,
                content_type=properties.content_type,
            )
            yield _Taken(method.delivery_tag, _letter(self._service, message), message)

    def settle(self, taken: _Taken) -> None:
        """Take a letter out for good."""
        self.channel.basic_ack(taken.tag)
        self._out -= 1

    def put_back(self) -> None:
        """Put back what was not settled, and return when the queue shows it."""
        if not self._out:
            return
        self.channel.basic_nack(0, multiple=True, requeue=True)
        until = time.monotonic() + _BACK_SECONDS
        while self._waiting() < self._out and time.monotonic() < until:
            time.sleep(_GLANCE_SECONDS)
        self._out = 0

    def _waiting(self) -> int:
        declared = self.channel.queue_declare(self._queue, passive=True)
        return int(declared.method.message_count)


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
