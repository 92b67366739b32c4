"""Places from a CSV file with the columns of `COLUMNS`, one row a unit.

The file of this folder was computed from the package `vietnamadminunits` (MIT licence): the
provinces and communes in force since 2025-07-01 and all units in force until 2025-06-30.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from services.catalog.contract import Place, PlaceLevel
from services.catalog.files.faults import Fault, FaultyFiles
from services.catalog.files.procedures import DATA

COLUMNS = (
    "code",
    "vintage",
    "name",
    "type",
    "level",
    "parent_code",
    "valid_from",
    "valid_to",
    "successors",
)


def read_places(path: Path = DATA / "places.csv") -> tuple[Place, ...]:
    """Return the places of a file; raises `FaultyFiles` with every row and field at fault."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise FaultyFiles([_missing(path, missing)])
            numbered = list(enumerate(rows, start=2))
    except FileNotFoundError:
        fault = Fault(path.name, "", "", "Không có tệp này.", "There is no such file.")
        raise FaultyFiles([fault]) from None
    except UnicodeDecodeError:
        fault = Fault(path.name, "", "", "Tệp không phải UTF-8.", "The file is not UTF-8.")
        raise FaultyFiles([fault]) from None
    found: dict[tuple[str, str], Place] = {}
    faults: list[Fault] = []
    for number, row in numbered:
        try:
            place = _place(row)
        except _BadCell as cell:
            faults.append(Fault(path.name, f"row {number}", cell.column, cell.vi, cell.en))
            continue
        if (place.vintage, place.code) in found:
            faults.append(_repeated(path, number, place))
        found[place.vintage, place.code] = place
    faults = faults or _dangling(path, found)
    if faults:
        raise FaultyFiles(faults)
    return tuple(found.values())


class _BadCell(ValueError):
    def __init__(self, column: str, vi: str, en: str) -> None:
        super().__init__(f"{column}: {en}")
        self.column = column
        self.vi = vi
        self.en = en


def _place(row: Mapping[str, str | None]) -> Place:
    cells = {column: (row[column] or "").strip() for column in COLUMNS}
    if not cells["code"].isdigit():
        raise _BadCell("code", "Mã phải là chữ số.", "A code is made of digits.")
    if not cells["name"]:
        raise _BadCell("name", "Hãy nhập tên.", "Enter the name.")
    if cells["vintage"] not in ("new", "old"):
        raise _BadCell("vintage", "Chỉ dùng `new` hoặc `old`.", "Use `new` or `old`.")
    if cells["level"] not in list(PlaceLevel):
        levels = ", ".join(PlaceLevel)
        raise _BadCell("level", f"Chỉ dùng: {levels}.", f"Use one of: {levels}.")
    return Place(
        code=cells["code"],
        name=cells["name"],
        type=cells["type"],
        level=PlaceLevel(cells["level"]),
        vintage=cells["vintage"],
        parent=cells["parent_code"] or None,
        valid_from=_date("valid_from", cells["valid_from"]),
        valid_to=_date("valid_to", cells["valid_to"]),
        successors=tuple(cells["successors"].split()),
    )


def _date(column: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise _BadCell(
            column,
            f"«{text}» không phải là ngày dạng năm-tháng-ngày.",
            f"'{text}' is not a date such as 2025-07-01.",
        ) from None


def _dangling(path: Path, found: Mapping[tuple[str, str], Place]) -> list[Fault]:
    """Return a fault for every parent or successor that is not in the file."""
    return [
        Fault(
            path.name,
            f"{place.vintage} {place.code}",
            column,
            f"Không có đơn vị «{code}».",
            f"There is no unit '{code}'.",
        )
        for place in found.values()
        for column, vintage, codes in (
            ("parent_code", place.vintage, (place.parent,) if place.parent else ()),
            ("successors", "new", place.successors),
        )
        for code in codes
        if (vintage, code) not in found
    ]


def _missing(path: Path, missing: list[str]) -> Fault:
    columns = ", ".join(missing)
    return Fault(
        path.name, "row 1", columns, f"Thiếu cột {columns}.", f"The columns {columns} are missing."
    )


def _repeated(path: Path, number: int, place: Place) -> Fault:
    return Fault(
        path.name,
        f"row {number}",
        "code",
        f"Mã {place.code} ({place.vintage}) đã có ở dòng trên.",
        f"The code {place.code} ({place.vintage}) is in a row above already.",
    )
