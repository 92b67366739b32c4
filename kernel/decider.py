"""The functional core of an aggregate: an initial state, `decide` and `evolve`.

Pure: no clock, no ids, no I/O. Moments and ids come in with the command.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

S = TypeVar("S")


@dataclass(frozen=True)
class Decider(Generic[S]):
    """The functional core of an aggregate. `decide` returns nothing when nothing is to do.

    `notes` are the types of events that nobody decides anything on, such as that a message went
    out: a version seen before them is not stale.
    """

    initial: S
    decide: Callable[[S, Any], Sequence[Any]]
    evolve: Callable[[S, Any], S]
    notes: tuple[type[Any], ...] = ()
