"""Attachments: bytes in GridFS by their SHA-256, bounded in size, their type sniffed.

Files come over HTTP with a ticket, never through the broker (design §7). A file belongs to the
account that sent it; its name is personal data and is kept sealed, is only ever shown, and is
never used as a path.

A file is loose until a commit names it. `services.dossier.loose_files` looks at each in time: what
nothing names goes. So that no file goes which a request is just about to name, `attachments` puts
off when to look, and who deletes does so only as long as nobody did (`Loose.look_at`).

Equal bytes are kept once, whoever sent them. So they are deleted only when no file refers to them
any more, and never under the hands of somebody who is just sending them: whoever wants to delete
bytes first takes their `sha256` away, by which others find them (`_drop_unused`), and whoever
shares bytes looks after it that it is still there (`_share`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO, Any
from uuid import uuid4

import gridfs
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from kernel.errors import DomainError, FieldError, Invalid, NotFound
from kernel.events import Sealer
from kernel.requests import Call
from services.dossier.contract import Attachment, AttachmentGiven, StoredFile
from services.dossier.file_rules import (
    MAX_BYTES,
    SNIFFED,
    media_type_of,
    require_name,
    too_large,
)

_CHUNK = 255 * 1024
_AT_A_TIME = 100
LOOSE_FOR = timedelta(days=1)
"""So long after it was sent a file is kept although nothing names it."""

_LATE_AT_MOST = timedelta(minutes=10)  # a command's insert after its deadline

Document = dict[str, Any]


@dataclass(frozen=True)
class OpenFile:
    """A file to be sent: its description, its owner and its bytes in chunks."""

    stored: StoredFile
    owner: str
    chunks: Iterator[bytes]


@dataclass(frozen=True)
class Loose:
    """A file of which it is not known yet whether anything names it.

    `commits` are the ids of those that were to name it; `look_at` is when to look.
    """

    file: str
    owner: str
    commits: tuple[str, ...]
    received_at: datetime
    look_at: datetime


class Files:
    """The files of one service, described in `files`, their bytes in GridFS."""

    def __init__(self, database: Database[Document], sealer: Sealer) -> None:
        self._files = database["files"]
        self._contents = database["fs.files"]
        self._chunks = database["fs.chunks"]
        self._bucket = gridfs.GridFSBucket(database, chunk_size_bytes=_CHUNK)
        self._sealer = sealer

    @staticmethod
    def ensure_indexes(database: Database[Document]) -> None:
        """Create the secondary indexes."""
        database["fs.files"].create_index([("metadata.sha256", 1)])
        database["files"].create_index([("owner", 1)])
        database["files"].create_index([("content", 1)])
        database["files"].create_index([("look_at", 1)])

    def take(self, owner: str, name: str, stream: IO[bytes]) -> StoredFile:
        """Store a file; refused: too large, empty, of a type not taken, a name with a path.

        The type is what the bytes say, whatever the name or the sender claims.
        """
        require_name(name)
        content = f"{_contents_of(owner)}{uuid4().hex}"
        digest = hashlib.sha256()
        size = 0
        head = b""
        with self._bucket.open_upload_stream_with_id(content, content) as target:
            try:
                for chunk in iter(lambda: stream.read(_CHUNK), b""):
                    if size == 0:
                        head = chunk[:SNIFFED]
                    size += len(chunk)
                    if size > MAX_BYTES:
                        raise too_large()
                    digest.update(chunk)
                    target.write(chunk)
                media_type = media_type_of(head)
            except BaseException:
                target.abort()
                raise
        sha256 = digest.hexdigest()
        stored = StoredFile(f"f-{uuid4().hex}", name, sha256, media_type, size)
        try:
            sealed = self._sealer.seal(owner, f"file/{stored.file}", name)
        except DomainError:  # the owner was erased meanwhile
            self._drop_unused(content)
            raise
        now = datetime.now(UTC)
        self._files.insert_one(
            {
                "_id": stored.file,
                "owner": owner,
                "name": sealed,
                "sha256": sha256,
                "media_type": media_type,
                "size": size,
                "content": content,
                "received_at": now,
                "look_at": now + LOOSE_FOR,
            }
        )
        self._share(stored.file, content, sha256)
        return stored

    def open(self, file: str) -> OpenFile:
        """Return a file with its bytes; `NotFound` where there is none."""
        document = self._document(file)
        try:
            source = self._bucket.open_download_stream(document["content"])
        except gridfs.NoFile:  # it is being erased
            raise _not_found() from None
        chunks = iter(lambda: source.read(_CHUNK), b"")
        return OpenFile(self._stored(document), document["owner"], chunks)

    def names(self, files: Iterable[str]) -> dict[str, str]:
        """Return the names of files by their ids; erased and unknown ones are left out."""
        return {file: stored.name for file, stored in self.stored(files).items()}

    def stored(self, files: Iterable[str]) -> dict[str, StoredFile]:
        """Return what is kept of files by their ids; erased and unknown ones are left out."""
        wanted = sorted(set(files))
        if not wanted:
            return {}  # many dossiers have no files: no question to the database
        found = self._files.find({"_id": {"$in": wanted}})
        return {document["_id"]: self._stored(document) for document in found}

    def owned(self, file: str, owner: str) -> StoredFile:
        """Return a file that this account sent; `NotFound` for anybody else's."""
        document = self._document(file)
        if document["owner"] != owner:
            raise _not_found()
        return self._stored(document)

    def attachments(self, given: Iterable[AttachmentGiven], call: Call) -> tuple[Attachment, ...]:
        """Return what the events of a request keep of the given files, all sent by its caller.

        Raises `Invalid` that names every file at fault as `documents.<n>.file`.
        """
        taken: list[Attachment] = []
        faults: list[FieldError] = []
        for number, item in enumerate(given):
            document = self._to_be_named(item.file, call)
            if document is None:
                faults.append(
                    FieldError(
                        f"documents.{number}.file",
                        "unknown-file",
                        "Không tìm thấy tệp này. Hãy tải lên lại.",
                        "There is no such file of yours. Upload it again.",
                    )
                )
                continue
            taken.append(
                Attachment(
                    item.requirement,
                    item.file,
                    document["sha256"],
                    document["media_type"],
                    document["size"],
                    document.get("reused_from"),
                )
            )
        if faults:
            raise Invalid("invalid", faults[0].vi, faults[0].en, fields=faults)
        return tuple(taken)

    def give(self, files: Iterable[str], owner: str, to: str) -> None:
        """Make files of `owner` another subject's, their names sealed under that one's key.

        What an officer scans are the applicant's papers. Nothing happens to files that were given
        before.
        """
        for file in files:
            mine = {"_id": file, "owner": owner}
            document = self._files.find_one(mine)
            if document is not None:
                name = self._sealer.seal(to, f"file/{file}", self._stored(document).name)
                self._files.update_one(mine, {"$set": {"owner": to, "name": name}})

    def _to_be_named(self, file: str, call: Call) -> Document | None:
        """Return the document of a caller's file that stays until the call's commit is looked for.

        None: there is none, or it is just being deleted. What was settled once is not looked at
        any more, whatever names it now.
        """
        loose = {"look_at": {"$exists": True}, "leaving": {"$ne": True}}
        self._files.update_one(
            {"_id": file, "owner": call.caller.id, **loose},
            {
                "$addToSet": {"commits": call.commit_id},
                "$set": {"look_at": call.deadline + _LATE_AT_MOST},
            },
        )
        mine = {"_id": file, "owner": call.caller.id, "leaving": {"$ne": True}}
        return self._files.find_one(mine)

    def reuse(self, file: str, owner: str, code: str) -> StoredFile:
        """Return a file of `owner`'s with the bytes and the name of one of a dossier.

        However often it is asked for, it is one file. Raises `NotFound` where the other is gone.
        """
        source = self._document(file)
        mine = f"f-{hashlib.sha256(f'{owner} {file}'.encode()).hexdigest()[:32]}"
        until = datetime.now(UTC) + LOOSE_FOR
        kept = self._files.find_one_and_update(
            {"_id": mine, "leaving": {"$ne": True}, "look_at": {"$exists": True}},
            {"$set": {"look_at": until}},
        ) or self._files.find_one({"_id": mine, "leaving": {"$ne": True}})
        if kept is not None:
            return self._stored(kept)
        copy = source | {
            "_id": mine,
            "owner": owner,
            "name": self._sealer.seal(owner, f"file/{mine}", self._stored(source).name),
            "received_at": datetime.now(UTC),
            "look_at": until,
            "reused_from": code,
        }
        for name in ("commits", "leaving"):
            copy.pop(name, None)
        try:
            self._files.insert_one(copy)
        except DuplicateKeyError:  # somebody asked for it in the same moment, or it is leaving
            return self._stored(self._document(mine))
        bytes_there = {"_id": copy["content"], "metadata.sha256": copy["sha256"]}
        if self._contents.find_one(bytes_there, {"_id": 1}) is None:  # they are being deleted
            self._files.delete_one({"_id": mine})
            raise _not_found()
        return self._stored(copy)

    def loose(self, now: datetime) -> list[Loose]:
        """Return some files that it is time to look at."""
        found = self._files.find({"look_at": {"$lte": now}}).limit(_AT_A_TIME)
        return [
            Loose(
                one["_id"],
                one["owner"],
                tuple(one.get("commits", ())),
                one["received_at"],
                one["look_at"],
            )
            for one in found
        ]

    def settle(self, loose: Loose) -> None:
        """Keep a file for good: something names it."""
        self._files.update_one(_as_seen(loose), {"$unset": {"look_at": "", "commits": ""}})

    def look_again(self, loose: Loose, at: datetime) -> None:
        """Look at a file later."""
        self._files.update_one(_as_seen(loose), {"$set": {"look_at": at}})

    def drop(self, loose: Loose) -> bool:
        """Delete a file, unless a request is about to name it; whether it did.

        From the first step on it can be named no more; a process that ends between the two leaves
        it to be looked at again.
        """
        leaves = self._files.update_one(_as_seen(loose), {"$set": {"leaving": True}})
        return bool(leaves.matched_count and self._erase_one(loose.file))

    def owned_by(self, owner: str) -> set[str]:
        """Return the ids of all files that an account sent."""
        return {document["_id"] for document in self._files.find({"owner": owner}, {"_id": 1})}

    def erase(self, files: Iterable[str], owner: str) -> int:
        """Delete files, with the bytes that no other file has, and unfinished ones of `owner`.

        Returns how many files there were.
        """
        erased = sum(self._erase_one(file) for file in files)
        for content in self._sent_by(owner):
            self._drop_unused(content)
        return erased

    def _erase_one(self, file: str) -> int:
        document = self._files.find_one({"_id": file}, {"content": 1})
        if document is None:
            return 0
        # the bytes first: without the file nobody would know any more that they are to go
        self._drop_unused(document["content"], but=file)
        erased = self._files.delete_one({"_id": file}).deleted_count
        # once more: another file with these bytes may have gone in the same moment
        self._drop_unused(document["content"])
        return erased

    def _share(self, file: str, content: str, sha256: str) -> None:
        """Let a file have the bytes that were there before, in the place of its own equal ones."""
        self._contents.update_one({"_id": content}, {"$set": {"metadata": {"sha256": sha256}}})
        equal = {"metadata.sha256": sha256}
        earlier = self._contents.find(equal, {"_id": 1, "uploadDate": 1})
        oldest = min(
            earlier, key=lambda found: (found["uploadDate"], found["_id"]), default={"_id": content}
        )["_id"]
        if oldest == content:
            return
        self._refer(file, oldest)
        if self._contents.find_one({"_id": oldest, **equal}, {"_id": 1}) is not None:
            self._drop_unused(content)
            return
        # just then somebody began to delete them
        self._refer(file, content)
        self._drop_unused(oldest)

    def _refer(self, file: str, content: str) -> None:
        self._files.update_one({"_id": file}, {"$set": {"content": content}})

    def _drop_unused(self, content: str, but: str = "") -> None:
        """Delete bytes unless a file refers to them, other than `but`."""
        kept = self._contents.find_one_and_update(
            {"_id": content}, {"$unset": {"metadata.sha256": ""}}
        )
        if self._files.find_one({"content": content, "_id": {"$ne": but}}, {"_id": 1}) is None:
            self._contents.delete_one({"_id": content})
            self._chunks.delete_many({"files_id": content})
        elif kept is not None and "sha256" in (kept.get("metadata") or {}):
            self._contents.update_one(
                {"_id": content}, {"$set": {"metadata.sha256": kept["metadata"]["sha256"]}}
            )

    def _sent_by(self, owner: str) -> set[str]:
        """Return where bytes are that an account sent, those of sendings that broke off too."""
        first = _contents_of(owner)
        own = {"files_id": {"$gte": first, "$lt": first[:-1] + "0"}}
        return {chunk["files_id"] for chunk in self._chunks.find(own, {"files_id": 1})}

    def _document(self, file: str) -> Document:
        document = self._files.find_one({"_id": file})
        if document is None:
            raise _not_found()
        return document

    def _stored(self, document: Document) -> StoredFile:
        name = self._sealer.unseal(document["owner"], f"file/{document['_id']}", document["name"])
        return StoredFile(
            document["_id"],
            name or document["_id"],
            document["sha256"],
            document["media_type"],
            document["size"],
        )


def _as_seen(loose: Loose) -> Document:
    """A request that names the file meanwhile puts off when to look."""
    return {"_id": loose.file, "look_at": loose.look_at}


def _contents_of(owner: str) -> str:
    """Return what the ids of all bytes begin with that an account sent; `0` comes after `/`."""
    return f"c-{owner}/"


def _not_found() -> NotFound:
    return NotFound("unknown-file", "Không tìm thấy tệp này.", "There is no such file.")
