"""Servers for tests, on free ports and in folders of their own, which always end with the session.

`TEST_AMQP_URI` and `TEST_MONGO_URI` name running servers to use instead of private ones.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from motcua.ports import Ports
from motcua.stack import Stack


@dataclass(frozen=True)
class Servers:
    """Where broker and database of this session are."""

    amqp_uri: str
    mongo_uri: str


@contextmanager
def servers(home: Path) -> Iterator[Servers]:
    """Start a broker and a database below `home`, as far as none are given."""
    environment = {
        name: os.environ[f"TEST_{name}"]
        for name in ("AMQP_URI", "MONGO_URI")
        if os.environ.get(f"TEST_{name}")
    }
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("AMQP_URI", "MONGO_URI") and not name.startswith("MOTCUA_")
    }
    if len(environment) == 2:
        yield Servers(environment["AMQP_URI"], environment["MONGO_URI"])
        return
    environment = {**inherited, **environment}
    with Stack(home, Ports.free(ops=1), services=False, environment=environment) as stack:
        yield Servers(stack.amqp_uri, stack.mongo_uri)
