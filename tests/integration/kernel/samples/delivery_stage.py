"""The stage on which the tests of subscriptions play: an owner, its exchange, a listener."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import amqp
from kombu import Connection
from ledgers import Counted, meta, open_ledger
from pymongo import MongoClient
from samples.processes import eventually

from kernel import topology
from kernel.config import Settings
from kernel.delivery import read_tiers
from kernel.envelope import Envelope, Message, envelopes, to_message
from kernel.topology import Consumer, Source
from kernel.trust import ensure_keys

LISTENER = "samples.delivery_sample:Tally"
OWNER = "samples.delivery_sample:Counting"
TIERS = {"RETRY_TIERS": "100ms,200ms"}


class Stage:
    """A ledger, the exchange of its events, and what the listener made of them."""

    def __init__(self, settings: Settings, client: MongoClient[Any], channel: Any) -> None:
        self.settings = settings
        self.own = uuid4().hex[:8]
        self.source = Source("counting", settings)
        self.consumer = Consumer("tally", ("counting",), settings, read_tiers(TIERS["RETRY_TIERS"]))
        self.ledger = open_ledger(client, settings.namespace)
        self.database = client[settings.database("tally")]
        self.channel = channel

    def name(self, stream: str) -> str:
        """The full name of a stream of this stage."""
        return f"{stream}-{self.own}"

    def write(self, stream: str, *numbers: int) -> list[Envelope]:
        """Append an event for each number and return them, ready to travel."""
        name = self.name(stream)
        version = self.ledger.head_version(name)
        commit = self.ledger.append(
            name,
            [Counted(number) for number in numbers],
            expected=version,
            commit_id=f"{name}-{version}",
            meta=meta(),
        )
        return list(envelopes("counting", commit))

    def publish(self, *messages: Envelope | Message) -> None:
        """Put messages on the exchange, one after another."""
        for item in messages:
            message = to_message(item) if isinstance(item, Envelope) else item
            properties = message.properties()
            headers = properties.pop("headers")
            self.channel.basic_publish(
                amqp.Message(message.body, application_headers=headers, **properties),
                exchange=self.source.events,
                routing_key=message.type or "x",
            )

    def switch_on(self, name: str) -> None:
        """Let the listener behave from now on."""
        self.database["switches"].insert_one({"_id": f"{name}-{self.own}"})

    def effects(self, stream: str) -> list[int]:
        """Versions of a stream that had their effect, in the order of the effects."""
        return self._versions("effects", stream)

    def calls(self, stream: str) -> list[int]:
        """Versions with which the handler was called, in that order."""
        return self._versions("calls", stream)

    def cursor(self, stream: str) -> int:
        """The version up to which the listener has applied a stream."""
        found = self.database["cursors"].find_one({"_id": f"counting/{self.name(stream)}"})
        return 0 if found is None else int(found["version"])

    def waits_for(self, stream: str, version: int) -> None:
        """Return when the listener has applied a version."""
        eventually(lambda: self.cursor(stream) == version, lambda: self.cursor(stream))

    def count(self, queue: str) -> int:
        """Messages in a queue that nobody holds."""
        return int(self.channel.queue_declare(queue, passive=True).message_count)

    def dead_letter(self) -> Any:
        """Take the next dead letter."""
        found: list[Any] = []

        def take() -> bool:
            found.append(self.channel.basic_get(self.consumer.dead, no_ack=True))
            return found[-1] is not None

        eventually(take)
        return found[-1]

    def said(self, event: str, stream: str) -> bool:
        """Whether a process of this installation said this of a stream."""
        lines = (
            line
            for path in self.settings.home.glob("*.log")
            for line in path.read_text().splitlines()
        )
        return any(event in line and self.name(stream) in line for line in lines)

    def _versions(self, collection: str, stream: str) -> list[int]:
        found = self.database[collection].find({"stream": self.name(stream)})
        return [int(document["version"]) for document in found]


@contextmanager
def prepared(settings: Settings) -> Iterator[Settings]:
    """Make the keys and the topology of an installation, and take the latter away again."""
    ensure_keys(settings.keys, ["counting", "tally", "identity"])
    consumer = Consumer("tally", ("counting",), settings, read_tiers(TIERS["RETRY_TIERS"]))
    topology.declare(settings, consumer)
    yield settings
    with Connection(settings.amqp_uri) as connection:
        channel = connection.channel()
        for queue in topology.all_queues((consumer,)):
            channel.queue_delete(queue.name)
        for service in ("counting", "tally"):
            channel.queue_delete(settings.amqp_name(f"rpc-{service}"))
        for exchange in (
            *consumer.exchanges(),
            topology.Exchange(settings.amqp_name("nameko-rpc"), "topic"),
        ):
            channel.exchange_delete(exchange.name)
