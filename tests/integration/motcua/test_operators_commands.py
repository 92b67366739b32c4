"""The operators' commands: what they print, what they refuse, what they change."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from installation import ROOT, dismantle, installation
from kombu import Connection
from pymongo import MongoClient
from typer.testing import CliRunner

from kernel import topology
from kernel.commits import Meta, Tampered
from kernel.config import Settings
from kernel.envelope import Message
from kernel.errors import Conflict, Internal
from kernel.events import Actor
from kernel.lease import LeaseLost
from kernel.ledger import Ledger
from kernel.ledger_reader import create_indexes, ledger_collection
from kernel.outlet import Outlet
from kernel.rebuild import Pace, Stage, rebuild, standing
from kernel.topology import dead_queue
from kernel.views import POINTERS
from motcua.access import administrator, administrator_settings
from motcua.cli import app
from motcua.local.processes import LEDGER_OWNERS
from motcua.operations.rebuilding import rebuildables
from motcua.wiring import parts
from services.payment import contract as payment


class Operator:
    """Somebody at a terminal of an installation whose services do not run."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.client: MongoClient[Any] = MongoClient(settings.mongo_uri, tz_aware=True)

    def types(self, *arguments: str, answer: str = "") -> tuple[int, str, str]:
        """Run a command; return its exit code and what it said."""
        done = CliRunner().invoke(app, arguments, env=self.environment, input=answer)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout, done.stderr

    @property
    def environment(self) -> dict[str, str]:
        """What names the installation to a command."""
        return {
            "MOTCUA_HOME": str(self.settings.home),
            "MOTCUA_NAMESPACE": self.settings.namespace,
            "AMQP_URI": self.settings.amqp_uri,
            "MONGO_URI": self.settings.mongo_uri,
            "COLUMNS": "200",
        }

    def letters(self) -> list[str]:
        """Return the ids of notify's dead letters."""
        code, said, _ = self.types("deadletters", "list", "notify", "--json")
        assert code == 0
        return [letter["id"] for letter in json.loads(said)]

    def give_up(self, *ids: str) -> None:
        """Put dead letters of notify."""
        outlet = Outlet(self.settings.amqp_uri, threading.Lock())
        for number, one in enumerate(ids):
            headers = {
                "stream": "dossier-[red]1",
                "version": 3,
                "attempt": 4,
                "error": "builtins.ValueError",
                "error_message": "the number [13] is unlucky",
                "traceback": "Traceback …",
                "died_at": f"2026-11-22T02:00:0{number}.000000Z",
            }
            outlet.send(
                dead_queue("notify", self.settings), Message(headers, b'{"by":13}', one, "FeePaid")
            )
        outlet.close()


@pytest.fixture(scope="module")
def operator(
    amqp_uri: str, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Operator]:
    """An operator of an installation that was set up and not started."""
    settings = installation(amqp_uri, mongo_uri, tmp_path_factory.mktemp("operator"))
    topology.declare(settings, *parts(settings))
    operator = Operator(settings)
    for service in LEDGER_OWNERS:
        create_indexes(ledger_collection(operator.client, settings.namespace, service))
    yield operator
    operator.client.close()
    dismantle(settings)


@pytest.fixture
def ids(operator: Operator) -> list[str]:
    """Three dead letters of notify, and no others."""
    with Connection(operator.settings.amqp_uri) as connection:
        connection.channel().queue_purge(dead_queue("notify", operator.settings))
    wanted = ["e-1", "e-2", "e-3"]
    operator.give_up(*wanted)
    return wanted


def test_dead_letters_are_listed_and_shown(operator: Operator, ids: list[str]) -> None:
    code, said, _ = operator.types("deadletters", "list")
    assert code == 0
    for words in (*ids, "FeePaid", "dossier-[red]1 3", "the number [13] is unlucky"):
        assert words in said
    assert operator.letters() == ids
    code, said, _ = operator.types("deadletters", "show", "notify", "e-2")
    assert code == 0
    assert "Traceback …" in said
    assert '{"by":13}' in said
    code, said, _ = operator.types("deadletters", "show", "notify", "e-2", "--json")
    assert json.loads(said)["attempts"] == 4
    code, said, _ = operator.types("deadletters", "list", "payment")
    assert (code, said) == (0, "No dead letters.\n")


def test_dead_letters_are_replayed_and_discarded(operator: Operator, ids: list[str]) -> None:
    code, said, _ = operator.types("deadletters", "replay", "notify", "e-2")
    assert (code, said) == (0, "1 sent to notify again\n")
    assert operator.letters() == ["e-1", "e-3"]
    code, _, _ = operator.types("deadletters", "discard", "notify", "e-1", answer="n\n")
    assert code == 1
    assert operator.letters() == ["e-1", "e-3"]
    code, said, _ = operator.types("deadletters", "discard", "notify", "e-1", answer="y\n")
    assert code == 0
    assert operator.letters() == ["e-3"]
    code, said, _ = operator.types("deadletters", "discard", "notify", "--all", "--yes")
    assert (code, said) == (0, "1 of notify discarded\n")
    assert operator.letters() == []


