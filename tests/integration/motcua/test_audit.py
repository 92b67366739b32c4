"""`motcua audit` on databases that were tampered with, as an administrator can."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import dossier_samples as s
import pytest
from bson.decimal128 import Decimal128
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import PyMongoError

from kernel.commits import Meta, Tampered
from kernel.config import Settings
from kernel.errors import Conflict, Internal
from kernel.events import Actor
from kernel.ledger_reader import create_indexes, ledger_collection
from kernel.requests import ANONYMOUS, Call
from kernel.transparency import public_log, tiles
from kernel.transparency.answering import (
    ListCheckpoints,
    ReadCheckpoint,
    ReadLogKey,
    Transparency,
    asked_of,
)
from kernel.transparency.bundles import Bundle, collect, verified_positions
from kernel.transparency.checkpoints import Checkpoint, to_base64
from kernel.transparency.examination import examine
from kernel.transparency.notes import SignerKey
from kernel.transparency.public_log import PublicLog, verified_bundle
from kernel.transparency.signing import signer_of
from kernel.trust import ensure_keys
from motcua.__main__ import main
from motcua.access import administrator_settings
from motcua.audit import verification
from motcua.audit.comparison import differences
from motcua.local.processes import LEDGER_OWNERS
from motcua.reading import ledger_of, tallies_of, views_of
from services.dossier.auditing import exported, verified

STREAM = f"dossier-{s.CODE}"
LAST = len(s.UNTIL["returned"]().events)


class Done(NamedTuple):
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


class Telling:
    """A service that tells of its log."""

    name = "dossier"
    transparency: Any = Transparency()
    tell_of_the_log: Any


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


@pytest.fixture
def installation(mongo_uri: str, database_prefix: str, tmp_path: Path) -> Iterator[Installation]:
    """An installation with one dossier."""
    settings = Settings(mongo_uri=mongo_uri, namespace=database_prefix, home=tmp_path)
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


def test_a_sound_installation_passes(installation: Installation) -> None:
    done = installation.audit("verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 stored and 0 kept checkpoints agree" in done.stdout
    log = PublicLog("dossier", installation.settings, installation.client)
    vkey = str(log.key(log.newest()))
    (installation.settings.keys / "dossier.log.pub").unlink()
    assert installation.audit("verify", "dossier").returncode == 2
    assert installation.audit("verify", "dossier", "--key", vkey).returncode == 0
    assert list(differences(installation.settings, installation.client, "dossier")) == []
    assert installation.audit("diff").returncode == 0


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


HARMS: dict[str, tuple[Callable[[Installation], object], str, str]] = {
    "changed": (
        lambda it: it.ledger.update_one({"position": 3}, {"$set": {"meta.actor.id": "acc-2"}}),
        "position 3: the hash is not that of the content",
        "chain",
    ),
    "written otherwise": (
        lambda it: it.ledger.update_one({"position": 3}, {"$set": {"position": 3.0}}),
        "position 3: the hash is not that of the content",
        "chain",
    ),
    "written as another number": (
        lambda it: it.ledger.update_one({"position": 3}, {"$set": {"position": Decimal128("3")}}),
        "position 3: the commit is missing, or stands there twice",
        "chain",
    ),
    "removed": (
        lambda it: it.ledger.delete_one({"position": 3}),
        "position 3: the commit is missing",
        "chain",
    ),
    "cut": (
        lambda it: it.ledger.delete_many({"position": {"$gt": 7}}),
        "of them are not there any more",
        "stored checkpoint",
    ),
    "cut, checkpoints too": (
        lambda it: [
            it.ledger.delete_many({"position": {"$gt": 7}}),
            it.checkpoints.delete_many({"_id": {"$in": [2, 3]}}),
        ],
        "kept.txt is over 9 commits; 2 of them are not there any more",
        "kept checkpoint",
    ),
    "a checkpoint removed": (
        lambda it: it.checkpoints.delete_one({"_id": 2}),
        "checkpoint 2 is missing",
        "stored checkpoint",
    ),
    "a checkpoint changed": (
        lambda it: it.checkpoints.update_one({"_id": 2}, {"$set": {"size": 8}}),
        "checkpoint 2 is not what its note says",
        "stored checkpoint",
    ),
    "written anew": (rewrite, "are not those that kept.txt was signed over", "kept checkpoint"),
}


@pytest.mark.proves("L6")
@pytest.mark.parametrize(("harm", "reason", "by"), HARMS.values(), ids=HARMS)
def test_the_first_fault_is_named(
    installation: Installation, harm: Callable[[Installation], object], reason: str, by: str
) -> None:
    (installation.settings.home / "kept.txt").write_text(installation.kept)
    harm(installation)
    done = installation.audit("verify", "dossier", "--checkpoint", "kept.txt")
    assert done.returncode == 1, done.stdout + done.stderr
    assert reason in done.stdout
    assert f"(found by: {by})" in done.stdout


def test_documents_behind_a_wide_gap_are_not_overlooked(installation: Installation) -> None:
    last = installation.ledger.count_documents({})
    installation.ledger.update_one({"position": last}, {"$set": {"position": 9_999}})
    installation.checkpoints.delete_many({})
    done = installation.audit("verify", "dossier")
    assert (done.returncode, "cannot be reached" in done.stdout) == (1, True), done.stdout


def test_nothing_is_signed_over_a_ledger_that_was_cut(installation: Installation) -> None:
    installation.ledger.delete_many({"position": {"$gt": 7}})
    done = installation.audit("checkpoint", "dossier")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nothing was signed" in done.stderr


def test_what_the_command_prints_is_a_checkpoint_to_keep(installation: Installation) -> None:
    printed = installation.audit("checkpoint", "dossier")
    assert printed.returncode == 0, printed.stderr
    (installation.settings.home / "printed.txt").write_text(printed.stdout)
    done = installation.audit("verify", "dossier", "--checkpoint", "printed.txt")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_stream_that_was_changed_is_not_exported(installation: Installation) -> None:
    changed = {"$set": {"events.0.data": "{}"}}
    installation.ledger.update_one({"position": 2}, changed)
    done = installation.audit("export", s.CODE)
    assert done.returncode == 1
    assert "position 2" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_bundle_proves_that_a_kept_checkpoint_leads_to_its_own(
    installation: Installation,
) -> None:
    (installation.settings.home / "kept.txt").write_text(installation.kept)
    done = installation.audit("export", s.CODE, "--checkpoint", "kept.txt")
    assert done.returncode == 0, done.stderr
    content = (installation.settings.home / f"{s.CODE}.bundle.zip").read_bytes()
    found = examine(Bundle.from_bytes(content), kept=installation.kept)
    assert (found.fault, found.kept) == (None, 9)


def test_a_ledger_without_checkpoints_is_not_called_a_short_one(
    installation: Installation,
) -> None:
    (installation.settings.home / "kept.txt").write_text(installation.kept)
    installation.checkpoints.delete_many({})
    done = installation.audit("export", s.CODE, "--checkpoint", "kept.txt")
    assert done.returncode == 2
    assert "There is no such checkpoint" in done.stderr
    assert "cut" not in done.stderr


def test_what_does_not_continue_the_kept_checkpoint_is_not_exported(
    installation: Installation,
) -> None:
    (installation.settings.home / "kept.txt").write_text(installation.kept)
    rewrite(installation)
    done = installation.audit("export", s.CODE, "--checkpoint", "kept.txt")
    assert (done.returncode, done.stdout) == (1, "")
    assert "not what you kept" in done.stderr
    assert not (installation.settings.home / f"{s.CODE}.bundle.zip").exists()


def test_tiles_that_were_changed_are_made_again_before_a_proof_is_given(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are derived: what is wrong in them is no fault of the ledger."""
    monkeypatch.setattr(tiles, "WIDTH", 4)
    monkeypatch.setattr(tiles, "_HEIGHT", 2)
    kept = installation.client[installation.settings.database("dossier")]["tiles"]
    log = PublicLog("dossier", installation.settings, installation.client)
    newest = log.newest()

    def proofs() -> tuple[Any, ...]:
        bundle = log.bundle(STREAM, newest)
        assert examine(bundle, log.key(newest)).fault is None
        return log.inclusion(2, newest.size), log.consistency(5, newest.size), bundle

    kept.delete_many({})
    sound = proofs()
    assert kept.count_documents({"level": 0}) >= 2
    kept.update_one({"level": 0, "n": 0}, {"$set": {"hashes": bytes(4 * 32)}})
    assert proofs() == sound
    # that did happen once: from then on the ledger itself is held to be at fault
    kept.update_one({"level": 0, "n": 0}, {"$set": {"hashes": bytes(4 * 32)}})
    with pytest.raises(Tampered, match="was signed over"):
        proofs()


