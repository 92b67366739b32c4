"""Signed notes and checkpoints: published examples, and everything that must be refused."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kernel.transparency.checkpoints import (
    Checkpoint,
    LoggedProof,
    claimed_checkpoint,
    open_checkpoint,
)
from kernel.transparency.merkle import InvalidProof, inclusion_proof, leaf_hash, nodes_over, root
from kernel.transparency.notes import InvalidNote, SignerKey, VerifierKey, open_note, text_of

# golang.org/x/mod/sumdb/note, the example of its documentation: keys, text and signed note
GO_SIGNER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_SIGNATURE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb"
    "6KE6RyyBwJnAM=\n"
)
GO_NOTE = f"{GO_TEXT}\n{GO_SIGNATURE}"

# c2sp.org/signed-note@v1.1.0, the example of the section “Verifier keys”
C2SP_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
C2SP_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKu"
    "wHjG1Yu72IneyaQM=\n"
)

# c2sp.org/tlog-checkpoint, the example at its top; its key is not published
C2SP_CHECKPOINT = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2"
    "q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)

KEY = SignerKey("motcua.example/motcua/dossier", Ed25519PrivateKey.generate())
CHECKPOINT = Checkpoint(KEY.name, 42, bytes(range(32)))
NOTE = CHECKPOINT.sign(KEY)


@pytest.mark.parametrize(("note", "vkey"), [(GO_NOTE, GO_VKEY), (C2SP_NOTE, C2SP_VKEY)])
def test_published_notes_verify(note: str, vkey: str) -> None:
    key = VerifierKey.parse(vkey)
    assert str(key) == vkey
    assert open_note(note, [key]) == text_of(note)
    for at in range(len(note)):
        changed = note[:at] + chr(ord(note[at]) ^ 1) + note[at + 1 :]
        with pytest.raises(InvalidNote):
            open_note(changed, [key])


def test_the_published_key_signs_the_published_note() -> None:
    seed = base64.b64decode(GO_SIGNER.split("+", 4)[4])[1:]
    key = SignerKey("PeterNeumann", Ed25519PrivateKey.from_private_bytes(seed))
    assert str(key.verifier) == GO_VKEY
    assert key.sign(GO_TEXT) == GO_NOTE


def test_the_published_checkpoint_is_read_and_written_the_same() -> None:
    found = claimed_checkpoint(C2SP_CHECKPOINT)
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert found.text() == text_of(C2SP_CHECKPOINT)


@pytest.mark.parametrize("at", range(len(GO_VKEY)))
def test_a_changed_vkey_is_no_vkey(at: int) -> None:
    changed = GO_VKEY[:at] + chr(ord(GO_VKEY[at]) ^ 1) + GO_VKEY[at + 1 :]
    with pytest.raises(InvalidNote):
        VerifierKey.parse(changed)


@pytest.mark.parametrize(
    "vkey", ["", "name", "a+b", "a+00000000+AAAA", f" +{GO_VKEY}", GO_VKEY[:-1], "a b" + GO_VKEY]
)
def test_what_is_no_vkey_is_refused_in_a_sentence(vkey: str) -> None:
    with pytest.raises(InvalidNote):
        VerifierKey.parse(vkey)


def test_a_checkpoint_is_what_was_signed() -> None:
    assert open_checkpoint(NOTE, [KEY.verifier]) == CHECKPOINT == claimed_checkpoint(NOTE)


def test_a_signature_of_an_unknown_key_is_ignored_and_not_enough() -> None:
    stranger = SignerKey("stranger.example", Ed25519PrivateKey.generate())
    other = stranger.sign(CHECKPOINT.text()).rpartition("\n\n")[2]
    assert open_checkpoint(NOTE + other, [KEY.verifier]) == CHECKPOINT
    with pytest.raises(InvalidNote, match="known key"):
        open_checkpoint(NOTE, [stranger.verifier])
    with pytest.raises(InvalidNote, match="known key"):
        open_checkpoint(NOTE, [])


def test_another_key_under_the_same_name_is_not_believed() -> None:
    impostor = SignerKey(KEY.name, Ed25519PrivateKey.generate())
    with pytest.raises(InvalidNote, match="known key"):
        open_checkpoint(CHECKPOINT.sign(impostor), [KEY.verifier])


def test_a_wrong_signature_of_a_known_key_spoils_a_note_with_a_good_one() -> None:
    bad = Checkpoint(KEY.name, 43, bytes(32)).sign(KEY).rpartition("\n\n")[2]
    with pytest.raises(InvalidNote, match="not one over this text"):
        open_checkpoint(NOTE + bad, [KEY.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "origin\n",
        "origin\n1\n",
        "origin\n01\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "origin\n-1\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "origin\n1\n" + base64.b64encode(bytes(31)).decode() + "\n",
        "origin\n1\n\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "origin\n1\nno base64 at all\n",
    ],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(InvalidNote):
        open_checkpoint(KEY.sign(text), [KEY.verifier])


@pytest.mark.parametrize("note", ["", "\n", "text\n", NOTE[:-1], NOTE + "\x00\n", "x" * 100_000])
def test_what_is_no_note_is_refused_in_a_sentence(note: str) -> None:
    with pytest.raises(InvalidNote):
        open_checkpoint(note, [KEY.verifier])


def test_nothing_is_signed_that_could_not_be_read_again() -> None:
    for text in ("no newline", "a\x07bell\n"):
        with pytest.raises(ValueError, match="newline"):
            KEY.sign(text)


def test_a_proof_of_inclusion_as_a_file() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(11)]
    tree = nodes_over(leaves)
    checkpoint = Checkpoint(KEY.name, 11, root(tree, 11))
    proof = LoggedProof(6, inclusion_proof(tree, 6, 11), checkpoint.sign(KEY))
    read = LoggedProof.parse(proof.text())
    assert read == proof
    read.verify(leaves[6], open_checkpoint(read.note, [KEY.verifier]))
    with pytest.raises(InvalidProof):
        read.verify(leaves[5], checkpoint)


@pytest.mark.parametrize(
    "text", ["", "c2sp.org/tlog-proof@v1\n\nx", "c2sp.org/tlog-proof@v1\nindex x\n\nnote", "x\n\ny"]
)
def test_what_is_no_proof_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(InvalidNote):
        LoggedProof.parse(text)
