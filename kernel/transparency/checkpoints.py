"""Checkpoints: how long a ledger is and what its tree's root is, signed (C2SP `tlog-checkpoint`).

    <host>/<namespace>/<service>        the origin: whose log it is, also the name of its key
    1342                                how many commits
    CsUYapGGPo4dkMgIAUqom/Xajj7h…       the root over them (`kernel.transparency.merkle`), base64

    — <host>/<namespace>/<service> …    the signature (`kernel.transparency.notes`)

And `tlog-proof`, the text of an inclusion proof together with the checkpoint it is for.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass

from kernel.transparency.merkle import verify_inclusion
from kernel.transparency.notes import InvalidNote, SignerKey, VerifierKey, open_note, text_of

_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
_PROOF = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class Checkpoint:
    """The state of a log: `size` commits with this root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def sign(self, key: SignerKey) -> str:
        """Return it as a signed note."""
        return key.sign(self.text())


def open_checkpoint(note: str, keys: Iterable[VerifierKey]) -> Checkpoint:
    """Return the checkpoint in a note that one of `keys` signed; raises `InvalidNote`."""
    return _parsed(open_note(note, keys))


def claimed_checkpoint(note: str) -> Checkpoint:
    """Return what a note says, whoever signed it: to look at, not to believe."""
    return _parsed(text_of(note))


@dataclass(frozen=True)
class LoggedProof:
    """That the entry at `index` stands in the log, by the checkpoint whose note is beside it."""

    index: int
    hashes: tuple[bytes, ...]
    note: str

    def text(self) -> str:
        """Return it in the form of a `.tlog-proof` file."""
        lines = [_PROOF, f"index {self.index}", *map(to_base64, self.hashes)]
        return "\n".join(lines) + f"\n\n{self.note}"

    @staticmethod
    def parse(text: str) -> LoggedProof:
        """Read a `.tlog-proof` file; raises `InvalidNote`."""
        head, _, note = text.partition("\n\n")
        first, *lines = head.split("\n")
        if first != _PROOF or not lines or not note:
            raise InvalidNote("this is no proof of inclusion (tlog-proof)")
        word, _, number = lines[0].partition(" ")
        if word != "index" or not _NUMBER.fullmatch(number):
            raise InvalidNote("the proof of inclusion names no index")
        return LoggedProof(int(number), tuple(from_base64(line) for line in lines[1:]), note)

    def verify(self, leaf: bytes, checkpoint: Checkpoint) -> None:
        """Check it against a checkpoint that is believed; raises `InvalidProof`."""
        verify_inclusion(leaf, self.index, checkpoint.size, self.hashes, checkpoint.root)


def to_base64(digest: bytes) -> str:
    """Return a hash as text."""
    return base64.b64encode(digest).decode()


def from_base64(text: str) -> bytes:
    """Return the 32 bytes of a hash; raises `InvalidNote`."""
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidNote(f"{text[:60]!r} is no hash in base64") from error
    if len(digest) != 32 or to_base64(digest) != text:
        raise InvalidNote(f"{text[:60]!r} is no hash of 32 bytes in base64")
    return digest


def _parsed(text: str) -> Checkpoint:
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise InvalidNote("the note holds no checkpoint (origin, size, root)")
    origin, size, encoded = lines[:3]
    if not _NUMBER.fullmatch(size):
        raise InvalidNote(f"the checkpoint's size is {size[:40]!r}")
    return Checkpoint(origin, int(size), from_base64(encoded))
