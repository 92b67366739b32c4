"""Every exchange and queue of the broker, as data, and the one function that declares them.

A service that publishes is a `Source`, a service that listens is a `Consumer`:

    dossier.events      topic exchange, routing key = event type
    dossier.unrouted    what no queue is bound for (alternate exchange and a bounded queue)
    notify.inbox        all events for notify, in order; bound `#` to each source it listens to
    notify.retry.1s …   waiting rooms: the broker moves a message back to the inbox after the time
    notify.dead         dead letters, for an operator to look at, replay or discard

The arguments are those that RabbitMQ 3.10 and 4.x agree on. Quorum queues lose nothing that was
confirmed; dead-lettering is at-least-once, which needs `reject-publish` overflow.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from amqp.exceptions import PreconditionFailed
from kombu import Connection

from kernel.config import Settings
from kernel.delivery import DEFAULT_TIERS, Tier

# Times a message may come back from a consumer that died with it in hand. It counts crashes
# only: failures of a handler are counted in our own header.
INBOX_DELIVERY_LIMIT = 50
# A quorum queue counts a look at a message as a delivery, and without a limit of its own
# RabbitMQ 4 drops it after the twentieth. Dead letters are looked at as often as anybody likes.
DEAD_DELIVERY_LIMIT = 1_000_000_000
UNROUTED_LENGTH = 10_000


class TopologyConflict(RuntimeError):
    """The broker has a queue or exchange of that name with other arguments."""


@dataclass(frozen=True)
class Exchange:
    """An exchange, always durable."""

    name: str
    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Queue:
    """A queue, always durable.

    `parking` queues keep messages on purpose and have no consumer; every other queue must have
    one while its service runs.
    """

    name: str
    arguments: Mapping[str, Any]
    parking: bool


@dataclass(frozen=True)
class Binding:
    """Messages of `exchange` that match `key` go to `queue`."""

    queue: str
    exchange: str
    key: str


@dataclass(frozen=True)
class Source:
    """What a service that has a ledger publishes to."""

    service: str
    settings: Settings

    @property
    def events(self) -> str:
        """The exchange of its events."""
        return self.settings.amqp_name(f"{self.service}.events")

    @property
    def unrouted(self) -> str:
        """The exchange and the queue of events that nobody is bound to."""
        return self.settings.amqp_name(f"{self.service}.unrouted")

    def exchanges(self) -> tuple[Exchange, ...]:
        """Its exchanges, in the order of declaration."""
        return (
            Exchange(self.unrouted, "fanout"),
            Exchange(self.events, "topic", {"alternate-exchange": self.unrouted}),
        )

    def queues(self) -> tuple[Queue, ...]:
        """Its queues."""
        bounded = _quorum({"x-max-length": UNROUTED_LENGTH, "x-overflow": "drop-head"})
        return (Queue(self.unrouted, bounded, parking=True),)

    def bindings(self) -> tuple[Binding, ...]:
        """Its bindings."""
        return (Binding(self.unrouted, self.unrouted, ""),)


@dataclass(frozen=True)
class Consumer:
    """What a service that listens to events receives from."""

    service: str
    sources: tuple[str, ...]
    settings: Settings
    tiers: tuple[Tier, ...] = DEFAULT_TIERS

    @property
    def inbox(self) -> str:
        """The one queue of all its events."""
        return self.settings.amqp_name(f"{self.service}.inbox")

    @property
    def dead(self) -> str:
        """The queue of its dead letters."""
        return dead_queue(self.service, self.settings)

    def retry(self, tier: Tier) -> str:
        """The queue in which a message waits for its next attempt."""
        return self.settings.amqp_name(f"{self.service}.retry.{tier.name}")

    def exchanges(self) -> tuple[Exchange, ...]:
        """The exchanges it listens to: whoever starts first declares them."""
        return tuple(
            exchange
            for source in self.sources
            for exchange in Source(source, self.settings).exchanges()
        )

    def queues(self) -> tuple[Queue, ...]:
        """Its queues, in the order of declaration: each after the one it dead-letters to."""
        dead = _quorum({"x-delivery-limit": DEAD_DELIVERY_LIMIT})
        inbox = _quorum({"x-delivery-limit": INBOX_DELIVERY_LIMIT, **_dead_letters_to(self.dead)})
        return (
            Queue(self.dead, dead, parking=True),
            Queue(self.inbox, inbox, parking=False),
            *(
                Queue(
                    self.retry(tier),
                    _quorum({"x-message-ttl": tier.delay_ms, **_dead_letters_to(self.inbox)}),
                    parking=True,
                )
                for tier in self.tiers
            ),
        )

    def bindings(self) -> tuple[Binding, ...]:
        """Its bindings: all events of each source, because order is counted per stream."""
        own = (
            binding
            for source in self.sources
            for binding in Source(source, self.settings).bindings()
        )
        return (
            *own,
            *(
                Binding(self.inbox, Source(source, self.settings).events, "#")
                for source in self.sources
            ),
        )


Part = Source | Consumer


def dead_queue(service: str, settings: Settings) -> str:
    """Return the name of a service's queue of dead letters."""
    return settings.amqp_name(f"{service}.dead")


def all_queues(parts: Iterable[Part]) -> tuple[Queue, ...]:
    """Return every queue of these parts once, with those that a consumer's sources bring."""
    queues: dict[str, Queue] = {}
    for part in parts:
        sources = part.sources if isinstance(part, Consumer) else ()
        of_sources = (q for name in sources for q in Source(name, part.settings).queues())
        for queue in (*of_sources, *part.queues()):
            queues.setdefault(queue.name, queue)
    return tuple(queues.values())


def parking_places(parts: Iterable[Part]) -> frozenset[str]:
    """Return the names of the queues that have no consumer by design."""
    return frozenset(queue.name for queue in all_queues(parts) if queue.parking)


def declare(settings: Settings, *parts: Part, timeout: float = 5.0) -> None:
    """Declare everything of these parts; what is there already stays as it is.

    Raises `TopologyConflict` where something of that name exists with other arguments, and the
    errors of `kombu` where the broker does not answer.
    """
    connection = Connection(settings.amqp_uri, connect_timeout=timeout)
    with contextlib.closing(connection):
        channel = connection.channel()
        try:
            for part in parts:
                _declare_part(channel, part)
        except PreconditionFailed as error:
            raise TopologyConflict(
                f"the broker has a queue or exchange of the same name with other arguments; "
                f"empty and delete it, then start again ({error.reply_text})"
            ) from error


def _declare_part(channel: Any, part: Part) -> None:
    for exchange in part.exchanges():
        channel.exchange_declare(
            exchange.name,
            exchange.kind,
            durable=True,
            auto_delete=False,
            arguments=dict(exchange.arguments),
        )
    for queue in all_queues((part,)):
        channel.queue_declare(
            queue.name, durable=True, auto_delete=False, arguments=dict(queue.arguments)
        )
    for binding in part.bindings():
        channel.queue_bind(binding.queue, binding.exchange, binding.key)


def _quorum(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"x-queue-type": "quorum", **arguments}


def _dead_letters_to(queue: str) -> dict[str, Any]:
    return {
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": queue,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
