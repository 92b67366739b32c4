"""Saved filters of the work list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kernel.errors import Conflict
from services.dossier.contract import SavedFilter, Status
from services.dossier.filters import MAX_FILTERS, Filters

LATE = SavedFilter("Trễ hạn", tab="unit", colour="late", status=Status.PROCESSING, sort="officer")


def test_a_filter_is_kept_under_its_name_for_its_owner_alone(database: Any) -> None:
    filters = Filters(database)
    filters.save("acc-1", LATE)
    kept = filters.save("acc-1", SavedFilter("Chưa phân công", tab="nobody"))
    assert [one.name for one in kept.items] == ["Chưa phân công", "Trễ hạn"]
    changed = replace(LATE, colour="soon")
    assert filters.save("acc-1", changed).items[1] == changed
    assert filters.list("acc-2").items == ()
    assert [one.name for one in filters.delete("acc-1", "Chưa phân công").items] == ["Trễ hạn"]
    assert filters.erase("acc-1") == 1
    assert filters.list("acc-1").items == ()


def test_there_are_only_so_many(database: Any) -> None:
    filters = Filters(database)
    for number in range(MAX_FILTERS):
        filters.save("acc-1", SavedFilter(f"{number:02}"))
    with pytest.raises(Conflict, match="too-many-filters"):
        filters.save("acc-1", LATE)
    assert len(filters.save("acc-1", SavedFilter("03", tab="mine")).items) == MAX_FILTERS