def test_all_that_are_discarded_are_those_that_were_asked_about(
    operator: Operator, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answered_late(question: str, **_: object) -> bool:
        asked.append(question)
        operator.give_up("e-4")
        return True

    monkeypatch.setattr("typer.confirm", answered_late)
    code, said, _ = operator.types("deadletters", "discard", "notify", "--all")
    assert (code, said) == (0, "3 of notify discarded\n")
    assert asked == ["Forget 3 dead letter(s) of notify? They will not be handled any more"]
    assert operator.letters() == ["e-4"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("list", "nobody"), "'nobody' is no service that listens to events: "),
        (("show", "catalog", "e-1"), "'catalog' is no service that listens to events: "),
        (("show", "notify", "e-9"), "The service notify has no dead letter e-9."),
        (("replay", "notify"), "Name the dead letters by their ids, or say --all."),
        (("discard", "notify", "e-1", "--all"), "Name the dead letters by their ids, or"),
    ],
)
def test_what_is_not_there_is_one_sentence_and_exit_code_2(
    operator: Operator, ids: list[str], arguments: tuple[str, ...], sentence: str
) -> None:
    code, _, said = operator.types("deadletters", *arguments, answer="y\n")
    assert code == 2
    assert said.splitlines()[-1].startswith(sentence)
    assert operator.letters() == ids


def test_what_is_gone_is_passed_over_and_said(operator: Operator, ids: list[str]) -> None:
    code, said, _ = operator.types("deadletters", "replay", "notify", "e-1", "e-9")
    assert (code, said) == (0, "1 sent to notify again\n")
    code, said, told = operator.types("deadletters", "discard", "notify", "e-1", "--yes")
    assert (code, said) == (0, "0 of notify discarded\n")
    assert told == "None of these is among the dead letters of notify (any more).\n"
    assert operator.letters() == ["e-2", "e-3"]


def test_lag_shows_every_service(operator: Operator, ids: list[str]) -> None:
    code, said, _ = operator.types("lag", "--once")
    assert code == 0
    for words in (*LEDGER_OWNERS, "no relay", "nobody receives", f"{len(ids)} dead"):
        assert words in said
    code, said, _ = operator.types("lag", "--json")
    found = {one["service"]: one for one in json.loads(said)}
    assert tuple(found) == LEDGER_OWNERS
    assert found["notify"]["inbox"]["dead"] == len(ids)
    assert found["catalog"]["head"] == 0


