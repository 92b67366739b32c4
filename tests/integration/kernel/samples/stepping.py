"""Appends that take one step at a time, each with the fate that a test chooses."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from enum import Enum
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import AutoReconnect, DuplicateKeyError

from kernel.commits import Document
from kernel.conformance.faults import Died, Send, over_wire

Held = tuple[str, Send]
_PATIENCE = 60.0


class Fate(Enum):
    """What becomes of one command on its way to the server and back."""

    ANSWERED = "the server answers"
    LOST_BEFORE = "contact is lost before the server has it"
    LOST_AFTER = "contact is lost with the answer on its way"
    HELD = "contact is lost, and the server has it some time later"
    DOUBLED = "the server gets it twice"
    DIES_BEFORE = "the process ends before the server has it"
    DIES_AFTER = "the process ends before it has the answer"
    DIES_AND_HELD = "the process ends, and the server has it some time later"


class Stepping:
    """A process that appends: one call at a time, stopped in front of each `command` it sends."""

    def __init__(self, collection: Collection[Document], held: list[Held]) -> None:
        self.collection = over_wire(collection, self._wire)
        self.outcome: Future[Any] | None = None
        self.command = ""
        self._name = ""
        self._held = held
        self._asks: queue.Queue[str] = queue.Queue()
        self._fates: queue.Queue[Fate] = queue.Queue()

    @property
    def busy(self) -> bool:
        """Whether a call is under way, stopped in front of a command."""
        return self.outcome is not None

    def begin(self, name: str, call: Callable[[], Any]) -> Future[Any] | None:
        """Start a call; return its outcome if it needs no command at all.

        What is held up of it goes to `held` under its name.
        """
        self._name = name
        outcome: Future[Any] = Future()

        def run() -> None:
            try:
                outcome.set_result(call())
            except BaseException as error:  # noqa: BLE001 - it is the outcome
                outcome.set_exception(error)
            self._asks.put("")

        self.outcome = outcome
        threading.Thread(target=run, daemon=True).start()
        return self._next()

    def step(self, fate: Fate) -> Future[Any] | None:
        """Let the command have its fate; return the outcome if the call has ended with it."""
        self._fates.put(fate)
        return self._next()

    def _next(self) -> Future[Any] | None:
        self.command = self._asks.get(timeout=_PATIENCE)
        if self.command:
            return None
        ended, self.outcome = self.outcome, None
        return ended

    def _wire(self, name: str, send: Send) -> Any:
        self._asks.put(name)
        fate = self._fates.get(timeout=_PATIENCE)
        answer = None
        if fate in (Fate.ANSWERED, Fate.LOST_AFTER, Fate.DOUBLED, Fate.DIES_AFTER):
            answer = send()
        if fate is Fate.DOUBLED:
            with suppress(DuplicateKeyError):
                send()
        if fate in (Fate.HELD, Fate.DIES_AND_HELD) and name.startswith("insert"):
            self._held.append((self._name, send))
        if fate in (Fate.ANSWERED, Fate.DOUBLED):
            return answer
        if fate in (Fate.LOST_BEFORE, Fate.LOST_AFTER, Fate.HELD):
            raise AutoReconnect(fate.value)
        raise Died(fate.value)
