"""The embedded database: SecantusDB, MongoDB's protocol on the WiredTiger engine, as a process.

For a machine without MongoDB; `MONGO_URI` takes its place everywhere else.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kernel.errors import Unavailable
from motcua.ports import Ports
from motcua.programs import Check, Program, Stage


def program(ports: Ports, home: Path) -> Program:
    """Return the database as a program with its files below `home`."""
    home = home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    settings = home / "secantusd.toml"
    settings.write_text("")
    command = (
        str(_installed()),
        *("--config", str(settings)),
        *("--host", "127.0.0.1", "--port", str(ports.mongo)),
        *("--storage-path", str(home / "data")),
        *("--cache-size", "256M"),
        "--sync-on-commit",
        *("--log-level", "WARNING"),
    )
    return Program("database", Stage.SERVERS, command, accepts(uri(ports)), stop_seconds=20)


def uri(ports: Ports) -> str:
    """Return where the embedded database is reached."""
    return f"mongodb://127.0.0.1:{ports.mongo}/"


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


def _installed() -> Path:
    script = Path(sys.executable).parent / "secantusd-py"
    if script.exists():
        return script
    raise Unavailable(
        "no-database",
        "Chưa có cơ sở dữ liệu đi kèm: hãy chạy `make up`, hoặc đặt MONGO_URI trỏ tới một máy chủ.",
        "The embedded database is not installed: run `make up`, or point MONGO_URI at a server.",
    )
