"""The embedded database: SecantusDB, MongoDB's protocol on the WiredTiger engine, as a process.

For a machine without MongoDB; `MONGO_URI` takes its place everywhere else.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
from pathlib import Path

from kernel.errors import Unavailable
from motcua import roles
from motcua.local.ports import Ports
from motcua.local.programs import Check, Program, Stage
from motcua.local.supervision import wait_until

_ADMINISTRATOR = "administrator"


class EmbeddedDatabase:
    """One server with its files below `home`; with `users` it asks for a name and a password."""

    def __init__(self, ports: Ports, home: Path, *, users: bool) -> None:
        self._port = ports.mongo
        self._home = home.absolute()
        self._users = users

    @property
    def uri(self) -> str:
        """Where it is reached, by the administrator where it has users."""
        return self._administrator.read_text() if self._users else self._open_uri

    @property
    def user_files(self) -> Path:
        """The folder with an address for each user, `<service>.uri`."""
        return self._home / "users"

    def program(self) -> Program:
        """Return the server as a program."""
        ready = accepts(self._open_uri)  # a ping needs no user
        return Program("database", Stage.SERVERS, self._command(), ready, stop_seconds=20)

    def prepare(self) -> None:
        """Make the folders and, the first time, the administrator.

        This server makes a first user only while it lets anyone in, so it is run that way once.
        """
        self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._settings.write_text("")
        if not self._users:
            return
        password = secrets.token_urlsafe(24)
        address = roles.with_user(self._open_uri, _ADMINISTRATOR, password)
        if self._administrator.exists():
            known = roles.password_of(self._administrator.read_text())
            address = roles.with_user(self._open_uri, _ADMINISTRATOR, known)
        else:
            self._make_administrator(password)
        roles.keep_secret(self._administrator, address)

    @property
    def _open_uri(self) -> str:
        # This server looks through all retryable writes of the last half hour at each write, some
        # milliseconds under load. What we write may be repeated; the ledger's ids tell.
        return f"mongodb://127.0.0.1:{self._port}/?retryWrites=false"

    @property
    def _administrator(self) -> Path:
        return self._home / "administrator.uri"

    @property
    def _settings(self) -> Path:
        # names a file of ours, or the server would look for one in the user's folders
        return self._home / "secantusd.toml"

    def _command(self, *, users: bool | None = None) -> tuple[str, ...]:
        return (
            str(installed()),
            *("--config", str(self._settings)),
            *("--host", "127.0.0.1", "--port", str(self._port)),
            *("--storage-path", str(self._home / "data")),
            *("--cache-size", "256M"),
            "--sync-on-commit",
            # nobody replicates from it: the log for replicas would be written with each document
            "--standalone",
            *("--log-level", "WARNING"),
            *(["--auth"] if (self._users if users is None else users) else []),
        )

    def _make_administrator(self, password: str) -> None:
        command = ("setpriv", "--pdeathsig", "KILL", "--", *self._command(users=False))
        log = self._home / "first-start.log"
        with (
            log.open("wb") as output,
            subprocess.Popen(command, stdout=output, stderr=output) as server,  # noqa: S603 (ours)
        ):
            try:
                if not wait_until(accepts(self._open_uri), 30) or server.poll() is not None:
                    raise _does_not_start(log)
                roles.make_administrator(self._open_uri, _ADMINISTRATOR, password)
            finally:
                server.terminate()


def accepts(mongo_uri: str) -> Check:
    """Return a check that a database answers a ping."""

    def check() -> bool:
        from pymongo import MongoClient
        from pymongo.errors import PyMongoError

        client: MongoClient[dict[str, object]] = MongoClient(
            mongo_uri, serverSelectionTimeoutMS=2000, connectTimeoutMS=2000
        )
        try:
            client.admin.command("ping")
        except PyMongoError:
            return False
        finally:
            client.close()
        return True

    return check


def installed() -> Path:
    script = Path(sys.executable).parent / "secantusd-py"
    if script.exists():
        return script
    raise Unavailable(
        "no-database",
        "Chưa có cơ sở dữ liệu đi kèm: hãy chạy `make up`, hoặc đặt MONGO_URI trỏ tới một máy chủ.",
        "The embedded database is not installed: run `make up`, or point MONGO_URI at a server.",
    )


def _does_not_start(log: Path) -> Unavailable:
    lines = log.read_text(errors="replace").strip().splitlines() or ["(nothing)"]
    return Unavailable(
        "database-does-not-start",
        f"Cơ sở dữ liệu không chạy được; dòng cuối trong {log}: {lines[-1]}",
        f"The database does not run; the last line in {log}: {lines[-1]}",
    )
