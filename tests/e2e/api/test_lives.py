"""Whole lives of dossiers, each to another end, as applicant and officers live them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from filing import Filed, file, marital_status, residence, stay
from interface import Json, System, eventually, expect, new_key, refused
from records import Records


def _mails(filed: Filed, *subjects: str) -> None:
    """Wait until a mail about each of these has come, each once."""
    for words in subjects:
        filed.system.mailbox.await_one(filed.email, words)
    came = [mail["message_id"] for mail in filed.system.mailbox.to(filed.email)]
    assert len(came) == len(set(came))


def _order(types: Iterable[str], *wanted: str) -> None:
    """Assert that these events happened, in this order."""
    rest = iter(types)
    assert all(name in rest for name in wanted), wanted


class TestTracking:
    """At every hop the applicant sees who holds it, at which step, due when."""

    @pytest.mark.proves("A07", "A10", "A11", "A12", "A14", "A16", "D13", "D15")
    @pytest.mark.proves("E01", "E02", "E03", "E04", "E05", "E06", "E07", "E09")
    def test_of_a_registration_through_all_hands(self, system: System) -> None:
        filed = file(system, residence(system.person("congdan").file()))
        sent = filed.status()
        assert sent["agency"]["name"] == "Công an phường Tân Dân"
        assert sent["holder"]["unit"]["name"] == "Bộ phận tiếp nhận hồ sơ"
        assert sent["holder"]["officer"] is None
        assert sent["clock"]["state"] == "not-started"

        accepted = _seen(filed, filed.act("ca.tiepnhan", "accept", note="Đủ giấy tờ"))
        assert accepted["receiving_unit"]["name"] == "Bộ phận tiếp nhận hồ sơ"
        assert accepted["receiving_officer"]["name"] == "Ngô Tuệ Minh"
        assert accepted["clock"]["state"] == "running"
        assert accepted["step"]["name"] == "Phân công"

        handler = system.person("ca.thuly2")
        assigned = _seen(filed, filed.act("ca.totruong", "assign", officer=handler.account))
        assert assigned["holder"]["unit"]["id"] == "administration"
        assert assigned["holder"]["officer"]["name"] == "Âu Dương Hạnh"
        assert assigned["step"]["name"] == "Thụ lý"
        assert assigned["step"]["due"] <= assigned["clock"]["due"]
        assert assigned["status"] == 4
        assert [step["state"] for step in assigned["steps"]] == [
            *("done", "done", "current"),
            *("waiting",) * 4,
        ]
        # whoever has it in hand alone may go on with it
        colleague = system.person("ca.thuly1").post(
            f"{filed.address}/complete-step", {}, key=new_key()
        )
        assert "Âu Dương Hạnh" in refused(colleague, 403, "not-yours")["detail"]
        mine = expect(handler.get("/inbox", params={"tab": "mine", "q": filed.code}), 200)
        assert [row["code"] for row in mine["items"]] == [filed.code]
        # nothing is late, so it is stuck nowhere
        assert assigned["stuck_at"] is None or not assigned["stuck_at"]["late_minutes"]

        titles = [entry["title"] for entry in filed.trace()]
        assert "Chuyển đến bước «Thụ lý»" in titles
        assert filed.trace()[-1]["version"] >= assigned["version"]


def _seen(filed: Filed, answered: Json) -> Json:
    """Return what the applicant sees right after what an officer was answered."""
    status = filed.status()
    assert status["version"] >= answered["version"]
    assert status["holder"] == answered["holder"]
    assert status["step"] == answered["step"]
    return status


@pytest.mark.proves("A05", "A06")
def test_the_owner_may_be_somebody_else_than_the_applicant(system: System) -> None:
    sent = stay()
    owner = {**sent["owner"], "name": "Lò Bá Thịnh", "identity_number": "038085008765"}
    owner |= {"date_of_birth": "1985-09-17", "sex": "male"}
    filed = file(system, {**sent, "owner": owner})
    assert filed.status()["applicant"]["name"] == sent["applicant"]["name"]
    assert filed.status()["owner"]["name"] == "Lò Bá Thịnh"


@pytest.mark.proves("D13", "D14", "D15")
def test_each_procedure_goes_to_the_agency_that_resolves_it(system: System) -> None:
    to_police = file(system, stay())
    to_committee = file(system, marital_status())
    assert to_police.receipt["agency"]["id"] == "ca-16594"
    assert to_committee.receipt["agency"]["id"] == "ubnd-16594"
    for filed, desk in ((to_police, "ca.tiepnhan"), (to_committee, "ubnd.tiepnhan")):
        found = expect(system.person(desk).get("/inbox", params={"q": filed.code}), 200)
        assert [row["code"] for row in found["items"]] == [filed.code]


@pytest.mark.proves("A08", "A15", "D20", "F03", "F05", "F07", "F09", "H10")
def test_level_3_ends_at_the_counter_by_appointment(system: System, records: Records) -> None:
    filed = file(system, marital_status())
    filed.act("ubnd.tiepnhan", "accept")
    handler = system.person("ubnd.thuly1").account
    filed.act("ubnd.truongphong", "assign", officer=handler)
    filed.act("ubnd.thuly1", "complete-step", note="Đủ điều kiện")
    filed.act("ubnd.truongphong", "complete-step")
    filed.act("ubnd.lanhdao", "approve")

    clerk = system.person("ubnd.vanthu")
    path = f"{filed.address}/dispatch"
    without = refused(clerk.post(path, {"number": "12/XNHN"}, key=new_key()), 422)
    assert [fault["field"] for fault in without["errors"]] == ["appointment_at"]
    appointment = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0)
    told = {"number": "12/XNHN", "appointment_at": appointment.isoformat()}
    filed.act("ubnd.vanthu", "dispatch", **told)
    ready = filed.status()
    assert ready["status"] == 9
    assert datetime.fromisoformat(ready["result"]["appointment_at"]) == appointment
    assert ready["holder"]["unit"]["id"] == "one-stop"

    filed.act("ubnd.tiepnhan", "hand-over")
    assert filed.status()["status"] == 10
    _order(
        records.dossier(filed.code),
        *("DossierSubmitted", "DossierAccepted", "OfficerAssigned", "StepCompleted"),
        *("ResultApproved", "DossierCompleted", "ResultDispatched", "ResultReceived"),
    )
    _mails(filed, "đã được gửi", "đã được tiếp nhận", "mời nhận kết quả lúc")


@pytest.mark.proves("F06", "F07", "F08", "G20", "H09")
def test_a_result_goes_by_post_and_is_confirmed_and_rated(system: System, records: Records) -> None:
    filed = file(system, stay(return_by="post"))
    for officer, action in (
        ("ca.tiepnhan", "accept"),
        ("ca.thuly1", "complete-step"),
        ("ca.lanhdao", "approve"),
    ):
        filed.act(officer, action)
    clerk = system.person("ca.vanthu")
    without = refused(clerk.post(f"{filed.address}/dispatch", {}, key=new_key()), 422)
    assert [fault["field"] for fault in without["errors"]] == ["tracking"]
    sent = filed.act("ca.vanthu", "dispatch", tracking="EH123456789VN")
    assert sent["status"] == 9
    assert filed.status()["result"]["tracking"] == "EH123456789VN"
    confirmed = filed.citizen.post(f"{filed.address}/confirm-receipt", {}, key=new_key())
    assert expect(confirmed, 200)["status"] == 10
    rated = {"score": 5, "comment": "Nhanh, rõ ràng"}
    sent = filed.citizen.post(f"{filed.address}/rate", rated, key=new_key())
    assert expect(sent, 200)["rating"]["score"] == 5
    once = filed.citizen.post(f"{filed.address}/rate", rated, key=new_key())
    refused(once, 409, "rated-already")
    assert filed.status()["result"]["received_at"]
    # nothing was to be paid
    assert filed.status()["fees"] == []
    assert "FeeRequested" not in records.dossier(filed.code)
    _mails(filed, "kết quả đã gửi qua bưu điện")
    again = clerk.post(f"{filed.address}/dispatch", {"tracking": "X1"}, key=new_key())
    refused(again, 409, "not-now")


@pytest.mark.proves("D18", "D19")
def test_a_refused_dossier_ends_with_its_reason(system: System, records: Records) -> None:
    filed = file(system, stay())
    reason = {"reason": "Nộp trùng với hồ sơ trước", "legal_basis": "Điều 9 NĐ 61/2018"}
    refused_now = filed.act("ca.tiepnhan", "refuse", **reason)
    assert refused_now["status"] == 3
    assert filed.status()["refusal"].startswith(reason["reason"])
    assert filed.status()["clock"]["state"] in ("stopped", "not-started")
    assert filed.status()["actions"] == []
    late = filed.citizen.post(f"{filed.address}/withdraw", {"reason": "Thôi"}, key=new_key())
    refused(late, 409, "not-now")
    _mails(filed, "không được tiếp nhận")
    assert records.dossier(filed.code).count("DossierRefused") == 1


def test_a_withdrawn_dossier_ends_and_nobody_can_go_on(system: System, records: Records) -> None:
    filed = file(system, stay())
    filed.act("ca.tiepnhan", "accept")
    key, reason = new_key(), {"reason": "Không còn nhu cầu"}
    refused(filed.citizen.post(f"{filed.address}/withdraw", reason, key=key), 409, "not-now")
    path = f"{filed.address}/request-withdrawal"
    first = expect(filed.citizen.post(path, reason, key=key), 200)
    again = expect(filed.citizen.post(path, reason, key=key), 200)
    assert (first["status"], again["version"]) == (2, first["version"])
    assert filed.act("ca.lanhdao", "grant-withdrawal")["status"] == 7
    handler = system.person("ca.thuly1")
    refused(handler.post(f"{filed.address}/complete-step", {}, key=new_key()), 409, "not-now")
    assert records.dossier(filed.code).count("DossierWithdrawn") == 1
    _mails(filed, "đã được rút")


def test_a_dossier_sent_to_another_agency_is_out_of_the_former_ones_hands(
    system: System, records: Records
) -> None:
    filed, desk = file(system, stay()), system.person("ca.tiepnhan")
    path = f"{filed.address}/transfer"
    away = {"agency": "ubnd-16654", "reason": "Người nộp lưu trú ở phường Nghi Sơn"}
    refused(desk.post(path, away, key=new_key()), 422, "not-competent")
    key = new_key()
    sent = expect(desk.post(path, {**away, "agency": "ca-16654"}, key=key), 200)
    again = expect(desk.post(path, {**away, "agency": "ca-16654"}, key=key), 200)
    assert (again["version"], again["code"]) == (sent["version"], filed.code)
    assert sent["applicant"] is None
    refused(desk.get(filed.address), 404, "unknown-dossier")
    refused(desk.post(f"{filed.address}/accept", {}, key=new_key()), 404, "unknown-dossier")
    seen = filed.status()
    assert (seen["agency"]["id"], seen["holder"]["agency"]["id"]) == ("ca-16654", "ca-16654")
    assert records.dossier(filed.code).count("DossierTransferred") == 1
    _mails(filed, "được chuyển đến Công an phường Nghi Sơn")


@pytest.mark.proves("A08", "D18", "D19")
def test_a_missing_paper_is_asked_for_and_brought(system: System, records: Records) -> None:
    filed = file(system, residence(system.person("congdan").file()))
    filed.act("ca.tiepnhan", "accept")
    filed.act("ca.totruong", "assign", officer=system.person("ca.thuly1").account)
    missing = {
        "items": [{"requirement": "cho-o-hop-phap", "note": "Trang 2 bị mờ"}],
        "reason": "Không đọc được",
        "legal_basis": "Điều 28 Luật Cư trú",
    }
    asked = filed.act("ca.thuly1", "request-supplement", **missing)
    assert asked["status"] == 5
    waiting = filed.status()
    assert waiting["clock"]["state"] == "paused"
    assert waiting["supplement"]["items"][0]["note"] == "Trang 2 bị mờ"
    assert waiting["actions"] == ["supplement", "request-withdrawal"]

    paper = {"requirement": "cho-o-hop-phap", "file": filed.citizen.file("ro-net.pdf")}
    brought = filed.citizen.post(
        f"{filed.address}/supplement", {"documents": [paper]}, key=new_key()
    )
    done = expect(brought, 200)
    assert done["status"] == 4
    assert done["clock"]["state"] == "running"
    assert done["supplement"] is None
    assert paper["file"] in {document["file"] for document in filed.status()["documents"]}
    _order(
        records.dossier(filed.code),
        *("SupplementRequested", "ClockPaused", "DossierSupplemented", "ClockResumed"),
    )
    _mails(filed, "cần bổ sung giấy tờ")


def test_a_step_goes_back_with_a_reason_and_comes_again(system: System, records: Records) -> None:
    filed = file(system, stay())
    filed.act("ca.tiepnhan", "accept")
    filed.act("ca.thuly1", "complete-step")
    back = filed.act("ca.lanhdao", "return-step", to="handling", reason="Thiếu ngày đến")
    assert back["step"]["id"] == "handling"
    assert filed.status()["holder"]["unit"]["id"] == "administration"
    nowhere = {"to": "dispatch", "reason": "Thử"}
    filed.act("ca.thuly1", "complete-step")
    leader = system.person("ca.lanhdao")
    forward = leader.post(f"{filed.address}/return-step", nowhere, key=new_key())
    assert forward.status_code in (409, 422)
    filed.act("ca.lanhdao", "approve")
    _order(records.dossier(filed.code), "StepReturned", "StepCompleted", "ResultApproved")


@pytest.mark.proves("D11", "D12", "D16", "H08")
def test_mail_goes_to_the_address_in_the_form_and_the_history_tells_it(
    system: System, records: Records
) -> None:
    filed = file(system, stay())
    mail = system.mailbox.await_one(filed.email, f"Hồ sơ {filed.code} đã được gửi")
    assert filed.pin in mail["text"]
    assert mail["html"]

    def told() -> list[Json]:
        entries = [entry for entry in filed.trace() if entry["type"] == "CitizenNotified"]
        return entries if len(entries) == 2 else []

    eventually(told, "the history to tell of mail and in-app message")
    inbox = expect(filed.citizen.get("/notifications"), 200)
    (message,) = [one for one in inbox["items"] if one["dossier"] == filed.code]
    assert message["read"] is False
    read = filed.citizen.post(f"/notifications/{message['message']}/read", key=new_key())
    assert read.status_code == 204
    after = expect(filed.citizen.get("/notifications", params={"limit": 100}), 200)["items"]
    assert {one["read"] for one in after if one["message"] == message["message"]} == {True}
    stranger = system.person("congdan2")
    theirs = stranger.post(f"/notifications/{message['message']}/read", key=new_key())
    refused(theirs, 404)


def test_mail_speaks_the_applicants_language(system: System) -> None:
    citizen, sent = system.person("congdan"), stay()
    expect(citizen.post("/dossiers", sent, key=new_key(), language="en"), 201)
    mail = system.mailbox.await_one(sent["applicant"]["email"], "")
    assert mail["headers"]["Content-Language"] == "en"


def test_a_draft_is_kept_until_it_is_sent(system: System) -> None:
    citizen = system.person("congdan")
    begun = {"procedure": "2.001159", "content": {"step": 3, "form": {"ly_do": "Thăm"}}}
    draft = expect(citizen.post("/drafts", begun, key=new_key()), 201)
    mine = expect(citizen.get("/drafts"), 200)["items"]
    assert draft["draft"] in {one["draft"] for one in mine}
    refused(system.person("congdan2").get(f"/drafts/{draft['draft']}"), 404)
    file(system, stay(draft=draft["draft"]))
    refused(citizen.get(f"/drafts/{draft['draft']}"), 404)


def test_another_unit_is_asked_for_its_opinion_while_the_step_goes_on(system: System) -> None:
    filed = file(system, marital_status())
    filed.act("ubnd.tiepnhan", "accept")
    filed.act("ubnd.truongphong", "assign", officer=system.person("ubnd.thuly1").account)
    clerk = system.person("ubnd.vanthu")
    asked = filed.act("ubnd.thuly1", "consult", unit="office", question="Sổ gốc có tên không?")
    assert asked["holder"]["officer"]["name"] == filed.status()["holder"]["officer"]["name"]
    (seen,) = filed.status()["consultations"]
    assert (seen["unit"]["id"], seen["state"], seen["question"]) == ("office", "open", "")

    handler = system.person("ubnd.thuly1")
    waits = handler.post(f"{filed.address}/complete-step", {}, key=new_key())
    refused(waits, 409, "consultation-open")
    listed = expect(clerk.get("/inbox", params={"tab": "consulted", "q": filed.code}), 200)
    assert [row["code"] for row in listed["items"]] == [filed.code]
    answered = filed.act("ubnd.vanthu", "answer-consultation", opinion="Có, trang 12")
    assert answered["consultations"][0]["opinion"] == "Có, trang 12"
    listed = expect(clerk.get("/inbox", params={"tab": "consulted", "q": filed.code}), 200)
    assert listed["items"] == []
    filed.act("ubnd.thuly1", "complete-step")
    titles = [entry["title"] for entry in filed.trace()]
    assert any(title.startswith("Lấy ý kiến") for title in titles)
    assert "trang 12" not in str(filed.trace())
