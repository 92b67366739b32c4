"""One identity process for all tests here, on the real broker and database, and ways to ask it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from captchas import solve
from installation import dismantle
from pymongo import MongoClient

from kernel.client import NO_TOKEN, Client, standalone_client
from kernel.config import Settings
from kernel.trust import Keyring, ensure_keys
from services.identity import contract
from services.identity.contract import AccountKind, IdentityDocument, Profile

ROOT = Path(__file__).parents[3]
PASSWORD = "ba con mèo đen"
_numbers = count(1)


@pytest.fixture(scope="package")
def settings(
    amqp_uri: str, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """An installation of its own, with a running identity service."""
    home = tmp_path_factory.mktemp("identity")
    settings = Settings(
        amqp_uri=amqp_uri, mongo_uri=mongo_uri, namespace=f"t{uuid4().hex[:12]}", home=home
    )
    ensure_keys(settings.keys, ["identity", "notify", "portal", "setup"])
    with _running(settings):
        yield settings
    dismantle(settings)


@pytest.fixture(scope="package")
def keyring(settings: Settings) -> Keyring:
    """The installation's keys."""
    return Keyring(settings.keys)


@pytest.fixture(scope="package")
def database(settings: Settings) -> Iterator[Any]:
    """Identity's own database, to look at it from outside."""
    client: MongoClient[Any] = MongoClient(settings.mongo_uri, tz_aware=True)
    yield client[settings.database("identity")]
    client.close()


@pytest.fixture(scope="package")
def ledger(settings: Settings) -> Iterator[Any]:
    """The stored commits, to look at them from outside."""
    client: MongoClient[Any] = MongoClient(settings.mongo_uri, tz_aware=True)
    yield client[settings.ledger_database("identity")]["ledger"]
    client.close()


@pytest.fixture(scope="package")
def clients(settings: Settings) -> Iterator[dict[str, Client]]:
    """The neighbours and the installation's set-up."""
    with (
        standalone_client(settings, "portal") as portal,
        standalone_client(settings, "notify") as notify,
        standalone_client(settings, "setup") as setup,
    ):
        yield {"portal": portal, "notify": notify, "setup": setup}


@dataclass(frozen=True)
class Desk:
    """What a test does, in the words of the people who do it."""

    settings: Settings
    clients: dict[str, Client]

    def anyone(self, message: Any, **how: Any) -> Any:
        """Ask without being logged in."""
        return self.clients["portal"].call(message, token=NO_TOKEN, **how)

    def somebody(self, session: contract.Session, message: Any) -> Any:
        """Ask as a person who is logged in."""
        return self.clients["portal"].call(message, token=session.access_token)

    def as_service(self, name: str, message: Any) -> Any:
        """Ask as a service."""
        return self.clients[name].call(message)

    def form(self, **changes: Any) -> contract.Register:
        """Return a registration form that is all right, with a captcha that is solved."""
        captcha = self.anyone(contract.NewCaptcha())
        text = solve(self.settings.mongo_uri, self.settings.namespace, captcha.captcha)
        form = contract.Register(
            kind=AccountKind.CITIZEN,
            username=f"nguoidan-{uuid4().hex[:8]}",
            password=PASSWORD,
            profile=person(),
            captcha=captcha.captcha,
            captcha_text=text,
            consent=True,
        )
        return replace(form, **changes)

    def registered(self, **changes: Any) -> tuple[contract.Register, str]:
        """Register somebody; return the form and the account."""
        form = self.form(**changes)
        done = self.anyone(form)
        return form, done.stream.removeprefix("account-")

    def link(self, account: str) -> contract.ActivationNotice:
        """Return what notify would write in the mail."""
        notice: contract.ActivationNotice = self.as_service(
            "notify", contract.ReadActivation(account)
        )
        return notice

    def active(self, **changes: Any) -> tuple[contract.Register, str]:
        """Register somebody and open the link."""
        form, account = self.registered(**changes)
        self.anyone(contract.Activate(self.link(account).token))
        return form, account

    def log_in(self, username: str, password: str = PASSWORD, **how: Any) -> contract.Session:
        """Log in."""
        session: contract.Session = self.anyone(contract.LogIn(username, password), **how)
        return session


@pytest.fixture(scope="package")
def desk(settings: Settings, clients: dict[str, Client]) -> Desk:
    """The way to the service."""
    return Desk(settings, clients)


def person(**changes: Any) -> Profile:
    """Return somebody who never existed before."""
    profile = Profile(
        name="Trần Minh Khôi",
        identity_document=IdentityDocument.PERSONAL_NUMBER,
        identity_number=f"038090{next(_numbers):06d}",
        email="khoi@example.vn",
        phone="0912345678",
        date_of_birth=date(1990, 2, 3),
        place="16594",
    )
    return replace(profile, **changes)


def eventually(condition: Callable[[], bool], told: Callable[[], str], seconds: float = 60) -> None:
    """Wait until a condition holds; fail with what is told if it does not in time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, told()
        time.sleep(0.02)


class _running:  # noqa: N801 - reads as the verb it is
    """Runs `motcua run identity` for a block."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __enter__(self) -> None:
        settings = self._settings
        with socket.create_server(("127.0.0.1", 0)) as sock:
            port = sock.getsockname()[1]
        log_path = settings.home / "identity.log"
        self._log = log_path.open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "motcua", "run", "identity"],
            cwd=ROOT,
            stdout=self._log,
            stderr=self._log,
            env={
                **os.environ,
                "AMQP_URI": settings.amqp_uri,
                "MONGO_URI": settings.mongo_uri,
                "MOTCUA_NAMESPACE": settings.namespace,
                "MOTCUA_HOME": str(settings.home),
                "OPS_PORT": str(port),
            },
        )

        def ready() -> bool:
            assert self._process.poll() is None, log_path.read_text()[-3000:]
            try:
                return requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=5).ok
            except requests.ConnectionError:
                return False

        eventually(ready, lambda: log_path.read_text()[-3000:])

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        finally:
            self._process.kill()
            self._process.wait()
            self._log.close()


@pytest.fixture(scope="package")
def somebody() -> Callable[..., Profile]:
    """Returns the profile of somebody who never existed before."""
    return person
