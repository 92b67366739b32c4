"""Register, activate, log in and out, a forgotten password, and keep a session alive."""

from __future__ import annotations

import contextlib

import flask
from flask import Blueprint, flash, redirect, request, session, url_for
from werkzeug.wrappers import Response

from kernel import schemas
from kernel.errors import DomainError, FieldError, Invalid, TooMany, Unauthenticated, Unavailable
from services.identity.contract import (
    Account,
    AccountKind,
    Activate,
    Captcha,
    IdentityDocument,
    LogIn,
    LogOut,
    NewCaptcha,
    ReadAccount,
    Register,
    RequestPasswordReset,
    ResendActivation,
    ResetPassword,
    Session,
)
from services.portal import sessions
from services.portal.forms import Form, read, readable, typed
from services.portal.language import gettext, locale
from services.portal.neighbours import send
from services.portal.pages.places import places_for
from services.portal.rendering import page
from services.portal.screens.accounts import (
    AccountScreen,
    ActivatedScreen,
    ActivationScreen,
    KindScreen,
    LogInScreen,
    MailWishScreen,
    NewPasswordScreen,
    RegisteredScreen,
    RegisterScreen,
)

pages = Blueprint("accounts", __name__)

_NO_PROFILE = dict.fromkeys(("name", "identity_number", "email", "phone"), "")
_NO_LOGIN = dict.fromkeys(("username", "password", "captcha", "captcha_text"), "")
_DOCUMENT_OF = {
    AccountKind.CITIZEN: IdentityDocument.PERSONAL_NUMBER.value,
    AccountKind.ORGANISATION: IdentityDocument.TAX_CODE.value,
    AccountKind.ENTERPRISE: IdentityDocument.TAX_CODE.value,
}
_OPEN_TO = (AccountKind.CITIZEN, AccountKind.ORGANISATION, AccountKind.ENTERPRISE)


@pages.get("/register")
def register() -> flask.Response:
    """Show the choice of type, then the form of that type."""
    kind = _kind(request.args.get("kind"))
    if kind is None:
        return page("register_kind.html", KindScreen(Form()))
    return _registration(kind, Form())


@pages.post("/register")
def send_registration() -> Response:
    """Register, or show the form again with what is wrong and a fresh captcha."""
    kind = _kind(request.form.get("kind"))
    if kind is None:
        form = Form(errors={"kind": gettext("Choose a type of account.")})
        return page("register_kind.html", KindScreen(form), status=422)
    form = typed(request.form)
    if request.form.get("then") == "places":
        return _registration(kind, form)
    try:
        message = read(Register, form.values, locale=locale())
    except Invalid as error:
        return _registration(kind, form.refused(_with_all_faults(kind, form, error)), status=422)
    try:
        send(message, token=None, key=form.key, timeout=15)
    except (TooMany, Unavailable):
        raise
    except DomainError as error:
        return _registration(kind, form.refused(error), status=422)
    session["registered"] = {"email": message.profile.email, "username": message.username}
    return redirect(url_for("accounts.registered"), 303)


@pages.get("/register/sent")
def registered() -> Response:
    """Say that the account waits for the link in the mail."""
    found = session.get("registered")
    if found is None:
        return redirect(url_for("accounts.register"), 303)
    return page("registered.html", RegisteredScreen(**found))


@pages.get("/register/resend")
def ask_again() -> flask.Response:
    """Ask whose activation mail is to be sent again (B14)."""
    return page("mail_wish.html", MailWishScreen())


@pages.post("/register/resend")
def resend() -> Response:
    """Send the activation mail again; the answer is the same whoever is named."""
    form = typed(request.form)
    if (refused := _wished(ResendActivation, form)) is not None:
        return page("mail_wish.html", MailWishScreen(refused), status=422)
    flash(gettext("If this account waits for its activation, a new mail is on its way."), "success")
    known = "registered" in session
    return redirect(url_for("accounts.registered" if known else "accounts.log_in"), 303)


@pages.get("/password/forgotten")
def forgotten() -> flask.Response:
    """Ask whose password was forgotten."""
    return page("mail_wish.html", MailWishScreen(password=True))


@pages.post("/password/forgotten")
def send_forgotten() -> Response:
    """Send the link that sets another password; the answer is the same whoever is named."""
    form = typed(request.form)
    if (refused := _wished(RequestPasswordReset, form)) is not None:
        return page("mail_wish.html", MailWishScreen(refused, password=True), status=422)
    flash(
        gettext(
            "If there is such an account, a link is on its way to its e-mail address. It is good "
            "for one hour."
        ),
        "success",
    )
    return redirect(url_for("accounts.log_in"), 303)


@pages.get("/password")
def new_password() -> flask.Response:
    """Ask for another password."""
    return page("new_password.html", NewPasswordScreen(request.args.get("token", "")))


