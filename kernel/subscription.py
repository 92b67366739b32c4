"""From the broker to a service's handlers: in order, retried, and never lost.

>>> class NotifyService:
...     name = "notify"
...
...     @subscribes(dossier.EVENTS, dossier.DossierSubmitted, dossier.DossierAccepted)
...     def on_dossier(self, record: Recorded) -> None: ...

One queue per service, `notify.inbox`, holds all events of all its sources. A handler must be
idempotent: it appends with a commit id that follows from `record.id`, so that an event handled
twice has one effect. A handler that raises is tried again and then put with the dead letters; one
that raises `Unavailable` is tried again for as long as it takes.
"""

from __future__ import annotations

import inspect
import random
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import eventlet
from eventlet.event import Event
from eventlet.queue import LightQueue
from eventlet.semaphore import Semaphore
from kombu import Connection
from nameko.extensions import (
    ENTRYPOINT_EXTENSIONS_ATTR,
    Entrypoint,
    SharedExtension,
    register_entrypoint,
)

from kernel import logs, topology
from kernel.config import Settings, read, setting, settings_of
from kernel.container import Storage
from kernel.cursors import CURSORS, StoredCursors
from kernel.delivery import pause_after, read_tiers
from kernel.envelope import Envelope, Message
from kernel.errors import DomainError
from kernel.events import EventTypes, Recorded
from kernel.feed import LIMIT, FeedPage, feed_of
from kernel.outlet import Outlet
from kernel.reception import Reception
from kernel.rpc import SharedClient
from kernel.topology import Consumer

log = logs.get(__name__)
F = TypeVar("F", bound=Callable[..., Any])

_DRAIN_SECONDS = 0.5

Lane = tuple[str | None, str | None]  # source and stream, where they are texts
_STOP_SECONDS = 10.0
_FEED_SECONDS = 5.0
_GATHER_SECONDS = 0.02


@dataclass(frozen=True)
class Patience:
    """How long failed events wait between attempts."""

    tiers: str = setting(
        env="RETRY_TIERS",
        default="1s,10s,60s",
        doc="waiting times between the attempts at an event",
        pattern=r"^[1-9][0-9]*(ms|s|m|h)(,[1-9][0-9]*(ms|s|m|h))*$",
    )


def subscribes(types: EventTypes, *events: type[Any]) -> Callable[[F], F]:
    """Let a method `(self, record)` of a service class handle these events of a neighbour.

    Raises TypeError if the neighbour does not publish one of them.
    """
    unknown = [event.__name__ for event in events if types.types.get(event.__name__) is not event]
    if unknown or not events:
        raise TypeError(f"{types.source} publishes no {', '.join(unknown) or 'event named here'}")

    def decorate(method: F) -> F:
        @wraps(method)
        def handle(service: Any, record: Recorded) -> Any:
            logs.bind_correlation(record.correlation)
            return method(service, record)

        register_entrypoint(handle, Subscription(types, *events))
        return handle  # type: ignore[return-value]

    return decorate


def consumer_of(service_class: type[Any], settings: Settings) -> Consumer | None:
    """Return what a service class listens to, or None if it listens to nothing."""
    found = [
        entrypoint
        for _, method in inspect.getmembers(service_class, inspect.isfunction)
        for entrypoint in getattr(method, ENTRYPOINT_EXTENSIONS_ATTR, ())
        if isinstance(entrypoint, Subscription)
    ]
    return _consumer(service_class.name, found, settings) if found else None


