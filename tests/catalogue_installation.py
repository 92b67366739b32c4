"""An installation with processes of the catalogue service only, for its integration tests."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from pymongo import MongoClient

from kernel.config import Settings
from kernel.ledger_reader import LedgerReader, ledger_collection
from kernel.requests import Caller
from kernel.trust import Keyring
from motcua.local.ports import Ports

ROOT = Path(__file__).parents[1]
LOAD_SECONDS = 200


@dataclass(frozen=True)
class Installation:
    """Settings, keys and servers of its own."""

    settings: Settings
    database: MongoClient[dict[str, Any]]

    @property
    def ledger(self) -> LedgerReader:
        """The catalogue's ledger, to look into."""
        return LedgerReader(ledger_collection(self.database, self.settings.namespace, "catalog"))

    def motcua(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run a command of `motcua` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "motcua", *map(str, arguments)],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=LOAD_SECONDS,
            check=False,
        )

    @contextmanager
    def catalogue_process(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run one process of the service, ready to answer."""
        port = Ports.free(ops=1).ops
        log = self.settings.home / f"catalog-{port}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "motcua", "run", "catalog"],
                cwd=ROOT,
                env=self.environment(OPS_PORT=str(port)),
                stdout=out,
                stderr=out,
            )
            try:
                eventually(lambda: _is_ready(port), 120, log.read_text)
                yield process
            finally:
                process.terminate()
                process.wait(30)

    def environment(self, **more: str) -> dict[str, str]:
        """What a process of this installation is told."""
        return {
            **os.environ,
            "AMQP_URI": self.settings.amqp_uri,
            "MONGO_URI": self.settings.mongo_uri,
            "MOTCUA_NAMESPACE": self.settings.namespace,
            "MOTCUA_HOME": str(self.settings.home),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            **more,
        }

    def token(self, caller: Caller) -> str:
        """Return what identity would give a caller."""
        keyring = Keyring(self.settings.keys)
        return keyring.issue(caller, issuer="identity", lifetime=timedelta(minutes=5))


def eventually(
    condition: Callable[[], bool], seconds: float, told: Callable[[], str] = lambda: ""
) -> None:
    """Wait until a condition holds; fail with what is told if it does not in time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not within {seconds} s: {told()[-2000:]}"
        time.sleep(0.02)


def _is_ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=5).ok
    except requests.ConnectionError:
        return False
