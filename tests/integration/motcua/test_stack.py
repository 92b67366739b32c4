"""Starting and stopping: what is refused, what is told, and that nothing stays behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient

from kernel.errors import Unavailable
from motcua.local import broker
from motcua.local.ports import Ports, PortsTaken
from motcua.local.programs import Program, Stage, listens
from motcua.local.stack import AlreadyRunning, DidNotStart, Stack, running_pid
from motcua.local.supervision import Supervisor, wait_until

# servers of others stand in, so that a stack without services has nothing to start
ELSEWHERE = {"AMQP_URI": "amqp://elsewhere//", "MONGO_URI": "mongodb://elsewhere/"}


def _environment(**settings: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], **settings}


def _server(port: int) -> Program:
    command = (sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port))
    return Program("server", Stage.SERVERS, command, listens(port))


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which something listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_named_with_the_setting_that_moves_it(tmp_path: Path, taken: int) -> None:
    free = Ports.free(ops=20)
    ports = Ports(**{**vars(free), "portal": taken})
    stack = Stack(tmp_path, ports, environment=_environment(**ELSEWHERE))
    with pytest.raises(PortsTaken) as refused:
        stack.start()
    assert f"Port {taken} " in refused.value.en
    assert "MOTCUA_PORT_PORTAL=" in refused.value.en


def test_without_rabbitmq_the_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "SERVER_SCRIPTS", ("/nowhere/rabbitmq-server",))
    with pytest.raises(Unavailable, match="apt-get install rabbitmq-server"):
        Stack(tmp_path, Ports.free(ops=20), environment=_environment())


def test_a_home_has_one_stack_at_a_time(tmp_path: Path) -> None:
    ports = Ports.free(ops=1)
    environment = _environment(**ELSEWHERE)
    with Stack(tmp_path, ports, services=False, environment=environment):
        assert running_pid(tmp_path) == os.getpid()
        second = Stack(tmp_path, ports, services=False, environment=environment)
        with pytest.raises(AlreadyRunning, match=str(os.getpid())):
            second.start()
    assert running_pid(tmp_path) is None


def test_what_does_not_come_up_is_told_with_its_log_and_last_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = Stack(
        tmp_path, Ports.free(ops=1), services=False, environment=_environment(**ELSEWHERE)
    )
    command = ("/bin/sh", "-c", "echo first; echo no such luck; exit 1")
    hopeless = Program("hopeless", Stage.SERVERS, command, lambda: False)
    stack.programs = (hopeless,)
    stack._supervisor = Supervisor(tmp_path, stack.programs)
    with pytest.raises(DidNotStart) as refused:
        stack.start()
    assert str(tmp_path / "logs" / "hopeless.log") in refused.value.en
    assert refused.value.en.endswith("no such luck")
    assert running_pid(tmp_path) is None


def test_after_its_supervisor_was_killed_it_starts_again_with_its_data(tmp_path: Path) -> None:
    ports = Ports.free(ops=1)
    stack = Stack(tmp_path, ports, services=False, environment=_environment())
    with stack:
        with MongoClient[dict[str, object]](stack.mongo_uri) as client:
            client["kept"]["things"].insert_one({"_id": "one"})
        os.kill(int((tmp_path / "supervisord.pid").read_text()), signal.SIGKILL)
    with (
        Stack(tmp_path, ports, services=False, environment=_environment()) as again,
        MongoClient[dict[str, object]](again.mongo_uri) as client,
    ):
        assert client["kept"]["things"].find_one() == {"_id": "one"}


class TestSupervisor:
    """A supervised program."""

    @pytest.fixture
    def program(self) -> Program:
        return _server(Ports.free(ops=1).mongo)

    @pytest.fixture
    def supervisor(self, tmp_path: Path, program: Program) -> Iterator[Supervisor]:
        supervisor = Supervisor(tmp_path, [program])
        supervisor.launch(_environment())
        supervisor.start("server")
        assert wait_until(program.ready, 15)
        yield supervisor
        supervisor.end()

    def test_is_started_again_when_killed(self, supervisor: Supervisor, program: Program) -> None:
        first = supervisor.state("server").pid
        # supervisord counts an end within the first second as a failed start
        assert wait_until(lambda: supervisor.state("server").name == "RUNNING", 10)
        os.kill(first, signal.SIGKILL)
        assert wait_until(lambda: supervisor.state("server").pid not in (0, first), 15)
        assert wait_until(program.ready, 15)

    def test_ends_with_its_supervisor(self, supervisor: Supervisor) -> None:
        pid = supervisor.state("server").pid
        supervisor.end()
        assert not _lives(pid)

    def test_ends_even_when_the_supervisor_is_killed(
        self, supervisor: Supervisor, tmp_path: Path
    ) -> None:
        pid = supervisor.state("server").pid
        os.kill(int((tmp_path / "supervisord.pid").read_text()), signal.SIGKILL)
        assert wait_until(lambda: not _lives(pid), 15)

    def test_ends_when_whoever_started_the_supervisor_is_killed(self, tmp_path: Path) -> None:
        port = Ports.free(ops=1).mongo
        home = tmp_path / "killed"
        script = (
            "import sys, time; from pathlib import Path\n"
            "from motcua.local.supervision import Supervisor\n"
            "from motcua.local.programs import Program, Stage, listens\n"
            f"command = (sys.executable, '-m', 'http.server', '--bind', '127.0.0.1', '{port}')\n"
            f"program = Program('server', Stage.SERVERS, command, listens({port}))\n"
            f"supervisor = Supervisor(Path({str(home)!r}), [program])\n"
            "import os; supervisor.launch(os.environ); supervisor.start('server')\n"
            "time.sleep(600)\n"
        )
        owner = subprocess.Popen([sys.executable, "-c", script], env=_environment())
        try:
            assert wait_until(listens(port), 20)
        finally:
            owner.kill()
            owner.wait()
        assert wait_until(lambda: not listens(port)(), 15)

    def test_of_a_killed_run_is_ended_by_the_next(
        self, supervisor: Supervisor, tmp_path: Path, program: Program
    ) -> None:
        left = supervisor.state("server").pid
        following = Supervisor(tmp_path, [program])
        following.launch(_environment())
        try:
            assert not _lives(left)
        finally:
            following.end()


@pytest.fixture
def sleeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Stack, int]]:
    """A stack whose only program sleeps, and that program's process."""
    stack = Stack(tmp_path, Ports.free(ops=1), services=False, environment=ELSEWHERE)
    with subprocess.Popen(["sleep", "600"]) as process:
        monkeypatch.setattr(stack, "pid", lambda program: process.pid)
        yield stack, process.pid
        process.kill()


def _is_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def test_a_frozen_program_stands_still_and_goes_on(sleeper: tuple[Stack, int]) -> None:
    stack, pid = sleeper
    with stack.frozen("sleeper"):
        assert wait_until(lambda: _is_stopped(pid), 10)
    assert wait_until(lambda: not _is_stopped(pid), 10)


def test_a_program_may_be_killed_while_it_is_frozen(sleeper: tuple[Stack, int]) -> None:
    stack, pid = sleeper
    with stack.frozen("sleeper"):
        stack.kill("sleeper")
    assert wait_until(lambda: not _lives(pid), 10)
