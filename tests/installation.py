"""Parts of an installation as processes of their own, and neighbours that only tell and answer.

A test of one service runs that service for real, with its relay, and lets its neighbours' events
come from a ledger that the test itself writes.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
from kombu import Connection
from pymongo import MongoClient

from kernel.commits import Meta
from kernel.config import Settings
from kernel.events import Actor, EventTypes, Recorded
from kernel.ledger import Ledger
from kernel.ledger_reader import create_indexes, ledger_collection
from kernel.requests import Caller
from kernel.topology import all_queues
from kernel.trust import Keyring, ensure_keys
from motcua.local.processes import LEDGER_OWNERS
from motcua.wiring import parts

ROOT = Path(__file__).parents[1]
NAMES = ("identity", "catalog", "dossier", "payment", "notify", "portal")


def installation(amqp_uri: str, mongo_uri: str, home: Path) -> Settings:
    """Return settings of an installation of its own, with its keys made."""
    settings = Settings(
        amqp_uri=amqp_uri, mongo_uri=mongo_uri, namespace=f"t{uuid4().hex[:12]}", home=home
    )
    ensure_keys(settings.keys, NAMES, LEDGER_OWNERS)
    return settings


def dismantle(settings: Settings) -> None:
    """Take away what an installation has left on the broker and in the database."""
    everything = list(parts(settings))
    exchanges = {exchange.name for part in everything for exchange in part.exchanges()}
    queues = {queue.name for queue in all_queues(everything)}
    queues |= {settings.amqp_name(f"rpc-{name}") for name in NAMES}
    with Connection(settings.amqp_uri) as connection:
        channel = connection.channel()
        for name in queues:
            channel.queue_delete(name)
        for name in exchanges | {settings.amqp_name("nameko-rpc")}:
            channel.exchange_delete(name)
    with MongoClient[Any](settings.mongo_uri) as client:
        for name in client.list_database_names():
            if name.startswith(f"{settings.namespace}_"):
                client.drop_database(name)


class Process:
    """A process of the installation, with its log and its operations port."""

    def __init__(
        self,
        settings: Settings,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        importable: Path | None = None,
    ) -> None:
        """Start Python with these arguments; `importable` is one more folder to import from."""
        self._settings = settings
        self._arguments = arguments
        self._environment = dict(environment or {})
        self._path = f"{ROOT}:{importable}" if importable else str(ROOT)
        self.log_path = settings.home / f"{uuid4().hex[:8]}.log"
        self.start()

    def start(self) -> None:
        """Start it, again if it was killed."""
        settings = self._settings
        with socket.create_server(("127.0.0.1", 0)) as sock:
            self._ops_port = int(sock.getsockname()[1])
        with self.log_path.open("ab") as log:
            self.popen = subprocess.Popen(
                [sys.executable, *self._arguments],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                env={
                    **os.environ,
                    "PYTHONPATH": self._path,
                    "AMQP_URI": settings.amqp_uri,
                    "MONGO_URI": settings.mongo_uri,
                    "MOTCUA_NAMESPACE": settings.namespace,
                    "MOTCUA_HOME": str(settings.home),
                    "PUBLIC_URL": settings.public_url,
                    "OPS_PORT": str(self._ops_port),
                    **self._environment,
                },
            )

    def wait_ready(self) -> None:
        """Return when it can be used."""

        def ready() -> bool:
            assert self.popen.poll() is None, self.log()
            try:
                return requests.get(self._ready_url, timeout=5).ok
            except (requests.ConnectionError, requests.Timeout):
                return False

        eventually(ready, self.log, 180)

    @property
    def _ready_url(self) -> str:
        return f"http://127.0.0.1:{self._ops_port}/health/ready"

    def log(self) -> str:
        """Return the end of what it said."""
        return self.log_path.read_text()[-4000:]

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self.popen.kill()
        self.popen.wait()

    def stop(self) -> None:
        """End it, cleanly if it can."""
        self.popen.terminate()
        try:
            self.popen.wait(20)
        finally:
            self.kill()


@contextmanager
def running(*processes: Process) -> Iterator[None]:
    """Wait until started processes are ready, and end them all after the block."""
    try:
        for process in processes:
            process.wait_ready()
        yield
    finally:
        for process in processes:
            process.popen.terminate()
        for process in processes:
            process.stop()


def command(*arguments: str) -> Sequence[str]:
    """Return the arguments of a call of the command line."""
    return ("-m", "motcua", *arguments)


class Neighbour:
    """A neighbour's ledger, which a test writes and a relay publishes."""

    def __init__(self, settings: Settings, types: EventTypes) -> None:
        self._client: MongoClient[Any] = MongoClient(settings.mongo_uri, tz_aware=True)
        collection = ledger_collection(self._client, settings.namespace, types.source)
        create_indexes(collection)
        self._ledger = Ledger(collection, types)

    def tell(self, stream: str, *events: Any) -> list[Recorded]:
        """Append events at the end of a stream."""
        meta = Meta(
            actor=Actor("acc-officer", "officer"),
            occurred_at=datetime.now(UTC),
            correlation=f"conversation-{uuid4().hex[:8]}",
        )
        commit = self._ledger.append(
            stream,
            events,
            expected=self._ledger.head_version(stream),
            commit_id=f"told-{uuid4().hex}",
            meta=meta,
        )
        return self._ledger.records(commit)

    def close(self) -> None:
        """End the connection."""
        self._client.close()


class People:
    """Tokens of people, as identity issues them."""

    def __init__(self, settings: Settings) -> None:
        self._keyring = Keyring(settings.keys)

    def citizen(self, account: str) -> str:
        """Return the token of a citizen."""
        return self._token(Caller(account, "citizen", verified=True))

    def officer(self, account: str, agency: str, *roles: str) -> str:
        """Return the token of an officer."""
        return self._token(Caller(account, "officer", roles=roles, agency=agency, unit="unit"))

    def _token(self, caller: Caller) -> str:
        return self._keyring.issue(caller, issuer="identity", lifetime=timedelta(hours=1))


def eventually(condition: Callable[[], Any], told: Callable[[], str], seconds: float = 60) -> None:
    """Wait until a condition holds; fail with what is told if it does not in time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, told()
        time.sleep(0.05)
