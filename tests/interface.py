"""Clients of a running system: people at the REST interface, the mailbox, the payment sandbox.

A client here neither repeats nor hides anything: a test sees each answer as it came.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import requests

from deploy.sandboxes.vnpay.protocol import signed_query
from motcua.local.stack import Stack
from services.identity.demo import read_demo_accounts

Json = dict[str, Any]
T = TypeVar("T")

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)

_TIMEOUT = 60
_TOKEN_SECONDS = 600  # well inside the life of an access token


class Client:
    """Somebody at the REST interface: with a user name logged in, without one anybody."""

    def __init__(self, portal: str, username: str = "", password: str = "") -> None:
        self.base = f"{portal}/api/v1"
        self.username = username
        self._password = password
        self._session = requests.Session()
        self._opened: Json = {}
        self._until = 0.0

    @property
    def token(self) -> str:
        """The access token, fresh enough for the next calls."""
        if time.monotonic() > self._until:
            given = {"username": self.username, "password": self._password}
            self._opened = expect(self.call("POST", "/sessions", token="", json=given), 201)
            self._until = time.monotonic() + _TOKEN_SECONDS
        return str(self._opened["access_token"])

    @property
    def account(self) -> str:
        """The id of the account."""
        assert self.token
        return str(self._opened["account"]["account"])

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        key: str | None = None,
        version: int | None = None,
        language: str | None = None,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> requests.Response:
        """Send one request; `token` stands in for one's own, an empty one for none at all."""
        own = self.token if token is None and self.username else token
        named = {
            "Authorization": f"Bearer {own}" if own else None,
            "Idempotency-Key": key,
            "If-Match": None if version is None else f'"{version}"',
            "Accept-Language": language,
            **(headers or {}),
        }
        given = {name: value for name, value in named.items() if value is not None}
        return self._session.request(
            method, f"{self.base}{path}", headers=given, timeout=_TIMEOUT, **options
        )

    def get(self, path: str, **options: Any) -> requests.Response:
        """Read."""
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        """Send JSON."""
        return self.call("POST", path, json=body, **options)

    def upload(self, name: str, content: bytes = PDF, **options: Any) -> requests.Response:
        """Send a file."""
        return self.call("POST", "/files", files={"file": (name, content)}, **options)

    def file(self, name: str = "giay-to.pdf") -> str:
        """Send a file that is taken; return its id."""
        return str(expect(self.upload(name), 201)["file"])


def expect(answer: requests.Response, status: int) -> Json:
    """Return the content of an answer that has this status."""
    assert answer.status_code == status, f"{answer.request.url}: {answer.text}"
    return dict(answer.json()) if answer.content else {}


def refused(answer: requests.Response, status: int, code: str | None = None) -> Json:
    """Return the problem (RFC 9457) that an answer of this status and code is."""
    problem = expect(answer, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["type"] == f"urn:motcua:problem:{problem['code']}"
    assert problem["correlation"] == answer.headers["X-Correlation-Id"]
    if code is not None:
        assert problem["code"] == code, problem
    return problem


def faults(problem: Json) -> dict[str, str]:
    """Return the code of each field at fault, by its path."""
    return {fault["field"]: fault["code"] for fault in problem["errors"]}


def eventually(found: Callable[[], T], what: str, seconds: float = 60.0, pause: float = 0.2) -> T:
    """Ask again and again until there is something; fail when it takes too long."""
    until = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < until, f"not within {seconds:.0f} s: {what}"
        time.sleep(pause)
    return answer


class Mailbox:
    """The mail that was caught."""

    def __init__(self, url: str) -> None:
        self._url = url

    def to(self, address: str, limit: int = 500) -> list[Json]:
        """Return what came to an address, newest first."""
        query: dict[str, Any] = {"to": address, "limit": limit}
        answer = requests.get(f"{self._url}/messages", params=query, timeout=_TIMEOUT)
        return list(answer.json()["items"])

    def await_one(self, address: str, subject: str, seconds: float = 60.0) -> Json:
        """Wait for a mail with these words in its subject; return all of it."""

        def found() -> list[Json]:
            return [mail for mail in self.to(address) if subject in mail["subject"]]

        mails = eventually(found, f"mail to {address} about “{subject}”", seconds, pause=0.5)
        url = f"{self._url}/messages/{mails[0]['id']}"
        return dict(requests.get(url, timeout=_TIMEOUT).json())


class Till:
    """The sandbox of the payment provider, and its pen for whoever wants to forge."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._secret = secret

    def pay(self, url: str, outcome: str = "paid") -> Json:
        """Do what the payer does at the pay page."""
        given = {"url": url, "outcome": outcome}
        answer = requests.post(f"{self._url}/sandbox/payments", json=given, timeout=_TIMEOUT)
        answer.raise_for_status()
        return dict(answer.json())

    def behave(self, **how: Any) -> None:
        """Say how notifications are to misbehave; nothing said: as they should."""
        requests.put(f"{self._url}/sandbox/behaviour", json=how, timeout=_TIMEOUT)

    def notification(self, payment: str, amount: int, secret: str | None = None) -> str:
        """Return the query of a notification of success, signed with the provider's secret."""
        told = {
            "vnp_Amount": str(amount * 100),
            "vnp_BankCode": "NCB",
            "vnp_OrderInfo": "Phi",
            "vnp_PayDate": "20260907090000",
            "vnp_ResponseCode": "00",
            "vnp_TmnCode": "MOTCUA01",
            "vnp_TransactionNo": "14999999",
            "vnp_TransactionStatus": "00",
            "vnp_TxnRef": payment,
        }
        return signed_query(secret or self._secret, told)


@dataclass(frozen=True)
class System:
    """Everything that a running stack offers to those outside."""

    stack: Stack

    @cached_property
    def anybody(self) -> Client:
        """Somebody who is not logged in."""
        return Client(self.stack.url("portal"))

    @cached_property
    def mailbox(self) -> Mailbox:
        """The mail that was caught."""
        return Mailbox(self.stack.url("mail"))

    @cached_property
    def till(self) -> Till:
        """The payment sandbox."""
        secret = (Path(self.stack.home) / "secrets" / "vnpay").read_text()
        return Till(self.stack.url("vnpay"), secret)

    @cached_property
    def _people(self) -> dict[str, Client]:
        return {}

    def person(self, username: str, password: str | None = None) -> Client:
        """Return somebody with an account; those of the demonstration share a password."""
        if username not in self._people:
            chosen = password or read_demo_accounts().password
            self._people[username] = Client(self.stack.url("portal"), username, chosen)
        return self._people[username]


def new_key() -> str:
    """Return an idempotency key."""
    return uuid4().hex
