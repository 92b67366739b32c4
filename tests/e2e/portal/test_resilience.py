"""What is sent twice, in two windows, or while a service is away."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.timeout(900)


def test_a_dossier_sent_twice_is_one_dossier(person: Any, paper: Path) -> None:
    citizen = person("citizen", scripts=False)
    citizen.log_in("congdan")
    page = citizen.page
    before = listed(citizen)
    citizen.fill_in_the_four_steps(paper)
    sent = {
        field.get_attribute("name"): field.get_attribute("value")
        for field in page.locator("main form input[type=hidden]").all()
    }
    sent["although_open"] = "yes"  # others may be open: that is not what is asked here
    # the referrer is what the browser itself would send
    headers = {"Referer": page.url}
    answers = [
        page.request.post(page.url, form=sent, headers=headers, max_redirects=0) for _ in range(2)
    ]
    first, second = (answer.headers.get("location") for answer in answers)
    assert first is not None
    # a late repeat finds the dossier, or that the draft is gone and leads to the list
    assert second in (first, "/dossiers")
    assert listed(citizen) - before == {first.split("/")[2]}


def listed(citizen: Any) -> set[str]:
    """Return the codes of the first page of one's own dossiers, the newest ones."""
    citizen.go("/dossiers")
    links = citizen.page.locator("main a[href^='/dossiers/']").all()
    codes = (re.fullmatch(r"/dossiers/([^/?]+)", link.get_attribute("href")) for link in links)
    return {found[1] for found in codes if found}


def test_without_the_catalogue_the_rest_goes_on(
    person: Any, paper: Path, request: pytest.FixtureRequest, system: Any
) -> None:
    if not system.own:
        pytest.skip("the system under test is not ours to stop")
    stack = request.getfixturevalue("stack")
    citizen = person("citizen")
    citizen.log_in("congdan")
    code = citizen.file_a_dossier(paper)
    stack.pause("catalog")
    try:
        with citizen.page.expect_response("**/procedures") as answer:
            citizen.go("/procedures")
        assert answer.value.status == 503
        citizen.sees("Một phần dịch vụ tạm ngừng", "Những phần vẫn dùng được")
        citizen.keep("unavailable")
        citizen.go("/")
        citizen.sees("Một cửa cho mọi dịch vụ công", "Năm bước, ngay tại nhà")
        citizen.go(f"/dossiers/{code}")
        expect(citizen.page.locator("main")).to_contain_text(code, timeout=60_000)
        citizen.sees("Mới đăng ký", "Hồ sơ đang ở đâu")
    finally:
        stack.resume("catalog")
