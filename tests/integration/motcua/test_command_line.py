"""The command line as a process: sentences and exit codes, never a traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

from motcua.local.ports import Ports
from motcua.local.processes import OPS_PORTS, SIGNERS


def _motcua(home: Path, *arguments: str, **settings: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "motcua", *arguments],
        env={"PATH": os.environ["PATH"], "MOTCUA_HOME": str(home), "COLUMNS": "200", **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def _moved(ports: Ports) -> dict[str, str]:
    return {
        f"MOTCUA_PORT_{item.name.upper()}": str(getattr(ports, item.name)) for item in fields(ports)
    }


def test_every_wrong_setting_has_a_sentence_of_its_own(tmp_path: Path) -> None:
    code, _, said = _motcua(tmp_path, "up", MOTCUA_PORT_PORTAL="0", MOTCUA_PORT_MAIL="many")
    assert code == 2
    first, second = sorted(said.splitlines())
    assert first.startswith("MOTCUA_PORT_MAIL ")
    assert second.startswith("MOTCUA_PORT_PORTAL ")


def test_a_refusal_is_told_in_the_language_of_the_terminal(tmp_path: Path) -> None:
    ports = Ports.free(ops=OPS_PORTS)
    with socket.create_server(("127.0.0.1", ports.portal)):
        code, _, said = _motcua(tmp_path, "up", LANG="vi_VN.UTF-8", **_moved(ports))
    assert code == 1
    assert said.startswith(f"Cổng {ports.portal} đang được chương trình khác dùng;")
    assert len(said.splitlines()) == 1


def test_keys_and_secrets_are_made_once(tmp_path: Path) -> None:
    assert _motcua(tmp_path, "keys", "init")[0] == 0
    made = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {f"{name}.key" for name in SIGNERS} | {"master.key", "vnpay"} <= {p.name for p in made}
    assert all(path.stat().st_mode & 0o077 == 0 for path in made)

    assert _motcua(tmp_path, "keys", "init")[0] == 0
    assert {path: path.read_bytes() for path in made} == made


def test_nothing_runs_so_there_is_nothing_to_stop(tmp_path: Path) -> None:
    assert _motcua(tmp_path, "down") == (0, "", "")


def test_the_doctor_names_a_taken_port_and_how_to_move_it(tmp_path: Path) -> None:
    ports = Ports.free(ops=OPS_PORTS)
    with socket.create_server(("127.0.0.1", ports.vnpay)):
        code, said, _ = _motcua(tmp_path, "doctor", **_moved(ports))
    assert code == 1
    assert f"port {ports.vnpay} (vnpay) is taken" in said
    assert "MOTCUA_PORT_VNPAY" in said
    assert "RabbitMQ: /" in said
