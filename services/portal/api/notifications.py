"""`/notifications`: the in-app inbox."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.notify.contract import Inbox, MarkRead, ReadMessages
from services.portal.api.asking import ask
from services.portal.api.shapes import answer, query

blueprint = Blueprint("api-notifications", __name__, description="The in-app inbox")


@blueprint.get("/notifications")
@blueprint.arguments(query(ReadMessages), location="query")
@blueprint.response(200, answer(Inbox))
def read(found: dict[str, Any]) -> Inbox:
    """Read one's own messages, newest first."""
    inbox: Inbox = ask(ReadMessages(**found))
    return inbox


@blueprint.post("/notifications/<message>/read")
@blueprint.response(204)
def mark_read(message: str) -> None:
    """Mark a message as read."""
    ask(MarkRead(message=message))