_NO_DATABASE = "The database at mongodb://127.0.0.1:1 cannot be used: "
_NO_BROKER = "The broker at amqp://127.0.0.1:1// cannot be used: "


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("lag", "--once"), _NO_DATABASE),
        (("views", "list"), _NO_DATABASE),
        (("views", "rebuild", "notify/message"), _NO_DATABASE),
        (("invariants",), _NO_DATABASE),
        (("settle",), _NO_DATABASE),
        (("audit", "verify"), _NO_DATABASE),
        (("database", "init"), "The users cannot be made on mongodb://127.0.0.1:1: "),
        (("deadletters", "list"), _NO_BROKER),
        (("deadletters", "replay", "notify", "e-1"), _NO_BROKER),
        (("broker", "init"), _NO_BROKER),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_where_nothing_listens_there_is_one_sentence(
    operator: Operator, arguments: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    nothing = {"MONGO_URI": "mongodb://127.0.0.1:1", "AMQP_URI": "amqp://guest:guest@127.0.0.1:1//"}
    done = subprocess.run(
        [sys.executable, "-m", "motcua", *arguments],
        env={**os.environ, **operator.environment, **nothing, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 2
    (said,) = done.stderr.splitlines()
    assert said.startswith(sentence)


def test_a_rebuild_that_was_overtaken_says_so(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*_: object) -> None:
        raise LeaseLost("another rebuild has begun")

    monkeypatch.setattr("kernel.rebuild.rebuild", overtaken)
    with pytest.raises(Conflict, match="another one took over notify/message"):
        CliRunner().invoke(
            app,
            ("views", "rebuild", "notify/message"),
            env=operator.environment,
            catch_exceptions=False,
        )


def test_a_ledger_with_a_hole_is_a_sentence(operator: Operator) -> None:
    with (
        pytest.raises(Internal, match=r"position 3: gone\. Run `motcua audit verify`"),
        administrator(operator.settings),
    ):
        raise Tampered(3, "gone")


def test_the_doctor_says_what_is_wrong_and_what_to_do(operator: Operator, ids: list[str]) -> None:
    database = operator.client[operator.settings.database("identity")]
    pointer = {"_id": "officers", "stage": Stage.FOLDING, "also": 1, "last": 1}
    database[POINTERS].replace_one({"_id": "officers"}, pointer, upsert=True)
    operator.client[operator.settings.ledger_database("payment")].drop_collection("ledger")
    (operator.settings.keys / "notify.pub").rename(operator.settings.keys / "notify.pub.away")

    code, said, _ = operator.types("doctor")

    (operator.settings.keys / "notify.pub.away").rename(operator.settings.keys / "notify.pub")
    database[POINTERS].delete_one({"_id": "officers"})
    assert code == 1
    for words in (
        "✗ keys are missing in",
        "notify.pub",
        "✓ the broker at",
        "✓ the clocks of this machine",
        "✓ the ledger of dossier has its unique indexes",
        "✗ the ledger of payment lacks its unique indexes",
        "✗ dossier has no database user of its own",
        "✗ no relay of dossier is active",
        "✗ nobody receives from the inbox of notify",
        f"✗ notify has {len(ids)} dead letter(s)",
        "✗ a rebuild was interrupted: identity/officers",
        "motcua views rebuild identity/officers",
    ):
        assert words in said, said
    # these servers are somebody else's: what `make up` would need is no matter here
    assert not any(words in said for words in ("embedded", "setpriv", "chromium", "is taken"))


def test_views_are_listed_and_an_interrupted_rebuild_is_given_up(operator: Operator) -> None:
    database = operator.client[operator.settings.database("notify")]
    database[POINTERS].insert_one({"_id": "message", "stage": Stage.FOLDING, "also": 1, "last": 1})
    database["message.1"].insert_one({"_id": "half"})
    code, said, _ = operator.types("views", "list")
    assert code == 0
    for words in ("identity/officers", "dossier/references", "interrupted (folding)"):
        assert words in said
    code, said, _ = operator.types("views", "cancel", "notify/message")
    assert code == 0
    assert "notify/message stands as before" in said
    assert "message.1" not in database.list_collection_names()
    code, said, _ = operator.types("views", "list", "--json")
    assert json.loads(said)["notify/message"]["stage"] is None
    code, _, said = operator.types("views", "rebuild", "notify/nothing")
    assert code == 2
    assert said.startswith("There is no view 'notify/nothing': there are identity/officers, ")


def test_a_service_s_own_view_is_made_anew(operator: Operator) -> None:
    settings = operator.settings
    collection = ledger_collection(operator.client, settings.namespace, "payment")
    create_indexes(collection)
    ledger = Ledger(collection, payment.EVENTS)
    due = payment.ObligationRaised(
        obligation="ob-1",
        dossier="000.01-1",
        subject="acc-1",
        agency="agency-1",
        lines=(payment.ObligationLine("Lệ phí", 10_000, 1),),
        amount=10_000,
        payable_online=True,
        raised_at=datetime.now(UTC),
    )
    meta = Meta(Actor("service:payment", "service"), datetime.now(UTC), "c")
    ledger.append("obligation-ob-1", [due], expected=0, commit_id=uuid4().hex, meta=meta)

    (what,) = rebuildables("payment", settings, operator.client)
    rebuild(what, lambda *_: None, Pace(seen=0.1, readers=0))

    assert standing(what.database, what.name).current == 1
    found = what.database["obligation.1"].find_one({"_id": "ob-1"})
    assert found is not None
    assert (found["version"], found["dossier"]) == (1, "000.01-1")


def test_a_command_finds_the_system_that_runs_in_this_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AMQP_URI", "MONGO_URI", "MONGO_URI_FILE", "AMQP_URI_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MOTCUA_HOME", str(tmp_path))
    monkeypatch.setenv("MOTCUA_PORT_AMQP", "5999")
    assert administrator_settings() == Settings(home=tmp_path)
    (tmp_path / "database").mkdir()
    (tmp_path / "database/administrator.uri").write_text("mongodb://admin:x@127.0.0.1:27999/\n")
    found = administrator_settings()
    assert found.mongo_uri == "mongodb://admin:x@127.0.0.1:27999/"
    assert ":5999/" in found.amqp_uri
    monkeypatch.setenv("MONGO_URI", "mongodb://elsewhere")
    assert administrator_settings().mongo_uri == "mongodb://elsewhere"


@pytest.mark.parametrize("arguments", [("invariants", "--grace", "3600"), ("settle",)])
def test_what_reads_everything_finds_the_system_of_this_home_too(
    operator: Operator, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "database").mkdir()
    (tmp_path / "database/administrator.uri").write_text(operator.settings.mongo_uri)
    environment = {**operator.environment, "MONGO_URI": "", "MOTCUA_HOME": str(tmp_path)}
    done = CliRunner().invoke(app, arguments, env=environment, catch_exceptions=False)
    assert done.exit_code == 0, done.output
