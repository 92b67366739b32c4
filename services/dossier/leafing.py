"""Leafing through a long list: the rows of one page, whatever the length of the list.

The tally says how many rows each day of the order holds. So a page is read in ranges of the index
that hold about as many rows as are wanted. The tally only guides: the ranges lie next to each
other without gaps, so that nothing is missed where it is behind.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pymongo.collection import Collection

from kernel.errors import FieldError, Invalid, Malformed
from kernel.tallies import Tally
from services.dossier.views.work import BY_MONTH, TOTAL

Document = dict[str, Any]
Place = tuple[str, str]

_END = "~"  # behind every place
_DENSE = 300
_READ_AT_MOST = 3_000
SORTED_AT_MOST = 5_000

_PARTS: Mapping[int, tuple[str, ...]] = {
    7: tuple(f"-{day:02}" for day in range(1, 32)),
    10: tuple(f"T{hour:02}" for hour in range(24)),
}


@dataclass(frozen=True)
class LongList:
    """A list: `query` finds its rows by equality, `key` is the field of its own order.

    `names` are its lists in the tally. From `begin` up to, not including, `end` of the order.
    """

    names: tuple[str, ...]
    query: Mapping[str, Any]
    key: str = "at"
    newest_first: bool = False
    begin: str = ""
    end: str = _END


@dataclass(frozen=True)
class Leaf:
    """A page of documents. `cut`: the search stopped at its bound, and goes on at `further`."""

    documents: tuple[Document, ...]
    further: str | None
    cut: bool = False


@dataclass(frozen=True)
class Leafing:
    """Reads pages of lists from the narrow documents and their tally."""

    documents: Collection[Document]
    tally: Tally

    def counts(self, lists: Mapping[str, LongList]) -> dict[str, int]:
        """Return how many rows each of some lists has; of one that begins somewhere, by months."""
        cells = self.tally.collection
        whole = {
            f"{name}\n{TOTAL}": key
            for key, one in lists.items()
            if not one.begin
            for name in one.names
        }
        counted = dict.fromkeys(lists, 0)
        for cell in cells.find({"_id": {"$in": list(whole)}}, {"n": 1}):
            counted[whole[cell["_id"]]] += int(cell["n"])
        for key, one in lists.items():
            if one.begin:
                months = [f"{name}{BY_MONTH}" for name in one.names]
                query = {"list": {"$in": months}, "bucket": {"$gte": one.begin[:7]}}
                counted[key] = sum(int(cell["n"]) for cell in cells.find(query, {"n": 1}))
        return counted

    def in_order(
        self, asked: LongList, wanted: Callable[[Document], bool], after: str | None, limit: int
    ) -> Leaf:
        """Return a page in the list's own order, reading little more than its rows.

        Where few rows are wanted it ends after some thousands that were looked at.
        """
        cursor = None if after is None else _place(after)
        found: list[Document] = []
        looked_at = 0
        for low, high in self._ranges(asked, cursor, limit + 1):
            bounds = {"$gte": low, "$lt": high}
            read = list(self.documents.find({**asked.query, asked.key: bounds}))
            looked_at += len(read)
            read.sort(key=lambda one: (one[asked.key], one["_id"]), reverse=asked.newest_first)
            found += [
                one
                for one in read
                if _is_behind((one[asked.key], one["_id"]), cursor, asked) and wanted(one)
            ]
            if len(found) > limit:
                last = found[limit - 1]
                return Leaf(tuple(found[:limit]), _cursor((last[asked.key], last["_id"])))
            ended = low <= asked.begin if asked.newest_first else high >= asked.end
            if looked_at > _READ_AT_MOST and not ended:
                edge = low if asked.newest_first else high
                return Leaf(tuple(found), _cursor((edge, "")), cut=True)
        return Leaf(tuple(found), None)

    def sorted_by(
        self,
        asked: LongList,
        key: Callable[[Document], str],
        wanted: Callable[[Document], bool],
        after: str | None,
        limit: int,
        *,
        descending: bool,
    ) -> Leaf:
        """Return a page in another order; `Invalid` where the list is too long for that."""
        if self.counts({"all": asked})["all"] > SORTED_AT_MOST:
            raise _too_long()
        bounds = {"$gte": asked.begin, "$lt": asked.end}
        read = self.documents.find({**asked.query, asked.key: bounds})
        found = [((key(one), one["_id"]), one) for one in read if wanted(one)]
        found.sort(key=lambda pair: pair[0], reverse=descending)
        if after is not None:
            last = _place(after)
            found = [one for one in found if (one[0] < last if descending else one[0] > last)]
        page = found[:limit]
        further = _cursor(page[-1][0]) if len(found) > limit else None
        return Leaf(tuple(one for _, one in page), further)

    def _ranges(
        self, asked: LongList, cursor: Place | None, wanted: int
    ) -> Iterator[tuple[str, str]]:
        """Yield ranges that lie next to each other, from the cursor to the list's end."""
        begin, end = asked.begin, asked.end
        if cursor is not None and asked.newest_first:
            end = min(end, cursor[0] + "\x00")  # the cursor's own moment may hold more rows
        elif cursor is not None:
            begin = max(begin, cursor[0])
        if begin >= end:
            return
        edges = [
            edge
            for edge in _edges(self._days(asked), wanted, newest_first=asked.newest_first)
            if begin < edge < end
        ]
        if asked.newest_first:
            bounds = [end, *edges, begin]
            yield from ((low, high) for high, low in pairwise(bounds))
        else:
            bounds = [begin, *edges, end]
            yield from pairwise(bounds)

    def _days(self, asked: LongList) -> dict[str, int]:
        """Return how many rows each bucket of the order holds."""
        days: dict[str, int] = {}
        names = list(asked.names)
        cells = self.tally.collection
        if asked.newest_first and asked.begin:
            query: Document = {"list": {"$in": names}, "bucket": {"$gte": asked.begin[:10]}}
        else:
            query = {"list": {"$in": names}, "n": {"$gt": 0}}
        for cell in cells.find(query):
            if cell["bucket"] != TOTAL and cell["n"] > 0:
                days[cell["bucket"]] = days.get(cell["bucket"], 0) + int(cell["n"])
        return days