def test_each_field_of_a_view_that_is_not_what_the_ledger_says_is_named(
    installation: Installation,
) -> None:
    document = installation.views.find_one({"_id": s.CODE})
    installation.views.update_one({"_id": s.CODE}, {"$set": {"unit": "x", "picture.locale": "en"}})
    installation.views.insert_one({**document, "_id": "forged"})
    done = installation.audit("diff", "dossier")
    assert done.returncode == 1
    assert f"dossier {s.CODE}: unit" in done.stdout
    assert f"dossier {s.CODE}: picture.locale" in done.stdout
    assert "dossier forged: the document" in done.stdout
    assert s.PERSON.name not in done.stdout
    shown = installation.audit("diff", "dossier", "--values").stdout
    assert "'x' where a replay gives None" in shown
    database = installation.client[installation.settings.database("dossier")]
    cell = database["figures"].find_one_and_update({"received": 1}, {"$inc": {"received": 1}})
    assert f"figures {cell['scope']} {cell['by']}" in installation.audit("diff", "dossier").stdout
    installation.views.delete_one({"_id": s.CODE})
    assert f"dossier {s.CODE}: the document" in installation.audit("diff", "dossier").stdout


def test_a_dossier_is_told_as_it_stood_and_what_changed_since(installation: Installation) -> None:
    done = installation.audit("replay", s.CODE, "--version", "2")
    assert done.returncode == 0, done.stderr
    for words in (
        "1 Nộp hồ sơ · Submitted",
        "status: – → 1",
        f"{s.CODE} at ",
        "status   1 Mới đăng ký",
        "Since then, ",
        "status: 1 → 10",
    ):
        assert words in done.stdout, done.stdout
    now = installation.audit("replay", s.CODE).stdout
    assert "Since then" not in now
    assert "status   10 " in now
    for told in (done.stdout, now):
        assert s.PERSON.name not in told
        assert s.PERSON.identity_number not in told
    moment = datetime.now(UTC).isoformat()
    assert "status   10 " in installation.audit("replay", s.CODE, "--at", moment).stdout


