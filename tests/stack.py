"""Servers and whole systems for tests, on free ports and in folders of their own.

They end with the test session, however that ends. `TEST_AMQP_URI` and `TEST_MONGO_URI` name
running servers to use instead of a private broker and database.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from motcua.local.database import EmbeddedDatabase
from motcua.local.ports import Ports
from motcua.local.processes import OPS_PORTS
from motcua.local.stack import Stack
from motcua.local.supervision import Supervisor, wait_until
from motcua.local.up import load_demonstration

__all__ = ["Servers", "Stack", "database_of_its_own", "servers", "whole_stack"]

_GIVEN = {"TEST_AMQP_URI": "AMQP_URI", "TEST_MONGO_URI": "MONGO_URI"}
# what would point a process of the tests at something that is not theirs
_OTHERS = ("AMQP_URI", "MONGO_URI", "PUBLIC_URL", "FILES_URL", "OPS_PORT")


@dataclass(frozen=True)
class Servers:
    """Where broker and database of this session are."""

    amqp_uri: str
    mongo_uri: str


@contextmanager
def servers(home: Path) -> Iterator[Servers]:
    """Start a broker and a database below `home`, as far as none are given."""
    environment = _environment()
    if "AMQP_URI" in environment and "MONGO_URI" in environment:
        yield Servers(environment["AMQP_URI"], environment["MONGO_URI"])
        return
    with Stack(home, Ports.free(ops=1), services=False, environment=environment) as stack:
        yield Servers(stack.amqp_uri, stack.mongo_uri)


@contextmanager
def database_of_its_own(
    home: Path, *, users: bool
) -> Iterator[tuple[EmbeddedDatabase, Supervisor]]:
    """Run an embedded database below `home` alone: one with users, or one to be hurt.

    The supervisor knows it as `database`.
    """
    database = EmbeddedDatabase(Ports.free(ops=1), home / "database", users=users)
    database.prepare()
    program = database.program()
    supervisor = Supervisor(home, [program])
    supervisor.launch(os.environ)
    try:
        supervisor.start(program.name)
        assert wait_until(program.ready, 60)
        yield database, supervisor
    finally:
        supervisor.end()


@contextmanager
def whole_stack(home: Path) -> Iterator[Stack]:
    """Start everything below `home`, with the demonstration data."""
    namespace = f"t{uuid4().hex[:10]}"
    ports = Ports.free(ops=OPS_PORTS)
    with Stack(home, ports, namespace=namespace, environment=_environment()) as stack:
        load_demonstration(stack)
        yield stack


def _environment() -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in _OTHERS and not name.startswith("MOTCUA_")
    }
    given = {setting: os.environ[name] for name, setting in _GIVEN.items() if os.environ.get(name)}
    return {**inherited, **given}
