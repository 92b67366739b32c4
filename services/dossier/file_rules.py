"""Which files are taken: how large, of which type, under which name (D10)."""

from __future__ import annotations

import filetype

from kernel.errors import FieldError, Invalid, TooLarge, UnsupportedType

MAX_BYTES = 20 * 1024 * 1024
MEDIA_TYPES = (
    "application/pdf",
    "image/jpeg",
    "image/png",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)
SNIFFED = 8192
"""So many of the first bytes say of which type a file is."""

_MAX_NAME = 200


def require_name(name: str) -> None:
    """Raise `Invalid` for a name that is none, too long, or could be a path."""
    if not name or len(name) > _MAX_NAME or name in (".", ".."):
        raise _bad_name()
    if any(mark in name for mark in "/\\") or any(ord(sign) < ord(" ") for sign in name):
        raise _bad_name()


def media_type_of(head: bytes) -> str:
    """Return the type that the first bytes of a file say; raises for what is not taken."""
    if not head:
        raise Invalid("empty-file", "Tệp rỗng.", "The file is empty.")
    kind = filetype.guess(head)
    if kind is None or kind.mime not in MEDIA_TYPES:
        raise _wrong_type(None if kind is None else str(kind.extension).upper())
    return str(kind.mime)


def too_large() -> TooLarge:
    """Return the refusal of a file that is larger than `MAX_BYTES`."""
    limit = MAX_BYTES // (1024 * 1024)
    return TooLarge(
        "file-too-large",
        f"Tệp quá lớn: mỗi tệp tối đa {limit} MB.",
        f"The file is too large: {limit} MB at most.",
    )


def _wrong_type(found: str | None) -> UnsupportedType:
    """Say what the content is, whatever the file is called, and what is taken."""
    vi = f"là tệp {found}" if found else "không phải loại tệp nào nhận ra được"
    en = f"is {found}" if found else "is of no type that is known"
    return UnsupportedType(
        "file-type",
        f"Nội dung tệp {vi}, dù tên tệp là gì. Chỉ nhận tệp PDF, JPG, PNG hoặc DOCX.",
        f"The file's content {en}, whatever its name says. Send a PDF, JPG, PNG or DOCX file.",
    )


def _bad_name() -> Invalid:
    vi = "Tên tệp không hợp lệ: không được chứa đường dẫn."
    en = "The file's name is not valid: it must not hold a path."
    return Invalid("file-name", vi, en, fields=(FieldError("name", "file-name", vi, en),))
