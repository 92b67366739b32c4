"""What a service class lists to get its ledger, its database, its aggregates and its views.

>>> class DossierService:
...     name = "dossier"
...     database = DatabaseProvider()
...     status = ViewProvider("dossier", project, indexes=[("unit", "open", "due")])
...     dossiers = StoreProvider(EVENTS, DECIDER, views=[status])
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar, cast

import eventlet
import structlog
from nameko.extensions import DependencyProvider, SharedExtension
from pymongo import MongoClient
from pymongo.database import Database

from kernel.config import Settings, settings_of
from kernel.decider import Decider
from kernel.events import EventTypes
from kernel.ledger import Ledger
from kernel.ledger_reader import LedgerReader, create_indexes, ledger_collection
from kernel.nudges import Nudger
from kernel.privacy import SubjectKeys
from kernel.store import Store
from kernel.tallies import Count, Tally
from kernel.trust import Keyring
from kernel.views import Project, Projector, StreamView

log = structlog.get_logger(__name__)

T = TypeVar("T")

_IDLE_SECONDS = 0.25
_BACK_OFF_SECONDS = 2.0


class Rooms(Protocol):
    """What a `ViewProvider` gets its view from: a process's `Storage`, or a tool's own."""

    def view(
        self, category: str, project: Project, name: str, indexes: Iterable[Sequence[str]]
    ) -> StreamView:
        """Return the view of this name."""
        ...


class Storage(SharedExtension):  # type: ignore[misc]
    """One database client, ledger and set of subject keys for each service process."""

    def __init__(self) -> None:
        super().__init__()
        # extensions start side by side, and what they share is to be one
        self._making = threading.RLock()
        self._client: MongoClient[dict[str, Any]] | None = None
        self._ledger: Ledger | None = None
        self._nudger: Nudger | None = None
        self._keys: SubjectKeys | None = None
        self._views: dict[str, StreamView] = {}
        self._tallies: dict[str, Tally] = {}

    @property
    def settings(self) -> Settings:
        """The settings of the process."""
        return settings_of(self.container)

    @property
    def client(self) -> MongoClient[dict[str, Any]]:
        """The client of the database server."""
        with self._making:
            if self._client is None:
                self._client = MongoClient(
                    self.settings.mongo_uri,
                    appname=f"motcua-{self.container.service_name}",
                    serverSelectionTimeoutMS=5000,
                    tz_aware=True,
                )
            return self._client

    @property
    def database(self) -> Database[dict[str, Any]]:
        """The service's own database of views, drafts and the like."""
        return self.client[self.settings.database(self.container.service_name)]

    @property
    def keys(self) -> SubjectKeys:
        """The service's own subject keys."""
        with self._making:
            if self._keys is None:
                self._keys = SubjectKeys(self.database, Keyring(self.settings.keys).master)
            return self._keys

    def ledger(self, types: EventTypes) -> Ledger:
        """The service's own ledger."""
        with self._making:
            if self._ledger is None:
                collection = ledger_collection(
                    self.client, self.settings.namespace, self.container.service_name
                )
                create_indexes(collection)
                self._nudger = Nudger(self.settings, self.container.service_name)
                self._ledger = Ledger(collection, types, self.keys, self._nudger.nudge)
            return self._ledger

    def view(
        self, category: str, project: Project, name: str, indexes: Iterable[Sequence[str]]
    ) -> StreamView:
        """A view of the service, made at first use."""
        with self._making:
            if name not in self._views:
                view = StreamView(self.database[name], category, project, indexes)
                view.ensure_indexes()
                self._views[name] = view
            return self._views[name]

    def tally(self, tally: TallyProvider) -> Tally:
        """A tally of the service, made at first use."""
        with self._making:
            if tally.name not in self._tallies:
                made = tally.over(self.database, self.ledger(tally.types))
                made.ensure_indexes()
                self._tallies[tally.name] = made
            return self._tallies[tally.name]

    def stop(self) -> None:
        """Close the connections."""
        if self._nudger is not None:
            self._nudger.close()
        if self._client is not None:
            self._client.close()


class DatabaseProvider(DependencyProvider):  # type: ignore[misc]
    """Gives the service's own `Database`."""

    storage = Storage()

    def get_dependency(self, worker_ctx: Any) -> Database[dict[str, Any]]:
        """Return the database."""
        return self.storage.database


class Built(DependencyProvider):  # type: ignore[misc]
    """Gives what a function builds from the process's storage, once, before the first request."""

    storage = Storage()

    def __init__(self, build: Callable[[Storage], Any]) -> None:
        super().__init__()
        self._build = build
        self._built: Any = None

    def start(self) -> None:
        """Build it."""
        self._built = self._build(self.storage)

    def get_dependency(self, worker_ctx: Any) -> Any:
        """Return what was built."""
        if self._built is None:
            self._built = self._build(self.storage)
        return self._built


