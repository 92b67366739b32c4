"""What every answer of the pages carries, so that a browser trusts nothing but this site."""

from __future__ import annotations

from pathlib import Path

import flask
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import request
from flask_wtf.csrf import CSRFProtect

from kernel.config import Settings
from kernel.trust import unreadable

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # data: is the captcha's picture
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "manifest-src 'self'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_INTERFACE = "/api/"

csrf = CSRFProtect()


def cookie_secret(settings: Settings) -> bytes:
    """Return the secret that signs cookies, the same in every process of the portal.

    Derived from the portal's private key, so there is no further secret to hand out.
    """
    path: Path = settings.keys / "portal.key"
    try:
        key = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    return HKDF(SHA256(), 32, salt=None, info=b"motcua portal cookies").derive(key)


def install(app: flask.Flask, settings: Settings) -> None:
    """Sign cookies, demand a token with every form, and set the headers."""
    secure = settings.public_url.startswith("https:")
    app.config.update(
        SECRET_KEY=cookie_secret(settings),
        SESSION_COOKIE_NAME="motcua",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    csrf.init_app(app)

    @app.before_request
    def demand_token() -> None:
        # the REST interface knows no cookies, so nobody can be made to send something there
        if not request.path.startswith(_INTERFACE):
            csrf.protect()

    @app.after_request
    def protect(response: flask.Response) -> flask.Response:
        if request.path.startswith(_INTERFACE) and response.mimetype != "text/html":
            return response
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if request.endpoint != "static":
            # a shared computer's "back" must not show somebody's dossier (H06)
            response.headers.setdefault("Cache-Control", "no-store")
        if secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response
