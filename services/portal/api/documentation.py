"""The page on which people read the interface and try it: Swagger UI, served by this portal alone.

It stands among the interface's addresses and is a page like the others: same frame, same headers.
"""

from __future__ import annotations

import flask
from flask import Blueprint, render_template

pages = Blueprint("documentation", __name__)


@pages.get("/docs")
def read() -> flask.Response:
    """Show the documentation; the browser fetches the document itself."""
    return flask.make_response(render_template("documentation.html"))
