"""What the stack runs: a program is a command, its environment, and how to see that it is ready."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from http.client import HTTPConnection, HTTPException


class Stage(IntEnum):
    """The order of starting: each stage is ready before the next one starts."""

    NAMES = 1
    """The broker's own name service (epmd)."""
    SERVERS = 2
    """Broker and database."""
    SANDBOXES = 3
    """What stands in for systems outside."""
    SERVICES = 4
    RELAYS = 5
    PORTAL = 6

    @property
    def group(self) -> str:
        """What is stopped together; see `STOPPED_LAST_FIRST`."""
        return next(name for name, stages in STOPPED_LAST_FIRST.items() if self in stages)


STOPPED_LAST_FIRST = {
    "servers": (Stage.NAMES, Stage.SERVERS),
    "processes": (Stage.SANDBOXES, Stage.SERVICES, Stage.RELAYS),
    "front": (Stage.PORTAL,),
}
"""The groups of stopping, the last of them first; fewer than stages, for it takes a second each."""


Check = Callable[[], bool]


@dataclass(frozen=True)
class Program:
    """One process of the stack.

    `ready` answers whether it can be used now and never raises. `environment` is added to that
    of the stack. `memory` of what it did is in the log of the same name.
    """

    name: str
    stage: Stage
    command: tuple[str, ...]
    ready: Check
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_seconds: int = 10


def answers_http(port: int, path: str = "/health/ready") -> Check:
    """Return a check that a page of a local server answers 200."""

    def check() -> bool:
        connection = HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    return check


def listens(port: int) -> Check:
    """Return a check that something accepts connections on a local port."""

    def check() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True

    return check
