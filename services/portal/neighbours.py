"""How the portal reaches the services: through their contracts, over RPC."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Thread
from typing import Any

import flask

from kernel.errors import DomainError
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
        message, timeout=timeout, idempotency_key=key, expected_version=version, **_about(token)
    )


def send_each(messages: Sequence[Any], *, token: str | None, timeout: float) -> list[Any]:
    """Return the answers to several messages, sent at once; a `DomainError` where one came.

    Any other error is raised as it is, once all have ended.
    """
    client, about = current_client(), _about(token)
    answers: dict[int, Any] = {}
    broken: dict[int, Exception] = {}

    def call(number: int, message: Any) -> None:
        try:
            answers[number] = client.call(message, timeout=timeout, **about)
        except DomainError as refusal:
            answers[number] = refusal
        except Exception as error:  # noqa: BLE001 - raised below, where somebody hears it
            broken[number] = error

    threads = [Thread(target=call, args=numbered) for numbered in enumerate(messages)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[min(broken)]
    return [answers[number] for number in range(len(messages))]


def _about(token: str | None) -> dict[str, Any]:
    """Return what every call of this request says about itself."""
    return {
        "token": token or "",
        "locale": locale(),
        "address": flask.request.remote_addr,
        "correlation": flask.g.get("correlation"),
    }
