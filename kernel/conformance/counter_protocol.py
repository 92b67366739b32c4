"""What the ledger does *not* do: take a number from a counter document, then insert under it.

It is the usual way to number documents, and every number is given once. But a number that is given
is not yet there: a reader that follows by the highest number it saw goes past a slower writer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class State(NamedTuple):
    """Everything at one moment: `taken` is each writer's number, 0 before it has one."""

    counter: int
    taken: tuple[int, ...]
    stored: frozenset[int]
    after: int = 0
    seen: frozenset[int] = frozenset()


@dataclass(frozen=True)
class CounterProtocol:
    """Writers that store one document each, and a reader that reads all in one instant."""

    writers: int = 2

    def initial(self) -> State:
        """Return the state in which nobody has done anything yet."""
        return State(0, (0,) * self.writers, frozenset())

    def violation(self, state: State) -> str | None:
        """Return which event is lost to the reader: it will never look there again."""
        lost = sorted(n for n in state.stored - state.seen if n <= state.after)
        return f"event {lost[0]} is lost to the reader, who is at {state.after}" if lost else None

    def steps(self, state: State) -> Iterator[tuple[str, State]]:
        """Yield what may happen next."""
        for number, taken in enumerate(state.taken):
            if not taken:
                counter = state.counter + 1
                with_it = (*state.taken[:number], counter, *state.taken[number + 1 :])
                following = state._replace(counter=counter, taken=with_it)
                yield f"writer {number + 1} takes number {counter}", following
            elif taken not in state.stored:
                stored = state.stored | {taken}
                yield f"writer {number + 1} stores event {taken}", state._replace(stored=stored)
        new = sorted(n for n in state.stored if n > state.after)
        if new:
            following = state._replace(after=new[-1], seen=state.seen.union(new))
            yield f"the reader reads {new} and is at {new[-1]}", following
