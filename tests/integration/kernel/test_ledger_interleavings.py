"""Writers, faults and crashes in any order, on the real database, step by step.

Three writers append to two streams. hypothesis decides which of them takes the next step, and what
becomes of the command that it sends: answered, lost on the way there or back, held up and landing
at some later time, doubled, or the process ends. After every step the ledger is read from beside
and must keep all its promises; what writers and readers were told must be true.

`--hypothesis-profile thorough` searches for longer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pymongo import MongoClient
from pymongo.errors import DuplicateKeyError
from samples.stepping import Fate, Held, Stepping

import kernel.ledger
from kernel.commits import Commit, Document, Tampered, from_document, verify
from kernel.conformance.faults import Died
from kernel.conformance.writing import TYPES, append
from kernel.errors import Unavailable
from kernel.ledger import Ledger, VersionConflict
from kernel.ledger_reader import LedgerReader, create_indexes, ledger_collection

# a share of what a property takes, for each example here is some fifty commands to a database
EXAMPLES = max(1, settings.default.max_examples // 4)
WRITERS = range(3)

writers = st.sampled_from(WRITERS)
held_up = st.sampled_from((Fate.HELD, Fate.DIES_AND_HELD))
fates = st.one_of(st.just(Fate.ANSWERED), held_up, st.sampled_from(Fate))


class Writing(RuleBasedStateMachine):
    """The real ledger, and beside it what is known of it."""

    def __init__(self, clients: list[MongoClient[Document]], namespace: str) -> None:
        super().__init__()
        name = f"{namespace}_{uuid4().hex[:8]}"
        self.clients = [ledger_collection(client, name, "stepping") for client in clients]
        create_indexes(self.clients[0])
        self.beside = LedgerReader(self.clients[-1])
        self.held: list[Held] = []
        self.processes = [self.process(number) for number in WRITERS]
        self.commands: dict[str, tuple[str, int]] = {}
        self.under_way: dict[int, str] = {}
        self.acknowledged: dict[str, Commit] = {}
        self.refused: set[str] = set()
        self.stored: list[Document] = []
        self.followed: list[Commit] = []

    @initialize()
    def everybody_remembers_a_tail(self) -> None:
        """Each writer's idea of the tail is from another time."""
        for writer in WRITERS:
            self.a_command(writer, "s", 0, Fate.ANSWERED)
            self.many_steps(writer)

    def process(self, number: int) -> tuple[Stepping, Ledger]:
        """Start a writer that remembers nothing."""
        stepping = Stepping(self.clients[number], self.held)
        return stepping, Ledger(stepping.collection, TYPES)

    @rule(writer=writers, stream=st.sampled_from("st"), back=st.integers(-1, 1), fate=fates)
    def a_command(self, writer: int, stream: str, back: int, fate: Fate) -> None:
        """Somebody wants a new commit, mostly behind the version at which the stream stands.

        It goes on up to its insert, and that has this fate.
        """
        head = self.beside.head_version(stream)
        name = f"c{len(self.commands) + 1}"
        self.commands[name] = (stream, max(0, head - back))
        self.begin(writer, name)
        self.answered(writer, lambda command: not command.startswith("insert"))
        self.a_step(writer, fate)

    @precondition(lambda self: self.commands)
    @rule(writer=writers, data=st.data())
    def a_repeat(self, writer: int, data: st.DataObject) -> None:
        """Somebody asks again, of any process, whatever became of the first time."""
        self.begin(writer, data.draw(st.sampled_from(sorted(self.commands))))

    @rule(writer=writers, fate=fates)
    def a_step(self, writer: int, fate: Fate) -> None:
        """A process goes on by one command."""
        stepping, _ = self.processes[writer]
        if stepping.busy:
            self.hear(writer, stepping.step(fate))

    @rule(writer=writers)
    def many_steps(self, writer: int) -> None:
        """A process goes on to the end with nothing in its way."""
        self.answered(writer, bool)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), writer=writers, steps=st.integers(0, 5))
    def a_late_landing(self, data: st.DataObject, writer: int, steps: int) -> None:
        """Something that was held up reaches the server while a process is asked for it again."""
        name, late = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        self.begin(writer, name)
        for _ in range(steps):
            self.a_step(writer, Fate.ANSWERED)
        with suppress(DuplicateKeyError):
            late()

    def begin(self, writer: int, name: str) -> None:
        stepping, ledger = self.processes[writer]
        if stepping.busy:
            return
        stream, expected = self.commands[name]
        texts = ["a"] * (1 + len(self.commands) % 2)
        self.under_way[writer] = name
        call = partial(append, ledger, stream, expected, *texts, commit_id=name)
        self.hear(writer, stepping.begin(name, call))

    def answered(self, writer: int, goes_on: Callable[[str], bool]) -> None:
        """Let a process go on as long as its next command is of a kind."""
        stepping, _ = self.processes[writer]
        while stepping.busy and goes_on(stepping.command):
            self.hear(writer, stepping.step(Fate.ANSWERED))

    def hear(self, writer: int, outcome: Any) -> None:
        """Note what a caller was told."""
        if outcome is None:
            return
        name = self.under_way[writer]
        try:
            commit = outcome.result()
        except VersionConflict as conflict:
            if conflict.actual > conflict.expected:
                self.refused.add(name)
            elif conflict.actual == conflict.expected:
                raise AssertionError("no reason to refuse it") from conflict
        except Unavailable:
            pass  # nobody knows
        except Died:
            self.processes[writer] = self.process(writer)
        else:
            assert self.acknowledged.setdefault(name, commit) == commit, "L3: two answers"

    @invariant()
    def the_promises_hold(self) -> None:
        """Read everything from beside and compare it with what is known."""
        stored = sorted(self.clients[-1].find({}), key=lambda document: document["position"])
        commits = [from_document(document) for document in stored]
        ids = [commit.id for commit in commits]
        assert stored[: len(self.stored)] == self.stored, "L4: what was there has changed"
        assert [c.position for c in commits] == list(range(1, len(commits) + 1)), "L1"
        assert len(set(ids)) == len(ids), "L3: a commit is there twice"
        verify(iter(commits))  # versions contiguous, chains whole: L1, L2, L6
        there = dict(zip(ids, commits, strict=True))
        for name, commit in self.acknowledged.items():
            assert there.get(name) == commit, "L5: an acknowledged commit is not there"
        assert not self.refused & set(ids), "L3: refused, and there"
        self.stored = stored
        self.followed += self.beside.read(len(self.followed), limit=2)
        assert self.followed == commits[: len(self.followed)], "L1: the reader lost something"

    def teardown(self) -> None:
        """Let everybody finish; what is still held up lands last of all."""
        for writer in WRITERS:
            self.many_steps(writer)
        for _, late in self.held:
            with suppress(DuplicateKeyError):
                late()
        self.the_promises_hold()
        self.tampering_is_found()

    def tampering_is_found(self) -> None:
        """L6: take out, alter, repeat or exchange any commit that is not the last."""
        commits = [from_document(document) for document in self.stored]
        for at in range(len(commits) - 1):
            before, one, rest = commits[:at], commits[at], commits[at + 1 :]
            altered = from_document({**self.stored[at], "recorded_at": "2020-01-01T00:00:00Z"})
            for forged in (
                [*before, *rest],
                [*before, altered, *rest],
                [*before, one, one, *rest],
                [*before, rest[0], one, *rest[1:]],
            ):
                with pytest.raises(Tampered):
                    verify(iter(forged))


@pytest.fixture
def clients(mongo_uri: str) -> Iterator[list[MongoClient[Document]]]:
    """A client for each writer, and one for whoever looks on."""
    opened = [MongoClient[Document](mongo_uri) for _ in range(len(WRITERS) + 1)]
    yield opened
    for client in opened:
        client.close()


@pytest.mark.proves("L1", "L2", "L3", "L4", "L5", "L6")
@pytest.mark.timeout(0)  # its length is that of the profile
def test_whatever_happens_between_any_two_steps_every_promise_holds(
    clients: list[MongoClient[Document]], database_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the pauses between tries are for servers that recover by themselves
    at_once = SimpleNamespace(**{**vars(time), "sleep": lambda seconds: None})
    monkeypatch.setattr(kernel.ledger, "time", at_once)
    run_state_machine_as_test(
        lambda: Writing(clients, database_prefix), settings=settings(max_examples=EXAMPLES)
    )
