"""`/lookups`: look up without login, with a second factor."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from kernel.requests import Done
from services.dossier.contract import LookUp, LookUpResult, RequestLookUpCode
from services.portal.api.asking import ask
from services.portal.api.shapes import PUBLIC, answer, body

blueprint = Blueprint("api-look-ups", __name__, description="Look up a dossier without login")


@blueprint.post("/lookups")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(body(LookUp))
@blueprint.response(200, answer(LookUpResult))
def look_up(given: dict[str, Any]) -> LookUpResult:
    """Look up by code or identity number, with the PIN or a one-time code; names are masked."""
    result: LookUpResult = ask(LookUp(**given))
    return result


@blueprint.post("/lookups/codes")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(body(RequestLookUpCode))
@blueprint.response(202, answer(Done))
def request_code(given: dict[str, Any]) -> Done:
    """Have a one-time code sent to the contact on file, if there is one."""
    done: Done = ask(RequestLookUpCode(**given))
    return done
