"""Channels 1 and 3: an officer enters what is brought to the desk or comes by post."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from filing import Filed, marital_status, person, residence, stay
from interface import Json, System, eventually, expect, faults, new_key, refused
from records import Records

DESK = "ca.tiepnhan"


@pytest.fixture(autouse=True)
def tries_are_forgotten(records: Records) -> Any:
    """Looking up is bounded by the address, which all tests share."""
    records.forget_tries()
    yield
    records.forget_tries()


def _enter(system: System, content: Json, officer: str = DESK, **changes: Any) -> Filed:
    desk = system.person(officer)
    there = {"place": None, "channel": "in-person", "return_by": "in-person", **changes}
    sent = {name: value for name, value in {**content, **there}.items() if value is not None}
    receipt = expect(desk.post("/dossiers", sent, key=new_key()), 201)
    return Filed(system, desk, sent, receipt)


def _owner(records: Records, file: str) -> str:
    return str(records.database("dossier")["files"].find_one({"_id": file})["owner"])


def test_what_is_brought_to_the_desk_is_accepted_and_followed_with_the_pin(
    system: System, records: Records
) -> None:
    scan = system.person(DESK).file("ban-chup.pdf")
    filed = _enter(system, residence(scan))
    seen = filed.status()
    assert (seen["status"], seen["channel"]) == (2, "in-person")
    assert seen["receiving_officer"]["name"] == "Ngô Tuệ Minh"
    assert seen["clock"]["state"] == "running"
    assert seen["pin"] is None
    assert [document["file_name"] for document in seen["documents"]] == ["ban-chup.pdf"]
    assert records.dossier(filed.code)[:3] == ["DossierSubmitted", "StepEntered", "DossierAccepted"]

    # the receipt carries the PIN, and the PIN opens the look-up
    paper = filed.citizen.get(f"{filed.address}/papers/01.pdf")
    assert paper.content.startswith(b"%PDF")
    factor = {"key": filed.code, "factor": filed.pin}
    (found,) = expect(system.anybody.post("/lookups", factor), 200)["items"]
    assert found["status_name"] == "Được tiếp nhận"

    # an account with that number does not get it, nor does it in the citizen's own list
    citizen = system.person("congdan")
    refused(citizen.get(filed.address), 404, "unknown-dossier")
    own = expect(citizen.get("/dossiers", params={"q": filed.code}), 200)
    assert own["items"] == []
    mail = system.mailbox.await_one(filed.email, "đã được tiếp nhận")
    assert filed.code in mail["subject"]


def test_who_gives_no_address_is_told_nothing_and_the_history_says_so(system: System) -> None:
    applicant = person()
    del applicant["email"]
    filed = _enter(system, stay(applicant=applicant, owner=applicant))

    def told() -> list[Json]:
        entries = [entry for entry in filed.trace() if entry["type"] == "CitizenNotified"]
        return entries if len(entries) == 3 else []

    entries = eventually(told, "the history to tell of three messages")  # and none in an inbox
    assert {entry["title_en"] for entry in entries} == {
        "The applicant could not be notified by mail"
    }


def test_the_term_of_a_letter_counts_from_its_arrival(system: System) -> None:
    arrived = (datetime.now(UTC) - timedelta(days=7)).replace(microsecond=0)
    desk, content = "ubnd.tiepnhan", marital_status()
    late = _enter(system, content, desk, channel="post", arrived_at=arrived.isoformat())
    assert late.status()["channel"] == "post"
    now = _enter(system, content, desk)
    assert late.status()["clock"]["due"] < now.status()["clock"]["due"]
    by_post = {**stay(), "channel": "post", "return_by": "in-person"}
    by_post.pop("place")
    refused(system.person(DESK).post("/dossiers", by_post, key=new_key()), 422, "no-such-channel")


def test_a_supplement_is_entered_at_the_desk_and_the_scan_is_the_applicants(
    system: System, records: Records
) -> None:
    desk = system.person(DESK)
    filed = _enter(system, residence(desk.file()))
    filed.act("ca.totruong", "assign", officer=system.person("ca.thuly1").account)
    missing = {
        "items": [{"requirement": "cho-o-hop-phap", "note": "Trang 2 bị mờ"}],
        "reason": "Không đọc được",
    }
    filed.act("ca.thuly1", "request-supplement", **missing)
    assert filed.status(desk)["actions"] == ["supplement", "request-withdrawal"]
    paper = {"requirement": "cho-o-hop-phap", "file": desk.file("ro-net.pdf")}
    key = new_key()
    for _ in range(2):
        again = desk.post(f"{filed.address}/supplement", {"documents": [paper]}, key=key)
        assert expect(again, 200)["status"] == 4
    assert records.dossier(filed.code).count("DossierSupplemented") == 1
    assert [one["file_name"] for one in filed.status()["documents"]] == ["ro-net.pdf"]
    (entry,) = [one for one in filed.trace() if one["type"] == "DossierSupplemented"]
    assert "Ngô Tuệ Minh" in entry["who"]
    (submitted, *_) = records.stream("dossier", f"dossier-{filed.code}")
    assert _owner(records, paper["file"]) == submitted.event.subject


def test_bad_entries_are_refused_and_leave_the_scans_with_the_officer(
    system: System, records: Records
) -> None:
    desk = system.person(DESK)
    scan = desk.file()
    whole = {**residence(scan), "channel": "in-person", "return_by": "in-person"}
    whole.pop("place")
    for changed, status, code in (
        ({"return_by": "online"}, 422, "invalid"),
        ({"channel": "pigeon"}, 422, "invalid"),
        ({"arrived_at": "2026-11-01T00:00:00Z"}, 422, "invalid"),
        ({"channel": "online", "place": "16594"}, 403, "applicants-only"),
    ):
        refused(desk.post("/dossiers", {**whole, **changed}, key=new_key()), status, code)
    assert _owner(records, scan) == desk.account
    # neither who only handles, nor an applicant, nor the desk of an agency that does not resolve it
    for who in ("ca.thuly1", "congdan"):
        refused(system.person(who).post("/dossiers", whole, key=new_key()), 403, "desk-only")
    there = {**whole, "agency": "ca-16654"}
    refused(desk.post("/dossiers", there, key=new_key()), 422, "not-competent")
    other = {**marital_status(), "channel": "in-person"}
    other.pop("place")
    refused(desk.post("/dossiers", other, key=new_key()), 422, "not-competent")
    somebody = person(identity_number="038190888777")
    content = stay(applicant=somebody, owner=somebody)
    content["form"]["so_dinh_danh"] = somebody["identity_number"]
    first = _enter(system, content, although_open=False)
    again = {**first.sent}
    found = refused(desk.post("/dossiers", again, key=new_key()), 409, "already-open")
    assert first.code in found["detail"]
    wrong = refused(desk.post("/dossiers", {**whole, "form": {}}, key=new_key()), 422)
    assert "form.ho_ten" in faults(wrong)
