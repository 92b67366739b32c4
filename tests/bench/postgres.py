"""A private PostgreSQL for one measurement, if the machine has its programs."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

USER = "bench"


class NotHere(Exception):
    """There is no PostgreSQL on this machine, or it may not be run; says why."""


@contextmanager
def private_postgres(port: int) -> Iterator[dict[str, str]]:
    """Run a server with its defaults, which wait for the disk; yields how it is reached."""
    programs = _programs()
    # not below a folder of the tests, which only their user may enter
    home = Path(tempfile.mkdtemp(prefix="motcua-postgres-"))
    as_user = _other_user(home)
    data = home / "data"
    _run([*as_user, str(programs / "initdb"), "-D", str(data), "-U", USER, "-A", "trust"])
    options = f"-h 127.0.0.1 -p {port} -k {home} -c max_connections=120"
    control = [*as_user, str(programs / "pg_ctl"), "-D", str(data), "-l", str(home / "log"), "-w"]
    try:
        _run([*control, "-o", options, "start"])
        try:
            yield {
                "POSTGRES_HOST": "127.0.0.1",
                "POSTGRES_PORT": str(port),
                "POSTGRES_USER": USER,
                "POSTGRES_PASSWORD": "none",
                "POSTGRES_DBNAME": "postgres",
            }
        finally:
            _run([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(home, ignore_errors=True)


def version() -> str:
    """Return the server's version."""
    told = _run([str(_programs() / "postgres"), "--version"])
    return told.split()[2]


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise NotHere("no PostgreSQL here (apt-get install postgresql)")
    return found[-1].parent


def _other_user(home: Path) -> Sequence[str]:
    """Return the prefix that runs a program as the package's user: the server refuses root."""
    if os.geteuid() != 0:
        return ()
    try:
        shutil.chown(home, "postgres", "postgres")
    except LookupError:
        raise NotHere("PostgreSQL does not run as root, and there is no user postgres") from None
    return ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--")


def _run(command: Sequence[str]) -> str:
    # not captured over a pipe that the server would inherit and keep open
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            command, stdout=output, stderr=output, cwd="/", check=False, timeout=120
        )
        output.seek(0)
        told = output.read()
    if done.returncode != 0:
        raise NotHere(f"{Path(command[-1]).name}: {told.strip()[-200:]}")
    return told
