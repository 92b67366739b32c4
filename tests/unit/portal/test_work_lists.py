"""What becomes of a work list beyond reading a page of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from kernel.errors import Conflict
from services.dossier.contract import (
    AssignOfficer,
    DossierPage,
    DossierRow,
    ReadInbox,
    Status,
)
from services.portal import work_lists
from services.portal.work_lists import Assignment, AssignSeveral

NOW = datetime(2026, 9, 7, 9, tzinfo=UTC)
ROW = DossierRow(
    code="H56-1",
    version=3,
    status=Status.PROCESSING,
    status_name="Đang xử lý",
    status_name_en="Processing",
    procedure="Đăng ký thường trú",
    procedure_code="1.004222",
    procedure_en="Permanent residence registration",
    agency="UBND phường Tân Dân",
    submitted_at=NOW,
    applicant="Nguyễn Thị An",
    due=NOW,
    step_due=NOW + timedelta(hours=1),
)


def test_an_export_goes_through_all_pages_with_the_filters_of_the_list() -> None:
    asked: list[ReadInbox] = []

    def ask(request: ReadInbox) -> DossierPage:
        asked.append(request)
        number = len(asked)
        rows = (replace(ROW, code=f"H56-{number}", erased=number == 2, due=None),)
        return DossierPage(rows, f"page-{number + 1}" if number < 3 else None)

    found = work_lists.export(ReadInbox(tab="waiting", q="an", sort="officer", after="x"), ask)
    assert [row[0] for row in found.rows] == ["H56-1", "H56-2", "H56-3"]
    assert [row[2] for row in found.rows] == ["Nguyễn Thị An", "đã xóa theo yêu cầu", ROW.applicant]
    assert {row[8] for row in found.rows} == {ROW.step_due}
    assert [one.after for one in asked] == [None, "page-2", "page-3"]
    assert {(one.tab, one.q, one.sort, one.limit) for one in asked} == {
        ("waiting", "an", None, 200)
    }
    assert found.about == "3 hồ sơ."


def test_an_export_ends_somewhere_and_says_so(monkeypatch: Any) -> None:
    monkeypatch.setattr(work_lists, "EXPORTED_AT_MOST", 5)
    found = work_lists.export(ReadInbox(), lambda request: DossierPage((ROW,) * 3, "more"))
    assert (len(found.rows), found.about) == (5, "5 hồ sơ đầu tiên; danh sách còn nữa.")


def test_several_are_assigned_each_with_a_key_of_its_own_and_refused_each_by_itself() -> None:
    keys: dict[str, str | None] = {}

    def ask(message: AssignOfficer, *, key: str | None) -> None:
        keys[message.code] = key
        if message.code == "b":
            raise Conflict("not-now", "Không thể phân công.", "Not possible.")

    asked = AssignSeveral("acc-mai", ("a", "b", "a", "c"))
    done = work_lists.assign(asked, "k" * 300, ask, "vi")
    assert done.items == (
        Assignment("a"),
        Assignment("b", "not-now", "Không thể phân công."),
        Assignment("c"),
    )
    assert [one.code for one in done.refused] == ["b"]
    assert keys == {code: f"{'k' * 180}/{code}" for code in "abc"}
    assert work_lists.assign(asked, None, ask, "en").items[1].detail == "Not possible."
    assert set(keys.values()) == {None}
