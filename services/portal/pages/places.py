"""Choosing places, as several pages need it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from kernel.errors import NotFound
from services.catalog.contract import FindPlaces, Place, PlaceLevel, PlacePage, ReadPlace
from services.portal.screens.places import Options, Places, options_of
from services.portal.sessions import ask


def places_for(values: Mapping[str, Any], names: Iterable[str]) -> Places:
    """Return what a form with these place fields offers: communes of the provinces chosen in it."""
    chosen = {str(values.get(f"{name}-province") or "") for name in names} - {""}
    return Places(provinces(), {code: communes(code) for code in chosen})


def with_provinces(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return the values with the province of each commune that stands there without it."""
    filled = dict(values)
    for name in names:
        code = filled.get(name)
        if code and not filled.get(f"{name}-province"):
            place = find_place(str(code))
            filled[f"{name}-province"] = place.parent if place is not None else ""
    return filled


def provinces(on: date | None = None) -> Options:
    """Return all provinces in force on a day."""
    return _children(None, PlaceLevel.PROVINCE, on)


def districts(province: str, on: date) -> Options:
    """Return the districts of a province on a day before they were abolished."""
    return _children(province, PlaceLevel.DISTRICT, on) if province else ()


def communes(parent: str, on: date | None = None) -> Options:
    """Return the communes of a province or, for former days, of a district."""
    return _children(parent, PlaceLevel.COMMUNE, on) if parent else ()


def find_place(code: str) -> Place | None:
    """Return the place with this code, if there is one today."""
    try:
        place: Place = ask(ReadPlace(place=code[:10]))
    except NotFound:
        return None
    return place


def _children(parent: str | None, level: PlaceLevel, on: date | None) -> Options:
    page: PlacePage = ask(FindPlaces(level=level, parent=parent, on=on, limit=1000))
    return options_of(page.items)
