"""The ports of the local stack: defaults, the settings that move them, free ones for tests.

All of them listen on the loopback interface only.
"""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kernel.config import setting
from kernel.errors import DomainError

_HOST = "127.0.0.1"


class PortsTaken(DomainError):
    """Another program listens where a part of the stack should."""


def _port(name: str, default: int, doc: str) -> Any:
    return setting(env=f"MOTCUA_PORT_{name}", default=default, doc=doc, minimum=1, maximum=65535)


@dataclass(frozen=True)
class Ports:
    """Where each part listens."""

    portal: int = _port("PORTAL", 8000, "the portal's pages and REST interface")
    files: int = _port("FILES", 8010, "where attachments are sent to and fetched from")
    mail: int = _port("MAIL", 8025, "the page that shows the mail")
    smtp: int = _port("SMTP", 1025, "the sandbox's mail server")
    vnpay: int = _port("VNPAY", 8030, "the sandbox of the payment provider")
    amqp: int = _port("AMQP", 5675, "the private broker")
    mongo: int = _port("MONGO", 27117, "the embedded database")
    epmd: int = _port("EPMD", 4370, "the private broker's name service")
    dist: int = _port("DIST", 25675, "the private broker's own tools")
    ops: int = _port("OPS", 9101, "the first of a row of ports for health and metrics")

    @classmethod
    def free(cls, ops: int) -> Ports:
        """Return ports that nothing listens on now; `ops` is how many of those are wanted."""
        names = [item.name for item in dataclasses.fields(cls) if item.name != "ops"]
        return cls(**dict(zip(names, _free_ports(len(names)), strict=True)), ops=_free_row(ops))


def refuse_taken(wanted: Iterable[tuple[str, int]]) -> None:
    """Raise `PortsTaken`, naming the first pair of (field of `Ports`, port) that is not free."""
    for name, port in wanted:
        if not is_free(port):
            moves = f"MOTCUA_PORT_{name.upper()}"
            raise PortsTaken(
                "port-taken",
                f"Cổng {port} đang được chương trình khác dùng; "
                f"hãy dừng chương trình đó, hoặc chọn cổng khác bằng {moves}=<số>.",
                f"Port {port} is taken by another program; "
                f"stop that one, or choose another port with {moves}=<number>.",
            )


def is_free(port: int) -> bool:
    """Return whether a server could listen on this port of the loopback interface now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
    return True


def _free_ports(count: int) -> Iterator[int]:
    # held open together, so that the same port is not handed out twice
    held = [socket.socket() for _ in range(count)]
    try:
        for probe in held:
            probe.bind((_HOST, 0))
        yield from [int(probe.getsockname()[1]) for probe in held]
    finally:
        for probe in held:
            probe.close()


def _free_row(count: int) -> int:
    for _ in range(100):
        (first,) = _free_ports(1)
        # below 32768 the kernel hands nothing out by itself, so that a row stays free
        first = 10_000 + first % 20_000
        if all(is_free(port) for port in range(first, first + count)):
            return first
    raise OSError(f"no {count} free ports in a row")
