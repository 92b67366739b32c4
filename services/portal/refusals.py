"""Refusals as pages: what happened, what still works and what to do, never a stack trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import flask
from flask import redirect, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from kernel import logs
from kernel.errors import DomainError, Malformed, Unauthenticated
from services.portal import sessions
from services.portal.language import gettext, locale, mark
from services.portal.rendering import page

_log = logs.get(__name__)


@dataclass(frozen=True)
class RefusalScreen:
    """A refusal: `status` is HTTP's, `advice` says what to do next, `detail` is the service's."""

    status: int
    title: str
    advice: str
    detail: str = ""
    retry_after: int | None = None
    reference: str = ""
    still_works: bool = False
    again: str = ""


# status: (title, what to do)
_WORDS: Mapping[int, tuple[str, str]] = {
    400: (
        mark("This page could not be read"),
        mark("Go back, load the page again and repeat the last step."),
    ),
    403: (
        mark("You may not see this page"),
        mark("Log in with the account that this page belongs to."),
    ),
    404: (
        mark("There is no such page"),
        mark("Check the address, or start from the home page."),
    ),
    405: (
        mark("This page could not be read"),
        mark("Go back, load the page again and repeat the last step."),
    ),
    409: (
        mark("This is not possible now"),
        mark("Go back, load the page again and see what is possible now."),
    ),
    412: (
        mark("Somebody else was faster"),
        mark(
            "This changed after you opened the page, so nothing was done. Look at its current "
            "state and decide again."
        ),
    ),
    413: (
        mark("The file is too large"),
        mark("Send a smaller file, for example a scan with less resolution."),
    ),
    415: (
        mark("This type of file is not accepted"),
        mark("Go back and choose another file."),
    ),
    422: (
        mark("Something is missing or wrong"),
        mark("Go back, correct it and send it again."),
    ),
    429: (
        mark("Too many attempts"),
        mark("This protects accounts and dossiers from being guessed. Please wait and try again."),
    ),
    500: (
        mark("Something went wrong on our side"),
        mark(
            "Nothing that you sent before is lost. Try again in a few minutes; if it "
            "happens again, tell the hotline the reference below."
        ),
    ),
    503: (
        mark("Part of the service is not available now"),
        mark(
            "We are working on it. Everything that you have sent is safe. Please try "
            "again in a few minutes."
        ),
    ),
}


# what a service's own refusal calls for, in place of the words for its status
_NOT_FOUND = mark("This was not found")
_ADVICE: Mapping[str, str] = {
    "unknown-dossier": mark(
        "Check the code. A dossier is shown only to its applicant and to the officers of its "
        "agency: log in with the account that it was filed with."
    ),
    "unknown-draft": mark("What you have saved is listed under “My dossiers”."),
    "unknown-file": mark("Load the page of the dossier again; its files are listed there."),
}


def screen_of(error: DomainError, again: str = "") -> RefusalScreen:
    """Return the page of a refusal."""
    status = error.status if error.status in _WORDS else 500
    title, advice = _WORDS[status]
    return RefusalScreen(
        status=status,
        title=gettext(_NOT_FOUND if status == 404 else title),
        advice=gettext(_ADVICE.get(error.code, advice)),
        detail=error.vi if locale() == "vi" else error.en,
        retry_after=error.retry_after,
        still_works=status == 503,
        again=again,
    )


def refuse(error: DomainError, again: str = "") -> flask.Response:
    """Answer with the page of a refusal; `again` is the address that shows the current state."""
    response = page("refusal.html", screen_of(error, again), status=error.status)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def install(app: flask.Flask) -> None:
    """Answer every error of the pages in the house's style."""

    @app.errorhandler(Unauthenticated)
    def log_in(error: Unauthenticated) -> Response:
        if flask.g.get("passive"):
            return flask.make_response("", 401)
        sessions.end()
        flask.flash(error.vi if locale() == "vi" else error.en, "important")
        # only a page can be come back to, not the sending of a form
        back = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("accounts.log_in", next=back), 303)

    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> flask.Response:
        code = (request.view_args or {}).get("code")
        again = url_for("dossiers.show", code=code) if code and error.status in (409, 412) else ""
        return refuse(error, again)

    @app.errorhandler(CSRFError)
    def unprotected(error: CSRFError) -> flask.Response:
        return refuse(
            Malformed(
                "form-expired",
                "Biểu mẫu đã hết hạn hoặc được gửi từ một trang khác.",
                "The form has expired or was sent from another site.",
            )
        )

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> flask.Response | HTTPException:
        status = error.code or 500
        if status < 400:
            return error
        title, advice = _WORDS.get(status, _WORDS[400 if status < 500 else 500])
        return page(
            "refusal.html", RefusalScreen(status, gettext(title), gettext(advice)), status=status
        )

    @app.errorhandler(Exception)
    def broken(error: Exception) -> flask.Response:
        reference = flask.g.get("correlation", "")
        _log.error(
            "page failed", method=request.method, route=str(request.url_rule), exc_info=error
        )
        title, advice = _WORDS[500]
        screen = RefusalScreen(500, gettext(title), gettext(advice), reference=reference)
        return page("refusal.html", screen, status=500)