def _edges(days: Mapping[str, int], wanted: int, *, newest_first: bool) -> Iterator[str]:
    """Yield where to cut the order, in its direction: about so many rows lie between two."""
    together = 0
    for bucket in sorted(days, reverse=newest_first):
        count = days[bucket]
        parts = _PARTS.get(len(bucket.removeprefix("9")), ()) if count > _DENSE else ()
        near, far = (bucket + _END, bucket) if newest_first else (bucket, bucket + _END)
        if parts:
            yield near
            yield from (f"{bucket}{part}" for part in (reversed(parts) if newest_first else parts))
            together = wanted
        together += count
        if together >= wanted:
            yield far
            together = 0


def _is_behind(place: Place, cursor: Place | None, asked: LongList) -> bool:
    if cursor is None:
        return True
    return place < cursor if asked.newest_first else place > cursor


def _cursor(place: Place) -> str:
    return base64.urlsafe_b64encode("\n".join(place).encode()).decode()


def _place(cursor: str) -> Place:
    try:
        key, code = base64.urlsafe_b64decode(cursor).decode().split("\n")
    except ValueError as error:
        raise Malformed(
            "cursor", "Con trỏ danh sách không hợp lệ.", "This is no cursor of the list."
        ) from error
    return key, code


def _too_long() -> Invalid:
    vi = (
        f"Danh sách có hơn {SORTED_AT_MOST} hồ sơ, chỉ xếp được theo hạn. Hãy chọn đơn vị, "
        "cán bộ hoặc xuất ra tệp để xếp theo cột khác."
    )
    en = (
        f"The list has more than {SORTED_AT_MOST} dossiers and can be put in order by due time "
        "only. Choose a unit or an officer, or export it to sort by another column."
    )
    return Invalid("list-too-long", vi, en, fields=(FieldError("sort", "list-too-long", vi, en),))
