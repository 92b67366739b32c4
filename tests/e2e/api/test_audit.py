"""The ledgers as evidence, on the running system: over REST, on the command line, and offline."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from consistency import stale_views
from filing import PERSON, Filed, file, residence
from interface import Client, System, eventually, expect, refused
from records import Records
from stack import Stack

from kernel.transparency.bundles import Bundle
from kernel.transparency.checkpoints import from_base64, open_checkpoint
from kernel.transparency.examination import examine
from kernel.transparency.merkle import leaf_of, verify_consistency, verify_inclusion
from kernel.transparency.notes import VerifierKey

MOTCUA = (sys.executable, "-m", "motcua", "audit")
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def filed(system: System, records: Records) -> Filed:
    """A dossier with a paper that has been accepted and assigned, and about which a mail went."""
    filed = file(system, residence(system.person("congdan").file()))
    filed.act("ca.tiepnhan", "accept", note="Đủ giấy tờ")
    filed.act("ca.totruong", "assign", officer=system.person("ca.thuly2").account)
    eventually(lambda: "CitizenNotified" in records.dossier(filed.code), "a mail", 60)
    return filed


@pytest.fixture(scope="module")
def auditor(system: System) -> Client:
    """Somebody who reads histories and changes nothing."""
    return system.person("kiemtoan")


@pytest.fixture(scope="module")
def note(stack: Stack, filed: Filed) -> str:
    """A checkpoint that covers the dossier so far, as an auditor keeps it."""
    return succeeded(audit(stack, "checkpoint", "dossier")).strip() + "\n"


@pytest.fixture(scope="module")
def key(system: System, note: str) -> VerifierKey:
    """The key of the dossier service's log, as it is published."""
    keys = expect(system.anybody.get("/audit/keys"), 200)["items"]
    (vkey,) = [one["vkey"] for one in keys if one["service"] == "dossier"]
    return VerifierKey.parse(vkey)