@pages.post("/password")
def set_password() -> Response:
    """Set another password by the token in the mail's link; the sessions end here and elsewhere."""
    form = typed(request.form)
    token = form.value("token")
    try:
        message = ResetPassword(token, form.value("password"))
        send(message, token=None, key=form.key, timeout=15)
    except (TooMany, Unavailable):
        raise
    except DomainError as error:
        refused = Form(key=form.key).refused(error)
        dead = not error.fields
        return page("new_password.html", NewPasswordScreen(token, refused, dead), status=422)
    _end_session()
    flash(gettext("Your new password is set. Log in with it."), "success")
    return redirect(url_for("accounts.log_in"), 303)


@pages.get("/activate")
def activation() -> flask.Response:
    """Ask for one click before activating: mail scanners follow links too."""
    return page("activate.html", ActivationScreen(request.args.get("token", "")))


@pages.post("/activate")
def activate() -> flask.Response:
    """Activate by the token in the mail's link (B14)."""
    form = typed(request.form)
    try:
        account: Account = send(read(Activate, form.values), token=None, key=form.key)
    except (TooMany, Unavailable):
        raise
    except DomainError as error:
        words = error.vi if locale() == "vi" else error.en
        return page("activated.html", ActivatedScreen(None, words), status=error.status)
    return page("activated.html", ActivatedScreen(account))


@pages.get("/login")
def log_in() -> Response:
    """Show the login page; an idle session's end is named."""
    if sessions.who().kind != "anonymous":
        return redirect(sessions.way_back() or _first_page(), 303)
    screen = LogInScreen(next=sessions.way_back(), idle="idle" in request.args)
    return page("login.html", screen)


@pages.post("/login")
def send_login() -> Response:
    """Log in and go back to where the person came from."""
    form = typed(request.form)
    try:
        opened: Session = send(read(LogIn, form.values), token=None, timeout=15)
    except Unavailable:
        raise
    except DomainError as error:
        shown = Form({"username": form.value("username")}).refused(error)
        response = page("login.html", LogInScreen(shown, sessions.way_back()), status=error.status)
        if error.retry_after is not None:
            response.headers["Retry-After"] = str(error.retry_after)
        return response
    way_back = sessions.way_back()
    sessions.begin(opened)
    return redirect(way_back or _first_page(), 303)


@pages.post("/logout")
def log_out() -> Response:
    """End the session here and at identity; on a shared computer nothing is left (H06)."""
    _end_session()
    flash(gettext("You are logged out."), "success")
    response = redirect(url_for("home.index"), 303)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@pages.get("/session/idle")
def idle() -> Response:
    """End a session that its owner has left (B17)."""
    _end_session()
    return redirect(url_for("accounts.log_in", idle=1), 303)


@pages.post("/session/stay")
def stay() -> Response:
    """Keep the session alive, because its owner is there (B17)."""
    renewed = sessions.keep_alive()
    if request.headers.get("Sec-Fetch-Mode") == "navigate":
        return redirect(request.referrer or url_for("home.index"), 303)
    return flask.make_response("", 204 if renewed is not None else 401)


@pages.get("/account")
@sessions.logged_in
def me() -> flask.Response:
    """Show one's own account."""
    return page("account.html", AccountScreen(sessions.ask(ReadAccount())))


def _wished(kind: type[ResendActivation | RequestPasswordReset], form: Form) -> Form | None:
    """Ask for a mail; return the form where what was typed is no user name at all."""
    try:
        send(read(kind, form.values), token=None, key=form.key)
    except Invalid as error:
        return form.refused(error)
    return None


def _with_all_faults(kind: AccountKind, form: Form, unread: Invalid) -> Invalid:
    """Return what could not be read of a registration, and what identity finds in the rest.

    Identity is asked without the consent, so that nothing is opened whatever it finds.
    """
    given = readable(Register, form.values, (fault.field for fault in unread.fields))
    profile = {**_NO_PROFILE, "identity_document": _DOCUMENT_OF[kind], **given.pop("profile")}
    asked = {**_NO_LOGIN, **given, "profile": profile, "consent": False, "kind": kind.value}
    message = schemas.load(Register, asked)
    found: tuple[FieldError, ...] = ()
    try:
        send(message, token=None, timeout=15)
    except Invalid as error:
        found = error.fields
    agreed = form.value("consent") == "on"
    faults = (*unread.fields, *(it for it in found if not (agreed and it.field == "consent")))
    return Invalid(unread.code, unread.vi, unread.en, fields=faults)


def _registration(kind: AccountKind, form: Form, status: int = 200) -> flask.Response:
    captcha: Captcha = send(NewCaptcha(), token=None)
    # the letters of the picture before say nothing about this one
    form = form.without("captcha_text")
    places = places_for(form.values, ("profile.place",))
    screen = RegisterScreen(kind, form, captcha, places)
    return page("register.html", screen, status=status)


def _kind(text: str | None) -> AccountKind | None:
    return AccountKind(text) if text in set(_OPEN_TO) else None


def _first_page() -> str:
    if sessions.is_auditor():
        return url_for("audit.find")
    return url_for("inbox.show") if sessions.who().is_officer else url_for("dossiers.mine")


def _end_session() -> None:
    token = sessions.end()
    if token is not None:
        # the cookie is gone in any case; identity's own limit ends what could not be told
        with contextlib.suppress(Unavailable, Unauthenticated):
            send(LogOut(session_token=token), token=None)
