"""Places to choose from: provinces, and the communes of one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.catalog.contract import Place

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Places:
    """Provinces, and communes by their province where it was looked at."""

    provinces: Options = ()
    by_province: Mapping[str, Options] = field(default_factory=dict)

    def communes(self, province: str) -> Options:
        """Return the communes of a province."""
        return self.by_province.get(province, ())


def options_of(places: Iterable[Place]) -> Options:
    """Return (code, name) of places, in the order of their names as people look for them."""
    return tuple((place.code, place.name) for place in places)
