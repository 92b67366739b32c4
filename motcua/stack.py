"""The whole system on one machine, as a value that can be started, asked, hurt and stopped.

`motcua up` runs one in a home of its own; the tests run others beside it, on free ports and in
temporary folders.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Self

from kernel.errors import Unavailable
from motcua import broker, database
from motcua.ports import Ports, refuse_taken
from motcua.programs import Program
from motcua.supervision import Supervisor, wait_until

Progress = Callable[[str, str], None]
"""Told (program, what happened), where the latter is `starting`, `ready` or `stopping`."""


class DidNotStart(Unavailable):
    """A part of the stack does not come up; the message names its log and last line."""


class Stack:
    """Broker, database and everything that runs on them, supervised."""

    def __init__(
        self,
        home: Path,
        ports: Ports,
        *,
        namespace: str = "motcua",
        environment: Mapping[str, str] | None = None,
        progress: Progress = lambda program, news: None,
    ) -> None:
        self.home = home.absolute()
        self.ports = ports
        self.namespace = namespace
        self._environment = dict(os.environ if environment is None else environment)
        self._progress = progress
        self._programs = tuple(self._compose())
        self._supervisor = Supervisor(self.home, self._programs)

    @property
    def amqp_uri(self) -> str:
        """Where the broker is."""
        return self._environment.get("AMQP_URI") or broker.uri(self.ports)

    @property
    def mongo_uri(self) -> str:
        """Where the database is."""
        return self._environment.get("MONGO_URI") or database.uri(self.ports)

    def start(self, deadline: float = 120.0) -> None:
        """Start everything, stage by stage, and return when all is ready.

        Raises `PortsTaken` or `DidNotStart`; nothing is left running then.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        self._supervisor.end_leftover()
        refuse_taken(self._ports_used())
        end = time.monotonic() + deadline
        try:
            self._supervisor.launch(self._shared_environment())
            for _, members in groupby(self._programs, key=lambda program: program.stage):
                stage = list(members)
                for program in stage:
                    self._progress(program.name, "starting")
                    self._supervisor.start(program.name)
                self._await(stage, end)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything in order and return when all has ended; harmless twice."""
        self._supervisor.end()

    def pid(self, program: str) -> int:
        """Return a program's process id; 0 while it is not running."""
        return self._supervisor.state(program).pid

    def kill(self, program: str) -> int:
        """Kill a program as `kill -9` does; it is started again. Returns the pid that was."""
        pid = self.pid(program)
        os.kill(pid, signal.SIGKILL)
        return pid

    def await_ready(self, programs: Iterable[str] | None = None, deadline: float = 60.0) -> None:
        """Wait until these programs (all of them by default) are ready; else `DidNotStart`."""
        names = {program.name for program in self._programs} if programs is None else set(programs)
        chosen = [program for program in self._programs if program.name in names]
        self._await(chosen, time.monotonic() + deadline)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _compose(self) -> Sequence[Program]:
        return sorted(self._servers(), key=lambda program: program.stage)

    def _servers(self) -> Iterable[Program]:
        if "AMQP_URI" not in self._environment:
            yield from broker.programs(self.ports, self.home / "broker")
        if "MONGO_URI" not in self._environment:
            yield database.program(self.ports, self.home / "database")

    def _ports_used(self) -> Iterable[tuple[str, int]]:
        if "AMQP_URI" not in self._environment:
            yield from ((name, getattr(self.ports, name)) for name in ("amqp", "epmd", "dist"))
        if "MONGO_URI" not in self._environment:
            yield "mongo", self.ports.mongo

    def _shared_environment(self) -> dict[str, str]:
        return {
            **self._environment,
            "AMQP_URI": self.amqp_uri,
            "MONGO_URI": self.mongo_uri,
            "MOTCUA_HOME": str(self.home),
            "MOTCUA_NAMESPACE": self.namespace,
            "PYTHONUNBUFFERED": "1",
        }

    def _await(self, programs: Sequence[Program], end: float) -> None:
        for program in programs:
            tries = _Tries(self._supervisor, program)
            if not wait_until(tries.settled, max(0.0, end - time.monotonic())) or not tries.ready:
                raise self._did_not_start(program)
            self._progress(program.name, "ready")

    def _did_not_start(self, program: Program) -> DidNotStart:
        log = self._supervisor.log_of(program.name)
        last = self._supervisor.last_line(program.name) or "(nothing)"
        return DidNotStart(
            "did-not-start",
            f"{program.name} không khởi động được; dòng cuối trong {log}: {last}",
            f"{program.name} does not come up; the last line in {log}: {last}",
        )


class _Tries:
    """Asks a program whether it is ready until it is, or has failed for good."""

    def __init__(self, supervisor: Supervisor, program: Program) -> None:
        self._supervisor = supervisor
        self._program = program
        self.ready = False

    def settled(self) -> bool:
        self.ready = self._program.ready()
        return self.ready or self._failed()

    def _failed(self) -> bool:
        if not self._supervisor.alive:
            return True
        return self._supervisor.state(self._program.name).failed
