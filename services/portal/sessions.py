"""Who is at the browser.

The signed, HttpOnly cookie holds identity's session token and the short-lived access token made
from it; the portal itself keeps nothing. A page that a person asked for renews them through
identity, at most once a minute; a page that asks by itself (live updates) never does, so an
unused session ends although its window is open (B17).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

from flask import g, request, session

from kernel.errors import Forbidden, Unauthenticated
from kernel.http import current_tools
from kernel.requests import ANONYMOUS, Caller
from services.identity.contract import RenewSession, Role, Session
from services.portal.neighbours import send, send_each

_RENEW_AFTER = 60  # seconds; use within them is not told to identity
# identity ends a session 30 minutes after it last heard of its use; the page counts a bit less
IDLE_SECONDS = 30 * 60 - _RENEW_AFTER

_OPERATORS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})

View = TypeVar("View", bound=Callable[..., Any])


def begin(opened: Session) -> None:
    """Let the browser carry a session that identity has opened."""
    session.clear()
    _keep(opened)


def end() -> str | None:
    """Forget everything about the person at the browser; return the session token to end."""
    token = session.get("session_token")
    session.clear()
    return token


def keep_alive() -> Session | None:
    """Renew the session now, because its owner is there."""
    token = session.get("session_token")
    return None if token is None else _renew(token)


def access_token() -> str | None:
    """Return a token that is good now, or None where nobody is logged in.

    Raises `Unauthenticated` where the session has ended.
    """
    if "access_token" not in session:
        return None
    now = time.time()
    if g.get("passive"):
        if session["access_until"] < now:
            raise _ended()
    elif session["renewed_at"] + _RENEW_AFTER < now and _renew(session["session_token"]) is None:
        raise _ended()
    return str(session["access_token"])


def passive() -> None:
    """Say that no person asked for this page, so that it must not keep the session alive."""
    g.passive = True


def who() -> Caller:
    """Return who is logged in; verified offline, as every service does it."""
    if "who" not in g:
        token = access_token()
        g.who = ANONYMOUS if token is None else current_tools().keyring.verify(token)
    return cast(Caller, g.who)


def ask(
    message: Any, *, key: str | None = None, version: int | None = None, timeout: float = 5.0
) -> Any:
    """Return a service's answer to the person at the browser.

    `key` makes a command happen once however often it is sent; `version` is the one that the
    person saw. Raises as `neighbours.send` does.
    """
    return send(message, token=access_token(), key=key, version=version, timeout=timeout)


def ask_each(messages: Sequence[Any], *, timeout: float = 3.0) -> list[Any]:
    """Return what several services answer to the person at the browser, all asked at once.

    In the place of an answer stands the `DomainError` that came for it.
    """
    return send_each(messages, token=access_token(), timeout=timeout)


def logged_in(view: View) -> View:
    """Send whoever is not logged in to the login page, and back afterwards."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if who() is ANONYMOUS:
            raise Unauthenticated(
                "log-in-first",
                "Hãy đăng nhập để tiếp tục.",
                "Log in to continue.",
            )
        return view(*args, **kwargs)

    return cast(View, guarded)


def officers_only(view: View) -> View:
    """Refuse whoever is not an officer."""
    return _only(
        lambda: who().is_officer,
        (
            "officers-only",
            "Trang này dành cho cán bộ, công chức.",
            "This page is for officers.",
        ),
        view,
    )


def is_operator() -> bool:
    """Whether somebody is logged in who keeps the system running, or audits it."""
    found = who()
    return found.is_officer and not _OPERATORS.isdisjoint(found.roles)


def operators_only(view: View) -> View:
    """Refuse whoever is neither administrator nor auditor."""
    return _only(
        is_operator,
        (
            "operators-only",
            "Trang này dành cho quản trị viên và kiểm toán viên.",
            "This page is for administrators and auditors.",
        ),
        view,
    )


def is_auditor() -> bool:
    """Whether an auditor is logged in, who reads histories and changes nothing."""
    return who().is_officer and Role.AUDITOR in who().roles


def auditors_only(view: View) -> View:
    """Refuse whoever is not an auditor."""
    return _only(
        is_auditor,
        ("auditors-only", "Trang này dành cho kiểm toán viên.", "This page is for auditors."),
        view,
    )


def way_back() -> str:
    """Return where to go after logging in: a page of this site and nothing else."""
    wish = request.values.get("next", "")
    # browsers drop tabs and line ends and read a backslash as a slash: `/\t/evil` leads away
    if any(sign <= " " or sign == "\\" for sign in wish):
        return ""
    return wish if wish.startswith("/") and not wish.startswith("//") else ""


def _only(allowed: Callable[[], bool], refusal: tuple[str, str, str], view: View) -> View:
    """Return a view for those who are logged in and allowed; `refusal` is what others get."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not allowed():
            raise Forbidden(*refusal)
        return view(*args, **kwargs)

    return cast(View, logged_in(guarded))


def _renew(token: str) -> Session | None:
    try:
        renewed: Session = send(RenewSession(session_token=token), token=None)
    except Unauthenticated:
        session.clear()
        return None
    _keep(renewed)
    return renewed


def _keep(opened: Session) -> None:
    session["session_token"] = opened.session_token
    session["access_token"] = opened.access_token
    session["renewed_at"] = int(time.time())
    session["access_until"] = session["renewed_at"] + opened.expires_in
    g.pop("who", None)


def _ended() -> Unauthenticated:
    return Unauthenticated(
        "session-ended",
        "Phiên làm việc đã kết thúc. Hãy đăng nhập lại.",
        "Your session has ended. Log in again.",
    )
