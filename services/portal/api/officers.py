"""`/officers`: who serves where, for officers."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.identity.contract import FindOfficers, Officers
from services.portal.api.asking import ask
from services.portal.api.shapes import answer, query

blueprint = Blueprint("api-officers", __name__, description="Officers of an agency")


@blueprint.get("/officers")
@blueprint.arguments(query(FindOfficers), location="query")
@blueprint.response(200, answer(Officers))
def find(found: dict[str, Any]) -> Officers:
    """Find the officers of an agency, a unit, a role."""
    officers: Officers = ask(FindOfficers(**found))
    return officers
