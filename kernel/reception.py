"""What becomes of one message: the version rule, gaps, patience and the dead letters.

Apart from the service container and from RabbitMQ: what it needs of them are four functions.
`receive` returns when the message has been dealt with, one way or another, and may be
acknowledged. It raises only where nothing could be done with it, so that the broker keeps it.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pymongo.errors import ConnectionFailure

from kernel import logs, metrics
from kernel.cursors import Cursors
from kernel.delivery import Delivery, decide_delivery, tier_after_failure, tier_while_waiting
from kernel.envelope import (
    ATTEMPT,
    ATTEMPT_AT,
    REPLAY,
    WAITS,
    Envelope,
    Message,
    Undecodable,
    from_message,
    to_message,
)
from kernel.errors import DomainError, Unavailable
from kernel.events import EventTypes, Recorded, UndecodableEvent, UnknownEvent
from kernel.schemas import rfc3339
from kernel.topology import Consumer

log = logs.get(__name__)

# Somebody does not answer: no fault of the message, which waits for as long as it takes.
_AWAY = (Unavailable, ConnectionFailure, ConnectionError, TimeoutError)
# No number of attempts makes this code understand it.
_HOPELESS = (Undecodable, UndecodableEvent, UnknownEvent)

_TRACEBACK_CHARACTERS = 8_000

Handle = Callable[[Recorded], None]
Feed = Callable[[str, str, int, int], Sequence[Envelope]]
Send = Callable[[str, Message], None]


@dataclass(frozen=True)
class Reception:
    """Deals with the messages of one consumer.

    `types` are the event types of each source, `handled` those for which there is a handler, as
    (source, type). `handle` runs the handlers of an event, `feed` asks the owner of a stream for
    (source, stream, after, limit), `send` puts a message into a queue and returns when the
    broker has it for good.
    """

    consumer: Consumer
    types: Mapping[str, EventTypes]
    handled: frozenset[tuple[str, str]]
    cursors: Cursors
    handle: Handle
    feed: Feed
    send: Send

    def receive(self, message: Message) -> None:
        """Deal with a message."""
        try:
            envelope = from_message(message)
        except Undecodable as error:
            self._bury(message, error, attempts=1)
            return
        logs.bind_correlation(envelope.correlation)
        try:
            self._apply(envelope, message)
        except Exception as error:  # noqa: BLE001 - no handler's failure: those end in `_apply`
            self._wait(envelope, message, error)

    def _apply(self, envelope: Envelope, message: Message) -> None:
        """Handle what is due, in order; stop at a failure that is worth another attempt."""
        tried = {message.count(ATTEMPT_AT) or envelope.version: message.count(ATTEMPT)}
        for event, in_order in self._due(envelope, replay=bool(message.count(REPLAY))):
            try:
                self._handle(event)
            except _AWAY:
                raise
            except Exception as error:  # noqa: BLE001 - whatever a handler raises is its failure
                attempts = tried.get(event.version, 0) + 1
                if self._retry(event, message, error, attempts):
                    return
                dead = message if event is envelope else to_message(event)
                self._bury(dead, error, attempts)
            if in_order:
                self.cursors.move(event.source, event.stream, event.version)

    def _due(self, envelope: Envelope, *, replay: bool) -> Iterator[tuple[Envelope, bool]]:
        """Yield the events to handle now, and whether the cursor follows them."""
        applied = self.cursors.applied(envelope.source, envelope.stream)
        decision = decide_delivery(applied, envelope.version)
        if replay:
            yield envelope, decision is Delivery.NEXT
            return
        if decision is Delivery.GAP:
            yield from ((event, True) for event in self._missing(envelope, applied))
        if decision is not Delivery.REPEATED:
            yield envelope, True

    def _missing(self, envelope: Envelope, applied: int) -> Iterator[Envelope]:
        """Fetch the events between the last one applied and this one from their owner."""
        log.info(
            "event.gap",
            source=envelope.source,
            stream=envelope.stream,
            applied=applied,
            version=envelope.version,
        )
        while applied < envelope.version - 1:
            page = self._ask(envelope, applied)
            if not page or page[0].version != applied + 1:
                raise Unavailable(
                    "feed-incomplete",
                    "Dữ liệu của hệ thống chưa đầy đủ. Hãy thử lại sau ít phút.",
                    f"{envelope.source} does not have {envelope.stream} version {applied + 1}.",
                )
            yield from page
            applied = page[-1].version

    def _ask(self, envelope: Envelope, applied: int) -> Sequence[Envelope]:
        missing = envelope.version - 1 - applied
        try:
            return self.feed(envelope.source, envelope.stream, applied, missing)
        except DomainError as error:  # whatever it is, without the gap nothing can be done now
            raise Unavailable(error.code, error.vi, error.en) from error

    def _handle(self, event: Envelope) -> None:
        if (event.source, event.type) in self.handled:
            self.handle(event.record(self.types[event.source]))
            self._count(event.type, "handled")

    def _retry(self, event: Envelope, message: Message, error: Exception, attempts: int) -> bool:
        """Put a message aside for another attempt at an event; False: there is none left."""
        self._count(event.type, "failed")
        tier = tier_after_failure(attempts, self.consumer.tiers)
        if tier is None or isinstance(error, _HOPELESS):
            return False
        again = message.with_headers(**{ATTEMPT: attempts, ATTEMPT_AT: event.version})
        self.send(self.consumer.retry(tier), again)
        log.warning(
            "event.failed",
            **_place(event),
            attempt=attempts,
            again_in=tier.name,
            error=_class_name(error),
        )
        return True

    def _wait(self, envelope: Envelope, message: Message, error: Exception) -> None:
        """Put a message aside until somebody is back."""
        waits = message.count(WAITS) + 1
        tier = tier_while_waiting(waits, self.consumer.tiers)
        self.send(self.consumer.retry(tier), message.with_headers(**{WAITS: waits}))
        log.warning("event.waits", **_place(envelope), again_in=tier.name, reason=str(error)[:200])

    def _bury(self, message: Message, error: Exception, attempts: int) -> None:
        """Send a message to the dead letters, with what an operator needs to know."""
        details = "".join(traceback.format_exception(error))
        headers = {
            REPLAY: None,
            ATTEMPT: attempts,
            ATTEMPT_AT: None,
            "error": _class_name(error),
            "error_message": str(error)[:1000],
            "traceback": details[-_TRACEBACK_CHARACTERS:],
            "died_at": rfc3339(datetime.now(UTC)),
        }
        self.send(self.consumer.dead, message.with_headers(**headers))
        self._count(message.type or "undecodable", "dead")
        log.error(
            "event.dead",
            event_id=message.message_id,
            type=message.type,
            attempts=attempts,
            error=_class_name(error),
            exc_info=error,
        )

    def _count(self, type_name: str, outcome: str) -> None:
        metrics.EVENTS.labels(self.consumer.service, type_name, outcome).inc()


def _place(envelope: Envelope) -> dict[str, Any]:
    return {
        "event_id": envelope.id,
        "type": envelope.type,
        "source": envelope.source,
        "stream": envelope.stream,
        "version": envelope.version,
    }


def _class_name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"
