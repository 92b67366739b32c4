"""Keeping programs alive: supervisord with a configuration of ours, spoken to over its own socket.

supervisord is a child of whoever starts it and is told to end when that process ends, however it
ends; each program is told the same about supervisord. So nothing outlives its stack.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from kernel.errors import DomainError, Unavailable
from motcua.local.programs import STOPPED_LAST_FIRST, Program

# a socket's path must fit in 108 bytes
_LONGEST_SOCKET_PATH = 100
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class State:
    """What supervisord says about one program. `name` is e.g. `RUNNING`, `BACKOFF`, `FATAL`."""

    name: str
    pid: int
    description: str

    @property
    def runs(self) -> bool:
        """Whether it has been running for long enough to count as started."""
        return self.name == "RUNNING"

    @property
    def failed(self) -> bool:
        """Whether it is not running and will not be tried again."""
        return self.name in ("FATAL", "EXITED", "UNKNOWN")


class Supervisor:
    """One supervisord over a fixed set of programs, with its files below `home`."""

    def __init__(self, home: Path, programs: Iterable[Program]) -> None:
        self.home = home.absolute()
        self.programs = {program.name: program for program in programs}
        self._process: subprocess.Popen[bytes] | None = None
        self._socket = _socket_path(self.home)

    @property
    def _pid_file(self) -> Path:
        return self.home / "supervisord.pid"

    def log_of(self, name: str) -> Path:
        """Return the file with everything that a program wrote."""
        return self.home / "logs" / f"{name}.log"

    def last_line(self, name: str) -> str:
        """Return the last line that a program wrote, without colours, or an empty text."""
        try:
            lines = self.log_of(name).read_text(errors="replace").strip().splitlines()
        except FileNotFoundError:
            return ""
        return _COLOUR.sub("", lines[-1]).strip() if lines else ""

    def launch(self, environment: Mapping[str, str], deadline: float = 15.0) -> None:
        """Start supervisord with no program running yet; ends a leftover of an earlier one first.

        `environment` is what every program gets. To be called in the main thread: supervisord
        ends with the thread that started it.
        """
        self.end_leftover()
        (self.home / "logs").mkdir(parents=True, exist_ok=True)
        configuration = self.home / "supervisord.conf"
        configuration.write_text(render(self.programs.values(), self.home, self._socket))
        self._process = subprocess.Popen(  # noqa: S603 (all words are ours)
            [
                *("setpriv", "--pdeathsig", "TERM", "--"),
                *(sys.executable, "-m", "supervisor.supervisord"),
                *("--nodaemon", "--configuration", str(configuration)),
            ],
            cwd=self.home,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        if not wait_until(lambda: self._answers() or not self.alive, deadline) or not self.alive:
            last = self.last_line("supervisord")
            self.end()
            raise Unavailable(
                "no-supervisor",
                f"Bộ giám sát không khởi động được: {last} ({self.log_of('supervisord')}).",
                f"The supervisor does not start: {last} ({self.log_of('supervisord')}).",
            )

    @property
    def alive(self) -> bool:
        """Whether supervisord runs."""
        return self._process is not None and self._process.poll() is None

    def start(self, name: str) -> None:
        """Start one program and return at once; supervisord starts it again whenever it ends."""
        self._ask("startProcess", _full(self.programs[name]), False)

    def stop(self, name: str) -> None:
        """Stop one program and wait until it has ended."""
        self._ask("stopProcess", _full(self.programs[name]), True)

    def state(self, name: str) -> State:
        """Return what a program does now."""
        said = self._ask("getProcessInfo", _full(self.programs[name]))
        return State(said["statename"], said["pid"], said["spawnerr"] or said["description"])

    def end(self, deadline: float = 60.0) -> None:
        """Stop every program, the last group first, and supervisord itself; harmless twice."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(deadline)
        except subprocess.TimeoutExpired:
            self._process.kill()  # its programs end with it
            self._process.wait()
        self._process = None

    def end_leftover(self, deadline: float = 60.0) -> bool:
        """End a supervisord of this home that an earlier, killed run left behind.

        Returns whether the earlier run was killed, so that its programs may just be ending.
        """
        try:
            pid = int(self._pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return False
        if self._is_ours(pid):
            _signal(pid, signal.SIGTERM)
            if not wait_until(lambda: not self._is_ours(pid), deadline):
                _signal(pid, signal.SIGKILL)
                wait_until(lambda: not self._is_ours(pid), 5)
        self._pid_file.unlink(missing_ok=True)
        return True

    def _is_ours(self, pid: int) -> bool:
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return str(self.home / "supervisord.conf").encode() in command

    def _answers(self) -> bool:
        try:
            self._ask("getState")
        except DomainError:
            return False
        return True

    def _ask(self, method: str, *arguments: object) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        with ServerProxy("http://127.0.0.1", transport=transport) as proxy:
            try:
                return getattr(proxy.supervisor, method)(*arguments)
            except Fault as fault:
                if fault.faultString.startswith(("ALREADY_STARTED", "NOT_RUNNING")):
                    return None
                raise _unreachable(f"{method}{arguments}: {fault.faultString}") from fault
            except OSError as error:
                raise _unreachable(str(error)) from error


def render(programs: Iterable[Program], home: Path, unix_socket: Path) -> str:
    """Return supervisord's configuration for these programs: a group for what stops together."""
    programs = list(programs)
    sections = [
        f"[unix_http_server]\nfile={_value(unix_socket)}\nchmod=0700\n",
        "[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n",
        "[supervisord]\n"
        f"pidfile={_value(home / 'supervisord.pid')}\n"
        f"logfile={_value(home / 'logs' / 'supervisord.log')}\n"
        "logfile_maxbytes=5MB\nlogfile_backups=1\nloglevel=info\nsilent=true\n"
        f"childlogdir={_value(home / 'logs')}\n",
    ]
    for priority, (group, stages) in enumerate(STOPPED_LAST_FIRST.items(), start=1):
        members = [program.name for program in programs if program.stage in stages]
        if members:
            sections.append(f"[group:{group}]\nprograms={','.join(members)}\npriority={priority}\n")
    sections += [_section(program, home) for program in programs]
    return "\n".join(sections)


def wait_until(condition: Callable[[], bool], deadline: float, every: float = 0.05) -> bool:
    """Return True as soon as the condition holds, False when `deadline` seconds have passed."""
    end = time.monotonic() + deadline
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True


def _section(program: Program, home: Path) -> str:
    # the program ends when supervisord does, even when that one is killed
    command = ("setpriv", "--pdeathsig", "TERM", "--", *program.command)
    environment = ",".join(
        f'{name}="{_value(value, quoted=True)}"' for name, value in program.environment.items()
    )
    return (
        f"[program:{program.name}]\n"
        f"command={_value(shlex.join(command))}\n"
        f"environment={environment}\n"
        "autostart=false\nautorestart=true\n"
        "startsecs=1\nstartretries=3\n"
        f"stopsignal=TERM\nstopwaitsecs={program.stop_seconds}\nkillasgroup=true\n"
        "redirect_stderr=true\n"
        f"stdout_logfile={_value(home / 'logs' / f'{program.name}.log')}\n"
        "stdout_logfile_maxbytes=10MB\nstdout_logfile_backups=1\n"
    )


def _value(value: object, *, quoted: bool = False) -> str:
    text = str(value)
    if any(mark in text for mark in ("\n", " ;", " #")) or (quoted and '"' in text):
        raise DomainError(
            "bad-path",
            f"Thư mục hoặc giá trị {text!r} có ký tự không dùng được ở đây.",
            f"The folder or value {text!r} has characters that cannot be used here.",
        )
    return text.replace("%", "%%")


def _full(program: Program) -> str:
    return f"{program.stage.group}:{program.name}"


def _socket_path(home: Path) -> Path:
    path = home / "supervisord.sock"
    if len(str(path)) <= _LONGEST_SOCKET_PATH:
        return path
    digest = sha256(str(home).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"motcua-{os.getuid()}-{digest}.sock"


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _unreachable(detail: str) -> Unavailable:
    return Unavailable(
        "supervisor-unreachable",
        f"Bộ giám sát không trả lời: {detail}.",
        f"The supervisor does not answer: {detail}.",
    )
