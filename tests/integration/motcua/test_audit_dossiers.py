"""`motcua audit` on a dossier: taken out, told as it stood, held against its views."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import dossier_samples as s
import pytest
from audited import STREAM, Installation, rewrite
from pymongo.collection import Collection

from kernel.commits import Tampered
from kernel.transparency import public_log, tiles
from kernel.transparency.bundles import Bundle, collect, verified_positions
from kernel.transparency.examination import examine
from kernel.transparency.public_log import PublicLog, verified_bundle
from services.dossier.auditing import verified


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
