"""Events: frozen dataclasses with a type name, a schema number and upcasters.

A service lists its events once, in its `contract.py`:

>>> EVENTS = EventTypes("dossier", (DossierSubmitted, DossierAccepted))

The type name is the class name and is the storage format: rename with care. An event whose shape
changed gets a higher `schema` and an upcaster from the former one; stored events are never
rewritten, they are upcast when read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from kernel import canonical, schemas
from kernel.errors import Unavailable

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
E = TypeVar("E")


class UnknownEvent(LookupError):
    """The type or schema number is not one this code knows."""


class UndecodableEvent(ValueError):
    """The data is not of the event's schema."""


class Sealer(Protocol):
    """Encrypts personal data under the key of a data subject (see `kernel.privacy`)."""

    def seal(self, subject: str, context: str, plaintext: str) -> str:
        """Return ciphertext as text; `context` is authenticated with it."""
        ...

    def unseal(self, subject: str, context: str, ciphertext: str) -> str | None:
        """Return the plaintext, or None where the key is not here or was destroyed."""
        ...


def event(schema: int = 1) -> Callable[[type[E]], type[E]]:
    """Mark a frozen dataclass as an event of this schema number."""

    def mark(cls: type[E]) -> type[E]:
        cls.__event_schema__ = schema  # type: ignore[attr-defined]
        return cls

    return mark


@dataclass(frozen=True)
class Actor:
    """Who did it: an account, an officer in a unit, or a service.

    `id` is the account's pseudonymous id, `service:<name>` or `anonymous`; `kind` is `citizen`,
    `organisation`, `enterprise`, `officer`, `service` or `anonymous`. Names of officers are
    public in their office and stand in the events themselves, never here.
    """

    id: str
    kind: str
    agency: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Recorded:
    """An event as it stands in a ledger.

    `source` is the service whose ledger it is, `stream` and `version` its place in its stream
    (from 1), `position` that of its commit in the ledger (from 1). `causation` is the id of the
    event or request that led to it, `correlation` the id of the whole conversation.
    """

    event: Any
    id: str
    type: str
    source: str
    stream: str
    version: int
    position: int
    occurred_at: datetime
    recorded_at: datetime
    actor: Actor
    causation: str | None = None
    correlation: str | None = None

    @property
    def commit_id(self) -> str:
        """The id of the commit that it came in; its own id is that with a number behind it."""
        return self.id.rpartition(".")[0]


@dataclass(frozen=True)
class Encoded:
    """An event in its stored form; `data` is canonical JSON text (RFC 8785)."""

    id: str
    type: str
    schema: int
    data: str


class EventTypes:
    """All events of one service: the only way in and out of their stored form."""

    def __init__(
        self,
        source: str,
        types: Iterable[type[Any]],
        upcasters: Mapping[tuple[str, int], Upcaster] | None = None,
    ) -> None:
        self.source = source
        self.types: dict[str, type[Any]] = {cls.__name__: cls for cls in types}
        self._upcasters = dict(upcasters or {})
        for cls in self.types.values():
            if not hasattr(cls, "__event_schema__"):
                raise TypeError(f"{cls.__name__} lacks @event")
            if schemas.personal_fields(cls) and "subject" not in cls.__dataclass_fields__:
                raise TypeError(f"{cls.__name__} has personal fields but no `subject`")

    def schema_number(self, type_name: str) -> int:
        """Return the current schema number of an event type."""
        return int(self._class(type_name).__event_schema__)

    def encode(self, event: Any, event_id: str, sealer: Sealer | None = None) -> Encoded:
        """Return the stored form; personal fields become ciphertext under the event's subject."""
        type_name = type(event).__name__
        cls = self._class(type_name)
        data = schemas.dump(event)
        for name in schemas.personal_fields(cls):
            if data[name] is not None:
                if sealer is None:
                    raise TypeError(f"{type_name}.{name} is personal and no keys are at hand")
                plain = canonical.dumps(data[name]).decode()
                context = f"{event_id}/{name}"
                data[name] = {"sealed": sealer.seal(event.subject, context, plain)}
        number = self.schema_number(type_name)
        return Encoded(event_id, type_name, number, canonical.dumps(data).decode())

    def decode(self, stored: Encoded, sealer: Sealer | None = None) -> Any:
        """Return the event, upcast to its current schema.

        Personal fields are None where `sealer` is None or the subject's key is gone.
        Raises `UnknownEvent` or `UndecodableEvent`; `Unavailable` where the keys cannot be asked
        for now, which says nothing about the event.
        """
        cls = self._class(stored.type)
        try:
            data = json.loads(stored.data)
            for name in schemas.personal_fields(cls):
                if isinstance(data.get(name), dict) and "sealed" in data[name]:
                    data[name] = _unseal(data, name, f"{stored.id}/{name}", sealer)
            data = self._upcast(stored.type, stored.schema, data)
            return schemas.load(cls, data, tolerant=True)
        except (UnknownEvent, Unavailable):
            raise
        except Exception as error:
            raise UndecodableEvent(f"{self.source} {stored.type} {stored.id}: {error}") from error

    def _upcast(self, type_name: str, schema: int, data: dict[str, Any]) -> dict[str, Any]:
        current = self.schema_number(type_name)
        if schema > current:
            raise UnknownEvent(f"{self.source} {type_name} has schema {schema}, known is {current}")
        while schema < current:
            data = self._upcasters[type_name, schema](data)
            schema += 1
        return data

    def _class(self, type_name: str) -> Any:
        try:
            return self.types[type_name]
        except KeyError:
            raise UnknownEvent(f"{self.source} publishes no {type_name}") from None


def _unseal(data: dict[str, Any], name: str, context: str, sealer: Sealer | None) -> Any:
    if sealer is None:
        return None
    plain = sealer.unseal(data["subject"], context, data[name]["sealed"])
    return None if plain is None else json.loads(plain)
