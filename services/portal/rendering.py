"""A page: a template and the screen (a frozen dataclass) with all that it shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import flask
from flask import url_for


def page(template: str, screen: Any = None, *, status: int = 200) -> flask.Response:
    """Return the response with the rendered page."""
    return flask.make_response(flask.render_template(template, screen=screen), status)


def address(endpoint: str, values: Mapping[str, Any]) -> str:
    """Return a page's address with a query of whatever names a reader sent.

    `url_for` would take some of those for its own: `endpoint`, `_scheme`.
    """
    return f"{url_for(endpoint)}?{urlencode(values, doseq=True)}"
