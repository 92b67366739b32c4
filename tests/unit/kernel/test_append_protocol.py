"""The append protocol in every interleaving, and what each of its rules is for.

Two or three writers, a reader that follows, contact lost and crashes anywhere: all states that can
be reached are visited. Where a rule is taken away, the search finds the way into the trouble that
the rule keeps out, and shows it.
"""

from __future__ import annotations

import pytest

from kernel.conformance.append_protocol import AppendProtocol, Command
from kernel.conformance.counter_protocol import CounterProtocol
from kernel.conformance.exploration import Model, State, Violation, explore

A, B, C = Command("a", "s", 0), Command("b", "t", 0), Command("c", "s", 0)
LONG_A, AFTER_A = Command("a", "s", 0, events=2), Command("b", "s", 2)
NEXT_OF_A = Command("b", "s", 1)

PLAYS = {
    "writers of two streams": AppendProtocol(((A,), (B,))),
    "writers of one stream": AppendProtocol(((LONG_A,), (C,))),
    "a writer that waits for another's commit": AppendProtocol(((LONG_A,), (AFTER_A,))),
    "a repeat elsewhere, with an old tail": AppendProtocol(((A,), (A,)), tails=(None, 0)),
    "a group and a single command": AppendProtocol(((A, NEXT_OF_A), (B,)), crashes=0),
    "three writers": AppendProtocol(((A,), (C,), (B,)), losses=0),
}


@pytest.mark.proves("L1", "L3", "L5")
@pytest.mark.parametrize("play", PLAYS.values(), ids=PLAYS)
def test_every_interleaving_keeps_the_promises(play: AppendProtocol) -> None:
    explored = explore(play)
    assert explored.violation is None, f"\n{explored.violation}"
    assert explored.states > 10_000


def test_a_counter_lets_a_following_reader_lose_an_event() -> None:
    assert str(found(CounterProtocol())) == (
        "  1. writer 1 takes number 1\n"
        "  2. writer 2 takes number 2\n"
        "  3. writer 2 stores event 2\n"
        "  4. the reader reads [2] and is at 2\n"
        "  5. writer 1 stores event 1\n"
        "     => event 1 is lost to the reader, who is at 2"
    )


def test_a_reader_that_does_not_stop_at_a_hole_loses_what_was_written_meanwhile() -> None:
    lost = found(AppendProtocol(((A,), (B,)), stop_at_holes=False))
    assert lost.promise == "L1: the reader went on from 2 without having seen all"
    assert lost.interleaving[1:3] == (
        "the reader finds position 1 missing",
        "the server stores a at position 1",
    )


@pytest.mark.parametrize(
    "play",
    [
        AppendProtocol(((A,), (A,), (B,)), tails=(None, 0, None), crashes=0, head_before_id=False),
        AppendProtocol(((A, NEXT_OF_A), (B,)), crashes=0, head_before_id=False),
    ],
    ids=["repeated elsewhere", "in a group"],
)
def test_who_asks_for_the_id_first_may_refuse_what_lands_before_the_next_question(
    play: AppendProtocol,
) -> None:
    wrong = found(play)
    assert wrong.promise == "L3: a commit is there whose author was refused"
    *_, missing, landed, moved = wrong.interleaving
    assert missing.endswith("missing")
    assert landed.startswith("the server stores")
    assert "finds s at version" in moved


def found(model: Model[State]) -> Violation:
    """Return the shortest way to a broken promise, and print it (`pytest -rP` shows it)."""
    violation = explore(model).violation
    assert violation is not None
    print(violation)  # noqa: T201 - what this test is for
    return violation
