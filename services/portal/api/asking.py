"""Who calls the REST interface, and how a call is passed on to a service."""

from __future__ import annotations

import re
from typing import Any

from flask import g, request

from kernel.errors import Malformed, Unauthenticated
from kernel.http import current_client

LOCALES = ("vi", "en")
_KEY = re.compile(r"^[\x21-\x7e]{1,255}$")
_VERSION = re.compile(r'^"(\d{1,9})"$')


def ask(message: Any, *, timeout: float = 10.0, key: str | None = None) -> Any:
    """Return a service's answer to the caller, whoever the `Authorization` header says it is.

    `Idempotency-Key`, `If-Match`, `Accept-Language` and the client's address go along; `key` in
    the place of the first where a request becomes several. Raises the `DomainError` of the service.
    """
    return current_client().call(
        message,
        token=bearer() or "",
        timeout=timeout,
        idempotency_key=key or idempotency_key(),
        expected_version=expected_version(),
        locale=language(),
        address=request.remote_addr,
        correlation=g.get("correlation"),
    )


def bearer() -> str | None:
    """Return the access token; None without one."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(
            "bearer-token",
            "Tiêu đề Authorization phải có dạng «Bearer <mã>».",
            "The Authorization header must be of the form “Bearer <token>”.",
        )
    return token.strip()


def idempotency_key() -> str | None:
    """Return the caller's key for this request."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.match(key):
        raise Malformed(
            "idempotency-key",
            "Idempotency-Key phải gồm 1 đến 255 ký tự ASCII nhìn thấy được.",
            "Idempotency-Key must be 1 to 255 visible ASCII characters.",
        )
    return key


def expected_version() -> int | None:
    """Return the version that the caller saw last, as `If-Match` says."""
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    found = _VERSION.match(header.strip())
    if found is None:
        raise Malformed(
            "if-match",
            'If-Match phải là một ETag đã nhận, ví dụ "17".',
            'If-Match must be an ETag that was answered before, such as "17".',
        )
    return int(found[1])


def language() -> str:
    """Return the best of `Accept-Language`: Vietnamese unless English is preferred."""
    return request.accept_languages.best_match(LOCALES, "vi") or "vi"
