"""A stream taken out of its ledger with everything needed to check it elsewhere, as one zip file.

    bundle.json            what this is: its format, the service, the stream
    commits/<position>     each commit of the stream as stored, canonical JSON (RFC 8785)
    proofs/<position>      that it stands in the log (C2SP tlog-proof), as far as it was signed
    checkpoint.txt         the signed checkpoint that the proofs lead to
    key.txt                the public key (vkey) that it is signed with
    consistency.json       that a checkpoint which the receiver kept leads to this one, if asked for
    attachments.sha256     the hashes of the files that the commits name, for `sha256sum -c`
    report.html            the same for people

`kernel.transparency.examination` checks one. Neither needs a database, a broker or a network, nor
imports any.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, TypeGuard

from kernel import canonical
from kernel.commits import Document, verify_stream
from kernel.transparency.checkpoints import LoggedProof, claimed_checkpoint, from_base64, to_base64
from kernel.transparency.merkle import Nodes, consistency_proof, inclusion_proof
from kernel.transparency.notes import InvalidNote, VerifierKey

FORMAT = "motcua-bundle/1"

_MOST_FILES = 20_000
_LARGEST_FILE = 20_000_000
_LARGEST_WHOLE = 200_000_000
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ABOUT = "bundle.json"
_SINGLE = (
    *(_ABOUT, "checkpoint.txt", "key.txt", "report.html"),
    *("attachments.sha256", "consistency.json"),
)
_OPTIONAL = ("consistency.json",)
_FOLDERS = {"commits": ".json", "proofs": ".tlog-proof"}


class NoBundle(Exception):
    """The file is no bundle that can be looked at; the text says what is wrong with it."""


class DamagedBundle(NoBundle):
    """The file is a bundle that is not as it was exported: something was changed or taken out."""


@dataclass(frozen=True)
class Continuation:
    """That a log only grew from one size to another."""

    from_size: int
    to_size: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True)
class Bundle:
    """What a bundle holds; `proofs` by position."""

    service: str
    stream: str
    documents: tuple[Document, ...]
    proofs: Mapping[int, LoggedProof]
    note: str
    vkey: str
    report: str
    continuation: Continuation | None = None

    def to_bytes(self) -> bytes:
        """Return the zip file; the same content gives the same bytes."""
        files: dict[str, bytes] = {
            "bundle.json": canonical.dumps(
                {
                    "format": FORMAT,
                    "service": self.service,
                    "stream": self.stream,
                }
            ),
            "checkpoint.txt": self.note.encode(),
            "key.txt": f"{self.vkey}\n".encode(),
            "attachments.sha256": _listed(self.documents).encode(),
            "report.html": self.report.encode(),
        }
        if self.continuation is not None:
            files["consistency.json"] = canonical.dumps(
                {
                    "from_size": self.continuation.from_size,
                    "to_size": self.continuation.to_size,
                    "hashes": [to_base64(one) for one in self.continuation.hashes],
                }
            )
        for document in self.documents:
            files[_name("commits", document["position"])] = canonical.dumps(document)
        for position, proof in self.proofs.items():
            files[_name("proofs", position)] = proof.text().encode()
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
        return whole.getvalue()

    @staticmethod
    def from_bytes(content: bytes) -> Bundle:
        """Read a zip file, and believe nothing of it yet; raises `NoBundle`.

        Raises `DamagedBundle` where it holds a bundle's description and is not whole.
        """
        try:
            return _bundle_in(_files(content))
        except NoBundle:
            raise
        except InvalidNote as error:
            raise DamagedBundle(f"The bundle is damaged: {error}.") from error
        except KeyError as error:
            raise DamagedBundle(f"The bundle is damaged: {error} is missing in it.") from error
        except (TypeError, ValueError, RecursionError) as error:
            raise DamagedBundle(
                f"The bundle is damaged: {type(error).__name__}, {error}."
            ) from error


def collect(
    service: str,
    documents: Sequence[Document],
    note: str,
    vkey: str,
    nodes: Nodes,
    kept_size: int | None = None,
) -> Bundle:
    """Return the bundle of a stream's documents, still without a report.

    `note` is the newest checkpoint, `nodes` the tree that it was signed over. With `kept_size` the
    proof that a checkpoint of that size leads to it comes along. Raises `Tampered` where the
    documents are not those of a stream, `ValueError` for a size that the checkpoint does not cover.
    """
    size = claimed_checkpoint(note).size
    positions = verified_positions(documents)
    proofs = {
        position: LoggedProof(position - 1, hashes, note)
        for position, hashes in inclusions(nodes, positions, size).items()
    }
    continuation = None
    if kept_size is not None:
        hashes = consistency_proof(nodes, kept_size, size)
        continuation = Continuation(kept_size, size, hashes)
    stream = str(documents[0].get("stream"))
    return Bundle(service, stream, tuple(documents), proofs, note, vkey, "", continuation)


def verified_positions(documents: Sequence[Document]) -> tuple[int, ...]:
    """Return the positions of a stream's documents; raises `Tampered` where they are no stream."""
    stream = str(documents[0].get("stream"))
    return tuple(commit.position for commit in verify_stream(stream, documents))


def inclusions(
    nodes: Nodes, positions: Iterable[int], size: int
) -> Mapping[int, tuple[bytes, ...]]:
    """Return the inclusion proof of each position that a tree of this size covers."""
    return {one: inclusion_proof(nodes, one - 1, size) for one in positions if one <= size}


