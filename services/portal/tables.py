"""Tables to take away: XLSX, and CSV as spreadsheet programs read it here.

Text stays text: a name that begins like a formula is none, in neither of them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xlsxwriter

from services.portal.formats import VIETNAM, moment

Cell = str | int | float | datetime | None

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_WIDEST = 60


@dataclass(frozen=True)
class Table:
    """A table with a title, what it holds in words, the names of its columns and its rows."""

    title: str
    about: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def as_csv(table: Table) -> bytes:
    """Return the columns' names and the rows, with the mark that says UTF-8 to spreadsheets.

    What a spreadsheet would take for a formula has an apostrophe put before it.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([_text(cell) for cell in row] for row in table.rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(table: Table) -> bytes:
    """Return a workbook: title, what it holds, then the table, with moments of Vietnam as such."""
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        sheet = book.add_worksheet(_sheet_name(table.title))
        bold = book.add_format({"bold": True})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        when = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet.write_string(0, 0, table.title, bold)
        sheet.write_string(1, 0, table.about)
        for column, name in enumerate(table.columns):
            sheet.write_string(3, column, name, head)
            sheet.set_column(column, column, _width(table, column))
        for number, row in enumerate(table.rows, 4):
            for column, cell in enumerate(row):
                _write(sheet, number, column, cell, when)
        sheet.freeze_panes(4, 1)
        if table.rows:
            sheet.autofilter(3, 0, 3 + len(table.rows), len(table.columns) - 1)
    return content.getvalue()


def _write(sheet: Any, row: int, column: int, cell: Cell, when: Any) -> None:
    match cell:
        case None:
            return
        case datetime():
            sheet.write_datetime(row, column, cell.astimezone(VIETNAM).replace(tzinfo=None), when)
        case int() | float():
            sheet.write_number(row, column, cell)
        case _:
            sheet.write_string(row, column, cell)


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return moment(cell)
    text = "" if cell is None else str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(_FORMULA) else text


def _width(table: Table, column: int) -> int:
    texts = (_text(row[column]) for row in table.rows)
    return min(_WIDEST, 2 + max(map(len, (table.columns[column], *texts))))


def _sheet_name(title: str) -> str:
    """Return a name that a sheet may have: at most 31 characters, none of them special."""
    return "".join(sign for sign in title if sign not in "[]:*?/\\'")[:31] or "1"
