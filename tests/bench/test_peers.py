"""Appending against event stores that others use, 64 writers each.

Each peer runs as a program of its own and appends the same text to a stream of its own each time,
with the same durability: the answer comes when the disk has it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from figures import Report
from notes import CHARACTERS, append_notes, open_ledger
from postgres import NotHere, private_postgres, version
from pymongo import MongoClient
from rounds import interleaved, seconds_of

from kernel.ledger import Ledger
from motcua.local.ports import Ports

WRITERS = 64
_HERE = Path(__file__).parent
_EMMETT = _HERE / "emmett"


@pytest.fixture
def ledger(client: MongoClient[Any], database_prefix: str) -> Ledger:
    opened = open_ledger(client, database_prefix)
    append_notes(opened, WRITERS, WRITERS)
    return opened


def test_emmett(ledger: Ledger, mongo_uri: str, database_prefix: str, report: Report) -> None:
    node = shutil.which("node", path=f"{os.environ['PATH']}:{Path(sys.executable).parent}")
    package = _EMMETT / "node_modules/@event-driven-io/emmett-mongodb/package.json"
    if node is None or not package.exists():
        report.not_measured("append-emmett", "not installed; see docs/performance.md")
        return
    report.note_version("emmett-mongodb", json.loads(package.read_text())["version"])
    command = [node, str(_EMMETT / "append.mjs"), mongo_uri, f"{database_prefix}_emmett"]
    _compare(report, "append-emmett", ledger, lambda number: _peer(command, number))


def test_eventsourcing_on_sqlite(ledger: Ledger, tmp_path: Path, report: Report) -> None:
    environment = {
        "PERSISTENCE_MODULE": "eventsourcing.sqlite",
        "SQLITE_DBNAME": str(tmp_path / "events.sqlite"),
        "SQLITE_LOCK_TIMEOUT": "60",
    }
    _compare(report, "append-sqlite", ledger, lambda number: _sourcing(number, environment))


def test_eventsourcing_on_postgres(ledger: Ledger, report: Report) -> None:
    try:
        with private_postgres(Ports.free(ops=1).mongo) as reached:
            report.note_version("postgresql", version())
            environment = {
                "PERSISTENCE_MODULE": "eventsourcing.postgres",
                "POSTGRES_POOL_SIZE": "16",
                "POSTGRES_MAX_OVERFLOW": str(WRITERS - 16),
                "POSTGRES_MAX_WAITING": str(WRITERS),
                **reached,
            }
            _compare(
                report, "append-postgres", ledger, lambda number: _sourcing(number, environment)
            )
    except NotHere as reason:
        report.not_measured("append-postgres", str(reason))


def _compare(report: Report, name: str, ledger: Ledger, peer: Callable[[int], float]) -> None:
    rounds, number = (1, 500) if report.quick else (3, 2_000)
    seconds = interleaved(
        {
            "ours": lambda: seconds_of(lambda: append_notes(ledger, number, WRITERS)),
            "peer": lambda: peer(number),
        },
        rounds,
    )
    report.ratio(name, number / seconds["ours"], number / seconds["peer"], "/s")


def _sourcing(number: int, environment: Mapping[str, str]) -> float:
    from importlib.util import find_spec

    assert find_spec("eventsourcing"), "deploy/bootstrap.sh bench installs it"
    return _peer([sys.executable, str(_HERE / "sourcing.py")], number, environment)


def _peer(
    command: Sequence[str], number: int, environment: Mapping[str, str] | None = None
) -> float:
    """Let a peer append so many, and return the seconds that it says it took."""
    done = subprocess.run(
        [*command, *map(str, (WRITERS, number, CHARACTERS))],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(environment or {})},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return float(done.stdout)
