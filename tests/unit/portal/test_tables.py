"""Tables that are taken away: what a spreadsheet program reads in them."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from services.portal.tables import Table, as_csv, as_xlsx

AT = datetime(2026, 12, 4, 10, 30, tzinfo=UTC)
FORMULAS = ("=1+1", "+84 912", "-2", "@SUM(A1)", "\tx", "\rx", "\nx")
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def table(*rows: tuple[object, ...]) -> Table:
    """A table of two columns."""
    return Table("Danh sách: [1]", "2 hồ sơ.", ("Mã", "Hạn"), rows)  # type: ignore[arg-type]


def test_csv_begins_with_the_mark_of_utf8_and_has_moments_as_they_are_written_here() -> None:
    content = as_csv(table(("Đỗ Thị Ánh", AT), ('a"b,c', None), ("x", 7)))
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows == [
        ["Mã", "Hạn"],
        ["Đỗ Thị Ánh", "04/12/2026 17:30"],
        ['a"b,c', ""],
        ["x", "7"],
    ]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_is_no_formula(text: str) -> None:
    content = as_csv(table((text, -5))).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content, newline="")))[1] == [f"'{text}", "-5"]
    assert formulas_of(as_xlsx(table((text, -5)))) == 0


def formulas_of(workbook: bytes) -> int:
    """How many cells of the sheet hold a formula or a link."""
    root = sheet_of(workbook)
    return len(list(root.iter(f"{SHEET}f"))) + len(list(root.iter(f"{SHEET}hyperlink")))


def sheet_of(workbook: bytes) -> ElementTree.Element:
    """The sheet of a workbook as XML."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        return ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))


def test_xlsx_holds_title_heads_text_numbers_and_moments_of_vietnam() -> None:
    workbook = as_xlsx(table(("Đỗ Thị Ánh", AT), ("x", 7)))
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        shared = ElementTree.fromstring(parts.read("xl/sharedStrings.xml"))
        names = parts.read("xl/workbook.xml").decode()
    texts = [each.text for each in shared.iter(f"{SHEET}t")]
    assert texts == ["Danh sách: [1]", "2 hồ sơ.", "Mã", "Hạn", "Đỗ Thị Ánh", "x"]
    assert 'name="Danh sách 1"' in names
    cells = {
        cell.get("r"): cell.findtext(f"{SHEET}v") for cell in sheet_of(workbook).iter(f"{SHEET}c")
    }
    assert float(str(cells["B5"])) == pytest.approx(46360 + 17.5 / 24)  # days since 30/12/1899
    assert cells["B6"] == "7"