def attachments(documents: Sequence[Document]) -> list[tuple[str, str]]:
    """Return (sha256, id) of each file that the commits name, in order, each once."""
    found: dict[tuple[str, str], None] = {}
    for document in documents:
        for event in document["events"]:
            for one in _objects(json.loads(event["data"])):
                if isinstance(one.get("sha256"), str) and isinstance(one.get("file"), str):
                    found[one["sha256"], one["file"]] = None
    return list(found)


# The form of the file


def _bundle_in(files: Mapping[str, bytes]) -> Bundle:
    about = _canonical(files, _ABOUT)
    if about["format"] != FORMAT:
        raise NoBundle(f"The bundle is of another format than {FORMAT}: {about['format']!r:.60}.")
    names = sorted(name for name in files if name.startswith("commits/"))
    documents = tuple(_canonical(files, name) for name in names)
    if not documents:
        raise DamagedBundle("The bundle is damaged: it holds no commits.")
    for name, document in zip(names, documents, strict=True):
        if not _is_number(document["position"]) or name != _name("commits", document["position"]):
            raise DamagedBundle(
                f"The bundle is damaged: {name} is not the commit of that position."
            )
    proofs = {
        int(PurePosixPath(name).stem): LoggedProof.parse(content.decode())
        for name, content in files.items()
        if name.startswith("proofs/")
    }
    if files["attachments.sha256"].decode() != _listed(documents):
        raise DamagedBundle(
            "The bundle is damaged: its list of attachments is not that of its commits."
        )
    return Bundle(
        service=str(about["service"]),
        stream=str(about["stream"]),
        documents=documents,
        proofs=proofs,
        note=files["checkpoint.txt"].decode(),
        vkey=_vkey_in(files),
        report=files["report.html"].decode(),
        continuation=_continuation_in(files),
    )


def _vkey_in(files: Mapping[str, bytes]) -> str:
    vkey = str(VerifierKey.parse(files["key.txt"].decode()))
    if files["key.txt"] != f"{vkey}\n".encode():
        raise DamagedBundle("The bundle is damaged: key.txt holds something else beside the key.")
    return vkey


def _continuation_in(files: Mapping[str, bytes]) -> Continuation | None:
    if "consistency.json" not in files:
        return None
    told = _canonical(files, "consistency.json")
    hashes = tuple(from_base64(one) for one in told["hashes"])
    if not _is_number(told["from_size"]) or not _is_number(told["to_size"]):
        raise DamagedBundle("The bundle is damaged: consistency.json names no sizes.")
    return Continuation(told["from_size"], told["to_size"], hashes)


_END, _END_LENGTH = b"PK\x05\x06", 22  # of a zip file, where it has no comment
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def _files(content: bytes) -> Mapping[str, bytes]:
    """Return the files of the zip, all of them expected ones and bounded in number and size."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _require_bounded(entries)
            files = {entry.filename: _unpacked(archive, entry) for entry in entries}
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        UnicodeDecodeError,
    ) as error:
        raise NoBundle(f"This is no zip file, or it is damaged: {error}.") from error
    if _ABOUT not in files:
        raise NoBundle(f"This is no bundle: {_ABOUT} is missing in it.")
    if content[-_END_LENGTH:][:4] != _END:
        raise DamagedBundle("The bundle is damaged: something stands behind its end.")
    for name in _SINGLE:
        if name not in files and name not in _OPTIONAL:
            raise DamagedBundle(f"The bundle is damaged: {name} is missing in it.")
    return files


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DamagedBundle(f"The bundle is damaged: {error}.") from error


def _require_bounded(entries: Sequence[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    sizes = [entry.file_size for entry in entries]
    if any(entry.compress_type not in _COMPRESSIONS for entry in entries):
        raise NoBundle("This is no bundle: its files are packed in a way that bundles never are.")
    if len(names) > _MOST_FILES or max(sizes, default=0) > _LARGEST_FILE:
        raise NoBundle("This is no bundle: it would unpack to more than a bundle ever holds.")
    if sum(sizes) > _LARGEST_WHOLE:
        raise NoBundle("This is no bundle: it would unpack to more than a bundle ever holds.")
    if len(set(names)) != len(names):
        raise NoBundle("This is no bundle: a file is in it twice.")
    for name in names:
        path = PurePosixPath(name)
        numbered = (
            str(path.parent) in _FOLDERS
            and path.suffix == _FOLDERS[str(path.parent)]
            and path.stem.isascii()
            and path.stem.isdigit()
            and name == _name(str(path.parent), int(path.stem))
        )
        if name not in _SINGLE and not numbered:
            raise NoBundle(f"This is no bundle: {name[:80]!r} does not belong into one.")


def _name(folder: str, position: int) -> str:
    return f"{folder}/{position:012}{_FOLDERS[folder]}"


def _canonical(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    """Return the object in a file, which is written in the one canonical way."""
    value = json.loads(files[name])
    if not isinstance(value, dict) or canonical.dumps(value) != files[name]:
        raise DamagedBundle(f"The bundle is damaged: {name} is not canonical JSON.")
    return value


def _listed(documents: Sequence[Document]) -> str:
    return "".join(f"{digest}  {file}\n" for digest, file in attachments(documents))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _objects(one)


def _is_number(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
