"""The way above a page leads back to the list in which its reader found it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from rendered import Page

HOME = ("Trang chủ", "/")
WORK_LIST = ("Danh sách công việc", "/inbox")
CODE = "000.01.38.H56-261120-0001"
DOSSIER = (CODE, f"/dossiers/{CODE}")
PROCEDURE = ("Đăng ký thường trú", "/procedures/dang-ky-thuong-tru")
MINE = ("Hồ sơ của tôi", "/dossiers")


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("delegations", [WORK_LIST, ("Ủy quyền xử lý khi vắng mặt", "")]),
        ("receive", [WORK_LIST, PROCEDURE, ("Tiếp nhận hồ sơ tại quầy", "")]),
        ("receive-person", [WORK_LIST, PROCEDURE, ("Tiếp nhận hồ sơ tại quầy", "")]),
        ("receive-check", [WORK_LIST, PROCEDURE, ("Tiếp nhận hồ sơ tại quầy", "")]),
        ("begin", [PROCEDURE, ("Nộp hồ sơ", "")]),
        ("wizard-applicant", [PROCEDURE, ("Nộp hồ sơ", "")]),
        ("supplement-at-the-desk", [WORK_LIST, DOSSIER, ("Bổ sung", "")]),
        ("supplement", [MINE, DOSSIER, ("Bổ sung", "")]),
        ("fee-officer", [WORK_LIST, DOSSIER, ("Phí, lệ phí", "")]),
        ("fee", [MINE, DOSSIER, ("Phí, lệ phí", "")]),
        ("dossier-officer", [WORK_LIST, (CODE, "")]),
        ("dossier-auditor", [("Kiểm toán", "/audit"), (CODE, "")]),
        ("dossier", [MINE, (CODE, "")]),
    ],
)
def test_the_way_back(
    render: Any, pages: Mapping[str, Any], name: str, way: list[tuple[str, str]]
) -> None:
    assert Page(render(pages[name])).crumbs() == [HOME, *way]
