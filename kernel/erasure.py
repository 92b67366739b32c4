"""Forgetting a person in one service: at once when it hears of it, and once more for certain.

>>> class DossierService:
...     name = "dossier"
...     erasing = Erasing(identity.EVENTS, identity.SubjectErased)
...
...     def forget(self, subject: str) -> Mapping[str, int]: ...

`forget` destroys the service's key of the subject and deletes its copies; it may be repeated at
any time, and says how many things of which kind it found. It runs twice: when the event comes,
and `SETTLED` later, when no process can have used a remembered key any more. That the second time
is due stands in the database, so it comes whatever is killed in between:

    {_id: <subject>, heard_at, forgotten_at, again_at, finished_at, forgotten: {<kind>: <number>}}

`forgotten_at` is the end of the first whole time, from which the key is gone; `again_at` is there
while there is more to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from nameko.extensions import DependencyProvider
from pymongo import ReturnDocument
from pymongo.collection import Collection
from pymongo.write_concern import WriteConcern

from kernel import logs
from kernel.container import Storage
from kernel.errors import Forbidden
from kernel.events import EventTypes, Recorded
from kernel.privacy import SETTLED
from kernel.requests import SETUP, Call, command, request
from kernel.rpc import serves
from kernel.schemas import field, frozen
from kernel.subscription import subscribes
from kernel.timers import every

log = logs.get(__name__)

Forget = Callable[[str], Mapping[str, int]]

_TICK_SECONDS = 5
_TURN = timedelta(minutes=1)


@frozen
class Erasure:
    """How far a service has forgotten a subject; nothing is set where it never heard of it."""

    service: str
    heard_at: datetime | None = field(default=None)
    finished_at: datetime | None = field(default=None)
    forgotten: Mapping[str, int] = field(default_factory=dict, doc="what was found, by its kind")


@frozen
class ReadErasure:
    """Ask how far a service has forgotten a subject; for the set-up only."""

    subject: str = field(min_length=1, max_length=64)


@frozen
class ForgetSubject:
    """Have a service forget an erased subject again, as after a backup was restored.

    For the set-up only, which asks identity first whether the subject is erased.
    """

    subject: str = field(min_length=1, max_length=64)


@cache
def read_erasure_of(service: str) -> type[ReadErasure]:
    """Return the request that this service answers with what it has forgotten."""
    return request(service, answer=Erasure)(type("ReadErasure", (ReadErasure,), {}))


@cache
def forget_subject_of(service: str) -> type[ForgetSubject]:
    """Return the request on which this service forgets again."""
    return command(service, answer=Erasure)(type("ForgetSubject", (ForgetSubject,), {}))


class Erasures:
    """What one service has forgotten, in a collection of its own."""

    def __init__(
        self,
        service: str,
        collection: Collection[dict[str, Any]],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._service = service
        self._collection = collection.with_options(write_concern=WriteConcern("majority", j=True))
        self._clock = clock

    def ensure_indexes(self) -> None:
        """Create the index by which it is found what is due."""
        self._collection.create_index("again_at")

    def hear(self, subject: str, forget: Forget) -> Erasure:
        """Forget a subject now, and see to it that it is forgotten once more."""
        now = self._clock()
        change = {
            "$setOnInsert": {"heard_at": now},
            "$set": {"again_at": now + _TURN},
            "$unset": {"forgotten_at": ""},
        }
        self._go_through(self._changed({"_id": subject}, change, upsert=True), forget)
        return self.read(subject)

    def repeat(self, forget: Forget) -> None:
        """Forget once more whom it is time for.

        Whoever moves `again_at` on by a minute has the turn; should it end badly, somebody has the
        next.
        """
        now = self._clock()
        due = {"again_at": {"$lte": now}}
        turn = {"$set": {"again_at": now + _TURN}}
        while (found := self._changed(due, turn)) is not None:
            self._go_through(found, forget)

    def read(self, subject: str) -> Erasure:
        """Return how far a subject is forgotten; `finished_at` once nothing more is due."""
        found = self._collection.find_one({"_id": subject}) or {}
        return Erasure(
            self._service,
            found.get("heard_at"),
            None if "again_at" in found else found.get("finished_at"),
            found.get("forgotten", {}),
        )

    def _go_through(self, known: dict[str, Any] | None, forget: Forget) -> None:
        """Forget, then say when to do so again: `SETTLED` after the first time, then never."""
        if known is None:
            return
        subject, first = str(known["_id"]), known.get("forgotten_at")
        certain = first is not None and first + SETTLED <= self._clock()
        found = forget(subject)
        now = self._clock()
        change: dict[str, Any] = (
            {"$unset": {"again_at": ""}, "$set": {"finished_at": now}}
            if certain
            else {"$set": {"forgotten_at": now, "again_at": now + SETTLED}}
        )
        if counts := {f"forgotten.{kind}": number for kind, number in found.items() if number}:
            change["$inc"] = counts
        # one that took longer than its turn counts too, but for whoever began where it began
        self._collection.update_one({"_id": subject, "forgotten_at": first}, change)
        log.info("subject forgotten", subject=subject, for_certain=certain)

    def _changed(
        self, query: dict[str, Any], change: dict[str, Any], *, upsert: bool = False
    ) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._collection.find_one_and_update(
            query, change, upsert=upsert, return_document=ReturnDocument.AFTER
        )
        return found


class Erasing(DependencyProvider):  # type: ignore[misc]  # nameko has no types
    """Lets a service forget whom an event names in `subject`.

    Naming it in a service class that has a method `forget(subject)` is all: the class gets the
    subscription, the timer of the second time, and the answers to `ReadErasure` and
    `ForgetSubject`.
    """

    storage = Storage()

    def __init__(self, types: EventTypes, event: type[Any]) -> None:
        super().__init__()
        self._types = types
        self._event = event

    def __set_name__(self, owner: type[Any], name: str) -> None:
        @subscribes(self._types, self._event)
        def on_subject_erased(service: Any, record: Recorded) -> None:
            getattr(service, name).hear(record.event.subject, service.forget)

        @every(_TICK_SECONDS)
        def forget_once_more(service: Any) -> None:
            getattr(service, name).repeat(service.forget)

        @serves(read_erasure_of(owner.name))
        def read_erasure(service: Any, message: ReadErasure, call: Call) -> Erasure:
            _require_setup(call)
            found: Erasure = getattr(service, name).read(message.subject)
            return found

        @serves(forget_subject_of(owner.name))
        def forget_subject(service: Any, message: ForgetSubject, call: Call) -> Erasure:
            _require_setup(call)
            done: Erasure = getattr(service, name).hear(message.subject, service.forget)
            return done

        for method in (on_subject_erased, forget_once_more, read_erasure, forget_subject):
            setattr(owner, method.__name__, method)

    def start(self) -> None:
        """Make the index."""
        self._erasures().ensure_indexes()

    def get_dependency(self, worker_ctx: Any) -> Erasures:
        """Return what is forgotten."""
        return self._erasures()

    def _erasures(self) -> Erasures:
        return Erasures(self.container.service_name, self.storage.database["erasures"])


def _require_setup(call: Call) -> None:
    if call.caller.id != SETUP:
        raise Forbidden(
            "setup-only",
            "Chỉ dòng lệnh của hệ thống được dùng.",
            "Only the installation's own command line may ask this.",
        )
