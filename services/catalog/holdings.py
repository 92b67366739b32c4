"""Digests of what the catalogue holds, so that a load sends only what differs from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from kernel import canonical, schemas
from services.catalog.contract import Agency, Place, PlacesRegistered, Procedure


def digest(content: Procedure | Agency | Iterable[Place]) -> str:
    """Return the SHA-256 of canonical content.

    A procedure's version number does not count, nor does the order of places.
    """
    match content:
        case Procedure():
            body = schemas.dump(replace(content, version=0))
        case Agency():
            body = schemas.dump(content)
        case _:
            ordered = sorted(content, key=lambda place: place.code)
            body = schemas.dump(PlacesRegistered(tuple(ordered)))
    return hashlib.sha256(canonical.dumps(body)).hexdigest()
