"""How the portal reaches the services: through their contracts, over RPC."""

from __future__ import annotations

from typing import Any

import flask

from kernel.http import current_client
from services.portal.language import locale


def send(
    message: Any,
    *,
    token: str | None,
    key: str | None = None,
    version: int | None = None,
    timeout: float = 5.0,
) -> Any:
    """Return a service's answer to whoever the token speaks of; without one, to anybody.

    Raises the `DomainError` of the service; `Unavailable` where it does not answer in time.
    """
    return current_client().call(
        message,
        token=token or "",
        timeout=timeout,
        idempotency_key=key,
        expected_version=version,
        locale=locale(),
        address=flask.request.remote_addr,
        correlation=flask.g.get("correlation"),
    )
