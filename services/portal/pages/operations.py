"""For those who keep the system running: how far every service is, and its dead letters."""

from __future__ import annotations

import hashlib
from typing import Any

import flask
from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kernel.deadletters import DeadLetter
from kernel.errors import Forbidden, NotFound
from kernel.operations import (
    LETTERS_LIMIT,
    DealtWith,
    DiscardDeadLetters,
    ListDeadLetters,
    ReadDeadLetter,
    ReadProgress,
    ReplayDeadLetters,
    questions_of,
)
from kernel.progress import ServiceProgress
from services.identity.contract import Role
from services.portal import sessions
from services.portal.forms import typed
from services.portal.language import gettext
from services.portal.rendering import page
from services.portal.screens.operations import (
    SERVICES,
    DeadLetterScreen,
    DeadLettersScreen,
    DiscardScreen,
    OperationsScreen,
    ServiceCard,
)
from services.portal.sessions import ask, ask_each, operators_only

pages = Blueprint("operations", __name__)


@pages.get("/operations")
@operators_only
def show() -> flask.Response:
    """Show how far every service is, and what to do where one is not well."""
    return page("operations/show.html", _screen())


@pages.get("/operations/live")
def live() -> Response:
    """Answer the part of the page that changes, or 304 where nothing has changed."""
    sessions.passive()
    if not sessions.is_operator():
        return flask.make_response("", 401)
    response = page("operations/live.html", _screen())
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request)


@pages.get("/operations/<service>")
@operators_only
def letters(service: str) -> flask.Response:
    """List a service's dead letters, the oldest first."""
    found = ask(_question(service, ListDeadLetters)(limit=LETTERS_LIMIT))
    screen = DeadLettersScreen(service, found, may_act=_may_act())
    return page("operations/letters.html", screen)


@pages.get("/operations/<service>/letters/<letter>")
@operators_only
def letter(service: str, letter: str) -> flask.Response:
    """Show one dead letter whole."""
    found: DeadLetter = ask(_question(service, ReadDeadLetter)(id=letter))
    return page("operations/letter.html", DeadLetterScreen(service, found, may_act=_may_act()))


@pages.post("/operations/<service>/replay")
@operators_only
def replay(service: str) -> Response:
    """Send the chosen dead letters to their service again."""
    if not (ids := _chosen()):
        return _nothing_chosen(service)
    question = _question(service, ReplayDeadLetters)(ids=ids)
    done: DealtWith = ask(question, key=typed(request.form).key)
    flash(gettext("Sent to the service again: %(n)s.", n=done.count), "success")
    return redirect(url_for("operations.letters", service=service), 303)


@pages.post("/operations/<service>/discard")
@operators_only
def discard(service: str) -> Response:
    """Forget the chosen dead letters, after asking once more."""
    if not (ids := _chosen()):
        return _nothing_chosen(service)
    form = typed(request.form)
    if form.value("confirmed") != "yes":
        return page("operations/discard.html", DiscardScreen(service, ids))
    question = _question(service, DiscardDeadLetters)(ids=ids)
    done: DealtWith = ask(question, key=form.key)
    flash(gettext("Discarded: %(n)s. The events stay in their ledgers.", n=done.count), "success")
    return redirect(url_for("operations.letters", service=service), 303)


def _screen() -> OperationsScreen:
    answers = ask_each([questions_of(service)[ReadProgress]() for service in SERVICES])
    for answer in answers:
        if isinstance(answer, Forbidden):
            raise answer
    seen = {one.service: one for one in answers if isinstance(one, ServiceProgress)}
    heads = {service: one.head for service, one in seen.items()}
    cards = tuple(ServiceCard(service, seen.get(service), heads) for service in SERVICES)
    return OperationsScreen(cards, may_act=_may_act())


def _question(service: str, kind: type[Any]) -> type[Any]:
    if service not in SERVICES:
        raise NotFound("unknown-service", "Không có dịch vụ này.", "There is no such service.")
    return questions_of(service)[kind]


def _chosen() -> tuple[str, ...]:
    return tuple(dict.fromkeys(request.form.getlist("ids")))


def _nothing_chosen(service: str) -> Response:
    flash(gettext("Choose at least one dead letter."), "important")
    return redirect(url_for("operations.letters", service=service), 303)


def _may_act() -> bool:
    return Role.ADMINISTRATOR in sessions.who().roles
