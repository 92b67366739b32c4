"""For auditors: find any dossier, see it as it stood, verify it, take it out with its proofs."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import flask
from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kernel.client import LONGEST_WAIT
from kernel.errors import DomainError, Forbidden, Internal, Invalid, NotFound, Unauthenticated
from services.dossier.contract import (
    BundleFile,
    ExportDossier,
    ReadDossier,
    ReadTrace,
    Replay,
    ReplayDossier,
    Trace,
    VerifyDossier,
)
from services.portal.forms import Form, read, typed
from services.portal.language import locale
from services.portal.rendering import page
from services.portal.screens.history import (
    Checked,
    FindScreen,
    HistoryScreen,
    MomentScreen,
    UnreadableScreen,
    wanted,
)
from services.portal.sessions import ask, auditors_only

pages = Blueprint("audit", __name__)

_PATIENCE = LONGEST_WAIT  # a long history is folded, hashed and proved anew for each view


@pages.get("/audit")
@auditors_only
def find() -> Response:
    """Ask for a dossier's code and go to its history (I06)."""
    form = typed(request.args)
    if not form.value("code"):
        return page("audit/find.html", FindScreen(form))
    try:
        message = read(ReadDossier, form.values)
        message = replace(message, code=message.code.upper())
        ask(message)
    except (Invalid, NotFound) as error:
        refused = form.refused(error)
        if not refused.errors:
            refused = replace(refused, errors={"code": refused.message}, message="")
        return page("audit/find.html", FindScreen(refused), status=error.status)
    return redirect(url_for("audit.history", code=message.code), 303)


@pages.get("/dossiers/<code>/history")
@auditors_only
def history(code: str) -> flask.Response:
    """Show a dossier as it stood, every event, and what is verified at this very moment (E05, E09).

    A moment that makes no sense is named, and the dossier is shown as it stands now. A history
    that cannot be read or is gone, because somebody was at the ledger, is named with its first
    fault.
    """
    form, status = typed(request.args), 200
    try:
        now = _replayed(code)
    except (Internal, NotFound):
        checked = _checked(code)
        if not checked.is_faulty:
            raise
        return page("audit/unreadable.html", UnreadableScreen(code, checked), status=500)
    try:
        moment = _moment(now, form)
    except Invalid as error:
        form, status = form.refused(error), error.status
        moment = MomentScreen(now, now)
    trace: Trace = ask(ReadTrace(code=code))
    return page(
        "audit/history.html", HistoryScreen(moment, trace, _checked(code), form), status=status
    )


@pages.get("/dossiers/<code>/history/moment")
@auditors_only
def moment(code: str) -> flask.Response:
    """Answer that part of the page which follows the slider."""
    return page("audit/moment.html", _moment(_replayed(code), typed(request.args)))


@pages.get("/dossiers/<code>/history/bundle")
@auditors_only
def bundle(code: str) -> flask.Response:
    """Give a dossier with its proofs as a file that can be checked anywhere."""
    message = read(ExportDossier, typed(request.args).values, code=code)
    found: BundleFile = ask(message, timeout=_PATIENCE)
    response = flask.Response(base64.b64decode(found.content), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return response


def _replayed(code: str, **moment: Any) -> Replay:
    replay: Replay = ask(ReplayDossier(code=code, **moment), timeout=_PATIENCE)
    return replay


def _moment(now: Replay, form: Form) -> MomentScreen:
    asked = wanted(form, now, datetime.now(UTC))
    if asked.at is not None:
        return MomentScreen(_replayed(now.code, at=asked.at), now, asked.at)
    if asked.version in (None, now.version):
        return MomentScreen(now, now)
    return MomentScreen(_replayed(now.code, version=asked.version), now)


def _checked(code: str) -> Checked:
    """Verify now; what could not be verified is said, and is no reason to show nothing."""
    at = datetime.now(UTC)
    try:
        return Checked(at, ask(VerifyDossier(code=code), timeout=_PATIENCE))
    except (Unauthenticated, Forbidden):
        raise
    except DomainError as error:
        return Checked(at, None, error.vi if locale() == "vi" else error.en)
