"""Figures: measured against a real broker and a real database, told in one table at the end.

`make bench`, or `make bench QUICK=1` for fewer and smaller rounds; of the rows, `-k` chooses.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from private_servers import amqp_uri, mongo_uri, running_servers
from pymongo import MongoClient
from rich.console import Console

if TYPE_CHECKING:
    from figures import Report

sys.path.insert(0, str(Path(__file__).parent))

__all__ = ["amqp_uri", "mongo_uri", "running_servers"]

_REPORT = Path("tests/artefacts/bench.json")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take what `make bench` may be told."""
    group = parser.getgroup("figures")
    group.addoption("--quick", action="store_true", help="fewer and smaller rounds")
    group.addoption("--seed", type=int, default=1, help="of everything that is drawn")


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Iterator[Report]:
    """Where figures are recorded; it is printed and written when all are measured."""
    from figures import Report

    from kernel import logs

    quick, seed = request.config.getoption("quick", False), request.config.getoption("seed", 1)
    random.seed(seed)
    logs.configure("bench", "WARNING")
    report = Report(quick=quick, seed=seed)
    yield report
    report.show(Console())
    report.write(request.config.rootpath / _REPORT)


@pytest.fixture
def database_prefix(mongo_uri: str) -> Iterator[str]:
    """A namespace of this test alone; dropped afterwards where the server is not thrown away."""
    prefix = f"bench{uuid4().hex[:12]}"
    yield prefix
    if os.environ.get("TEST_MONGO_URI"):
        with MongoClient[Any](mongo_uri) as client:
            for name in client.list_database_names():
                if name.startswith(f"{prefix}_"):
                    client.drop_database(name)


@pytest.fixture
def client(mongo_uri: str, report: Report) -> Iterator[MongoClient[Any]]:
    """A client of the real database."""
    with MongoClient(mongo_uri) as opened:
        report.note_version("database", _server(opened))
        yield opened


def _server(client: MongoClient[Any]) -> str:
    if os.environ.get("TEST_MONGO_URI"):
        return f"as given, protocol of {client.server_info()['version']}"
    return f"SecantusDB {version('secantusdb')}"
