"""Signed notes: some text, a blank line, and who signed it (C2SP `signed-note`, Ed25519 alone).

    text, of one or more lines

    — example.com/log base64(key id || signature)

Key names and keys are told to a verifier as one text, the vkey: `name+key id+base64`. The form is
that of Go's `golang.org/x/mod/sumdb/note`; witnesses and monitors of other logs read it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

LARGEST = 64_000

_ED25519 = b"\x01"
_NAME = re.compile(r"[^\s+]{1,200}")
_LINE = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_MOST_SIGNATURES = 64


class InvalidNote(Exception):
    """No note, no key, or a note that none of the known keys signed; the text says which."""


@dataclass(frozen=True)
class VerifierKey:
    """A public key under its name; `public` are the 32 bytes of Ed25519."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        require_name(self.name)
        try:
            Ed25519PublicKey.from_public_bytes(self.public)
        except ValueError as error:
            raise InvalidNote(f"the key of {self.name} is no Ed25519 key") from error

    @property
    def id(self) -> str:
        """The key id: 8 hex digits."""
        return self._id.hex()

    @property
    def _id(self) -> bytes:
        text = self.name.encode() + b"\n" + _ED25519 + self.public
        return hashlib.sha256(text).digest()[:4]

    def __str__(self) -> str:
        """Return the vkey."""
        encoded = base64.b64encode(_ED25519 + self.public).decode()
        return f"{self.name}+{self.id}+{encoded}"

    @staticmethod
    def parse(vkey: str) -> VerifierKey:
        """Read a vkey; raises `InvalidNote`."""
        name, _, rest = vkey.strip().partition("+")
        claimed, _, encoded = rest.partition("+")
        raw = _decoded(encoded)
        if len(raw) != 33 or raw[:1] != _ED25519:
            raise InvalidNote("this is no vkey of an Ed25519 key (name+id+base64)")
        key = VerifierKey(name, raw[1:])
        if key.id != claimed:
            raise InvalidNote(f"the id in the vkey of {name} is not that of its key")
        return key

    def signed(self, text: str, signature: bytes) -> bool:
        """Whether a signature is this key's over a text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SignerKey:
    """A private key under its name."""

    name: str
    private: Ed25519PrivateKey

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """Return the signed note of a text that ends with a newline."""
        if not text.endswith("\n") or _CONTROL.search(text):
            raise ValueError("a note's text ends with a newline and has no control characters")
        verifier = self.verifier
        signature = bytes.fromhex(verifier.id) + self.private.sign(text.encode())
        return f"{text}\n— {self.name} {base64.b64encode(signature).decode()}\n"


def require_name(name: str) -> None:
    """Let the name of a key pass; raises `InvalidNote` for what can be none."""
    if not _NAME.fullmatch(name):
        raise InvalidNote(f"{name[:60]!r} is no name of a key")


def open_note(note: str, keys: Iterable[VerifierKey]) -> str:
    """Return the text of a note that one of `keys` signed; raises `InvalidNote`.

    Signatures of unknown keys are ignored; a wrong one of a known key spoils the note.
    """
    text, signatures = _parts(note)
    known = {(key.name, key.id): key for key in keys}
    verified = False
    for name, raw in signatures:
        key = known.get((name, raw[:4].hex()))
        if key is None:
            continue
        if not key.signed(text, raw[4:]):
            raise InvalidNote(f"the signature of {name} is not one over this text")
        verified = True
    if not verified:
        wanted = ", ".join(sorted(f"{key.name} ({key.id})" for key in known.values())) or "none"
        raise InvalidNote(f"the note is not signed by a known key (known: {wanted})")
    return text


def text_of(note: str) -> str:
    """Return the text of a note, whoever signed it: to look at, not to believe."""
    return _parts(note)[0]


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    if len(note) > LARGEST or _CONTROL.search(note) or not note.endswith("\n"):
        raise InvalidNote("this is no signed note")
    text, blank, lines = note.rpartition("\n\n")
    found = [_LINE.fullmatch(line) for line in lines.removesuffix("\n").split("\n")]
    if not text or not blank or None in found or len(found) > _MOST_SIGNATURES:
        raise InvalidNote("this is no signed note")
    signatures = [(line[1], _decoded(line[2])) for line in found if line is not None]
    if any(len(raw) < 5 for _, raw in signatures):
        raise InvalidNote("a signature of the note is cut short")
    return f"{text}\n", signatures


def _decoded(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidNote(f"{text[:40]!r} is no base64") from error
    if base64.b64encode(raw).decode() != text:
        raise InvalidNote(f"{text[:40]!r} is not the one way to write its bytes in base64")
    return raw
