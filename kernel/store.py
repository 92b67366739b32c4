"""Commands on event-sourced aggregates: load, decide, append, refresh the views, answer.

A decider is three pure things (`kernel.decider`). Everything else is written once, here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from typing import Any, Generic, Protocol, TypeVar

from kernel.commits import Commit, Meta
from kernel.decider import Decider
from kernel.errors import Conflict, DomainError, Stale, Unavailable
from kernel.events import Actor, Recorded
from kernel.ledger import Ledger, VersionConflict
from kernel.requests import Call

S = TypeVar("S")

_TRIES = 20


class View(Protocol):
    """Something that follows a stream (see `kernel.views.StreamView`)."""

    def refresh(self, stream: str, history: Sequence[Recorded]) -> None:
        """Bring the view of a stream up to date with its whole history."""
        ...


@dataclass(frozen=True)
class Loaded(Generic[S]):
    """A stream as it stands."""

    stream: str
    version: int
    state: S
    history: tuple[Recorded, ...]


@dataclass(frozen=True)
class Executed(Generic[S]):
    """What a command did: the stream right after it, and the events it added."""

    stream: str
    version: int
    state: S
    history: tuple[Recorded, ...]
    new: tuple[Recorded, ...]


class Store(Generic[S]):
    """The aggregates of one decider in one ledger."""

    def __init__(self, ledger: Ledger, decider: Decider[S], views: Iterable[View] = ()) -> None:
        self.ledger = ledger
        self._decider = decider
        self._views = tuple(views)

    def load(self, stream: str) -> Loaded[S]:
        """Fold a stream; version 0 and the initial state where it does not exist."""
        return self._fold(stream, self.ledger.read_stream(stream))

    def execute(self, stream: str, command: Any, call: Call) -> Executed[S]:
        """Carry out a command for a caller.

        The same idempotency key with the same request gives what was done the first time; with
        another request it raises `Conflict` (`idempotency-key-reused`). An expected version that
        is not the current one raises `Stale`. What `decide` raises passes through.
        """

        def decide(loaded: Loaded[S]) -> Sequence[Any]:
            if call.expected_version is not None and not self._is_current(
                call.expected_version, loaded
            ):
                raise _stale(call.expected_version, loaded.version)
            return self._decider.decide(loaded.state, command)

        return self._once(
            stream, decide, call.commit_id, _meta_of(call), lambda _: self.repeated(call)
        )

    def execute_first(
        self, streams: Iterable[str], command: Callable[[str], Any], call: Call
    ) -> Executed[S]:
        """Carry out `command(stream)` on the first of `streams` that does not exist yet.

        Numbering without gaps: offer the number behind one that is known to exist, then the next.
        A repeated call is found by its commit, wherever that went in.
        """
        commit_id = call.commit_id
        meta = _meta_of(call)
        for stream in streams:
            fresh = Loaded(stream, 0, self._decider.initial, ())
            events = self._decider.decide(fresh.state, command(stream))
            try:
                return self._append(fresh, events, commit_id, meta)
            except VersionConflict:
                continue
        raise _contended("a new stream")

    def react(self, stream: str, command: Any, cause: Recorded) -> Executed[S]:
        """Carry out a command because of an event, exactly once however often it is delivered.

        The commit's id follows from the event's id and the stream, so a redelivery finds it done.
        """
        commit_id = commit_id_of(cause, stream)
        service = f"service:{self.ledger.types.source}"
        meta = Meta(
            actor=Actor(service, "service"),
            occurred_at=datetime.now(UTC),
            correlation=cause.correlation or cause.id,
            causation=cause.id,
        )

        def done(loaded: Loaded[S]) -> Executed[S] | None:
            # the commit's id names the stream, so that it can be nowhere else
            own = [record for record in loaded.history if record.commit_id == commit_id]
            return self._at(stream, loaded.history, own) if own else None

        def decide(loaded: Loaded[S]) -> Sequence[Any]:
            return self._decider.decide(loaded.state, command)

        return self._once(stream, decide, commit_id, meta, done)

    def repeated(self, call: Call) -> Executed[S] | None:
        """Return what this very request did before; None when it is new.

        To be asked before anything is checked that may have changed since the first time.
        """
        if call.idempotency_key is None:
            return None
        recorded = self.ledger.find(call.commit_id)
        if recorded is None:
            return None
        if recorded.meta.digest != call.digest:
            raise key_reused()
        return self._as_of(recorded)

    def _once(
        self,
        stream: str,
        decide: Callable[[Loaded[S]], Sequence[Any]],
        commit_id: str,
        meta: Meta,
        done: Callable[[Loaded[S]], Executed[S] | None],
    ) -> Executed[S]:
        """Load, decide and append, or return what was `done` under this commit id before."""
        for _ in range(_TRIES):
            loaded = self.load(stream)
            # asked after the stream was read: what would refuse the command may be its own effect
            if (before := done(loaded)) is not None:
                return before
            try:
                return self._append(loaded, decide(loaded), commit_id, meta)
            except VersionConflict:
                continue
        raise _contended(stream)

    def _is_current(self, expected: int, loaded: Loaded[S]) -> bool:
        """Whether whoever saw version `expected` saw all that matters."""
        since = [record for record in loaded.history if record.version > expected]
        return expected <= loaded.version and all(
            isinstance(record.event, self._decider.notes) for record in since
        )

    def _append(
        self, loaded: Loaded[S], events: Sequence[Any], commit_id: str, meta: Meta
    ) -> Executed[S]:
        if not events:
            return Executed(loaded.stream, loaded.version, loaded.state, loaded.history, ())
        commit = self.ledger.append(
            loaded.stream, events, expected=loaded.version, commit_id=commit_id, meta=meta
        )
        if commit.meta.digest != meta.digest:
            raise key_reused()
        if commit.stream != loaded.stream or commit.first != loaded.version + 1:
            return self._as_of(commit)
        new = tuple(self.ledger.records(commit))
        history = (*loaded.history, *new)
        self._refresh(loaded.stream, history)
        state = reduce(self._evolve, new, loaded.state)
        return Executed(loaded.stream, commit.last, state, history, new)

    def _as_of(self, commit: Commit) -> Executed[S]:
        """Return a stream as it stood right after a commit, and heal the views on the way."""
        history = self.ledger.read_stream(commit.stream)
        own = [record for record in history if commit.first <= record.version <= commit.last]
        return self._at(commit.stream, history, own)

    def _at(self, stream: str, history: Sequence[Recorded], own: Sequence[Recorded]) -> Executed[S]:
        """Return a stream as it stood right after its events `own`; heals the views."""
        self._refresh(stream, history)
        then = self._fold(stream, [r for r in history if r.version <= own[-1].version])
        return Executed(stream, then.version, then.state, then.history, tuple(own))

    def _fold(self, stream: str, history: Sequence[Recorded]) -> Loaded[S]:
        state = reduce(self._evolve, history, self._decider.initial)
        version = history[-1].version if history else 0
        return Loaded(stream, version, state, tuple(history))

    def _evolve(self, state: S, record: Recorded) -> S:
        return self._decider.evolve(state, record.event)

    def _refresh(self, stream: str, history: Sequence[Recorded]) -> None:
        for view in self._views:
            view.refresh(stream, history)


def commit_id_of(cause: Recorded, stream: str) -> str:
    """Return the id of the commit that an event causes in a stream of this service."""
    text = f"{cause.source}\n{cause.id}\n{stream}"
    return f"cause-{hashlib.sha256(text.encode()).hexdigest()}"


def key_reused() -> DomainError:
    """Return the refusal of an idempotency key that came with another request before."""
    return Conflict(
        "idempotency-key-reused",
        "Khóa chống gửi trùng này đã được dùng cho một yêu cầu khác.",
        "This idempotency key was used for another request.",
    )


def _meta_of(call: Call) -> Meta:
    return Meta(
        actor=call.caller.actor,
        occurred_at=datetime.now(UTC),
        correlation=call.correlation,
        digest=call.digest,
    )


def _stale(expected: int | None, actual: int) -> Stale:
    return Stale(
        "stale",
        f"Nội dung đã thay đổi: nay là phiên bản {actual}, không còn là {expected}. Hãy xem lại.",
        f"It has changed: version {actual} is current, not {expected}. Look again, then retry.",
    )


def _contended(stream: str) -> Unavailable:
    return Unavailable(
        "contended",
        "Đang có nhiều thao tác cùng lúc. Hãy thử lại sau giây lát.",
        f"Too many commands at once on {stream}. Try again in a moment.",
        retry_after=1,
    )
