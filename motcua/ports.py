"""The ports of the local stack: defaults, the settings that move them, free ones for tests.

All of them listen on the loopback interface only.
"""

from __future__ import annotations

import dataclasses
import os
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kernel.errors import DomainError

_HOST = "127.0.0.1"


class PortsTaken(DomainError):
    """Another program listens where a part of the stack should."""


@dataclass(frozen=True)
class Ports:
    """Where each part listens. `ops` is the first of a row of ports for health and metrics."""

    portal: int = 8000
    files: int = 8010
    mail: int = 8025
    smtp: int = 1025
    vnpay: int = 8030
    amqp: int = 5675
    mongo: int = 27117
    epmd: int = 4370
    dist: int = 25675
    ops: int = 9101

    @classmethod
    def read(cls, env: Mapping[str, str] | None = None) -> Ports:
        """Return the ports, with those moved that a setting `MOTCUA_PORT_<NAME>` moves."""
        env = os.environ if env is None else env
        moved: dict[str, int] = {}
        for item in dataclasses.fields(cls):
            text = env.get(setting_of(item.name))
            if text is None:
                continue
            if not text.isdigit() or not 0 < int(text) < 65536:
                raise DomainError(
                    "bad-port",
                    f"{setting_of(item.name)} phải là một số từ 1 đến 65535, không phải {text!r}.",
                    f"{setting_of(item.name)} must be a number from 1 to 65535, not {text!r}.",
                )
            moved[item.name] = int(text)
        return cls(**moved)

    @classmethod
    def free(cls, ops: int) -> Ports:
        """Return ports that nothing listens on now; `ops` is how many of those are wanted."""
        names = [item.name for item in dataclasses.fields(cls) if item.name != "ops"]
        return cls(**dict(zip(names, _free_ports(len(names)), strict=True)), ops=_free_row(ops))


def setting_of(name: str) -> str:
    """Return the environment variable that moves a port."""
    return f"MOTCUA_PORT_{name.upper()}"


def refuse_taken(wanted: Iterable[tuple[str, int]]) -> None:
    """Raise `PortsTaken`, naming the first pair of (setting's name, port) that is not free."""
    for name, port in wanted:
        if not is_free(port):
            setting = setting_of(name)
            raise PortsTaken(
                "port-taken",
                f"Cổng {port} đang được chương trình khác dùng; đặt {setting} sang một số khác.",
                f"Port {port} is taken by another program; "
                f"stop that, or choose another port with {setting}=<number>.",
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
