"""The whole system on one machine, as a value that can be started, asked, hurt and stopped.

`motcua up` runs one in a home of its own; the tests run others beside it, on free ports and in
temporary folders.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from kernel.errors import Conflict, Unavailable
from kernel.trust import ensure_keys
from motcua import roles
from motcua.local import broker, processes
from motcua.local.database import EmbeddedDatabase
from motcua.local.ports import Ports, is_free, refuse_taken
from motcua.local.programs import Program, Stage
from motcua.local.supervision import Supervisor, wait_until

Progress = Callable[[str, str], None]
"""Told (program, news), where the news is `starting`, `ready` or `stopping`."""

_ENDS_TOLERATED = 3
_ENDING_SECONDS = 30.0


class DidNotStart(Unavailable):
    """A part of the stack does not come up; the message names its log and last line."""


class AlreadyRunning(Conflict):
    """Another process runs a stack in this home; `pid` is that process."""

    def __init__(self, home: Path, pid: int) -> None:
        super().__init__(
            "already-running",
            f"Hệ thống đang chạy trong {home} (tiến trình {pid}); dừng nó bằng `make down`.",
            f"The system already runs in {home} (process {pid}); stop it with `make down`.",
        )


class Stack:
    """Broker, database and everything that runs on them, supervised.

    `environment` is that of the caller by default; `AMQP_URI` and `MONGO_URI` in it name servers
    to use instead of private ones. Without `services` only broker and database are run, and the
    database lets anyone in.
    """

    def __init__(
        self,
        home: Path,
        ports: Ports,
        *,
        namespace: str = "motcua",
        services: bool = True,
        environment: Mapping[str, str] | None = None,
        progress: Progress = lambda program, news: None,
    ) -> None:
        self.home = home.absolute()
        self.ports = ports
        self.namespace = namespace
        self._services = services
        self._given = dict(os.environ if environment is None else environment)
        self._progress = progress
        self._own_broker = not self._given.get("AMQP_URI")
        self._database = None
        if not self._given.get("MONGO_URI"):
            self._database = EmbeddedDatabase(ports, self.home / "database", users=services)
        self._lock: TextIO | None = None
        self.programs: tuple[Program, ...] = tuple(
            sorted(self._compose(), key=lambda program: program.stage)
        )
        self._supervisor = Supervisor(self.home, self.programs)

    @property
    def amqp_uri(self) -> str:
        """Where the broker is."""
        return broker.uri(self.ports) if self._own_broker else self._given["AMQP_URI"]

    @property
    def mongo_uri(self) -> str:
        """Where the database is, for a user who may do everything there."""
        return self._given["MONGO_URI"] if self._database is None else self._database.uri

    def url(self, part: str = "portal") -> str:
        """Return the address of `portal`, `files`, `mail` or `vnpay`."""
        return processes.url(getattr(self.ports, part))

    def environment(self) -> dict[str, str]:
        """Return the settings with which a command speaks to this stack."""
        return {
            **self._shared_environment(),
            "MONGO_URI": self.mongo_uri,
        }

    def start(self, deadline: float = 300.0) -> None:
        """Start everything, stage by stage, and return when all is ready.

        Raises `AlreadyRunning`, `PortsTaken` or `DidNotStart`; nothing is left running then.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        end = time.monotonic() + deadline
        try:
            if self._supervisor.end_leftover():
                self._await_ports(end)
            refuse_taken(self._ports_used())
            self._prepare()
            self._supervisor.launch(self._shared_environment())
            for stage, members in groupby(self.programs, key=lambda program: program.stage):
                self._start_stage(list(members), end)
                if stage is Stage.SERVERS:
                    self._provision()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything in order and return when all has ended; harmless twice."""
        self._supervisor.end()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def pid(self, program: str) -> int:
        """Return a program's process id; 0 while it is not running."""
        return self._supervisor.state(program).pid

    def kill(self, program: str) -> int:
        """Kill a program as `kill -9` does; it is started again. Returns the pid that was.

        Raises `ProcessLookupError` where it is not running at this moment.
        """
        return self._signal(program, signal.SIGKILL)

    def runs(self, program: str) -> bool:
        """Whether a program is up, and is started again whenever it ends."""
        return self._supervisor.state(program).runs

    @contextmanager
    def frozen(self, program: str) -> Iterator[None]:
        """Let a program stand still for a while: it keeps its connections and answers nothing.

        Raises `ProcessLookupError` where it is not running at this moment.
        """
        pid = self._signal(program, signal.SIGSTOP)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):  # it was killed meanwhile
                os.kill(pid, signal.SIGCONT)

    def pause(self, program: str) -> None:
        """Stop one program until `resume`."""
        self._supervisor.stop(program)

    def resume(self, program: str) -> None:
        """Start a stopped program again; see `await_ready`."""
        self._supervisor.start(program)

    def log(self, program: str) -> Path:
        """Return the file with everything that a program wrote."""
        return self._supervisor.log_of(program)

    def await_ready(self, programs: Iterable[str] | None = None, deadline: float = 60.0) -> None:
        """Wait until these programs (all of them by default) are ready; else `DidNotStart`."""
        names = {program.name for program in self.programs} if programs is None else set(programs)
        chosen = [program for program in self.programs if program.name in names]
        self._await(chosen, time.monotonic() + deadline)

    def failed(self) -> Iterator[str]:
        """Yield a sentence for each program that ended and is not started again."""
        if not self._supervisor.alive:
            yield f"The supervisor has ended; see {self._supervisor.log_of('supervisord')}."
            return
        for program in self.programs:
            if self._supervisor.state(program.name).failed:
                yield self._did_not_start(program).en

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

    def _compose(self) -> Iterator[Program]:
        if self._own_broker:
            yield from broker.programs(self.ports, self.home / "broker")
        if self._database is not None:
            yield self._database.program()
        if self._services:
            yield from processes.programs(self.ports, self._database_settings())

    def _database_settings(self) -> dict[str, dict[str, str]]:
        """Return how each ledger's owner is told its own user of the database."""
        if self._database is None:
            return {name: {"MONGO_URI": self.mongo_uri} for name in processes.LEDGER_OWNERS}
        users = self._database.user_files
        return {name: processes.user_file(users, name) for name in processes.LEDGER_OWNERS}

    @property
    def _secrets(self) -> Path:
        return self.home / "secrets"

    def _ports_used(self) -> Iterator[tuple[str, int]]:
        if self._own_broker:
            yield from ((name, getattr(self.ports, name)) for name in ("amqp", "epmd", "dist"))
        if self._database is not None:
            yield "mongo", self.ports.mongo
        if self._services:
            yield from processes.http_ports(self.ports)

    def _await_ports(self, end: float) -> None:
        """Give the programs of a killed run the time to end."""
        limit = min(_ENDING_SECONDS, end - time.monotonic())
        wait_until(lambda: all(is_free(port) for _, port in self._ports_used()), limit)

    def _prepare(self) -> None:
        if self._services:
            ensure_keys(self.home / "keys", processes.SIGNERS, processes.LEDGER_OWNERS)
            processes.make_secrets(self._secrets)
        if self._database is not None:
            self._database.prepare()

    def _provision(self) -> None:
        if self._services and self._database is not None:
            roles.provision(
                self._database.uri,
                self.namespace,
                processes.LEDGER_OWNERS,
                self._database.user_files,
            )

    def _shared_environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in self._given.items() if name != "MONGO_URI"},
            **(processes.shared_settings(self.ports, self._secrets) if self._services else {}),
            "AMQP_URI": self.amqp_uri,
            "MOTCUA_HOME": str(self.home),
            "MOTCUA_NAMESPACE": self.namespace,
            "PYTHONUNBUFFERED": "1",
        }

    def _start_stage(self, programs: Sequence[Program], end: float) -> None:
        for program in programs:
            self._progress(program.name, "starting")
            self._supervisor.start(program.name)
        self._await(programs, end)

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
            f"{program.name} không chạy được; dòng cuối trong {log}: {last}",
            f"{program.name} does not run; the last line in {log}: {last}",
        )

    def _signal(self, program: str, number: int) -> int:
        if (pid := self.pid(program)) == 0:
            # to the system 0 is no program but the whole process group of who asks
            raise ProcessLookupError(f"{program} is not running")
        os.kill(pid, number)
        return pid

    def _take_lock(self) -> None:
        # held by the open file, so that it is free again however this process ends
        lock = (self.home / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise AlreadyRunning(self.home, running_pid(self.home) or 0) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock


def running_pid(home: Path) -> int | None:
    """Return the process that runs a stack in this home now, or None."""
    try:
        with (home / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return int((home / "lock").read_text() or 0)
    return None


class _Tries:
    """Asks a program whether it is ready until it is, or has ended too often to wait on."""

    def __init__(self, supervisor: Supervisor, program: Program) -> None:
        self._supervisor = supervisor
        self._program = program
        self._pids: set[int] = set()
        self.ready = False

    def settled(self) -> bool:
        self.ready = self._program.ready()
        return self.ready or self._failed()

    def _failed(self) -> bool:
        if not self._supervisor.alive:
            return True
        state = self._supervisor.state(self._program.name)
        if state.pid:
            self._pids.add(state.pid)
        return state.failed or len(self._pids) > _ENDS_TOLERATED
