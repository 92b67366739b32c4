"""What a ledger promises when the wire to the server breaks."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

from pymongo.errors import AutoReconnect, BulkWriteError, DuplicateKeyError

from kernel.commits import Commit
from kernel.conformance.faults import Died, Send, Wire, lost_after, lost_before
from kernel.conformance.writing import (
    OpenCollection,
    append,
    as_one_group,
    ledger_on,
    refusal,
    texts,
)
from kernel.errors import Unavailable
from kernel.ledger import VersionConflict


class BrokenWire:
    """Part of the suite; see `kernel.conformance.ledger`."""

    def test_what_never_arrived_is_sent_again(self, open_collection: OpenCollection) -> None:
        """L3 with nothing done the first time."""
        ledger = ledger_on(open_collection, lost_before("insert_one"))
        commit = append(ledger, "s-1", 0, "a", commit_id="once")
        assert list(ledger.commits()) == [commit]

    def test_what_arrived_without_an_answer_is_found_done(
        self, open_collection: OpenCollection
    ) -> None:
        """L3 with everything done the first time."""
        ledger = ledger_on(open_collection, lost_after("insert_one"))
        commit = append(ledger, "s-1", 0, "a", commit_id="once")
        assert list(ledger.commits()) == [commit]
        assert append(ledger, "s-1", 1, "b").position == 2

    def test_a_server_that_stays_away_leaves_the_outcome_to_the_id(
        self, open_collection: OpenCollection
    ) -> None:
        """`Unavailable` says nothing; asking again under the same id does."""
        away = False

        def wire(name: str, send: Send) -> Any:
            nonlocal away
            if not away:
                send()
                away = name == "insert_one"
            if away:
                raise AutoReconnect("the server is away")
            return send()

        ledger = ledger_on(open_collection, wire)
        refusal(Unavailable, lambda: append(ledger, "s-1", 0, "a", commit_id="once"))
        other = ledger_on(open_collection)
        assert append(other, "s-1", 0, "a", commit_id="once").position == 1
        assert texts(other, "s-1") == ["a"]

    def test_each_of_a_group_hears_of_its_own_commit_when_contact_is_lost(
        self, open_collection: OpenCollection
    ) -> None:
        """L3: whether the group went in or not."""
        before = 0
        for wire in (lost_after("insert_many"), lost_before("insert_many")):
            ledger = ledger_on(open_collection, wire)
            group = as_one_group(ledger, [f"s-{before + n}" for n in range(8)])
            commits = [commit for commit in group if isinstance(commit, Commit)]
            assert all(ledger.find(commit.id) == commit for commit in commits)
            positions = sorted(commit.position for commit in commits)
            assert positions == list(range(before + 1, before + 9))
            before += 8

    def test_a_command_that_was_refused_stays_refused_when_contact_is_lost(
        self, open_collection: OpenCollection
    ) -> None:
        """L3: the others of its group are tried again, it is not."""
        other = ledger_on(open_collection)
        lose = lost_before("insert_many")

        def wire(name: str, send: Send) -> Any:
            try:
                return lose(name, send)
            except AutoReconnect:
                # now the version exists that one of the group expected in vain
                append(other, "s-1", 0, "x")
                raise

        ledger = ledger_on(open_collection, wire)
        group = as_one_group(ledger, ["s-2", "s-1", "s-3", "s-4"], expected={"s-1": 1})
        assert [type(outcome) for outcome in group] == [Commit, VersionConflict, Commit, Commit]
        assert texts(ledger, "s-1") == ["x"]

    def test_what_a_majority_does_not_confirm_is_not_acknowledged(
        self, open_collection: OpenCollection
    ) -> None:
        """L5: a group that stops at a duplicate may lose what stood in front of it.

        The server says that two went in before a duplicate, without a majority, and then they are
        gone, as after the loss of a primary.
        """
        answer = {
            "writeErrors": [{"index": 2, "code": 11000, "errmsg": "duplicate key"}],
            "writeConcernErrors": [{"code": 64, "errmsg": "waiting for replication timed out"}],
        }
        lost: list[BulkWriteError] = []

        def wire(name: str, send: Send) -> Any:
            if name != "insert_many" or lost:
                return send()
            lost.append(BulkWriteError(answer))
            raise lost[0]

        ledger = ledger_on(open_collection, wire)
        group = as_one_group(ledger, ["s-1", "s-2", "s-3", "s-4"])
        assert lost
        there = list(ledger.commits())
        assert sorted(commit.position for commit in there) == [1, 2, 3, 4]
        assert all(commit in there for commit in group)

    def test_a_first_try_that_lands_after_its_repeat_changes_nothing(
        self, open_collection: OpenCollection
    ) -> None:
        """L3, however late: the insert is held up, repeated elsewhere, and then let go."""
        held: list[Send] = []
        first, repeat = ledger_on(open_collection, _held_up(held)), ledger_on(open_collection)
        refusal(Died, lambda: append(first, "s-1", 0, "a", commit_id="once"))
        done = append(repeat, "s-1", 0, "a", commit_id="once")
        append(repeat, "s-1", 1, "b")
        (late,) = held
        refusal(DuplicateKeyError, late)
        assert texts(repeat, "s-1") == ["a", "b"]
        assert repeat.find("once") == done

    def test_a_first_try_that_lands_during_its_repeat_is_no_conflict(
        self, open_collection: OpenCollection
    ) -> None:
        """L3: at whatever moment it lands, who asks again never hears it was somebody else."""
        landing, taken = 0, 0
        while landing <= taken:
            landing += 1
            held: list[Send] = []
            stream, name = f"s-{landing}", f"once-{landing}"
            first = ledger_on(open_collection, _held_up(held))
            wire = _Landing(held, landing)
            repeat = ledger_on(open_collection, wire)
            append(repeat, f"old-{landing}", 0, "x")
            # from here on the repeat's idea of the tail is old
            append(ledger_on(open_collection), f"new-{landing}", 0, "y")
            refusal(Died, partial(append, first, stream, 0, "a", commit_id=name))
            wire.commands = 0
            assert append(repeat, stream, 0, "a", commit_id=name).id == name
            taken = wire.commands
            assert texts(repeat, stream) == ["a"]
        assert landing > 3


class _Landing:
    """A wire on which what was held up lands in front of the n-th of its `commands`."""

    def __init__(self, held: list[Send], landing: int) -> None:
        self.commands = 0
        self._held = held
        self._landing = landing

    def __call__(self, name: str, send: Send) -> Any:
        """Carry out a command."""
        self.commands += 1
        if self.commands == self._landing and self._held:
            with suppress(DuplicateKeyError):  # too late: its place is taken
                self._held.pop()()
        return send()


def _held_up(held: list[Send]) -> Wire:
    """Return a wire of a process that dies with its insert still on the way."""

    def wire(name: str, send: Send) -> Any:
        if name != "insert_one":
            return send()
        held.append(send)
        raise Died

    return wire