def test_a_history_with_a_hole_is_not_told_as_a_whole_one(installation: Installation) -> None:
    installation.ledger.delete_one({"position": 3})
    done = installation.audit("replay", s.CODE)
    assert (done.returncode, done.stdout) == (1, "")
    assert "position 4: versions of the stream do not continue" in done.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"events.0.data": "{}"}, "does not hold together: position 2"),
        ({"meta": 7}, "does not hold together: position 2"),
    ],
    ids=["data", "no commit"],
)
@pytest.mark.parametrize("command", [("replay", s.CODE), ("diff", "dossier")], ids=lambda c: c[0])
def test_what_cannot_be_read_is_a_sentence(
    installation: Installation, command: tuple[str, ...], change: dict[str, Any], said: str
) -> None:
    installation.ledger.update_one({"position": 2}, {"$set": change})
    done = installation.audit(*command)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert said in done.stderr or "An event cannot be read" in done.stderr


@pytest.mark.parametrize("command", [("verify",), ("verify", "dossier"), ("diff",)], ids=str)
def test_what_is_not_there_is_not_called_sound(
    installation: Installation, command: tuple[str, ...]
) -> None:
    """Such as in another namespace than the one that was meant."""
    elsewhere = Installation(
        replace(installation.settings, namespace="elsewhere"), installation.client, ""
    )
    done = elsewhere.audit(*command)
    assert done.returncode == 2
    assert "✓" not in done.stdout
    assert "in the namespace 'elsewhere' (MOTCUA_NAMESPACE)" in done.stderr


