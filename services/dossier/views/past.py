"""The events of a dossier as far as they were told, for whoever folds them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

E = TypeVar("E")


class Past(Sequence[Any]):
    """Events in their order, those of one kind at hand without a search."""

    def __init__(self) -> None:
        self._events: list[Any] = []
        self._kinds: dict[type[Any], list[Any]] = {}

    def append(self, event: Any) -> None:
        """Add what happened next."""
        self._events.append(event)
        self._kinds.setdefault(type(event), []).append(event)

    def all(self, kind: type[E]) -> Sequence[E]:
        """Return the events of a kind, oldest first."""
        return self._kinds.get(kind, [])

    def last(self, kind: type[E]) -> E | None:
        """Return the newest event of a kind."""
        found = self.all(kind)
        return found[-1] if found else None

    def __getitem__(self, place: Any) -> Any:
        return self._events[place]

    def __len__(self) -> int:
        return len(self._events)
