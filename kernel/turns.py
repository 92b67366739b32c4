"""Commands that wait to be written, and whose turn it is to write for all of them."""

from __future__ import annotations

import threading
from collections import deque

from kernel.commits import Commit, Meta
from kernel.events import Encoded

LARGEST_GROUP = 128


class Attempt:
    """A command waiting to be written, and what became of it."""

    def __init__(
        self,
        stream: str,
        events: tuple[Encoded, ...],
        expected: int,
        commit_id: str,
        meta: Meta,
    ) -> None:
        self.stream = stream
        self.events = events
        self.expected = expected
        self.commit_id = commit_id
        self.meta = meta
        self.called = threading.Event()
        self.writes = False
        self._commit: Commit | None = None
        self._failure: Exception | None = None

    def succeed(self, commit: Commit) -> None:
        self._commit = commit
        self.called.set()

    def fail(self, failure: Exception) -> None:
        self._failure = failure
        self.called.set()

    @property
    def settled(self) -> bool:
        return self._commit is not None or self._failure is not None

    def outcome(self) -> Commit:
        if self._commit is not None:
            return self._commit
        if self._failure is not None:
            raise self._failure
        raise RuntimeError("the attempt is not settled")


class Turns:
    """Lets one caller write at a time, for all that wait.

    Whoever has the turn writes what `next_batch` gives, settles it, and calls `end` in any case.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Attempt] = deque()
        self._writing = False

    def wait_for_turn(self, attempt: Attempt) -> bool:
        """Queue up; return whether it is this caller's turn to write for all that wait.

        Otherwise another caller has written the attempt meanwhile. One caller writes at a time;
        who comes in the meantime waits and then goes in together.
        """
        with self._lock:
            self._waiting.append(attempt)
            if not self._writing:
                self._writing = True
                return True
        try:
            attempt.called.wait()
        except BaseException:
            with self._lock:
                if attempt in self._waiting:
                    self._waiting.remove(attempt)
                if attempt.writes:
                    self._pass_on()
            raise
        return attempt.writes

    def end(self) -> None:
        """End the turn: let the first of those that wait write next."""
        with self._lock:
            self._pass_on()

    def next_batch(self) -> list[Attempt]:
        """Take who waits, in order; the one whose turn it is stands first."""
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), LARGEST_GROUP))]

    def waiting(self) -> int | None:
        """Return how many wait while one writes; None where nobody writes."""
        with self._lock:
            return len(self._waiting) if self._writing else None

    def _pass_on(self) -> None:
        """Let the first of those that wait write next; the caller holds the lock."""
        if self._waiting:
            self._waiting[0].writes = True
            self._waiting[0].called.set()
        else:
            self._writing = False
