"""What a person has from earlier dossiers and may hand in again (F12)."""

from __future__ import annotations

import flask
from flask import Blueprint

from services.dossier.contract import Assets, ListAssets
from services.portal.rendering import page
from services.portal.screens.dossiers import AssetsScreen
from services.portal.sessions import ask, logged_in

pages = Blueprint("assets", __name__)


@pages.get("/my-papers")
@logged_in
def mine() -> flask.Response:
    """List them, to look at."""
    found: Assets = ask(ListAssets())
    return page("assets.html", AssetsScreen(found.items))
