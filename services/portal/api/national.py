"""`/national`: what the national portal's synchronisation gets (domain §9)."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.dossier.contract import ExportPage, PullExports
from services.portal.api.asking import ask
from services.portal.api.shapes import answer, query

blueprint = Blueprint("api-national", __name__, description="The national portal")


@blueprint.get("/national/dossiers")
@blueprint.arguments(query(PullExports), location="query")
@blueprint.response(200, answer(ExportPage))
def pull(found: dict[str, Any]) -> ExportPage:
    """Pull the dossiers that something has happened to since a cursor."""
    page: ExportPage = ask(PullExports(**found), timeout=30.0)
    return page
