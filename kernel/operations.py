"""What operators ask a service, and may do there: its progress and its dead letters.

>>> class NotifyService:
...     name = "notify"
...     operations = Operations()  # answers ReadProgress, ListDeadLetters, …

Administrators and auditors may look; only administrators may replay and discard. The same facts
stand in the process's metrics, looked at every few seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import eventlet
from nameko.extensions import DependencyProvider

from kernel import deadletters, logs, metrics
from kernel.client import Client
from kernel.config import Settings, settings_of
from kernel.container import Storage
from kernel.deadletters import DeadLetter
from kernel.errors import Forbidden, Unauthenticated
from kernel.feed import Outline, OutlinePage, outline_of
from kernel.progress import Observer, ServiceProgress, age
from kernel.queues import Queues
from kernel.requests import (
    ADMINISTRATOR,
    ANONYMOUS,
    AUDITOR,
    Call,
    Purpose,
    request,
    request_type,
)
from kernel.rpc import SharedClient, serves
from kernel.schemas import field, frozen
from kernel.topology import dead_queue

log = logs.get(__name__)

LETTERS_LIMIT = 200

_LOOK_SECONDS = 5.0
_ASK_SECONDS = 2.0
_LETTER_ID = 200  # characters


@frozen
class ReadProgress:
    """Ask how far the service is."""


@frozen
class ListDeadLetters:
    """Ask for the oldest dead letters, without body and traceback."""

    limit: int = field(default=100, minimum=1, maximum=LETTERS_LIMIT)


@frozen
class DeadLetters:
    """The oldest dead letters of a service; `total` counts all that nobody has in hand."""

    items: tuple[DeadLetter, ...]
    total: int


@frozen
class ReadDeadLetter:
    """Ask for one dead letter whole."""

    id: str = field(min_length=1, max_length=_LETTER_ID)


@frozen
class ReplayDeadLetters:
    """Send dead letters to the service again; those that are gone are passed over."""

    ids: tuple[str, ...] = field(min_length=1, max_length=LETTERS_LIMIT)


@frozen
class DiscardDeadLetters:
    """Forget dead letters; those that are gone are passed over."""

    ids: tuple[str, ...] = field(min_length=1, max_length=LETTERS_LIMIT)


@frozen
class DealtWith:
    """How many dead letters were replayed or discarded."""

    count: int


_READ, _COMMAND = Purpose.READ, Purpose.COMMAND
_ANSWERS: Mapping[type[Any], tuple[type[Any], Purpose]] = {
    ReadProgress: (ServiceProgress, _READ),
    ListDeadLetters: (DeadLetters, _READ),
    ReadDeadLetter: (DeadLetter, _READ),
    ReplayDeadLetters: (DealtWith, _COMMAND),
    DiscardDeadLetters: (DealtWith, _COMMAND),
}


@cache
def questions_of(service: str) -> Mapping[type[Any], type[Any]]:
    """Return the requests that this service answers, by the kind of question."""
    return {
        kind: request(service, answer, purpose)(type(kind.__name__, (kind,), {}))
        for kind, (answer, purpose) in _ANSWERS.items()
    }


@dataclass(frozen=True)
class Desk:
    """Answers the operators' questions to one service."""

    service: str
    settings: Settings
    observer: Observer
    queues: Queues

    def read_progress(self, message: ReadProgress, call: Call) -> ServiceProgress:
        """Return how far the service is."""
        _require(call, ADMINISTRATOR, AUDITOR)
        return self.observer.look()

    def list_dead_letters(self, message: ListDeadLetters, call: Call) -> DeadLetters:
        """Return the oldest dead letters; none where the service listens to nobody."""
        _require(call, ADMINISTRATOR, AUDITOR)
        if not self.observer.listens:
            return DeadLetters((), 0)
        queue = dead_queue(self.service, self.settings)
        depth = self.queues.depths((queue,)).get(queue)
        found = deadletters.letters(self.settings, self.service, message.limit)
        return DeadLetters(
            items=tuple(replace(letter, body="", traceback="") for letter in found),
            total=max(len(found), depth.ready if depth else 0),
        )

    def read_dead_letter(self, message: ReadDeadLetter, call: Call) -> DeadLetter:
        """Return one dead letter whole; raises `NotFound`."""
        _require(call, ADMINISTRATOR, AUDITOR)
        return deadletters.letter(self.settings, self.service, message.id)

    def replay_dead_letters(self, message: ReplayDeadLetters, call: Call) -> DealtWith:
        """Send dead letters to the service again."""
        _require(call, ADMINISTRATOR)
        count = deadletters.replay(self.settings, self.service, message.ids)
        return self._told("replayed", count, message.ids, call)

    def discard_dead_letters(self, message: DiscardDeadLetters, call: Call) -> DealtWith:
        """Forget dead letters."""
        _require(call, ADMINISTRATOR)
        count = deadletters.discard(self.settings, self.service, message.ids)
        return self._told("discarded", count, message.ids, call)

    def _told(self, what: str, count: int, ids: Sequence[str], call: Call) -> DealtWith:
        log.warning(f"deadletters.{what}", by=call.caller.id, count=count, ids=list(ids))
        return DealtWith(count)


