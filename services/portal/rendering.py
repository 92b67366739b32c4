"""A page: a template and the screen (a frozen dataclass) with all that it shows."""

from __future__ import annotations

from typing import Any

import flask


def page(template: str, screen: Any = None, *, status: int = 200) -> flask.Response:
    """Return the response with the rendered page."""
    return flask.make_response(flask.render_template(template, screen=screen), status)
