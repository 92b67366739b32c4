"""Built styles, scripts and pictures: from logical names to content-hashed files."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

BUILD = Path(__file__).parent / "static" / "build"
PATH = "/assets"


class NotBuilt(RuntimeError):
    """The assets were never built."""


def address(name: str) -> str:
    """Return where a browser finds a bundle, given its logical name such as `portal.css`."""
    return f"{PATH}/{_manifest()[name]}"


@cache
def _manifest() -> dict[str, str]:
    try:
        manifest: dict[str, str] = json.loads((BUILD / "manifest.json").read_text())
    except FileNotFoundError as error:
        raise NotBuilt(
            "The portal's assets are not built: run `npm ci && npm run build` in "
            "services/portal/assets."
        ) from error
    return manifest
