"""Somebody with an account at the REST interface, who does not give up when a part is away.

A request that meets a part that is away is repeated, with its key, until the part is back: so a
story ends well whatever is killed meanwhile, and nothing happens twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import uuid4

import requests

from kernel.config import Settings
from kernel.errors import DomainError, Unavailable
from motcua.local.ports import Ports

PATIENCE = 60.0
"""Seconds to wait for a part that is away, and for what happens by itself: payment, mail."""

Json = dict[str, Any]
T = TypeVar("T")

_AGAIN_SECONDS = 0.5
_ANSWER_SECONDS = 30
_AWAY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


@dataclass(frozen=True)
class Places:
    """Where the system answers: the portal, the mail catcher, the payment sandbox."""

    portal: str
    mail: str
    vnpay: str

    @classmethod
    def of(cls, settings: Settings, ports: Ports) -> Places:
        """Return the addresses of the stack on this machine."""
        here = "http://127.0.0.1"
        return cls(settings.public_url, f"{here}:{ports.mail}", f"{here}:{ports.vnpay}")


class Refused(DomainError):
    """The interface said no; `answer` is the HTTP status of it."""

    def __init__(self, request: str, answer: requests.Response) -> None:
        super().__init__("refused", answer.text, f"{request}: {answer.text}")
        self.answer = answer.status_code


class Person:
    """Somebody with an account; `patience` is how many seconds a part may be away."""

    def __init__(
        self, places: Places, username: str, password: str, patience: float = PATIENCE
    ) -> None:
        self.username = username
        self.account: Json = {}
        self._base = f"{places.portal}/api/v1"
        self._password = password
        self._patience = patience
        self._session = requests.Session()

    def log_in(self) -> None:
        """Log in."""
        self._session.headers.pop("Authorization", None)
        given = {"username": self.username, "password": self._password}
        opened = self.post("/sessions", given)
        self._session.headers["Authorization"] = f"Bearer {opened['access_token']}"
        self.account = opened["account"]

    def get(self, path: str, **query: Any) -> Json:
        """Read."""
        return self._send("GET", path, params=query)

    def post(
        self, path: str, body: Json, version: int | None = None, key: str | None = None
    ) -> Json:
        """Do something once: under this key, or a new one."""
        headers = {"Idempotency-Key": key or uuid4().hex}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self._send("POST", path, json=body, headers=headers)

    def send_file(self, name: str, content: bytes) -> str:
        """Upload a file; returns its id."""
        answer = self._send("POST", "/files", files={"file": (name, content)})
        return str(answer["file"])

    def _send(self, method: str, path: str, **options: Any) -> Json:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                answer = self._session.request(
                    method, f"{self._base}{path}", timeout=_ANSWER_SECONDS, **options
                )
            except requests.RequestException:
                _give_up_after(deadline, f"{self._base} does not answer. Start it with `make up`.")
                continue
            if answer.status_code == HTTPStatus.UNAUTHORIZED and path != "/sessions":
                _give_up_after(deadline, f"{method} {path}: {answer.text}")
                self.log_in()
                continue
            if answer.status_code in _AWAY:
                _give_up_after(deadline, f"{method} {path}: {answer.text}")
                continue
            if not answer.ok:
                raise Refused(f"{method} {path}", answer)
            return answer.json() if answer.content else {}


def pays_at(places: Places, url: str) -> bool:
    """Do what the payer does at the provider's pay page; False while that page is away."""
    try:
        paid = requests.post(
            f"{places.vnpay}/sandbox/payments", json={"url": url}, timeout=_ANSWER_SECONDS
        )
    except requests.RequestException:
        return False
    # refused: it was paid before, and only the answer got lost
    return paid.ok or paid.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def until(
    condition: Callable[[], T], what: str, patience: float = PATIENCE, every: float = 0.2
) -> T:
    """Ask again and again until there is something; raises `Unavailable` when patience ends."""
    deadline = time.monotonic() + patience
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise Unavailable("demo-late", f"Chờ quá lâu: {what}.", f"It took too long: {what}.")
        time.sleep(every)
    return found


def _give_up_after(deadline: float, reason: str) -> None:
    if time.monotonic() > deadline:
        raise Unavailable("demo-away", f"Hệ thống không trả lời: {reason}", reason)
    time.sleep(_AGAIN_SECONDS)
