"""What the national portal's synchronisation pulls (domain §9)."""

from __future__ import annotations

from typing import Any

from filing import file, marital_status
from interface import System, expect, refused


def pulled(system: System, after: int = 0) -> tuple[dict[str, Any], int]:
    """Pull to the end; return the newest export of each dossier, and where to go on."""
    puller, found, more = system.person("lienthong"), {}, True
    while more:
        page = expect(puller.get("/national/dossiers", params={"after": after, "limit": 200}), 200)
        found.update({one["dossier"]["MaHoSo"]: one for one in page["items"]})
        after, more = page["next"], page["more"]
    return found, after


def test_a_dossier_is_pulled_whenever_something_happens_to_it(system: System) -> None:
    content = marital_status()
    filed = file(system, content)
    found, cursor = pulled(system)
    new = found[filed.code]
    assert (new["dossier"]["TrangThaiHoSo"], new["progress"]) == ("1", [])
    assert new["dossier"]["NgayTiepNhan"] == ""

    filed.act("ubnd.tiepnhan", "accept")
    later, end = pulled(system, cursor)
    assert end > cursor
    message = later[filed.code]["dossier"]
    assert (message["TrangThaiHoSo"], message["HinhThuc"]) == ("2", "2")
    assert len(message["NgayTiepNhan"]) == len(message["NgayHenTra"]) == 14
    assert message["MaDoiTuong"] == content["owner"]["identity_number"]
    progress = later[filed.code]["progress"]
    assert progress[0]["PhongBanXuLy"]
    assert progress[0]["TrangThai"] == "2"
    assert later[filed.code]["version"] > new["version"]


def test_nobody_else_pulls(system: System) -> None:
    for who in ("congdan", "ubnd.lanhdao", "quantri", "kiemtoan"):
        refused(system.person(who).get("/national/dossiers"), 403, "exchange-only")
