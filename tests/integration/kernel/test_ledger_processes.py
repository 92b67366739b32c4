"""Several writing processes, of which some are killed, on a database that is killed too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pymongo import MongoClient
from samples.processes import eventually
from samples.writing_process import STREAMS
from stack import database_of_its_own

from kernel.commits import Document, verify
from kernel.ledger_reader import LedgerReader, create_indexes, ledger_collection
from motcua.local.database import EmbeddedDatabase
from motcua.local.supervision import Supervisor

COMMITS = 60
_HERE = Path(__file__).parent


class Writer:
    """A writing process and what it was told, over all its lives."""

    def __init__(self, uri: str, name: str, home: Path) -> None:
        self._command = ["-m", "samples.writing_process", uri, "processes", name, str(COMMITS)]
        self._said = home / f"{name}.txt"
        self.start()

    def start(self) -> None:
        """Begin, or begin again, from the first commit."""
        with self._said.open("ab") as said:
            self._process = subprocess.Popen(
                [sys.executable, *self._command],
                stdout=said,
                env={**os.environ, "PYTHONPATH": f"{_HERE}:{_HERE.parents[2]}"},
            )

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def ended(self) -> bool:
        """Whether it has come to its end, which must be a good one."""
        code = self._process.poll()
        assert code in (None, 0)
        return code == 0

    def acknowledged(self) -> dict[str, int]:
        """Return the position of each commit that it was told about."""
        lines = self._said.read_text().splitlines(keepends=True)
        whole = (line.split() for line in lines if line.endswith("\n"))
        return {commit_id: int(position) for commit_id, position in whole}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[tuple[EmbeddedDatabase, Supervisor]]:
    """A database that may be killed; it is started again."""
    with database_of_its_own(tmp_path, users=False) as running:
        yield running


@pytest.mark.proves("L1", "L2", "L3", "L5")
def test_what_was_acknowledged_survives_the_kill_of_writers_and_database(
    database: tuple[EmbeddedDatabase, Supervisor], tmp_path: Path
) -> None:
    server, supervisor = database
    with ExitStack() as ended:
        client = ended.enter_context(MongoClient[Document](server.uri))
        collection = ledger_collection(client, "processes", "writing")
        create_indexes(collection)
        writers = [Writer(server.uri, name, tmp_path) for name in ("one", "two", "three")]
        for writer in writers:
            ended.callback(writer.kill)

        for reached, killed in ((5, writers[0]), (10, writers[1])):
            eventually(lambda w=killed, n=reached: len(w.acknowledged()) >= n)
            killed.kill()
            killed.start()
        before = len(writers[2].acknowledged())
        kill_database(supervisor)
        eventually(lambda: len(writers[2].acknowledged()) > min(before + 5, COMMITS - 1))
        kill_database(supervisor)
        eventually(lambda: all(writer.ended() for writer in writers), seconds=120)

        reader = LedgerReader(collection)
        commits = list(reader.commits())
        there = {commit.id: commit.position for commit in commits}
        assert len(commits) == len(there) == len(writers) * COMMITS
        assert list(there.values()) == list(range(1, len(commits) + 1))
        for writer in writers:
            acknowledged = writer.acknowledged()
            assert len(acknowledged) == COMMITS
            assert acknowledged.items() <= there.items()
        for stream in range(STREAMS):
            ends = [commit.last for commit in reader.stream_commits(f"s-{stream}")]
            assert ends == list(range(2, 2 * len(ends) + 1, 2))
        assert verify(iter(commits)) == reader.head()


def kill_database(supervisor: Supervisor) -> None:
    """End the database as `kill -9` does; it is started again."""

    def killed() -> bool:
        pid = supervisor.state("database").pid
        if pid == 0:
            return False  # it is being started
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:  # the supervisor has not noticed yet that it ended
            return False
        return True

    eventually(killed)
