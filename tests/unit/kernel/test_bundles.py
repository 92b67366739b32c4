"""Bundles: what is in them, what their check finds, and files that are none."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from ledger_model import NAME, PRIVATE, World

from kernel.commits import Tampered
from kernel.events import Encoded
from kernel.transparency import bundles
from kernel.transparency.bundles import Bundle, NoBundle, attachments, collect
from kernel.transparency.checkpoints import Checkpoint
from kernel.transparency.examination import examine
from kernel.transparency.notes import SignerKey

KEY = SignerKey(NAME, PRIVATE)
VKEY = KEY.verifier
STREAM = "counter-a"


@pytest.fixture(scope="module")
def world() -> World:
    """Eight commits, four of them of the stream; checkpoints over three and over seven."""
    world = World()
    for number in range(8):
        world.append(f"{number}", STREAM if number % 2 else "")
        if number in (2, 6):
            world.signer().sign()
    return world


def taken(world: World, kept_size: int | None = None) -> Bundle:
    """The bundle of the stream."""
    documents = [one for one in world.documents if one["stream"] == STREAM]
    newest = world.signed[-1]
    nodes = world.nodes(newest.size)
    bundle = collect("counting", documents, newest.note, str(VKEY), nodes, kept_size)
    return replace(bundle, report="<p>a report</p>")


def test_a_bundle_is_read_as_it_was_written(world: World) -> None:
    bundle = taken(world, kept_size=3)
    assert Bundle.from_bytes(bundle.to_bytes()) == bundle
    assert bundle.to_bytes() == taken(world, kept_size=3).to_bytes()


def test_the_check_says_what_it_saw(world: World) -> None:
    found = examine(taken(world), VKEY)
    assert found.fault is None
    assert (found.commits, found.events, found.included, found.uncovered) == (4, 4, 3, (8,))
    assert (found.key, found.trusted, found.kept) == (VKEY, True, None)
    assert found.checkpoint is not None
    assert found.checkpoint.size == 7
    assert not examine(taken(world)).trusted


def test_a_kept_checkpoint_leads_to_that_of_the_bundle(world: World) -> None:
    earlier, newest = (one.note for one in world.signed)
    assert examine(taken(world), VKEY, newest).kept == 7
    assert examine(taken(world, kept_size=3), VKEY, earlier).kept == 3
    for kept in (earlier, Checkpoint(NAME, 9, bytes(32)).sign(KEY)):
        unproved = examine(taken(world), VKEY, kept)
        assert (unproved.fault, unproved.kept, unproved.proved) == (None, None, False)
        assert unproved.not_compared in (3, 9)


@pytest.mark.parametrize(
    ("kept", "fault"),
    [
        (Checkpoint(NAME, 7, bytes(32)), "another root"),
        (Checkpoint(NAME, 3, bytes(32)), "does not begin at the old root"),
    ],
)
def test_a_kept_checkpoint_that_says_otherwise_is_a_fault(
    world: World, kept: Checkpoint, fault: str
) -> None:
    found = examine(taken(world, kept_size=3), VKEY, kept.sign(KEY))
    assert found.fault is not None
    assert fault in found.fault


def test_another_key_than_the_examiners_is_a_fault(world: World) -> None:
    other = SignerKey(NAME, Ed25519PrivateKey.generate()).verifier
    found = examine(taken(world), other)
    assert found.fault is not None
    assert "yours is" in found.fault


def test_proofs_and_commits_belong_together(world: World) -> None:
    bundle = taken(world)
    without = dict(bundle.proofs)
    del without[4]
    assert examine(replace(bundle, proofs=without)).fault_position == 4
    swapped = {**bundle.proofs, 2: bundle.proofs[4], 4: bundle.proofs[2]}
    assert examine(replace(bundle, proofs=swapped)).fault_position == 2
    fewer = replace(bundle, documents=bundle.documents[:2])
    assert "not in the bundle" in str(examine(fewer).fault)
    assert examine(replace(bundle, documents=bundle.documents[1:])).fault_position == 4
    assert "another stream" in str(examine(replace(bundle, stream="counter-b")).fault)
    assert "not one of the service" in str(examine(replace(bundle, service="other")).fault)


def test_a_stream_that_does_not_hold_is_not_exported(world: World) -> None:
    documents = [one for one in world.documents if one["stream"] == STREAM]
    nodes = world.nodes(7)
    for harmed in (documents[1:], [documents[0] | {"to": 2}], [{"stream": STREAM}]):
        with pytest.raises(Tampered):
            collect("counting", harmed, world.signed[-1].note, str(VKEY), nodes)


def test_attachments_are_those_that_the_commits_name(world: World) -> None:
    data = {
        "documents": [
            {"file": "f1", "sha256": "a" * 64, "size": 3},
            {"file": "f2", "sha256": "b" * 64},
        ],
        "result": {"file": "f1", "sha256": "a" * 64},
        "note": {"file": "no hash"},
    }
    document = {"events": [{"data": json.dumps(data)}]}
    assert attachments([document, document]) == [("a" * 64, "f1"), ("b" * 64, "f2")]


# Files that are none


def packed(files: dict[str, bytes]) -> bytes:
    """A zip file."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return whole.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files in a zip file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


