"""Filters of the work list that officers keep under a name. They are not part of any history.

What was searched for is not kept: it may be a person's name, who may be erased.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pymongo.database import Database

from kernel import schemas
from kernel.errors import Conflict
from services.dossier.contract import SavedFilter, SavedFilters
from services.dossier.wording import plain

MAX_FILTERS = 20

Document = dict[str, Any]


class Filters:
    """The saved filters of all officers: one document for each officer."""

    def __init__(self, database: Database[Document]) -> None:
        self._filters = database["filters"]

    def list(self, owner: str) -> SavedFilters:
        """Return an officer's filters, by name."""
        found = self._filters.find_one({"_id": owner}) or {"items": []}
        items = (schemas.load(SavedFilter, one, tolerant=True) for one in found["items"])
        return SavedFilters(tuple(sorted(items, key=lambda one: (plain(one.name), one.name))))

    def save(self, owner: str, wanted: SavedFilter) -> SavedFilters:
        """Keep a filter in the place of the one of this name; `Conflict` where there are too many.

        Two windows at once: the later one wins, and nothing is lost but what the earlier changed.
        """
        others = [one for one in self.list(owner).items if one.name != wanted.name]
        if len(others) >= MAX_FILTERS:
            raise Conflict(
                "too-many-filters",
                f"Bạn đã lưu {MAX_FILTERS} bộ lọc. Hãy xóa bớt một bộ lọc rồi lưu lại.",
                f"You have saved {MAX_FILTERS} filters. Delete one and save again.",
            )
        return self._keep(owner, [*others, wanted])

    def delete(self, owner: str, name: str) -> SavedFilters:
        """Forget a filter; nothing happens where it is forgotten already."""
        return self._keep(owner, [one for one in self.list(owner).items if one.name != name])

    def erase(self, owner: str) -> int:
        """Forget every filter of an account; returns how many there were."""
        found = len(self.list(owner).items)
        self._filters.delete_one({"_id": owner})
        return found

    def _keep(self, owner: str, filters: Sequence[SavedFilter]) -> SavedFilters:
        items = [schemas.dump(one) for one in filters]
        self._filters.replace_one({"_id": owner}, {"items": items}, upsert=True)
        return self.list(owner)
