"""Every interleaving of a small model, breadth first over its states, up to the first violation.

A model says which states it can begin in, which steps lead on from a state, and what is wrong with
a state. Because the search is breadth first, the interleaving it gives is a shortest one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

State = TypeVar("State", bound=Hashable)
LIMIT = 2_000_000


class Model(Protocol[State]):
    """A protocol as a transition system; states are immutable values."""

    def initial(self) -> State:
        """Return the state in which everything begins."""
        ...

    def steps(self, state: State) -> Iterable[tuple[str, State]]:
        """Yield every step that somebody may take next: what it is, and where it leads."""
        ...

    def violation(self, state: State) -> str | None:
        """Return which promise is broken in a state; None where all hold."""
        ...


@dataclass(frozen=True)
class Violation:
    """A broken promise and the steps that lead to it, one a line when printed."""

    promise: str
    interleaving: tuple[str, ...]

    def __str__(self) -> str:
        steps = (f"{number:3}. {step}" for number, step in enumerate(self.interleaving, 1))
        return "\n".join((*steps, f"     => {self.promise}"))


@dataclass(frozen=True)
class Explored:
    """What a search has seen; without a violation it has seen every state that can be reached."""

    states: int
    steps: int
    violation: Violation | None


def explore(model: Model[State], limit: int = LIMIT) -> Explored:
    """Visit every state that a model can reach, or stop at the first that breaks a promise.

    Raises `RuntimeError` beyond `limit` states: then the model is too large to be explored.
    """
    begin = model.initial()
    reached: dict[State, tuple[State, str] | None] = {begin: None}
    waiting = deque([begin])
    steps = 0
    while waiting:
        state = waiting.popleft()
        broken = model.violation(state)
        if broken is not None:
            return Explored(len(reached), steps, Violation(broken, _way_to(state, reached)))
        for label, following in model.steps(state):
            steps += 1
            if following not in reached:
                reached[following] = (state, label)
                waiting.append(following)
        if len(reached) > limit:
            raise RuntimeError(f"more than {limit} states: make the model smaller")
    return Explored(len(reached), steps, None)


def _way_to(state: State, reached: dict[State, tuple[State, str] | None]) -> tuple[str, ...]:
    labels = []
    while (came := reached[state]) is not None:
        state, label = came
        labels.append(label)
    return tuple(reversed(labels))
