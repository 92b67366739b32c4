"""Starts the sample services as processes of their own, and always ends them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
from kombu import Connection

from kernel.config import Settings
from kernel.trust import ensure_keys

_IMPORTABLE = Path(__file__).parents[1]
_ROOT = _IMPORTABLE.parents[2]
_RUN = """
{}
import sys
from kernel.config import Settings, read
from kernel.runner import run
run(sys.argv[1], read(Settings))
"""


class Process:
    """A running service, its log and its operations port."""

    def __init__(
        self,
        service: str,
        settings: Settings,
        environment: Mapping[str, str] | None = None,
        first: str = "pass",
    ) -> None:
        """Start it; `first` is a statement that runs before anything else."""
        self.ops_port = free_port()
        self.log_path = settings.home / f"{service.replace(':', '-')}-{self.ops_port}.log"
        self._log = self.log_path.open("wb")
        self.popen = subprocess.Popen(
            [sys.executable, "-c", _RUN.format(first), service],
            cwd=_ROOT,
            stdout=self._log,
            stderr=self._log,
            env={
                **os.environ,
                "PYTHONPATH": f"{_ROOT}:{_IMPORTABLE}",
                "AMQP_URI": settings.amqp_uri,
                "MONGO_URI": settings.mongo_uri,
                "MOTCUA_NAMESPACE": settings.namespace,
                "MOTCUA_HOME": str(settings.home),
                "OPS_PORT": str(self.ops_port),
                "LOG_LEVEL": "DEBUG",
                **(environment or {}),
            },
        )

    def ops(self, path: str) -> requests.Response:
        """Ask the operations port."""
        return requests.get(f"http://127.0.0.1:{self.ops_port}{path}", timeout=10)

    def is_ready(self) -> bool:
        """Whether the process says that it can work."""
        try:
            return self.ops("/health/ready").ok
        except requests.ConnectionError:
            return False

    def wait_ready(self) -> None:
        """Return when the process is ready."""
        eventually(self.is_ready, lambda: f"{self.popen.poll()}: {self.log_text()[-2000:]}")

    def log_text(self) -> str:
        """Everything the process said."""
        return self.log_path.read_text()

    def log_lines(self) -> list[dict[str, Any]]:
        """What the process said in its log."""
        found = [line for line in self.log_text().splitlines() if line.startswith("{")]
        return [json.loads(line) for line in found]

    def end(self, number: signal.Signals = signal.SIGTERM, patience: float = 30) -> int:
        """Send a signal and return the exit code."""
        if self.popen.poll() is None:
            self.popen.send_signal(number)
        try:
            return self.popen.wait(patience)
        finally:
            if self.popen.poll() is None:
                self.popen.kill()
                self.popen.wait()
            self._log.close()


@contextmanager
def running(
    service: str, settings: Settings, environment: Mapping[str, str] | None = None
) -> Iterator[Process]:
    """Run a service until the end of the block, ready when the block begins."""
    process = Process(service, settings, environment)
    try:
        process.wait_ready()
        yield process
    finally:
        process.end()


def eventually(condition: Any, told: Any = lambda: "", seconds: float = 60) -> None:
    """Wait until a condition holds; fail with what is told if it does not in time."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise AssertionError(f"did not happen within {seconds} s: {told()}")
        time.sleep(0.02)


def installation(amqp_uri: str, mongo_uri: str, home: Path) -> Settings:
    """Return settings of an installation of its own, with its keys made."""
    settings = Settings(
        amqp_uri=amqp_uri, mongo_uri=mongo_uri, namespace=f"t{uuid4().hex[:12]}", home=home
    )
    ensure_keys(settings.keys, ["identity", "sample", "web", "cli"])
    return settings


def remove_from_broker(settings: Settings) -> None:
    """Take away what an installation's samples left on the broker."""
    with Connection(settings.amqp_uri) as connection:
        channel = connection.channel()
        for service in ("sample", "web"):
            channel.queue_delete(settings.amqp_name(f"rpc-{service}"))
        channel.exchange_delete(settings.amqp_name("nameko-rpc"))


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])
