"""axe finds no serious violation on any page, at a computer and on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.timeout(900)

_SERIOUS = ("serious", "critical")
_PUBLIC = (
    "/", "/help", "/privacy", "/procedures", "/procedures?q=khai+sinh&province=38",
    "/procedures?on=12/04/2022", "/procedures/dang-ky-tam-tru",
    "/register", "/register?kind=citizen",
    "/register?kind=enterprise", "/activate?token=x", "/login", "/lookup", "/nowhere",
    "/register/resend", "/password/forgotten", "/password?token=x",
    "/transparency", "/transparency/guide", "/statistics",
)  # fmt: skip
_CITIZENS = (
    "/dossiers",
    "/my-papers",
    "/notifications",
    "/account",
    "/procedures/dang-ky-tam-tru/apply",
)
_AUDITORS = ("/audit", "/audit?code=khong-co")
_OFFICERS = (
    "/inbox",
    "/inbox?tab=mine",
    "/inbox?tab=closed",
    "/inbox?q=khong+co+ho+so+nay",
    "/inbox?tab=consulted",
    "/inbox/register",
    "/inbox/delegations",
    "/procedures/dang-ky-tam-tru/receive",
)
_OPERATORS = ("/operations", "/operations/notify", "/operations/nothing")


def faults(page: Page, axe: str) -> list[str]:
    """Return what axe calls serious or critical, in a line each."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:120]}"
        for fault in found["violations"]
        if fault["impact"] in _SERIOUS
    ]


@pytest.mark.proves("B18", "B19", "I14")
@pytest.mark.parametrize("phone", [False, True], ids=["computer", "phone"])
def test_axe_finds_nothing_serious_and_nothing_runs_over_the_edge(
    person: Any, axe: str, phone: bool, paper: Path
) -> None:
    wrong: dict[str, list[str]] = {}
    citizen = person("citizen")
    citizen.log_in("congdan")
    history = f"/dossiers/{citizen.file_a_dossier(paper)}/history"
    for username, paths in (
        (None, _PUBLIC),
        ("congdan", _CITIZENS),
        ("ca.tiepnhan", _OFFICERS),
        ("ca.totruong", ("/inbox?tab=nobody&sort=applicant", "/statistics?agency=ca-16594")),
        ("quantri", _OPERATORS),
        ("kiemtoan", (*_AUDITORS, history, f"{history}?version=1", f"{history}?at=x")),
    ):
        visitor = person(username or "visitor", phone=phone, trusted=True)
        if username is not None:
            visitor.log_in(username)
        for path in paths:
            visitor.go(path)
            found = faults(visitor.page, axe)
            width = visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if found or width > 0:
                wrong[path] = [*found, f"{width} px too wide"]
    assert wrong == {}