def test_a_fault_that_was_found_outweighs_what_could_not_be_looked_at(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.ledger.delete_one({"position": 3})
    verify_one = verification.verify_one

    def away_from_payment_on(
        console: Any, settings: Any, client: Any, one: str, *more: Any
    ) -> bool:
        if one == "payment":
            raise PyMongoError("connection closed")
        return verify_one(console, settings, client, one, *more)

    monkeypatch.setattr(verification, "verify_one", away_from_payment_on)
    done = installation.audit("verify")
    assert done.returncode == 1
    assert "✗ dossier: position 3" in done.stdout
    assert "connection closed" in done.stdout


NO_CHECKPOINT = "what is stored as checkpoint 3 is no checkpoint"
DAMAGED: dict[str, tuple[dict[str, Any], str, int]] = {
    "no note": ({"$unset": {"note": ""}}, NO_CHECKPOINT, LAST),
    "no size": ({"$unset": {"size": ""}}, NO_CHECKPOINT, 1),
    "no root": (
        {"$set": {"root": "AAAA"}},
        NO_CHECKPOINT,
        LAST,
    ),
    "another note": ({"$set": {"note": "nothing"}}, "checkpoint 3: this is no signed note", LAST),
    "another root": (
        {"$set": {"root": to_base64(bytes(32))}},
        "checkpoint 3 is not what its note says",
        LAST,
    ),
}


@pytest.mark.proves("L6")
@pytest.mark.parametrize(("damage", "reason", "position"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_checkpoint_is_told_as_a_fault_by_everyone_who_reads_it(
    installation: Installation, damage: dict[str, Any], reason: str, position: int
) -> None:
    installation.checkpoints.update_one({"_id": 3}, damage)
    log = PublicLog("dossier", installation.settings, installation.client)

    found = verified(s.CODE, STREAM, log)
    assert (found.fault, found.fault_position) == (reason, position)
    assert (found.checkpoint, found.signed_at) == (0, None)
    with pytest.raises(Conflict, match=f"position {position} ") as refused:
        exported(s.CODE, STREAM, log, None)
    assert refused.value.code == "stream-tampered"

    done = installation.audit("export", s.CODE)
    assert (done.returncode, done.stdout) == (1, "")
    assert reason in done.stderr
    assert len(done.stderr.splitlines()) == 1

    service = Telling()
    service.transparency = log
    call = Call(ANONYMOUS, "conversation", datetime.now(UTC), "")
    for kind in (ReadCheckpoint, ListCheckpoints, ReadLogKey):
        with pytest.raises(Internal) as broken:
            service.tell_of_the_log(asked_of("dossier", kind)(), call)
        assert broken.value.code == "ledger-broken"
        assert reason in broken.value.en


def test_a_verification_names_the_checkpoint_that_its_proofs_are_for(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = PublicLog("dossier", installation.settings, installation.client)
    asked: list[int] = []
    at = log.checkpoints.at

    def counted(number: int) -> Any:
        asked.append(number)
        return at(number)

    monkeypatch.setattr(log.checkpoints, "at", counted)
    found = verified(s.CODE, STREAM, log)
    assert (found.fault, found.checkpoint, found.uncovered) == ("", 3, ())
    assert asked.count(3) == 1, "the newest checkpoint is looked up once"


PAYMENT_KEY = str(SignerKey("motcua.example/motcua/payment", Ed25519PrivateKey.generate()).verifier)
WRONG: dict[str, tuple[str, ...]] = {
    "no such dossier": ("replay", "nothing"),
    "no zone": ("replay", s.CODE, "--at", "2026-11-25T10:00:00"),
    "no time": ("replay", s.CODE, "--at", "yesterday"),
    "no such event": ("replay", s.CODE, "--version", "900"),
    "no moment of this calendar": ("replay", s.CODE, "--at", "9999-12-31T23:59:59-07:00"),
    "in the future": ("replay", s.CODE, "--at", "2126-01-01T00:00:00+07:00"),
    "too early": ("replay", s.CODE, "--at", "2020-01-01T00:00:00Z"),
    "nothing to export": ("export", "nothing"),
    "no such folder": ("export", s.CODE, "-o", "nowhere/bundle.zip"),
    "into a folder": ("export", s.CODE, "-o", "keys"),
    "a checkpoint over nothing": ("export", s.CODE, "--checkpoint", "empty"),
    "no checkpoint": ("export", s.CODE, "--checkpoint", "text"),
    "another log's checkpoint": ("export", s.CODE, "--checkpoint", "other"),
    "no such file": ("check", "nowhere"),
    "no bundle": ("check", "text"),
    "a folder": ("check", "keys"),
    "nothing kept": ("verify", "--checkpoint", "text"),
    "kept of another log": ("verify", "dossier", "--checkpoint", "other"),
    "no key": ("verify", "--key", "no key"),
    "a key of another log": ("verify", "dossier", "--key", PAYMENT_KEY),
    "two keys of a log": ("verify", "--key", PAYMENT_KEY, "--key", PAYMENT_KEY),
    "a kept checkpoint over nothing": ("verify", "dossier", "--checkpoint", "empty"),
    "an empty ledger's checkpoint": ("checkpoint", "payment"),
    "two ends": ("replay", s.CODE, "--at", "2026-09-07T09:00+07:00", "--version", "2"),
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG)
def test_what_cannot_be_used_is_refused_in_a_sentence(
    installation: Installation, arguments: tuple[str, ...]
) -> None:
    home = installation.settings.home
    (home / "text").write_text("no checkpoint")
    for name, log, size in (("other", "payment", 1), ("empty", "dossier", 0)):
        key = SignerKey(f"motcua.example/motcua/{log}", Ed25519PrivateKey.generate())
        (home / name).write_text(Checkpoint(key.name, size, bytes(32)).sign(key))
    done = installation.audit(*arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_without_environment_it_is_the_administrator_of_this_home(tmp_path: Path) -> None:
    address = tmp_path / "database" / "administrator.uri"
    home = {"MOTCUA_HOME": str(tmp_path)}
    assert administrator_settings(home).mongo_uri == "mongodb://127.0.0.1:27117"
    address.parent.mkdir()
    address.write_text("mongodb://administrator:x@127.0.0.1:1/?authSource=admin\n")
    assert "administrator" in administrator_settings(home).mongo_uri
    given = administrator_settings({**home, "MONGO_URI": "mongodb://elsewhere"})
    assert given.mongo_uri == "mongodb://elsewhere"


def test_a_database_that_is_away_is_said_in_a_sentence(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    ensure_keys(settings.keys, [], LEDGER_OWNERS)
    done = subprocess.run(
        [sys.executable, "-m", "motcua", "audit", "verify"],
        env={
            "PATH": os.environ["PATH"],
            "MOTCUA_HOME": str(tmp_path),
            "MONGO_URI": "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "MONGO_URI" in done.stderr


def test_what_takes_time_of_a_bundle_is_done_beside_the_others_and_asks_the_database_nothing(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[Any] = []

    def asked(*_: Any, **__: Any) -> Any:
        raise AssertionError("no I/O beside the green threads")

    def beside(work: Any, *given: Any) -> Any:
        done.append(work)
        with monkeypatch.context() as there:
            there.setattr(Collection, "find", asked)
            there.setattr(Collection, "find_one", asked)
            return work(*given)

    monkeypatch.setattr(public_log, "offload", beside)
    log = PublicLog("dossier", installation.settings, installation.client)
    newest = log.newest()
    bundle = log.bundle(STREAM, newest, kept_size=5)
    assert done == [verified_positions, verified_bundle]
    assert examine(bundle, log.key(newest)).fault is None
    nodes = log.tiles.nodes(newest.size)
    assert bundle == collect(
        "dossier", bundle.documents, newest.note, str(log.key(newest)), nodes, 5
    )