def built(build: Callable[[Storage], T]) -> T:
    """Return a `Built` under the type of what the service's methods will find in its place."""
    return cast(T, Built(build))


class ViewProvider(DependencyProvider):  # type: ignore[misc]
    """Gives a `StreamView`; `name` is its collection, the category where absent."""

    storage = Storage()

    def __init__(
        self,
        category: str,
        project: Project,
        *,
        name: str | None = None,
        indexes: Iterable[Sequence[str]] = (),
    ) -> None:
        super().__init__()
        self.name = name or category
        self._category = category
        self._project = project
        self._indexes = tuple(indexes)

    def start(self) -> None:
        """Open the view, with its indexes, before the first request."""
        self.view(self.storage)

    def view(self, storage: Rooms) -> StreamView:
        """Return the view in a service's storage."""
        return storage.view(self._category, self._project, self.name, self._indexes)

    def get_dependency(self, worker_ctx: Any) -> StreamView:
        """Return the view."""
        return self.view(self.storage)


class TallyProvider(DependencyProvider):  # type: ignore[misc]
    """Gives a `Tally`; `name` is its collection."""

    storage = Storage()

    def __init__(
        self,
        types: EventTypes,
        category: str,
        count: Count,
        *,
        name: str,
        fields: Sequence[str],
        indexes: Iterable[Sequence[str]] = (),
    ) -> None:
        super().__init__()
        self.types = types
        self.name = name
        self._category = category
        self._count = count
        self._fields = tuple(fields)
        self._indexes = tuple(indexes)

    def start(self) -> None:
        """Open the tally, with its indexes, before the first request."""
        self.storage.tally(self)

    def over(self, database: Database[dict[str, Any]], ledger: LedgerReader) -> Tally:
        """Return the tally in a service's database."""
        return Tally(
            database[self.name],
            ledger,
            self.types,
            self._category,
            self._fields,
            self._count,
            self._indexes,
        )

    def get_dependency(self, worker_ctx: Any) -> Tally:
        """Return the tally."""
        return self.storage.tally(self)


class StoreProvider(DependencyProvider):  # type: ignore[misc]
    """Gives the `Store` of a decider; its commands refresh `views` before they answer."""

    storage = Storage()

    def __init__(
        self, types: EventTypes, decider: Decider[Any], views: Iterable[ViewProvider] = ()
    ) -> None:
        super().__init__()
        self._types = types
        self._decider = decider
        self._views = tuple(views)

    def get_dependency(self, worker_ctx: Any) -> Store[Any]:
        """Return the store."""
        views = [view.view(self.storage) for view in self._views]
        return Store(self.storage.ledger(self._types), self._decider, views)


class CatchUp(DependencyProvider):  # type: ignore[misc]
    """Keeps the service's views and tallies at the ledger's tail, whatever crashed before."""

    storage = Storage()

    def __init__(self, types: EventTypes) -> None:
        super().__init__()
        self.types = types
        self._running = False

    def start(self) -> None:
        """Begin to follow the ledger."""
        self._running = True
        self.container.spawn_managed_thread(self._follow, identifier="catch-up")

    def stop(self) -> None:
        """Stop after the present round."""
        self._running = False

    def get_dependency(self, worker_ctx: Any) -> None:
        """Nothing is given to the service: this works by itself."""

    def _follow(self) -> None:
        projector: Projector | None = None
        # whatever escaped from an extension's thread would end the whole container
        while self._running:
            try:
                projector = projector or self._projector()
                projector.catch_up()
                for provider in tallies_of(self.container.service_cls):
                    self.storage.tally(provider).catch_up()
                eventlet.sleep(_IDLE_SECONDS)
            except Exception:
                log.exception("the views could not be brought up to date; trying again")
                eventlet.sleep(_BACK_OFF_SECONDS)

    def _projector(self) -> Projector:
        # each view that the service has, also one that nobody has opened yet: its provider starts
        # at the same time
        views = [view.view(self.storage) for view in views_of(self.container.service_cls)]
        ledger = self.storage.ledger(self.types)
        return Projector(ledger, views, self.storage.database["checkpoints"])


def views_of(service_class: type[Any]) -> tuple[ViewProvider, ...]:
    """Return the views that a service class folds from its own ledger."""
    return tuple(found for found in vars(service_class).values() if isinstance(found, ViewProvider))


def tallies_of(service_class: type[Any]) -> tuple[TallyProvider, ...]:
    """Return what a service class counts over its own ledger."""
    return tuple(
        found for found in vars(service_class).values() if isinstance(found, TallyProvider)
    )


def followed_by(service_class: type[Any]) -> EventTypes | None:
    """Return the types of the events that a service's projector follows; None: it has none."""
    found = [each for each in vars(service_class).values() if isinstance(each, CatchUp)]
    return found[0].types if found else None
