"""`/sessions`: log in, stay, log out."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.identity.contract import LogIn, LogOut, RenewSession, Session
from services.portal.api.asking import ask
from services.portal.api.shapes import PUBLIC, answer, body

blueprint = Blueprint("api-sessions", __name__, description="Sessions: log in, stay, log out")


@blueprint.post("/sessions")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(body(LogIn))
@blueprint.response(201, answer(Session))
def log_in(given: dict[str, Any]) -> Session:
    """Log in; the access token goes into `Authorization: Bearer …`."""
    session: Session = ask(LogIn(**given))
    return session


@blueprint.put("/sessions/current")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(body(RenewSession))
@blueprint.response(200, answer(Session))
def renew(given: dict[str, Any]) -> Session:
    """Get a fresh access token for a live session."""
    session: Session = ask(RenewSession(**given))
    return session


@blueprint.delete("/sessions/current")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(body(LogOut))
@blueprint.response(204)
def log_out(given: dict[str, Any]) -> None:
    """End the session."""
    ask(LogOut(**given))