class Operations(DependencyProvider):  # type: ignore[misc]  # nameko has no types
    """Lets a service that has a ledger answer its operators, and count its progress.

    Naming it in a service class is all: the class gets a method for each question.
    """

    storage = Storage()
    neighbours = SharedClient()

    def __init__(self) -> None:
        super().__init__()
        self._desk: Desk | None = None
        self._running = False

    def __set_name__(self, owner: type[Any], name: str) -> None:
        for asked in questions_of(owner.name).values():
            method = request_type(asked).method
            setattr(owner, method, _answering(asked, name, method))

    def start(self) -> None:
        """Begin to count."""
        self._running = True
        self.container.spawn_managed_thread(self._count, identifier="progress")

    def stop(self) -> None:
        """Count no more."""
        self._running = False
        if self._desk is not None:
            self._desk.queues.close()

    def get_dependency(self, worker_ctx: Any) -> Desk:
        """Return what answers."""
        return self._opened()

    def _opened(self) -> Desk:
        if self._desk is None:
            settings = settings_of(self.container)
            queues = Queues(settings.amqp_uri)
            observer = Observer(
                self.container.service_cls, settings, self.storage.client, queues, self._outlines
            )
            self._desk = Desk(self.container.service_name, settings, observer, queues)
        return self._desk

    def _outlines(self, source: str, after: int, limit: int) -> Sequence[Outline]:
        client: Client = self.neighbours.client
        question = outline_of(source)(after=after, limit=limit)
        page: OutlinePage = client.call(question, timeout=_ASK_SECONDS)
        return page.commits

    def _count(self) -> None:
        # whatever escaped from an extension's thread would end the whole container
        while self._running:
            try:
                measure(self._opened().observer.look())
            except Exception as error:  # noqa: BLE001 - the figures stand still, and that shows
                log.warning("progress.unknown", reason=str(error).partition("\n")[0][:200])
            eventlet.sleep(_LOOK_SECONDS)


def measure(seen: ServiceProgress) -> None:
    """Put what was seen into the process's metrics."""
    service = seen.service
    metrics.PROGRESS_AT.labels(service).set(seen.at.timestamp())
    metrics.LEDGER_HEAD.labels(service).set(seen.head)
    metrics.RELAY_CHECKPOINT.labels(service).set(seen.relay.position)
    metrics.RELAY_ACTIVE.labels(service).set(int(seen.relay.active))
    metrics.OLDEST_UNPUBLISHED.labels(service).set(age(seen.relay.oldest, seen.at))
    for one in seen.sources:
        if one.known or one.oldest is not None:
            waits = age(one.oldest, seen.at)
            metrics.OLDEST_UNHANDLED.labels(service, one.source).set(waits)
        else:
            # neither 0 nor what it was before: an alert is to see that nobody knows
            metrics.OLDEST_UNHANDLED.remove(service, one.source)
        metrics.HEARD_POSITION.labels(service, one.source).set(one.position)
    if seen.inbox is not None:
        for queue in ("ready", "retrying", "dead"):
            metrics.QUEUE_MESSAGES.labels(service, queue).set(getattr(seen.inbox, queue))
        metrics.INBOX_CONSUMERS.labels(service).set(seen.inbox.consumers)
    if seen.projector is not None:
        metrics.PROJECTOR_POSITION.labels(service).set(seen.projector.position)
    for view in seen.views:
        metrics.REBUILD_INTERRUPTED.labels(service, view.name).set(int(view.interrupted))


def _answering(asked: type[Any], attribute: str, method: str) -> Any:
    """Return the method of a service class that answers one kind of question."""

    @serves(asked)
    def answer(service: Any, message: Any, call: Call) -> Any:
        return getattr(getattr(service, attribute), method)(message, call)

    answer.__name__ = method
    return answer


def _require(call: Call, *roles: str) -> None:
    if call.caller == ANONYMOUS:
        raise Unauthenticated("log-in-first", "Hãy đăng nhập trước.", "Log in first.")
    if not call.caller.is_officer or not set(roles) & set(call.caller.roles):
        raise Forbidden(
            "operators-only",
            "Việc này dành cho quản trị viên của hệ thống.",
            "This is for the system's administrators.",
        )
