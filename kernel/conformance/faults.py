"""A wire between a ledger and its collection that can be cut, held up and doubled.

>>> def cut_after_the_insert(name: str, send: Send) -> Any:
...     answer = send()
...     if name.startswith("insert"):
...         raise AutoReconnect("cut")
...     return answer
...
>>> Ledger(over_wire(collection, cut_after_the_insert), types)

The wire is a function of the command's name (`find_one`, `insert_many`, …) and of `send`, which
carries it out and returns the answer. It may call `send` not at all, once, twice or later.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from pymongo.collection import Collection
from pymongo.cursor import Cursor
from pymongo.errors import AutoReconnect

from kernel.commits import Document

Send = Callable[[], Any]
Wire = Callable[[str, Send], Any]


class Died(Exception):
    """The process ended here; what it sent may land at any time later."""


def over_wire(collection: Collection[Document], wire: Wire) -> Collection[Document]:
    """Return a collection of which every command goes over this wire."""
    return cast("Collection[Document]", _Wired(collection, wire))


def lost_before(name: str, times: int = 1) -> Wire:
    """Return a wire that loses this command so often before the server has it."""
    return _losing(name, times, reaches_the_server=False)


def lost_after(name: str, times: int = 1) -> Wire:
    """Return a wire that loses the answer to this command so often; the server has done it."""
    return _losing(name, times, reaches_the_server=True)


def _losing(name: str, times: int, *, reaches_the_server: bool) -> Wire:
    left = times

    def wire(sent: str, send: Send) -> Any:
        nonlocal left
        if sent != name or not left:
            return send()
        left -= 1
        if reaches_the_server:
            send()
        raise AutoReconnect("the connection was cut")

    return wire


class _Wired:
    """A collection whose methods go over the wire; a query is carried out at once."""

    def __init__(self, collection: Collection[Document], wire: Wire) -> None:
        self._collection = collection
        self._wire = wire

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._collection, name)
        if not callable(found):
            return found

        def command(*arguments: Any, **options: Any) -> Any:
            def send() -> Any:
                answer = found(*arguments, **options)
                return list(answer) if isinstance(answer, Cursor) else answer

            return self._wire(name, send)

        return command
