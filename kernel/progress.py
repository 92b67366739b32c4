"""How far a service is: its ledger, its relay, its inbox, its neighbours' events, its views.

The facts behind `motcua lag`, `motcua doctor`, the operators' page and the metrics. A look costs
the same whatever the sizes: the ledger's end is found by galloping, queues are asked for their
depth, positions are remembered.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from itertools import starmap
from typing import Any

from pymongo import MongoClient

from kernel import rebuild
from kernel.commits import Head
from kernel.config import Settings
from kernel.container import followed_by, tallies_of, views_of
from kernel.errors import DomainError
from kernel.feed import Outline, outline
from kernel.hearing import Outlines, heard, listen
from kernel.lease import holding
from kernel.ledger_reader import LedgerReader, ledger_collection
from kernel.queues import BrokerAway, Depth, Queues
from kernel.schemas import field, frozen
from kernel.subscription import consumer_of
from kernel.views import POSITION, PROJECTOR

Document = dict[str, Any]


@frozen
class RelayProgress:
    """The relay of the service's ledger.

    `active`: a process holds the lease now; `holder` names who held it last. Everything up to
    `position` is on the broker for good. `oldest` is the first commit that is not.
    """

    active: bool
    holder: str
    position: int
    oldest: Outline | None


@frozen
class InboxProgress:
    """The service's queues, in messages.

    `ready` waits in the inbox, not counting what processes have in their hands (at most twice
    MAX_WORKERS each); `consumers` receive from it; `retrying` waits for another attempt; `dead`
    was given up.
    """

    ready: int
    consumers: int
    retrying: int
    dead: int


@frozen
class SourceProgress:
    """How far the service has dealt with a neighbour's ledger (`kernel.hearing`).

    `oldest` is the first commit that it has not dealt with whole; `known`: the neighbour's ledger
    was asked to its end, so that without `oldest` there is none.
    """

    source: str
    position: int
    oldest: Outline | None
    known: bool


@frozen
class ViewProgress:
    """A view: the generation that is read, and the rebuild under way or interrupted, if any.

    `left_over` are collections of it that are neither read nor written, and should be dropped.
    """

    name: str
    generation: int
    stage: str | None
    running: bool
    done: int
    total: int
    left_over: tuple[str, ...] = field(default=())

    @property
    def interrupted(self) -> bool:
        """Whether a rebuild ended before its end."""
        return self.stage is not None and not self.running


@frozen
class ProjectorProgress:
    """Up to `position` every view was checked; `oldest` is the first commit behind it."""

    position: int
    oldest: Outline | None


@frozen
class ServiceProgress:
    """How far a service is, at one moment.

    `head` is its ledger's last position. `inbox` is None where the service listens to nobody
    (`listens`) or the broker does not answer. `projector` is None where the service keeps no
    views in its database.
    """

    service: str
    at: datetime
    head: int
    relay: RelayProgress
    listens: bool
    inbox: InboxProgress | None
    sources: tuple[SourceProgress, ...]
    projector: ProjectorProgress | None
    views: tuple[ViewProgress, ...]


class Observer:
    """Looks at one service again and again; remembers the ledger's head between two looks.

    `outlines` tells what stands in the neighbours' ledgers.
    """

    def __init__(
        self,
        service_class: type[Any],
        settings: Settings,
        client: MongoClient[Document],
        queues: Queues,
        outlines: Outlines,
    ) -> None:
        self.service = str(service_class.name)
        self._database = client[settings.database(self.service)]
        self._reader = LedgerReader(ledger_collection(client, settings.namespace, self.service))
        self._consumer = consumer_of(service_class, settings)
        self._views = (
            *((view.name, (view.name,)) for view in views_of(service_class)),
            *((tally.name, (tally.name,)) for tally in tallies_of(service_class)),
            *((kept.name, kept.collections) for kept in rebuild.kept_by(service_class)),
        )
        self._projects = followed_by(service_class) is not None
        self._queues = queues
        self._outlines = outlines
        self._head: Head | None = None

    @property
    def listens(self) -> bool:
        """Whether the service has an inbox."""
        return self._consumer is not None

    def look(self) -> ServiceProgress:
        """Return how far it is now; raises `PyMongoError` where the database does not answer."""
        self._head = self._reader.head(self._head)
        return ServiceProgress(
            service=self.service,
            at=datetime.now(UTC),
            head=self._head.position,
            relay=self._relay(),
            listens=self.listens,
            inbox=self._inbox(),
            sources=tuple(map(self._source, self._consumer.sources if self._consumer else ())),
            projector=self._projector(),
            views=tuple(starmap(self._view, self._views)),
        )

    def _relay(self) -> RelayProgress:
        held = holding(self._database["relay"], "relay")
        position = 0 if held is None else held.position
        return RelayProgress(
            active=held is not None and held.active,
            holder="" if held is None else held.holder,
            position=position,
            oldest=self._first_behind(position),
        )

    def _first_behind(self, position: int) -> Outline | None:
        return next(iter(outline(self._reader, position, 1)), None)

    def _inbox(self) -> InboxProgress | None:
        if self._consumer is None:
            return None
        consumer = self._consumer
        retries = [consumer.retry(tier) for tier in consumer.tiers]
        try:
            found = self._queues.depths((consumer.inbox, *retries, consumer.dead))
        except BrokerAway:
            return None
        inbox = found.get(consumer.inbox, _NONE)
        return InboxProgress(
            ready=inbox.ready,
            consumers=inbox.consumers,
            retrying=sum(found.get(name, _NONE).ready for name in retries),
            dead=found.get(consumer.dead, _NONE).ready,
        )

    def _source(self, source: str) -> SourceProgress:
        try:
            found = listen(self._database, source, self._outlines)
        except DomainError:  # the neighbour is away; what was heard stays heard
            return SourceProgress(source, heard(self._database, source), None, known=False)
        return SourceProgress(source, found.position, found.oldest, known=found.whole)

    def _projector(self) -> ProjectorProgress | None:
        if not self._projects:
            return None
        found = self._database["checkpoints"].find_one({"_id": PROJECTOR})
        position = 0 if found is None else int(found[POSITION])
        return ProjectorProgress(position, self._first_behind(position))

    def _view(self, name: str, collections: tuple[str, ...]) -> ViewProgress:
        found = rebuild.standing(self._database, name, collections)
        stage = None if found.stage is None else found.stage.value
        return ViewProgress(
            name=name,
            generation=found.current,
            stage=stage,
            running=found.running,
            done=found.done,
            total=found.total,
            left_over=found.left_over,
        )


_NONE = Depth(0, 0)


def ledgers_outlines(client: MongoClient[Document], namespace: str) -> Outlines:
    """Return outlines read from the ledgers themselves, for who may read them all."""
    readers: dict[str, LedgerReader] = {}

    def read(source: str, after: int, limit: int) -> tuple[Outline, ...]:
        if source not in readers:
            readers[source] = LedgerReader(ledger_collection(client, namespace, source))
        return outline(readers[source], after, limit)

    return read


def age(oldest: Outline | None, now: datetime) -> float:
    """Return the seconds for which a commit has been waiting; 0 where there is none."""
    return 0.0 if oldest is None else max(0.0, (now - oldest.recorded_at).total_seconds())


class Concern(StrEnum):
    """What an operator should look into."""

    NO_RELAY = "no-relay"
    RELAY_BEHIND = "relay-behind"
    BROKER_AWAY = "broker-away"
    NO_CONSUMER = "no-consumer"
    DEAD_LETTERS = "dead-letters"
    UNHANDLED = "unhandled"
    VIEWS_BEHIND = "views-behind"
    REBUILD_INTERRUPTED = "rebuild-interrupted"
    LEFT_OVER = "left-over"


# Seconds that may pass before something that waits is a concern. A failing event is tried for
# some 71 seconds before it goes to the dead letters.
_PROMPT, _PATIENT = 10, 120


def concerns(seen: ServiceProgress) -> tuple[Concern, ...]:
    """Return what is not as it should be, the cause before what follows from it."""
    inbox, projector = seen.inbox, seen.projector
    checks = {
        Concern.NO_RELAY: not seen.relay.active,
        Concern.RELAY_BEHIND: age(seen.relay.oldest, seen.at) > _PROMPT,
        Concern.BROKER_AWAY: seen.listens and inbox is None,
        Concern.NO_CONSUMER: inbox is not None and inbox.consumers == 0,
        Concern.DEAD_LETTERS: inbox is not None and inbox.dead > 0,
        Concern.UNHANDLED: any(age(one.oldest, seen.at) > _PATIENT for one in seen.sources),
        Concern.VIEWS_BEHIND: projector is not None and age(projector.oldest, seen.at) > _PROMPT,
        Concern.REBUILD_INTERRUPTED: any(view.interrupted for view in seen.views),
        Concern.LEFT_OVER: any(view.left_over for view in seen.views),
    }
    return tuple(concern for concern, there in checks.items() if there)
