"""A relay as `make up` runs it: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kernel.config import Settings

_TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def relay_process(service: str, settings: Settings) -> Iterator[int]:
    """Run `motcua relay`; yields its process id."""
    environment = {
        **os.environ,
        "AMQP_URI": settings.amqp_uri,
        "MONGO_URI": settings.mongo_uri,
        "MOTCUA_NAMESPACE": settings.namespace,
        "MOTCUA_HOME": str(settings.home),
    }
    log = settings.home / "relay.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "motcua", "relay", service],
            stdout=output,
            stderr=output,
            env=environment,
        ) as process,
    ):
        try:
            yield process.pid
        finally:
            process.terminate()


def cpu_share(pid: int, seconds: float) -> float:
    """Return the share of a core that a process uses while so many seconds pass."""
    before, began = _cpu_seconds(pid), time.perf_counter()
    time.sleep(seconds)
    return (_cpu_seconds(pid) - before) / (time.perf_counter() - began)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = fields[11:13]
    return (int(user) + int(system)) / _TICKS
