"""Papers on their way from the dossier service to whoever asked for one."""

from __future__ import annotations

import base64
from urllib.parse import quote

import flask

from services.dossier.contract import PaperFile


def sent(paper: PaperFile) -> flask.Response:
    """Return a paper as a file to be saved; its hash is the ETag."""
    response = flask.Response(base64.b64decode(paper.content), mimetype="application/pdf")
    name = quote(paper.name, safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response.set_etag(paper.sha256)
    return response
