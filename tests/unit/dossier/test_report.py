"""The report in a bundle, and `motcua audit check` on a dossier's bundle."""

from __future__ import annotations

import base64
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import dossier_samples as s
import pytest
import replays
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ledger_model import PRIVATE, World
from typer.testing import CliRunner

from kernel.commits import Tampered, digest_of_commit
from kernel.errors import Conflict, TooLarge
from kernel.transparency.bundles import Bundle, collect
from kernel.transparency.checkpoint_log import Signed
from kernel.transparency.checkpoints import Checkpoint
from kernel.transparency.notes import SignerKey, VerifierKey
from motcua.audit.unusable import Unusable
from motcua.cli import app
from services.dossier import auditing
from services.dossier.auditing import exported, verified
from services.dossier.contract import EVENTS
from services.dossier.report import GENERATOR, agrees, reported

KEY = SignerKey("motcua.example/motcua/dossier", PRIVATE)
STREAM = f"dossier-{s.CODE}"


class Sealed:
    """Seals as the service does; nobody opens it here."""

    def seal(self, subject: str, context: str, plaintext: str) -> str:
        """Return ciphertext of a kind."""
        return "c2VhbGVk"

    def unseal(self, subject: str, context: str, ciphertext: str) -> str | None:
        """Know no key."""
        raise AssertionError("nothing is unsealed for a report")


@pytest.fixture(scope="module")
def world() -> World:
    """A whole life in a ledger, up to the hand-over; the last commit is not signed yet."""
    world = World()
    events = s.UNTIL["returned"]().events
    for number, event in enumerate(events, 1):
        if number == len(events):
            world.signer(KEY.name).sign()
        world.record(f"c{number}", STREAM, EVENTS.encode(event, f"c{number}.1", Sealed()))
    return world


@pytest.fixture(scope="module")
def bundle(world: World) -> Bundle:
    """Its bundle, with the report."""
    return bundle_of(world)


def bundle_of(world: World) -> Bundle:
    """Return the bundle of a ledger that holds one stream, by its newest checkpoint."""
    newest = world.signed[-1]
    nodes = world.nodes(newest.size)
    vkey = str(KEY.verifier)
    return reported(collect("dossier", world.documents, newest.note, vkey, nodes))


def continued(world: World) -> World:
    """The same ledger, to go on by itself."""
    other = World()
    other.documents, other.signed = list(world.documents), list(world.signed)
    return other


def check(folder: Path, bundle: Bundle, *options: str) -> Any:
    """Run the command on a bundle."""
    path = folder / "bundle.zip"
    path.write_bytes(bundle.to_bytes())
    return CliRunner().invoke(app, ["audit", "check", str(path), *options])


def test_the_report_tells_every_event_in_vietnamese_first(bundle: Bundle) -> None:
    assert '<html lang="vi">' in bundle.report
    for words in ("Nộp hồ sơ", "Submitted", "Tiếp nhận hồ sơ", "Đã trả kết quả", s.RECEIVING.name):
        assert words in bundle.report
    assert bundle.report.index("Nộp hồ sơ") < bundle.report.index("Submitted")
    assert str(KEY.verifier) in bundle.report.replace("&#43;", "+")


def test_the_report_needs_nothing_else_and_holds_nothing_personal(bundle: Bundle) -> None:
    assert "http" not in bundle.report.replace("http-equiv", "")
    assert "<script" not in bundle.report
    assert "src=" not in bundle.report
    for value in (s.PERSON.name, s.PERSON.identity_number, s.PERSON.email, "4711", "c2VhbGVk"):
        assert value not in bundle.report


def test_a_report_is_what_the_commits_say_or_it_is_not(bundle: Bundle) -> None:
    assert agrees(bundle) is True
    told = bundle.report.replace("Nộp hồ sơ", "Rút hồ sơ")
    assert agrees(replace(bundle, report=told)) is False
    assert agrees(replace(bundle, report="<p>the leader has approved it</p>")) is False
    newer = bundle.report.replace(GENERATOR, "motcua report 9")
    assert agrees(replace(bundle, report=newer)) is None