class Inbox(SharedExtension):  # type: ignore[misc]
    """Receives a service's events, on a connection of its own.

    Streams are handled side by side, each stream's events one after another. A message is
    acknowledged when the cursor behind it is stored; those that wait at the same time are stored
    in one write. Nothing here lets an exception out: it would end the whole process.
    """

    storage = Storage()
    neighbours = SharedClient()

    def __init__(self) -> None:
        super().__init__()
        self.subscriptions: list[Subscription] = []
        self._lanes: dict[Lane, deque[Any]] = {}
        self._dealt_with: LightQueue = LightQueue()
        self._unsettled = 0
        self._channel: Any = None
        self._runner: Any = None
        self._broken = False
        self._progress = False
        self._stopping = False

    @property
    def listens(self) -> bool:
        """Whether the service has an inbox at all."""
        return bool(self.subscriptions)

    @property
    def receives(self) -> bool:
        """Whether events come in at this moment: the queue is there and is read."""
        return self._channel is not None

    def start(self) -> None:
        """Begin to receive, as soon as the broker is there."""
        if self._runner is None and self.subscriptions:
            settings = settings_of(self.container)
            self._settings = settings
            self._consumer = _consumer(self.container.service_name, self.subscriptions, settings)
            self._outlet = Outlet(settings.amqp_uri, Semaphore())
            self._cursors = StoredCursors(self.storage.database[CURSORS])
            # Half of the workers at most: a backlog of events must not keep requests waiting.
            self._hands = Semaphore(max(1, settings.max_workers // 2))
            self._reception = Reception(
                consumer=self._consumer,
                types={item.types.source: item.types for item in self.subscriptions},
                handled=frozenset(key for item in self.subscriptions for key in item.handled),
                cursors=self._cursors,
                handle=self._handle,
                feed=self._feed,
                send=self._outlet.send,
            )
            self._runner = self.container.spawn_managed_thread(self._run, identifier="inbox")
            self.container.spawn_managed_thread(self._settle, identifier="inbox-settling")

    def halt(self) -> None:
        """Receive no more, let the events at hand finish, and give back the rest."""
        self._stopping = True
        if self._runner is not None:
            self._runner.wait()

    def kill(self) -> None:
        """Stop at once; what is not acknowledged will come again."""
        self._stopping = True

    def _run(self) -> None:
        failures = 0
        while not self._stopping:
            self._progress = False
            try:
                self._receive_all()
            except Exception as error:  # noqa: BLE001 - reported, and the connection made anew
                failures = 1 if self._progress else failures + 1
                pause = pause_after(failures, random.random())  # noqa: S311 - jitter, no secret
                reason = str(error).partition("\n")[0] or type(error).__name__
                log.warning("inbox.interrupted", reason=reason, retry_in=round(pause, 1))
                eventlet.sleep(0 if self._stopping else pause)
            finally:
                self._channel = None
        self._outlet.close()

    def _receive_all(self) -> None:
        """Receive until told to stop, or until the connection breaks."""
        topology.declare(self._settings, self._consumer)
        with Connection(
            self._settings.amqp_uri, heartbeat=self._settings.heartbeat, connect_timeout=5
        ) as connection:
            self._broken = False
            channel = connection.channel()
            # more than are handled at a time: most need no worker, and wait for their cursor alone
            channel.basic_qos(0, 2 * self._settings.max_workers, a_global=False)
            tag = channel.basic_consume(self._consumer.inbox, callback=self._take)
            self._channel = channel
            log.info("inbox.receiving", queue=self._consumer.inbox)
            while not (self._stopping or self._broken):
                connection.heartbeat_check()
                try:
                    connection.drain_events(timeout=_DRAIN_SECONDS)
                except TimeoutError:
                    continue
            if self._broken:
                raise _Undone("a message could not be dealt with")
            channel.basic_cancel(tag)
            self._until_idle()

    def _take(self, delivered: Any) -> None:
        """Put a message into the lane of its stream."""
        headers = delivered.headers or {}
        key = (_text(headers.get("cloudEvents_source")), _text(headers.get("stream")))
        if key in self._lanes:
            self._lanes[key].append(delivered)
        else:
            self._lanes[key] = deque([delivered])
            self.container.spawn_managed_thread(lambda: self._work_off(key), identifier="lane")

    def _work_off(self, key: Lane) -> None:
        """Deal with a stream's messages, one after another."""
        lane = self._lanes[key]
        while lane and not self._stopping:
            delivered = lane.popleft()
            if delivered.channel is not self._channel:
                continue  # of a lost connection: the broker delivers it again
            try:
                self._reception.receive(_message(delivered))
            except Exception:
                log.exception("inbox.undone")
                self._broken = True
                break
            self._unsettled += 1
            self._dealt_with.put(delivered)
        del self._lanes[key]

    def _settle(self) -> None:
        """Store cursors and acknowledge the messages behind them, for as long as there are any."""
        while True:
            batch = [self._dealt_with.get()]
            eventlet.sleep(_GATHER_SECONDS)
            while not self._dealt_with.empty():
                batch.append(self._dealt_with.get())
            try:
                self._cursors.flush()
            except Exception:
                log.exception("inbox.undone")
                self._broken = True
            else:
                for delivered in batch:
                    self._acknowledge(delivered)
            self._unsettled -= len(batch)

    def _acknowledge(self, delivered: Any) -> None:
        if delivered.channel is not self._channel:
            return  # of a lost connection: it comes again, and is found done
        try:
            delivered.channel.basic_ack(delivered.delivery_tag)
            self._progress = True
        except Exception as error:  # noqa: BLE001 - it comes again, and is found done
            log.debug("inbox.not_acknowledged", reason=str(error))

    def _until_idle(self) -> None:
        with eventlet.Timeout(_STOP_SECONDS, False):
            while self._lanes or self._unsettled:
                eventlet.sleep(0.01)

    def _handle(self, record: Recorded) -> None:
        """Run every handler of an event; raise what the first failing one raised."""
        with self._hands:
            for subscription in self.subscriptions:
                if (record.source, record.type) in subscription.handled:
                    subscription.run(record)

    def _feed(self, source: str, stream: str, after: int, limit: int) -> Sequence[Envelope]:
        question = feed_of(source)(stream=stream, after=after, limit=min(limit, LIMIT))
        page: FeedPage = self.neighbours.client.call(question, timeout=_FEED_SECONDS)
        return page.events


class Subscription(Entrypoint):  # type: ignore[misc]
    """The entrypoint behind `subscribes`."""

    inbox = Inbox()

    def __init__(self, types: EventTypes, *events: type[Any]) -> None:
        super().__init__(expected_exceptions=DomainError)
        self.types = types
        self.handled = frozenset((types.source, event.__name__) for event in events)

    def setup(self) -> None:
        """Join the service's inbox."""
        self.inbox.subscriptions.append(self)

    def stop(self) -> None:
        """Stop the inbox with the first of its subscriptions: they share one queue."""
        self.inbox.halt()

    def run(self, record: Recorded) -> None:
        """Run the method in a worker of the container and raise what it raised."""
        over = Event()

        def finish(_: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            over.send(exc_info)
            return result, exc_info

        self.container.spawn_worker(self, (record,), {}, handle_result=finish)
        if (exc_info := over.wait()) is not None:
            raise exc_info[1]


class _Undone(Exception):
    """A message was left unacknowledged, so that the broker delivers it again."""


def _consumer(service: str, subscriptions: Iterable[Subscription], settings: Settings) -> Consumer:
    sources = sorted({subscription.types.source for subscription in subscriptions})
    return Consumer(service, tuple(sources), settings, read_tiers(read(Patience).tiers))


def _text(header: Any) -> str | None:
    """Return a header that is text; one may be a table or a list, and such makes no lane."""
    return header if isinstance(header, str) else None


def _message(delivered: Any) -> Message:
    """Return a delivered message apart from py-amqp."""
    properties = delivered.properties
    body = delivered.body
    return Message(
        headers=delivered.headers or {},
        body=body if isinstance(body, bytes) else body.encode(),
        message_id=properties.get("message_id"),
        type=properties.get("type"),
        correlation_id=properties.get("correlation_id"),
        content_type=properties.get("content_type"),
    )
