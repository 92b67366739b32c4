"""What a request may carry: JSON of a bounded size, or a form with a file."""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import BadRequest

from kernel.errors import Malformed, TooLarge, UnsupportedType

LARGEST = 1024 * 1024  # of everything but files, which the dossier service itself bounds


def bound() -> None:
    """Refuse a body that is larger than any message here; to be asked before it is read."""
    request.max_content_length = LARGEST  # also where the length is not told beforehand
    if (request.content_length or 0) > LARGEST:
        raise TooLarge(
            "body-too-large",
            "Nội dung gửi lên quá lớn: tối đa 1 MB. Hãy gửi tệp riêng qua /files.",
            "The body is too large: 1 MB at most. Send files by themselves, to /files.",
        )


def check() -> None:
    """Refuse a body that cannot be read, instead of finding all its fields missing."""
    if not request.content_length or request.method == "GET":
        return
    if not request.is_json and request.mimetype != "multipart/form-data":
        raise UnsupportedType(
            "content-type",
            "Nội dung phải là JSON (application/json).",
            "The content must be JSON (application/json).",
        )
    if request.is_json:
        try:
            request.get_json()
        except (BadRequest, ValueError, RecursionError) as error:
            raise malformed() from error


def malformed() -> Malformed:
    """Return the refusal of a body that is no JSON, or JSON that nobody could have meant."""
    return Malformed(
        "malformed-json",
        "Nội dung gửi lên không phải JSON hợp lệ.",
        "The body is not valid JSON.",
    )