def test_the_check_says_what_was_verified_and_what_cannot_be(
    bundle: Bundle, tmp_path: Path
) -> None:
    done = check(tmp_path, bundle)
    assert done.exit_code == 2
    count = len(bundle.documents)
    for words in (
        f"✓ {STREAM}: {count} commits",
        f"✓ {count - 1} of the commits stand in that log",
        "✓ report.html says what the commits say",
        "? whose key this is",
        f"? positions {count}: no checkpoint covers them, so anybody could have made them up",
        "? whether others were shown the same log",
        "attachments: only their hashes are here",
        "? whether more happened later",
        "? whether what was recorded was true",
        "? so this is no proof yet",
    ):
        assert words in done.stdout, done.stdout


def test_the_check_with_what_the_examiner_knows(world: World, tmp_path: Path) -> None:
    whole = continued(world)
    whole.signer(KEY.name).sign()
    kept = tmp_path / "kept.txt"
    kept.write_text(whole.signed[-1].note)
    known = ("--key", str(KEY.verifier), "--checkpoint", str(kept))
    done = check(tmp_path, bundle_of(whole), *known)
    assert done.exit_code == 0, done.stdout
    assert "whose key this is" not in done.stdout
    assert "no proof" not in done.stdout
    assert f"✓ the log that you kept at {whole.signed[-1].size} commits" in done.stdout


def test_a_kept_checkpoint_that_the_bundle_has_no_proof_for_is_not_a_fault(
    world: World, tmp_path: Path
) -> None:
    whole = continued(world)
    whole.signer(KEY.name).sign()
    kept = tmp_path / "kept.txt"
    kept.write_text(world.signed[-1].note)
    known = ("--key", str(KEY.verifier), "--checkpoint", str(kept))
    done = check(tmp_path, bundle_of(whole), *known)
    assert done.exit_code == 2, done.stdout
    size = world.signed[-1].size
    assert f"? whether it continues the log that you kept at {size} commits" in done.stdout
    assert "✗" not in done.stdout
    assert "✓ report.html says what the commits say" in done.stdout


def test_a_report_that_nobody_compared_keeps_a_bundle_from_being_proved(
    world: World, tmp_path: Path
) -> None:
    whole = continued(world)
    whole.signer(KEY.name).sign()
    bundle = bundle_of(whole)
    lied = bundle.report.replace(GENERATOR, "motcua report 999").replace("Nộp hồ sơ", "Rút hồ sơ")
    done = check(tmp_path, replace(bundle, report=lied), "--key", str(KEY.verifier))
    assert done.exit_code == 2, done.stdout
    assert "do not rely on it" in done.stdout


def test_what_was_made_up_behind_a_true_checkpoint_is_not_proved(
    world: World, tmp_path: Path
) -> None:
    """The chain of what nobody signed can be written by anybody, whole bundles of it too."""
    note, key = world.signed[-1].note, str(KEY.verifier)
    invented = World()
    invented.documents = [{"position": 900, "stream": "another", "hash": "0" * 64}]
    for number, event in enumerate(s.UNTIL["refused"]().events):
        invented.record(f"f{number}", STREAM, EVENTS.encode(event, f"f{number}.1", Sealed()))
    made_up = Bundle("dossier", STREAM, tuple(invented.documents[1:]), {}, note, key, "")
    kept = tmp_path / "kept.txt"
    kept.write_text(note)
    done = check(tmp_path, reported(made_up), "--key", key, "--checkpoint", str(kept))
    assert done.exit_code == 2, done.stdout
    assert "unchanged" not in done.stdout
    places = ", ".join(str(one["position"]) for one in made_up.documents)
    assert f"? positions {places}: no checkpoint covers them" in done.stdout


