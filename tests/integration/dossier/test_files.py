"""Attachments: what is taken, what is refused, and that nothing is lost or kept twice."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest

from kernel.errors import DomainError, Invalid, NotFound, TooLarge, UnsupportedType
from kernel.privacy import SubjectKeys
from kernel.requests import Call, Caller
from services.dossier.contract import AttachmentGiven
from services.dossier.file_rules import MAX_BYTES
from services.dossier.files import Files

PDF = b"%PDF-1.7\n" + b"x" * 600_000
PNG = b"\x89PNG\r\n\x1a\n" + b"y" * 100


@pytest.fixture
def files(database: Any) -> Files:
    """No files yet."""
    Files.ensure_indexes(database)
    return Files(database, SubjectKeys(database, bytes(32)))


def call(who: str, key: str = "k") -> Call:
    """A request of an account."""
    return Call(Caller(who, "citizen"), "c", datetime.now(UTC) + timedelta(seconds=5), "d", key)


@pytest.mark.proves("D10")
def test_a_file_reads_back_as_it_was_sent(files: Files) -> None:
    stored = files.take("acc-1", "hợp đồng thuê nhà.pdf", BytesIO(PDF))
    assert stored.media_type == "application/pdf"
    assert stored.sha256 == hashlib.sha256(PDF).hexdigest()
    opened = files.open(stored.file)
    assert b"".join(opened.chunks) == PDF
    assert (opened.stored, opened.owner) == (stored, "acc-1")


def test_the_type_is_what_the_bytes_say(files: Files) -> None:
    assert files.take("acc-1", "ảnh.pdf", BytesIO(PNG)).media_type == "image/png"
    for content, found in (
        (b"MZ" + b"\0" * 100, "is EXE"),
        (b"<html><script>", "is of no type that is known"),
        (b"plain text", "is of no type that is known"),
    ):
        with pytest.raises(UnsupportedType, match=f"{found}, .* Send a PDF, JPG, PNG or DOCX"):
            files.take("acc-1", "tờ khai.pdf", BytesIO(content))


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "C:\\tài liệu\\a.pdf", "/a.pdf", "", ".", "..", "a\0b.pdf", "a" * 300],
)
def test_a_name_with_a_path_is_refused(files: Files, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        files.take("acc-1", name, BytesIO(PDF))
    assert refused.value.fields[0].field == "name"


def test_too_large_and_empty_files_are_refused_and_leave_nothing_behind(
    files: Files, database: Any
) -> None:
    with pytest.raises(TooLarge):
        files.take("acc-1", "a.pdf", BytesIO(b"%PDF-1.7" + b"x" * MAX_BYTES))
    with pytest.raises(Invalid, match="empty-file"):
        files.take("acc-1", "a.pdf", BytesIO(b""))
    assert database["files"].count_documents({}) == 0
    assert database["fs.files"].count_documents({}) == 0
    assert database["fs.chunks"].count_documents({}) == 0


def test_the_same_bytes_are_kept_once(files: Files, database: Any) -> None:
    one = files.take("acc-1", "a.pdf", BytesIO(PDF))
    other = files.take("acc-2", "b.pdf", BytesIO(PDF))
    assert one.file != other.file
    assert database["fs.files"].count_documents({}) == 1
    assert b"".join(files.open(other.file).chunks) == PDF


def test_only_ones_own_files_can_be_attached(files: Files) -> None:
    mine = files.take("acc-1", "a.pdf", BytesIO(PDF))
    theirs = files.take("acc-2", "b.pdf", BytesIO(PNG))
    (attached,) = files.attachments([AttachmentGiven("r1", mine.file)], call("acc-1"))
    assert (attached.requirement, attached.sha256, attached.size) == ("r1", mine.sha256, len(PDF))

    given = [AttachmentGiven("r1", mine.file), AttachmentGiven("r2", theirs.file)]
    with pytest.raises(Invalid) as refused:
        files.attachments(given, call("acc-1"))
    assert [fault.field for fault in refused.value.fields] == ["documents.1.file"]


def test_an_unknown_file_is_not_found(files: Files) -> None:
    with pytest.raises(NotFound):
        files.open("f-unknown")


def test_the_name_is_not_kept_in_clear(files: Files, database: Any) -> None:
    stored = files.take("acc-1", "giấy khai sinh của Bình.pdf", BytesIO(PDF))
    document = database["files"].find_one({"_id": stored.file})
    assert "Bình" not in str(document)
    assert files.names([stored.file, "f-unknown"]) == {stored.file: stored.name}


def test_every_refusal_speaks_both_languages(files: Files) -> None:
    with pytest.raises(DomainError) as refused:
        files.take("acc-1", "a.txt", BytesIO(b"text"))
    assert refused.value.vi
    assert refused.value.en


def test_erased_bytes_stay_as_long_as_another_file_has_them(files: Files, database: Any) -> None:
    mine = files.take("acc-1", "a.pdf", BytesIO(PDF))
    theirs = files.take("acc-2", "b.pdf", BytesIO(PDF))
    assert files.erase([mine.file], "acc-1") == 1
    assert files.erase([mine.file], "acc-1") == 0
    assert b"".join(files.open(theirs.file).chunks) == PDF
    with pytest.raises(NotFound):
        files.open(mine.file)
    again = files.take("acc-3", "c.pdf", BytesIO(PDF))
    assert database["fs.files"].count_documents({}) == 1
    assert files.erase([theirs.file, again.file], "acc-2") == 2
    assert database["fs.files"].count_documents({}) == 0
    assert database["fs.chunks"].count_documents({}) == 0


def test_bytes_of_a_sending_that_broke_off_are_erased_too(files: Files, database: Any) -> None:
    stored = files.take("acc-1", "a.pdf", BytesIO(PDF))
    kept = files.take("acc-10", "b.pdf", BytesIO(PNG))
    database["files"].delete_one({"_id": stored.file})
    database["fs.files"].delete_many({"metadata.sha256": stored.sha256})
    assert files.owned_by("acc-1") == set()
    files.erase([], "acc-1")
    assert database["fs.chunks"].count_documents({}) == 1
    assert b"".join(files.open(kept.file).chunks) == PNG


@pytest.mark.parametrize("moment", ["_refer", "_drop_unused"])
def test_bytes_that_somebody_sends_while_they_are_erased_are_not_lost(
    files: Files, database: Any, moment: str
) -> None:
    mine = files.take("acc-1", "a.pdf", BytesIO(PDF))
    there = Files(database, SubjectKeys(database, bytes(32)))
    step = getattr(there, moment)

    def erase_first(*arguments: Any) -> Any:
        files.erase([mine.file], "acc-1")
        return step(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(there, moment, erase_first)
        theirs = there.take("acc-2", "b.pdf", BytesIO(PDF))
    assert b"".join(there.open(theirs.file).chunks) == PDF
    there.erase([theirs.file], "acc-2")
    assert database["fs.chunks"].count_documents({}) == 0


def test_bytes_that_are_sent_in_the_midst_of_their_erasure_are_not_lost(
    files: Files, database: Any
) -> None:
    mine = files.take("acc-1", "a.pdf", BytesIO(PDF))
    there = Files(database, SubjectKeys(database, bytes(32)))
    sent = []

    class Contents:
        """The collection; right after bytes were hidden, somebody sends the same ones."""

        def __getattr__(self, name: str) -> Any:
            return getattr(database["fs.files"], name)

        def find_one_and_update(self, *arguments: Any) -> Any:
            hidden = database["fs.files"].find_one_and_update(*arguments)
            if not sent:
                sent.append(there.take("acc-2", "b.pdf", BytesIO(PDF)))
            return hidden

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "_contents", Contents())
        files.erase([mine.file], "acc-1")
    (theirs,) = sent
    assert b"".join(there.open(theirs.file).chunks) == PDF
    there.erase([theirs.file], "acc-2")
    assert database["fs.chunks"].count_documents({}) == 0
