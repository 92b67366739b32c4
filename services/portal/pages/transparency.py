"""What anybody may keep and check: the newest signed checkpoints, and what they are good for."""

from __future__ import annotations

from itertools import starmap
from typing import Any

import flask
from flask import Blueprint

from kernel.errors import DomainError
from kernel.transparency.answering import ReadCheckpoint, ReadLogKey, asked_of
from services.portal.language import locale
from services.portal.neighbours import send_each
from services.portal.rendering import page
from services.portal.screens.transparency import SERVICES, LedgerScreen, TransparencyScreen

pages = Blueprint("transparency", __name__)

_ASKED = (ReadCheckpoint, ReadLogKey)


@pages.get("/transparency")
def show() -> flask.Response:
    """Show the newest checkpoint of every ledger, as it was signed (I06)."""
    asked = [asked_of(service, kind)() for service in SERVICES for kind in _ASKED]
    answers = send_each(asked, token=None, timeout=3)
    ledgers = zip(SERVICES, answers[::2], answers[1::2], strict=True)
    return page("audit/transparency.html", TransparencyScreen(tuple(starmap(_ledger, ledgers))))


@pages.get("/transparency/guide")
def guide() -> flask.Response:
    """Say what can be verified, how, and what nothing here can show."""
    return page("audit/guide.html")


def _ledger(service: str, checkpoint: Any, key: Any) -> LedgerScreen:
    """Show what a service answered; one that signed nothing yet, or is away, is named as such."""
    for answer in (checkpoint, key):
        if isinstance(answer, DomainError):
            return LedgerScreen(service, reason=answer.vi if locale() == "vi" else answer.en)
    return LedgerScreen(service, checkpoint, key)
