"""A door between a process and the broker, to be slammed: every connection through it is cut."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

from kernel.config import Settings

_LOOK_UP = 0.05


@contextmanager
def door_to_broker(
    settings: Settings, port: int = 0, gate: threading.Event | None = None, *, reset: bool = False
) -> Iterator[tuple[Settings, Callable[[], None]]]:
    """Return settings whose broker is reached through a door, and the way to slam it.

    Slamming cuts the connections of the moment, with a reset if wanted; the next ones pass. While
    the gate is not set, connections stand but nothing passes.
    """
    uri = urlsplit(settings.amqp_uri)
    listener = socket.create_server(("127.0.0.1", port))
    passing: list[socket.socket] = []

    def carry(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := _received(source):
                if gate is not None:
                    gate.wait()
                target.sendall(chunk)
        _cut(source, target, reset=reset)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                inside, _ = listener.accept()
                outside = socket.create_connection((uri.hostname, uri.port))
                passing.extend((inside, outside))
                if reset:
                    for end in (inside, outside):
                        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        end.settimeout(_LOOK_UP)
                for pair in ((inside, outside), (outside, inside)):
                    threading.Thread(target=carry, args=pair, daemon=True).start()

    def slam() -> None:
        _cut(*passing, reset=reset)
        passing.clear()

    threading.Thread(target=accept, daemon=True).start()
    door = uri._replace(netloc=f"guest:guest@127.0.0.1:{listener.getsockname()[1]}")
    try:
        yield replace(settings, amqp_uri=door.geturl()), slam
    finally:
        _cut(listener)
        slam()


def _received(source: socket.socket) -> bytes:
    while True:
        # a socket in use is not reset by closing it, so that a reset waits for the next look
        with contextlib.suppress(TimeoutError):
            return source.recv(65536)


def _cut(*ends: socket.socket, reset: bool = False) -> None:
    for end in ends:
        if not reset:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            end.close()
