"""The work list over HTTP: what is in nobody's hands is found, assigned, kept and taken away."""

from __future__ import annotations

import pytest
from filing import file, stay
from interface import System, expect, new_key, refused


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
    assert after["total"]["received"] == before["total"]["received"] + 5
    assert after["total"]["online_rate"] == 10_000
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
