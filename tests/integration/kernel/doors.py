"""A door between a process and the broker, to be slammed: every connection through it is cut."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

from kernel.config import Settings


@contextmanager
def door_to_broker(
    settings: Settings, port: int = 0, gate: threading.Event | None = None
) -> Iterator[tuple[Settings, Callable[[], None]]]:
    """Return settings whose broker is reached through a door, and the way to slam it.

    Slamming cuts the connections of the moment; the next ones pass. While the gate is not set,
    connections stand but nothing passes.
    """
    uri = urlsplit(settings.amqp_uri)
    listener = socket.create_server(("127.0.0.1", port))
    passing: list[socket.socket] = []

    def carry(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                if gate is not None:
                    gate.wait()
                target.sendall(chunk)
        _cut(source, target)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                inside, _ = listener.accept()
                outside = socket.create_connection((uri.hostname, uri.port))
                passing.extend((inside, outside))
                for pair in ((inside, outside), (outside, inside)):
                    threading.Thread(target=carry, args=pair, daemon=True).start()

    def slam() -> None:
        _cut(*passing)
        passing.clear()

    threading.Thread(target=accept, daemon=True).start()
    door = uri._replace(netloc=f"guest:guest@127.0.0.1:{listener.getsockname()[1]}")
    try:
        yield replace(settings, amqp_uri=door.geturl()), slam
    finally:
        _cut(listener)
        slam()


def _cut(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            end.close()
