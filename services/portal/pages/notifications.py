"""Messages in the portal itself."""

from __future__ import annotations

import flask
from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from services.notify.contract import Inbox, MarkRead, ReadMessages
from services.portal.forms import Form, typed
from services.portal.rendering import page
from services.portal.screens.notifications import NotificationsScreen
from services.portal.sessions import ask, logged_in

pages = Blueprint("notifications", __name__)


@pages.get("/notifications")
@logged_in
def show() -> flask.Response:
    """List the messages, newest first."""
    inbox: Inbox = ask(ReadMessages(after=request.args.get("after")))
    more = url_for("notifications.show", after=inbox.next) if inbox.next else ""
    return page("notifications.html", NotificationsScreen(inbox, Form(), more))


@pages.post("/notifications/<message>/read")
@logged_in
def read(message: str) -> Response:
    """Mark a message as read and lead to its dossier."""
    form = typed(request.form)
    ask(MarkRead(message=message), key=form.key)
    code = str(form.value("dossier"))
    target = url_for("dossiers.show", code=code) if code else url_for("notifications.show")
    return redirect(target, 303)
