"""Who is killed or frozen when, as it follows from the storm's seed."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from stack import Stack

from motcua.local.supervision import wait_until

_LONGEST_FREEZE = 12.0
# how many of all blows, after everybody was killed once
_FREEZES = 0.2
_TOGETHER = 0.2
_COMES_BACK = 120.0


@dataclass(frozen=True)
class Blow:
    """After `pause` seconds these are killed at once, or else frozen for some seconds."""

    pause: float
    programs: tuple[str, ...]
    freeze: float = 0.0


def blows_of(seed: int, programs: Sequence[str], pauses: tuple[float, float]) -> Iterator[Blow]:
    """Yield blows without end: first everybody is killed once in some order, then anybody.

    `pauses` are the shortest and the longest one, in seconds, from when those that were hit run
    again until the next blow.
    """
    chance = random.Random(f"{seed}/blows")
    for program in chance.sample(sorted(programs), len(programs)):
        yield Blow(chance.uniform(*pauses), (program,))
    while True:
        freeze = chance.uniform(1, _LONGEST_FREEZE) if chance.random() < _FREEZES else 0.0
        several = 2 if chance.random() < _TOGETHER else 1
        hit = tuple(chance.sample(sorted(programs), several))
        yield Blow(chance.uniform(*pauses), hit, freeze)


@dataclass
class Storm:
    """Strikes a running stack, blow after blow, in a thread of its own."""

    stack: Stack
    blows: Iterator[Blow]
    killed: Counter[str] = field(default_factory=Counter)
    frozen: Counter[str] = field(default_factory=Counter)
    failure: BaseException | None = None
    everybody: threading.Event = field(default_factory=threading.Event)
    """Set when every program was killed once."""

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._strike, name="storm")

    def begin(self) -> None:
        """Begin to strike."""
        self._thread.start()

    def end(self) -> None:
        """End after the blow at hand; nobody stays frozen."""
        self._over.set()
        self._thread.join()

    def _strike(self) -> None:
        names = {program.name for program in self.stack.programs}
        try:
            for blow in self.blows:
                if self._over.wait(blow.pause):
                    return
                self._hit(blow)
                if names <= self.killed.keys():
                    self.everybody.set()
        except BaseException as error:  # noqa: BLE001 - told in the report
            self.failure = error
        finally:
            self.everybody.set()

    def _hit(self, blow: Blow) -> None:
        if blow.freeze:
            with ExitStack() as frozen:
                for program in blow.programs:
                    frozen.enter_context(self.stack.frozen(program))
                    self.frozen[program] += 1
                self._over.wait(blow.freeze)
            return
        before = {program: self.stack.kill(program) for program in blow.programs}
        self.killed.update(before.keys())
        # supervisord gives up a program that is killed while it starts, again and again
        for program, pid in before.items():
            self._await(program, pid)

    def _await(self, program: str, killed: int) -> None:
        def is_back() -> bool:
            return self.stack.pid(program) not in (0, killed) and self.stack.runs(program)

        assert wait_until(is_back, _COMES_BACK), f"{program} does not come back"
