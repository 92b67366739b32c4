"""Places: administrative units (đơn vị hành chính) with their dates and successors.

A country's units are too many for one event and too many streams if each had its own: a stream
holds the units of one vintage and level whose codes begin alike, some hundreds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kernel.decider import Decider
from kernel.errors import FieldError, Invalid
from kernel.schemas import frozen
from services.catalog.contract import Place, PlaceLevel, PlacesRegistered

CHUNK = 500

Places = Mapping[str, Place]


@frozen
class Register:
    """Know these places, all of one stream, as they are given."""

    places: tuple[Place, ...]


def places_stream(place: Place) -> str:
    """Return the stream that holds a place."""
    block = f"-{place.code[:2]}" if place.level is PlaceLevel.COMMUNE else ""
    return f"places-{place.vintage}-{place.level}{block}"


def decide(known: Places, command: Any) -> Sequence[PlacesRegistered]:
    """Return the places that are new or changed, at most `CHUNK` an event."""
    match command:
        case Register(places=offered):
            if found := tuple(_faults(offered)):
                raise Invalid(
                    "unsound-place",
                    "Đơn vị hành chính có mục chưa hợp lệ. Xem từng mục.",
                    "An administrative unit is not sound. See each field.",
                    fields=found,
                )
            changed = [place for place in offered if known.get(place.code) != place]
            return tuple(
                PlacesRegistered(tuple(changed[start : start + CHUNK]))
                for start in range(0, len(changed), CHUNK)
            )
        case _:
            raise TypeError(f"no decision on {command!r}")


def evolve(known: Places, event: Any) -> Places:
    """Return the places with those registered."""
    match event:
        case PlacesRegistered(places=registered):
            return {**known, **{place.code: place for place in registered}}
        case _:
            return known


def _faults(places: Sequence[Place]) -> Iterator[FieldError]:
    for n, place in enumerate(places):
        if not place.code.isdigit():
            yield FieldError(
                f"places.{n}.code",
                "invalid-code",
                f"Mã «{place.code}» không phải là chữ số.",
                f"The code '{place.code}' is not made of digits.",
            )
        if place.vintage not in ("new", "old"):
            yield FieldError(
                f"places.{n}.vintage",
                "choice",
                "Chỉ dùng `new` hoặc `old`.",
                "Use `new` or `old`.",
            )
        if place.valid_from and place.valid_to and place.valid_to < place.valid_from:
            yield FieldError(
                f"places.{n}.valid_to",
                "ends-before-it-starts",
                f"Ngày kết thúc {place.valid_to} trước ngày bắt đầu {place.valid_from}.",
                f"It ends on {place.valid_to}, before it starts on {place.valid_from}.",
            )


PLACES: Decider[Places] = Decider({}, decide, evolve)
