"""What anybody may keep and check: the newest signed checkpoints, and what they are good for."""

from __future__ import annotations

import flask
from flask import Blueprint

from kernel.errors import DomainError
from kernel.transparency.answering import ReadCheckpoint, ReadLogKey, asked_of
from services.portal.language import locale
from services.portal.neighbours import send
from services.portal.rendering import page
from services.portal.screens.transparency import SERVICES, LedgerScreen, TransparencyScreen

pages = Blueprint("transparency", __name__)


@pages.get("/transparency")
def show() -> flask.Response:
    """Show the newest checkpoint of every ledger, as it was signed (I06)."""
    return page("audit/transparency.html", TransparencyScreen(tuple(map(_ledger, SERVICES))))


@pages.get("/transparency/guide")
def guide() -> flask.Response:
    """Say what can be verified, how, and what nothing here can show."""
    return page("audit/guide.html")


def _ledger(service: str) -> LedgerScreen:
    """Ask a service; one that has signed nothing yet, or does not answer, is named as such."""
    try:
        checkpoint = send(asked_of(service, ReadCheckpoint)(), token=None)
        key = send(asked_of(service, ReadLogKey)(), token=None)
    except DomainError as error:
        return LedgerScreen(service, reason=error.vi if locale() == "vi" else error.en)
    return LedgerScreen(service, checkpoint, key)
