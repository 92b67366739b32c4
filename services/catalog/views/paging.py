"""Pages of a sorted list, by opaque cursors that stay right while the list changes."""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import TypeVar

from kernel.errors import FieldError, Invalid

T = TypeVar("T")

# rank, plain name (cut, so that a cursor stays short) and code: a total order
SortKey = tuple[int, str, str]
NAME_LENGTH = 40


def page(
    items: Sequence[T], key: Callable[[T], SortKey], after: str | None, limit: int
) -> tuple[tuple[T, ...], str | None]:
    """Return the items behind the cursor, sorted by their key, and the cursor of the next page.

    Raises `Invalid` for a cursor that was not given by this function.
    """
    ordered = sorted(items, key=key)
    start = 0 if after is None else bisect_right(ordered, _decode(after), key=key)
    found = tuple(ordered[start : start + limit])
    more = start + limit < len(ordered)
    return found, _encode(key(found[-1])) if more else None


def _encode(key: SortKey) -> str:
    text = json.dumps(key, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str) -> SortKey:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        rank, name, code = json.loads(text)
    except (binascii.Error, ValueError, TypeError) as error:
        raise _not_ours() from error
    if not (isinstance(rank, int) and isinstance(name, str) and isinstance(code, str)):
        raise _not_ours()
    return rank, name, code


def _not_ours() -> Invalid:
    return Invalid(
        "invalid-cursor",
        "Trang này không còn dùng được. Hãy tìm lại từ đầu.",
        "This page can no longer be used. Search again from the start.",
        fields=[FieldError("after", "invalid", "Giá trị không hợp lệ.", "The value is not valid.")],
    )
