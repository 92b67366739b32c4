"""An installation with one dossier and its signed log, and `motcua audit` on it."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import dossier_samples as s
import pytest
from pymongo import MongoClient

from kernel.commits import Meta
from kernel.config import Settings
from kernel.events import Actor
from kernel.ledger_reader import create_indexes, ledger_collection
from kernel.transparency.signing import signer_of
from kernel.trust import ensure_keys
from motcua.__main__ import main
from motcua.local.processes import LEDGER_OWNERS
from motcua.reading import ledger_of, tallies_of, views_of

STREAM = f"dossier-{s.CODE}"
LAST = len(s.UNTIL["returned"]().events)


class Done(NamedTuple):
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Installation:
    """A dossier's whole life in a ledger, signed twice, and its view."""

    settings: Settings
    client: MongoClient[dict[str, Any]]
    kept: str

    @property
    def ledger(self) -> Any:
        """The collection of commits."""
        return self.client[self.settings.ledger_database("dossier")]["ledger"]

    @property
    def checkpoints(self) -> Any:
        """The collection of checkpoints."""
        return self.client[self.settings.ledger_database("dossier")]["checkpoints"]

    @property
    def views(self) -> Any:
        """The collection of the status view."""
        return self.client[self.settings.database("dossier")]["dossier"]

    def audit(self, *arguments: str) -> Done:
        """Run a command, as the program does, in the home of this installation."""
        settings = self.settings
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.chdir(settings.home)
            patch.setenv("COLUMNS", "200")
            patch.setenv("MONGO_URI", settings.mongo_uri)
            patch.setenv("MOTCUA_HOME", str(settings.home))
            patch.setenv("MOTCUA_NAMESPACE", settings.namespace)
            patch.setattr(sys, "argv", ["motcua", "audit", *arguments])
            with pytest.raises(SystemExit) as ended:
                main()
        return Done(int(ended.value.code or 0), out.getvalue(), err.getvalue())


@contextmanager
def installed(mongo_uri: str, database_prefix: str, home: Path) -> Iterator[Installation]:
    """Set one up."""
    settings = Settings(mongo_uri=mongo_uri, namespace=database_prefix, home=home)
    ensure_keys(settings.keys, [], LEDGER_OWNERS)
    with MongoClient[dict[str, Any]](mongo_uri, tz_aware=True) as client:
        for service in LEDGER_OWNERS:
            create_indexes(ledger_collection(client, settings.namespace, service))
        ledger = ledger_of(settings, client, "dossier")
        signer, kept = signer_of("dossier", settings, client), ""
        for number, event in enumerate(s.UNTIL["returned"]().events):
            meta = Meta(Actor("acc-1", "citizen"), datetime.now(UTC), "conversation")
            ledger.append(STREAM, [event], expected=number, commit_id=f"c{number}", meta=meta)
            if number in (4, 8):
                signed = signer.sign()
                kept = signed.note if signed else ""
        signer.sign()
        for view in views_of(settings, client, "dossier"):
            view.refresh(STREAM, ledger.read_stream(STREAM))
        for tally in tallies_of(settings, client, "dossier"):
            tally.catch_up()
        yield Installation(settings, client, kept)


def rewrite(installation: Installation) -> None:
    """Write the whole ledger anew, tiles and checkpoints with it, and let the signer sign it."""
    documents = list(installation.ledger.find())
    installation.ledger.delete_many({})
    installation.checkpoints.delete_many({})
    installation.client.drop_database(installation.settings.database("dossier"))
    ledger = ledger_of(installation.settings, installation.client, "dossier")
    meta = Meta(Actor("acc-2", "citizen"), datetime.now(UTC), "conversation")
    for number, event in enumerate(s.UNTIL["returned"]().events):
        ledger.append(STREAM, [event], expected=number, commit_id=f"n{number}", meta=meta)
    assert len(documents) == number + 1
    signer_of("dossier", installation.settings, installation.client).sign()
