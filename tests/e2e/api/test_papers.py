"""Papers of the running system: as files, for those who may have them."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from filing import RESIDENCE, file, residence
from interface import System, expect, refused
from pypdf import PdfReader
from requests import Response

from services.dossier.clock import VIETNAM


def words(answer: Response) -> str:
    """The text of a paper that was answered."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


@pytest.mark.proves("D08", "D24", "E05")
def test_applicant_and_officer_fetch_their_papers_and_nobody_else(system: System) -> None:
    filed = file(system, residence(system.person("congdan").file()))
    mine, desk = system.person("congdan"), system.person("ca.tiepnhan")
    papers = f"{filed.address}/papers"
    assert [one["number"] for one in filed.status()["papers"]] == ["declaration"]
    refused(mine.get(f"{papers}/01.pdf"), 404, "no-such-paper-yet")
    assert "PHIẾU KIỂM SOÁT" in words(desk.get(f"{papers}/06.pdf"))
    refused(mine.get(f"{papers}/06.pdf"), 403, "paper-of-the-office")

    filed.act("ca.tiepnhan", "accept")
    assert [one["number"] for one in filed.status()["papers"]] == ["01", "declaration"]
    receipt = words(mine.get(f"{papers}/01.pdf"))
    for said in ("Mẫu CT04", "CÔNG AN PHƯỜNG TÂN DÂN", filed.code, "Hoàng Ngọc Lan Chi"):
        assert said in receipt
    assert f"(PIN) {filed.status()['pin']}" in receipt
    assert "PIN" not in words(desk.get(f"{papers}/01.pdf"))
    assert "Hoàng Ngọc Lan Chi" in words(mine.get(f"{papers}/declaration.pdf"))

    # whoever may not see the dossier hears the same as of one that is not there
    nothing = refused(mine.get(f"{papers[:-17]}9999/papers/01.pdf"), 404, "unknown-dossier")
    for stranger in ("congdan2", "ubnd.tiepnhan", "kiemtoan"):
        heard = refused(system.person(stranger).get(f"{papers}/01.pdf"), 404, "unknown-dossier")
        assert heard["detail"] == nothing["detail"]
    refused(system.anybody.get(f"{papers}/01.pdf"), 401, "log-in-first")

    today = f"{datetime.now(VIETNAM).date()}"
    days = {"since": today, "until": today}
    register = words(desk.get("/register.pdf", params=days))
    assert filed.code in register.replace("\u200b", "").replace("- ", "-")
    refused(mine.get("/register.pdf", params=days), 403, "officers-only")
    refused(
        desk.get("/register.pdf", params={**days, "since": "2020-01-01"}), 422, "register-too-long"
    )

    lists = system.anybody.get(f"/procedures/{RESIDENCE}/checklist.pdf", params={"case": "ca-nhan"})
    assert "DANH MỤC GIẤY TỜ" in words(lists)
    assert "TỜ KHAI" in words(system.anybody.get("/procedures/dang-ky-tam-tru/declaration.pdf"))
    content = {"form": {"ho_ten": "Trần Đăng Dở"}, "applicant": {"name": "Trần Đăng Dở"}}
    saved = expect(mine.post("/drafts", {"procedure": RESIDENCE, "content": content}), 201)
    assert "Trần Đăng Dở" in words(mine.get(f"/drafts/{saved['draft']}/declaration.pdf"))
