"""The work list over HTTP: what is in nobody's hands is found, assigned, kept and taken away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from filing import file, stay
from interface import System, eventually, expect, faults, new_key, refused

from services.dossier.clock import VIETNAM


def test_what_nobody_has_is_assigned_at_once_and_each_refusal_says_why(system: System) -> None:
    filed = [file(system, stay()) for _ in range(3)]
    codes = [one.code for one in filed]
    for one in filed[:2]:
        one.act("ca.tiepnhan", "accept")
    head = system.person("ca.totruong")
    nobody = {"tab": "nobody", "limit": 200}
    before = expect(head.get("/inbox", params=nobody), 200)
    assert set(codes) <= {row["code"] for row in before["items"]}

    handler = system.person("ca.thuly1")
    body = {"officer": handler.account, "codes": codes}
    key = new_key()
    # the third one is not accepted yet; sent twice it is done once
    for _ in range(2):
        done = expect(head.post("/inbox/assignments", body, key=key), 200)["items"]
        assert [one["code"] for one in done] == codes
        assert [one["problem"] for one in done] == ["", "", "not-now"]
        assert "Mới đăng ký" in done[2]["detail"]
    after = expect(head.get("/inbox", params=nobody), 200)
    assert {row["code"] for row in after["items"]}.isdisjoint(codes[:2])
    # who is answered sees the effect at the next read, in the counts too
    assert after["counts"]["nobody"] == before["counts"]["nobody"] - 2

    newest = {"tab": "mine", "sort": "-code", "limit": 200}
    mine = expect(handler.get("/inbox", params=newest), 200)
    assert set(codes[:2]) <= {row["code"] for row in mine["items"]}
    assert [row["code"] for row in mine["items"]] == sorted(
        (row["code"] for row in mine["items"]), reverse=True
    )
    for form, begin in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        taken = handler.get(f"/inbox/{form}", params={"tab": "mine"})
        assert taken.status_code == 200
        assert taken.content.startswith(begin)
    assert codes[0] in handler.get("/inbox/csv", params={"tab": "mine"}).text


def test_a_filter_is_kept_for_the_officer_who_saved_it(system: System) -> None:
    head = system.person("ca.totruong")
    wanted = {"name": "Trễ hạn", "tab": "unit", "colour": "late", "sort": "officer"}
    kept = expect(head.post("/inbox/filters", {"filter": wanted}, key=new_key()), 200)["items"]
    (saved,) = [one for one in kept if one["name"] == "Trễ hạn"]
    assert wanted.items() <= saved.items()
    assert expect(head.get("/inbox/filters"), 200)["items"] == kept
    assert expect(system.person("ca.thuly1").get("/inbox/filters"), 200)["items"] == []
    refused(system.person("congdan").get("/inbox/filters"), 403, "officers-only")
    assert head.call("DELETE", "/inbox/filters/Trễ hạn").status_code == 204
    left = expect(head.get("/inbox/filters"), 200)["items"]
    assert saved not in left


@pytest.mark.proves("G01", "G04", "G13")
def test_figures_follow_what_happens_and_lead_to_the_dossiers_behind(system: System) -> None:
    head, agency = system.person("ca.totruong"), {"agency": "ca-16594"}
    before = expect(head.get("/statistics", params=agency), 200)
    filed = [file(system, stay()) for _ in range(5)]
    after = expect(head.get("/statistics", params=agency), 200)
    for what in ("received", "online"):  # at the desk others have filed too
        assert after["total"][what] == before["total"][what] + 5
    share = after["total"]["online"] / after["total"]["received"]
    assert after["total"]["online_rate"] == pytest.approx(10_000 * share, abs=1)
    assert {one["name"] for one in after["load"]} >= {"Vi Thanh Bình"}
    period = {"begin": after["end"], "end": after["end"]}
    procedure = filed[0].status()["procedure"]["code"]
    behind = head.get("/statistics/dossiers", params={**period, "procedure": procedure})
    newest = [row["code"] for row in expect(behind, 200)["items"]][:5]
    assert set(newest) == {one.code for one in filed}

    public = expect(system.anybody.get("/statistics", params=agency), 200)
    assert public["total"]["received"] == after["total"]["received"]
    assert (public["load"], public["late_now"]) == ([], None)
    refused(system.person("congdan").get("/statistics/dossiers", params=period), 403)
    times = expect(system.anybody.get(f"/procedures/{procedure}/times"), 200)
    assert times["procedure"] == procedure


def test_what_an_officer_who_is_away_has_or_gets_goes_to_the_deputy(system: System) -> None:
    away, deputy = system.person("ca.thuly2"), system.person("ca.thuly1")
    today = datetime.now(UTC).astimezone(VIETNAM).date()
    days = {"since": today.isoformat(), "until": (today + timedelta(days=3)).isoformat()}
    named = {"deputy": deputy.account, **days}
    refused(system.person("congdan").post("/delegations", named, key=new_key()), 403)
    for_another = {**named, "officer": away.account}
    desk = system.person("ca.tiepnhan")
    refused(desk.post("/delegations", for_another, key=new_key()), 403, "not-yours-to-delegate")
    wrong = {**named, "until": "2020-01-01"}
    assert faults(refused(away.post("/delegations", wrong, key=new_key()), 422)) == {
        "until": "range"
    }
    filed = file(system, stay())
    filed.act("ca.tiepnhan", "accept")
    filed.act("ca.totruong", "assign", officer=away.account)
    try:
        (one,) = expect(away.post("/delegations", named, key=new_key()), 200)["items"]
        assert (one["officer"]["name"], one["now"]) == ("Âu Dương Hạnh", True)
        assert expect(desk.get("/delegations"), 200)["items"] == [one]

        def with_the_deputy() -> bool:
            return bool(filed.status()["holder"]["officer"]["account"] == deputy.account)

        eventually(with_the_deputy, "the deputy to have it in hand")
        late = away.post(f"{filed.address}/complete-step", {}, key=new_key())
        refused(late, 403, "not-yours")
        assert "Vi Thanh Bình" in next(
            entry["title"] for entry in filed.trace() if "xử lý thay" in entry["title"]
        )
        filed.act("ca.thuly1", "complete-step")
    finally:
        ended = away.post("/delegations/end", {}, key=new_key())
    assert expect(ended, 200)["items"] == []
