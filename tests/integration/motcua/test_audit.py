"""`motcua audit` on whole ledgers that were tampered with, as an administrator can."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dossier_samples as s
import pytest
from audited import LAST, STREAM, Installation, rewrite
from bson.decimal128 import Decimal128
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymongo.errors import PyMongoError

from kernel.config import Settings
from kernel.errors import Conflict, Internal
from kernel.requests import ANONYMOUS, Call
from kernel.transparency.answering import (
    ListCheckpoints,
    ReadCheckpoint,
    ReadLogKey,
    Transparency,
    asked_of,
)
from kernel.transparency.checkpoints import Checkpoint, to_base64
from kernel.transparency.notes import SignerKey
from kernel.transparency.public_log import PublicLog
from kernel.trust import ensure_keys
from motcua.access import administrator_settings
from motcua.audit import verification
from motcua.audit.comparison import differences
from motcua.local.processes import LEDGER_OWNERS
from services.dossier.auditing import exported, verified


class Telling:
    """A service that tells of its log."""

    name = "dossier"
    transparency: Any = Transparency()
    tell_of_the_log: Any


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