CHANGES: dict[str, Callable[[dict[str, bytes]], object]] = {
    "no description": lambda files: files.pop("bundle.json"),
    "no checkpoint": lambda files: files.pop("checkpoint.txt"),
    "no key": lambda files: files.pop("key.txt"),
    "no report": lambda files: files.pop("report.html"),
    "no list": lambda files: files.pop("attachments.sha256"),
    "no commits": lambda files: [files.pop(name) for name in list(files) if "commits/" in name],
    "a stranger": lambda files: files.update({"more.txt": b""}),
    "a way out": lambda files: files.update({"../../etc/passwd": b""}),
    "a folder": lambda files: files.update({"commits/": b""}),
    "no number": lambda files: files.update({"commits/one.json": b"{}"}),
    "another number": lambda files: files.update({"commits/7.json": b"{}"}),
    "no object": lambda files: files.update({"bundle.json": b"[]"}),
    "no JSON": lambda files: files.update({"bundle.json": b"{"}),
    "deep JSON": lambda files: files.update({"bundle.json": b"[" * 100_000}),
    "loose JSON": lambda files: files.update({"bundle.json": files["bundle.json"] + b" "}),
    "another format": lambda files: files.update({"bundle.json": b'{"format":"zip"}'}),
    "no text": lambda files: files.update({"checkpoint.txt": b"\xff"}),
    "no proof": lambda files: files.update({"proofs/000000000002.tlog-proof": b"x"}),
    "another list": lambda files: files.update({"attachments.sha256": b"x  y\n"}),
    "no sizes": lambda files: files.update(
        {"consistency.json": b'{"from_size":"a","hashes":[],"to_size":2}'}
    ),
    "an endless number": lambda files: files.update(
        {"bundle.json": b'{"format":' + b"9" * 5000 + b"}"}
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_is_no_bundle_is_refused_in_a_sentence(
    world: World, change: Callable[[dict[str, bytes]], object]
) -> None:
    files = unpacked(taken(world).to_bytes())
    change(files)
    with pytest.raises(NoBundle) as refused:
        Bundle.from_bytes(packed(files))
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip file at all", packed({})])
def test_what_is_no_zip_file_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(NoBundle):
        Bundle.from_bytes(content)


def test_a_bomb_is_refused_before_it_is_unpacked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = unpacked(taken(world).to_bytes())
    large = packed({**files, "report.html": bytes(bundles._LARGEST_FILE + 1)})
    assert len(large) < 200_000
    many = packed({f"commits/{number:012}.json": b"" for number in range(30)})
    monkeypatch.setattr(zipfile.ZipFile, "read", None)
    monkeypatch.setattr(bundles, "_MOST_FILES", 20)
    for bomb in (large, many):
        with pytest.raises(NoBundle, match="more than a bundle ever holds"):
            Bundle.from_bytes(bomb)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_in_it_twice_is_refused(world: World) -> None:
    whole = io.BytesIO(taken(world).to_bytes())
    with zipfile.ZipFile(whole, "a") as archive:
        archive.writestr("key.txt", "another")
    with pytest.raises(NoBundle, match="twice"):
        Bundle.from_bytes(whole.getvalue())


@given(st.data())
def test_whatever_byte_of_the_file_changes_it_says_the_same_or_does_not_pass(
    data: st.DataObject,
) -> None:
    content = CONTENT
    at = data.draw(st.integers(0, len(content) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = content[:at] + bytes([content[at] ^ (1 << bit)]) + content[at + 1 :]
    try:
        bundle = Bundle.from_bytes(changed)
    except NoBundle:
        return
    assert bundle == Bundle.from_bytes(content) or examine(bundle, VKEY).fault is not None


def test_no_bit_of_the_files_directory_ends_in_anything_but_a_finding() -> None:
    # where a flipped bit names another compression, size or place of a file
    whole, begin = Bundle.from_bytes(CONTENT), CONTENT.index(b"PK\x01\x02")
    for at, bit in itertools.product(range(begin, len(CONTENT)), range(8)):
        changed = CONTENT[:at] + bytes([CONTENT[at] ^ (1 << bit)]) + CONTENT[at + 1 :]
        with contextlib.suppress(NoBundle):
            bundle = Bundle.from_bytes(changed)
            assert bundle == whole or examine(bundle, VKEY).fault is not None


@given(st.data())
def test_a_cut_file_does_not_pass(data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(CONTENT) - 1))
    with pytest.raises(NoBundle):
        Bundle.from_bytes(CONTENT[:end])


def _content() -> bytes:
    world = World()
    for number in range(5):
        world.append(f"{number}", STREAM)
    world.signer().sign()
    return taken(world).to_bytes()


CONTENT = _content()


@pytest.mark.parametrize("data", ["[", "[" * 100_000 + "]" * 100_000])
def test_an_event_that_is_no_json_is_a_fault_at_its_position(data: str) -> None:
    foreign = World()
    foreign.record("c1", STREAM, Encoded("e1", "Counted", 1, data))
    newest = foreign.signer().sign()
    assert newest is not None
    bundle = collect("counting", foreign.documents, newest.note, str(VKEY), foreign.nodes(1))
    found = examine(bundle, VKEY)
    assert (found.fault, found.fault_position) == ("what an event holds is no JSON", 1)