@pytest.fixture
def exported(stack: Stack, filed: Filed, note: str, tmp_path: Path) -> Iterator[Path]:
    """A bundle in an empty folder."""
    bundle = tmp_path / "bundle.zip"
    succeeded(audit(stack, "export", filed.code, "-o", str(bundle)))
    yield bundle
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def audit(stack: Stack, *arguments: str) -> Any:
    """Run a command of `motcua audit` on the running system."""
    return subprocess.run(
        [*MOTCUA, *arguments],
        env={**stack.environment(), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def offline(folder: Path, *arguments: str) -> Any:
    """Run a command in a folder with nothing: no environment and no network."""
    command = ["env", "-i", *MOTCUA, *arguments]
    alone = ["unshare", "--net", "--map-root-user"]
    can = shutil.which("unshare") and not subprocess.run([*alone, "true"], check=False).returncode
    return subprocess.run(
        [*alone, *command] if can else command,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def succeeded(done: Any) -> str:
    """Return what a command printed that ended well."""
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


def test_anybody_may_keep_checkpoints_and_check_that_one_continues_another(
    system: System, stack: Stack, note: str, key: VerifierKey
) -> None:
    anybody = system.anybody
    answer = anybody.get("/audit/dossier/checkpoint")
    assert answer.headers["Content-Type"].startswith("text/plain")
    newest = open_checkpoint(answer.text, [key])
    kept = open_checkpoint(note, [key])
    file(system, residence(system.person("congdan").file()))
    later = open_checkpoint(succeeded(audit(stack, "checkpoint", "dossier")).strip() + "\n", [key])
    assert kept.size <= newest.size <= later.size
    assert kept.size < later.size
    listed = expect(anybody.get("/audit/dossier/checkpoints?limit=100"), 200)["items"]
    assert [one["number"] for one in listed] == list(range(listed[0]["number"], 0, -1))[:100]
    assert listed[0]["size"] >= later.size
    proof = expect(anybody.get(f"/audit/dossier/consistency?from={kept.size}&to={later.size}"), 200)
    hashes = [from_base64(one) for one in proof["hashes"]]
    verify_consistency(kept.size, later.size, kept.root, later.root, hashes)


def test_what_is_in_the_log_is_proved_to_auditors_alone(
    system: System, auditor: Client, filed: Filed, note: str, key: VerifierKey
) -> None:
    checkpoint = open_checkpoint(note, [key])
    address = f"/audit/dossier/inclusion?position=1&size={checkpoint.size}"
    proof = expect(auditor.get(address), 200)
    hashes = [from_base64(one) for one in proof["hashes"]]
    verify_inclusion(leaf_of(proof["hash"]), 0, checkpoint.size, hashes, checkpoint.root)
    refused(system.anybody.get(address), 401, "log-in-first")
    refused(filed.citizen.get(address), 403, "auditors-only")
    refused(filed.citizen.get(f"/audit/dossiers/{filed.code}/bundle"), 403, "auditors-only")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/audit/nobody/checkpoint", 404, "unknown-log"),
        ("/audit/dossier/consistency?from=2&to=1", 404, "size-not-covered"),
        ("/audit/dossier/consistency?from=1&to=99999999", 404, "size-not-covered"),
        ("/audit/dossier/consistency?from=0&to=x", 422, "invalid"),
        ("/audit/dossier/inclusion?position=1", 422, "invalid"),
        ("/dossiers/nothing/replay", 404, "unknown-dossier"),
        ("/audit/dossiers/nothing/bundle", 404, "unknown-dossier"),
    ],
)
def test_what_is_not_there_is_refused(
    auditor: Client, note: str, path: str, status: int, code: str
) -> None:
    refused(auditor.get(path), status, code)


def test_an_auditor_sees_what_happened_and_nothing_personal(auditor: Client, filed: Filed) -> None:
    replay = expect(auditor.get(f"{filed.address}/replay"), 200)
    assert [event["version"] for event in replay["events"]] == list(range(1, replay["version"] + 1))
    text = str(replay)
    for value in (PERSON["name"], PERSON["identity_number"], filed.email, filed.pin):
        assert value not in text
    accepted = next(one for one in replay["events"] if one["type"] == "DossierAccepted")
    changed = {change["path"]: change["after"] for change in accepted["changes"]}
    assert changed["status"] == 2
    assert changed["clock.state"] == "running"
    assert accepted["actor_kind"] == "officer"

    own = expect(filed.citizen.get(f"{filed.address}/replay"), 200)
    assert own["status"]["applicant"]["name"] == PERSON["name"]
    assert own["status"]["actions"] == []


def test_a_dossier_is_shown_as_it_stood(auditor: Client, filed: Filed) -> None:
    first = expect(auditor.get(f"{filed.address}/replay?version=1"), 200)
    assert (first["version"], first["status"]["status"]) == (1, 1)
    moment = first["events"][0]["recorded_at"]
    same = expect(auditor.get(f"{filed.address}/replay", params={"at": moment}), 200)
    assert same["events"][0]["version"] == 1
    assert same["status"]["status"] == 1
    refused(auditor.get(f"{filed.address}/replay?at=2020-01-01T00:00:00Z"), 404, "not-then")
    refused(auditor.get(f"{filed.address}/replay?version=900"), 404, "not-then")
    refused(auditor.get(f"{filed.address}/replay?at=2020-01-01T00:00:00"), 422, "invalid")


def test_a_dossier_is_verified_against_the_signed_log(
    auditor: Client, filed: Filed, note: str, key: VerifierKey
) -> None:
    found = expect(auditor.get(f"/audit/dossiers/{filed.code}/verification"), 200)
    assert found["fault"] == ""
    assert found["included"] + len(found["uncovered"]) == found["commits"] > 0
    assert found["key"] == str(key)
    assert found["size"] >= open_checkpoint(note, [key]).size


def test_a_bundle_over_rest_is_a_whole_one(
    auditor: Client, filed: Filed, note: str, key: VerifierKey
) -> None:
    kept = open_checkpoint(note, [key])
    answer = auditor.get(f"/audit/dossiers/{filed.code}/bundle?kept_size={kept.size}")
    assert answer.status_code == 200
    assert f"{filed.code}.bundle.zip" in answer.headers["Content-Disposition"]
    findings = examine(Bundle.from_bytes(answer.content), key, note)
    assert (findings.fault, findings.kept) == (None, kept.size)
    assert findings.attachments == 1


@pytest.mark.proves("L6")
def test_a_bundle_is_checked_with_nothing_but_itself(
    stack: Stack, exported: Path, note: str, key: VerifierKey, tmp_path: Path
) -> None:
    done = offline(tmp_path, "check", exported.name)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "whose key this is" in done.stdout
    assert "no proof yet" in done.stdout
    kept = tmp_path / "kept.txt"
    kept.write_text(note)
    together = ("--key", str(key), "--checkpoint", kept.name)
    code = Bundle.from_bytes(exported.read_bytes()).stream.removeprefix("dossier-")

    def proved() -> bool:
        # the relay signs meanwhile, and messages about the dossier are recorded in it
        succeeded(audit(stack, "checkpoint", "dossier"))
        more = ("-o", str(exported), "--checkpoint", str(kept))
        succeeded(audit(stack, "export", code, *more))
        answers.append(offline(tmp_path, "check", exported.name, *together))
        return bool(answers[-1].returncode != 2)

    answers: list[Any] = []
    eventually(proved, "a bundle that is covered whole")
    said = succeeded(answers[-1])
    assert "whose key this is" not in said
    assert "report.html says what the commits say" in said
    assert "is the beginning of that log" in said


@pytest.mark.proves("L6")
def test_a_changed_bundle_does_not_pass(exported: Path, tmp_path: Path) -> None:
    content = exported.read_bytes()
    middle = content.index(b"commits/") + 60
    exported.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    done = offline(tmp_path, "check", exported.name)
    assert done.returncode == 1
    assert "damaged" in done.stdout
    assert not done.stderr


def test_whole_ledgers_hold_and_every_view_is_what_they_say(
    stack: Stack, records: Records, note: str, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text(note)
    said = succeeded(audit(stack, "verify", "--checkpoint", str(kept)))
    assert said.count("✓") == 5
    assert "1 kept checkpoints agree" in said
    eventually(lambda: not list(stale_views(records)), "views that are up to date", 60)
    eventually(lambda: audit(stack, "diff").returncode == 0, "views that are up to date", 120)
