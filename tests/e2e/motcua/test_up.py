"""`motcua up` as people use it: in a terminal, ended by Ctrl-C, started again."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import requests

from motcua.local.ports import Ports, is_free
from motcua.local.processes import OPS_PORTS, http_ports
from motcua.local.stack import running_pid
from motcua.local.supervision import wait_until

pytestmark = pytest.mark.timeout(900)


class Terminal:
    """A home, its ports, and what `motcua` says there."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.ports = Ports.free(ops=OPS_PORTS)
        moved = {
            f"MOTCUA_PORT_{item.name.upper()}": str(getattr(self.ports, item.name))
            for item in fields(Ports)
        }
        self.environment = {
            "PATH": os.environ["PATH"],
            "MOTCUA_HOME": str(home),
            "COLUMNS": "120",
            **moved,
        }
        self._running: list[subprocess.Popen[str]] = []

    def up(self) -> tuple[subprocess.Popen[str], str]:
        """Start and return the process with what it said until all was ready."""
        process = self._motcua("up")
        said = ""
        assert process.stdout is not None
        for line in process.stdout:
            said += line
            if "Ctrl-C stops everything" in line:
                return process, said
        pytest.fail(f"it ended: {said}")

    def refused(self) -> tuple[int, str]:
        """Start where it cannot; return the exit code and what it said."""
        process = self._motcua("up")
        said, _ = process.communicate(timeout=120)
        return process.returncode, said

    def end(self) -> None:
        """Leave nothing behind."""
        for process in self._running:
            process.kill()
            process.wait()

    def _motcua(self, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "motcua", *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._running.append(process)
        return process


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path_factory.mktemp("up"))
    yield terminal
    terminal.end()


def test_it_starts_stops_cleanly_and_goes_on_with_the_same_data(terminal: Terminal) -> None:
    first, said = terminal.up()
    portal = f"http://127.0.0.1:{terminal.ports.portal}"
    assert portal in said
    assert re.search(r"procedures +28, 28 new or changed", said)
    assert "quantri" in said
    assert requests.get(portal, timeout=10).status_code == 200

    code, refusal = terminal.refused()
    assert code == 1
    assert f"already runs in {terminal.home} (process {first.pid})" in refusal

    first.send_signal(signal.SIGINT)
    rest, _ = first.communicate(timeout=60)
    assert first.returncode == 0
    assert "Everything has stopped." in rest
    assert "Traceback" not in said + rest
    assert running_pid(terminal.home) is None
    assert [port for _, port in http_ports(terminal.ports) if not is_free(port)] == []

    second, said = terminal.up()
    assert re.search(r"procedures +28, 0 new or changed", said)

    # killed outright, it takes everything with it
    second.kill()
    second.communicate()
    assert wait_until(
        lambda: all(is_free(port) for _, port in http_ports(terminal.ports)), deadline=60
    )


def test_a_taken_port_is_told_in_one_sentence(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", terminal.ports.mail)):
        code, said = terminal.refused()
    assert code == 1
    (sentence,) = said.strip().splitlines()
    assert sentence.startswith(f"Port {terminal.ports.mail} is taken by another program;")
    assert sentence.endswith("MOTCUA_PORT_MAIL=<number>.")