def test_a_time_that_no_clock_shows_is_a_finding(world: World, tmp_path: Path) -> None:
    late = continued(world)
    last = late.documents[-1] | {"recorded_at": "9999-12-31T23:59:59.000000Z"}
    late.documents[-1] = last | {"hash": digest_of_commit(last)}
    newest, vkey = late.signed[-1], str(KEY.verifier)
    made = collect("dossier", late.documents, newest.note, vkey, late.nodes(newest.size))
    done = check(tmp_path, replace(made, report=f'content="{GENERATOR}"'))
    assert (done.exit_code, type(done.exception)) == (1, SystemExit), done.exception
    assert "✗ the events are not the history of a dossier" in done.stdout


def test_what_is_wrong_ends_with_1(bundle: Bundle, tmp_path: Path) -> None:
    told = bundle.report.replace("Nộp hồ sơ", "Rút hồ sơ")
    lied = check(tmp_path, replace(bundle, report=told))
    assert (lied.exit_code, "do not read it" in lied.stdout) == (1, True)
    cut = check(tmp_path, replace(bundle, documents=bundle.documents[1:]))
    assert (cut.exit_code, "✗ position 2: versions" in cut.stdout) == (1, True)


@pytest.mark.parametrize("name", ["commits/000000000001.json", "key.txt", "proofs/"])
def test_a_bundle_from_which_something_was_taken_ends_with_1(
    bundle: Bundle, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "less.zip"
    with ZipFile(BytesIO(bundle.to_bytes())) as whole, ZipFile(path, "w") as less:
        for one in whole.namelist():
            if not one.startswith(name):
                less.writestr(one, whole.read(one))
    done = CliRunner().invoke(app, ["audit", "check", str(path)])
    assert (done.exit_code, done.stdout.startswith("✗ ") or "\n✗ " in done.stdout) == (1, True)


def test_a_checkpoint_of_another_log_says_nothing_of_a_bundle(
    bundle: Bundle, tmp_path: Path
) -> None:
    other = SignerKey("motcua.example/motcua/payment", Ed25519PrivateKey.generate())
    kept = tmp_path / "other.txt"
    kept.write_text(Checkpoint(other.name, 1, bytes(32)).sign(other))
    done = check(tmp_path, bundle, "--checkpoint", str(kept))
    assert isinstance(done.exception, Unusable)
    assert "motcua/payment" in done.exception.faults[0]


@pytest.mark.parametrize("options", [("--key", "no key"), ("--checkpoint", __file__)])
def test_what_cannot_be_used_is_said_in_a_sentence(
    bundle: Bundle, tmp_path: Path, options: tuple[str, ...]
) -> None:
    done = check(tmp_path, bundle, *options)
    assert isinstance(done.exception, Unusable)
    assert len(done.exception.faults) == 1


def test_what_others_wrote_does_not_steer_the_terminal(bundle: Bundle, tmp_path: Path) -> None:
    stranger = replace(bundle, stream="[red]\x1b[2J[/red]")
    done = check(tmp_path, stranger)
    assert "\x1b[2J" not in done.stdout


def test_the_check_loads_no_database_and_no_broker(bundle: Bundle, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(bundle.to_bytes())
    program = (
        "import sys; from motcua.__main__ import main\n"
        f"sys.argv = ['motcua', 'audit', 'check', {str(path)!r}]\n"
        "try: main()\n"
        "finally: print('loaded', sorted({'pymongo', 'kombu', 'pika', 'nameko', 'requests'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert "loaded []" in done.stdout, done.stdout + done.stderr


class Broken:
    """A log that no longer holds the stream."""

    def newest(self) -> Any:
        """Have a checkpoint that nobody asks about."""

    def bundle(self, stream: str, newest: Any, kept_size: int | None = None) -> Bundle:
        """Find it changed."""
        raise Tampered(7, "the hash is not that of the content")


def test_a_stream_that_was_changed_is_refused_with_its_position() -> None:
    log: Any = Broken()
    with pytest.raises(Conflict, match="position 7") as refused:
        exported(s.CODE, STREAM, log, None)
    assert refused.value.code == "stream-tampered"


LIFE = {type(one).__name__: one for one in reversed(replays.whole_life().events)}
SUBMITTED, ACCEPTED, ENTERED, PAID = (
    LIFE[name] for name in ("DossierSubmitted", "DossierAccepted", "StepEntered", "FeePaid")
)


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([ACCEPTED, SUBMITTED], "DossierAccepted stands before DossierSubmitted"),
        ([SUBMITTED, PAID], "KeyError"),
        ([SUBMITTED, replace(ENTERED, step="nowhere")], "StopIteration"),
    ],
    ids=["no beginning", "a fee that nobody asked for", "an unknown step"],
)
def test_a_history_that_cannot_be_told_is_a_finding(
    tmp_path: Path, events: list[Any], reason: str
) -> None:
    foreign = World()
    for number, event in enumerate(events, 1):
        foreign.record(f"c{number}", STREAM, EVENTS.encode(event, f"c{number}.1", Sealed()))
    newest = foreign.signer(KEY.name).sign()
    assert newest is not None
    vkey, nodes = str(KEY.verifier), foreign.nodes(newest.size)
    bundle = collect("dossier", foreign.documents, newest.note, vkey, nodes)
    done = check(tmp_path, replace(bundle, report=f'content="{GENERATOR}"'))
    assert (done.exit_code, type(done.exception)) == (1, SystemExit), done.exception
    (fault,) = [line for line in done.stdout.splitlines() if line.startswith("✗")]
    assert fault.startswith("✗ the events are not the history of a dossier: ")
    assert reason in fault


class Sound:
    """A log that holds the stream as a bundle was made of it."""

    def __init__(self, world: World, bundle: Bundle) -> None:
        self.world, self.taken = world, bundle

    def newest(self) -> Signed:
        """Return its newest checkpoint."""
        return self.world.signed[-1]

    def key(self, newest: Signed) -> VerifierKey:
        """Return its key."""
        return KEY.verifier

    def bundle(self, stream: str, newest: Signed, kept_size: int | None = None) -> Bundle:
        """Return the bundle."""
        return self.taken


def test_hashing_and_packing_hold_nobody_up(
    world: World, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    log: Any = Sound(world, bundle)
    offloaded = []

    def offload(work: Any, *arguments: Any) -> Any:
        result = work(*arguments)
        offloaded.append(result)
        return result

    monkeypatch.setattr(auditing, "offload", offload)
    assert verified(s.CODE, STREAM, log).included == len(bundle.documents) - 1
    assert exported(s.CODE, STREAM, log, None).name == f"{s.CODE}.bundle.zip"
    findings, content = offloaded
    assert (findings.fault, content) == (None, bundle.to_bytes())


def test_a_bundle_that_no_message_carries_is_refused_and_all_others_fit(
    world: World, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    log: Any = Sound(world, bundle)
    most = 16 * 2**20  # what RabbitMQ 4 takes
    assert len(base64.b64encode(bytes(auditing.LARGEST))) < most - 2**20
    monkeypatch.setattr(auditing, "LARGEST", len(bundle.to_bytes()))
    exported(s.CODE, STREAM, log, None)
    monkeypatch.setattr(auditing, "LARGEST", len(bundle.to_bytes()) - 1)
    with pytest.raises(TooLarge, match="motcua audit export"):
        exported(s.CODE, STREAM, log, None)


def test_a_stream_that_cannot_be_told_is_not_exported(world: World, bundle: Bundle) -> None:
    log: Any = Sound(world, replace(bundle, documents=bundle.documents[1:]))
    with pytest.raises(Conflict, match="cannot be told"):
        exported(s.CODE, STREAM, log, None)
