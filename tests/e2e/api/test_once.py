"""Once: keys, versions and numbers, whatever is sent again, at the same time, or too late."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from filing import Filed, file, marital_status, person, stay
from interface import Client, Json, System, eventually, expect, new_key, refused
from records import Records

AT_ONCE = 20


@pytest.fixture
def citizen(system: System) -> Client:
    return system.person("congdan")


def _submitted(records: Records, since: int) -> list[str]:
    events = records.since("dossier", since)
    return [record.event.code for record in events if record.type == "DossierSubmitted"]


def _at_once(count: int, client: Client, *requests_: tuple[str, Json, str]) -> list[Json]:
    """Send requests, each in a thread of its own, all at the same moment."""
    token = client.token

    def send(number: int) -> requests.Response:
        path, body, key = requests_[number % len(requests_)]
        # connections are not shared between threads
        return Client(client.base.removesuffix("/api/v1")).post(path, body, key=key, token=token)

    with ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(send, range(count)))
    return [{"status": one.status_code, "body": one.json()} for one in answers]


class TestIdempotencyKey:
    """The key makes a request happen once."""

    @pytest.mark.proves("L3")
    def test_the_same_request_again_gets_the_same_answer_and_one_dossier(
        self, citizen: Client, records: Records
    ) -> None:
        before, key, sent = records.head("dossier"), new_key(), stay()
        first = expect(citizen.post("/dossiers", sent, key=key), 201)
        again = expect(citizen.post("/dossiers", sent, key=key), 201)
        assert again == first
        assert _submitted(records, before) == [first["code"]]

    def test_with_another_body_it_is_refused_and_nothing_happens(
        self, citizen: Client, records: Records
    ) -> None:
        before, key = records.head("dossier"), new_key()
        first = expect(citizen.post("/dossiers", stay(), key=key), 201)
        other = stay(return_by="post")
        refused(citizen.post("/dossiers", other, key=key), 409, "idempotency-key-reused")
        assert _submitted(records, before) == [first["code"]]

    def test_somebody_elses_key_is_another_one(
        self, system: System, citizen: Client, records: Records
    ) -> None:
        before, key = records.head("dossier"), new_key()
        mine = expect(citizen.post("/dossiers", stay(), key=key), 201)
        theirs = expect(system.person("congdan2").post("/dossiers", stay(), key=key), 201)
        assert mine["code"] != theirs["code"]
        assert _submitted(records, before) == [mine["code"], theirs["code"]]

    @pytest.mark.proves("L3")
    def test_a_double_submission_at_the_same_moment_is_one_dossier(
        self, citizen: Client, records: Records
    ) -> None:
        before, sent = records.head("dossier"), ("/dossiers", stay(), new_key())
        answers = _at_once(8, citizen, sent)
        assert {answer["status"] for answer in answers} == {201}
        codes = {answer["body"]["code"] for answer in answers}
        assert _submitted(records, before) == list(codes)

    def test_one_key_for_two_different_requests_at_the_same_moment_lets_one_through(
        self, citizen: Client, records: Records
    ) -> None:
        before, key = records.head("dossier"), new_key()
        answers = _at_once(6, citizen, *(("/dossiers", stay(), key) for _ in range(2)))
        assert sorted(answer["status"] for answer in answers) == [201] * 3 + [409] * 3
        assert len(_submitted(records, before)) == 1

    def test_an_action_sent_again_after_others_followed_is_answered_as_then(
        self, system: System, records: Records
    ) -> None:
        filed, officer, key = file(system, stay()), system.person("ca.tiepnhan"), new_key()
        path = f"{filed.address}/accept"
        first = expect(officer.post(path, {"note": "Đủ"}, key=key), 200)
        filed.act("ca.thuly1", "complete-step")
        again = expect(officer.post(path, {"note": "Đủ"}, key=key), 200)
        assert again["version"] == first["version"]
        assert again["status"] == first["status"]
        assert Counter(records.dossier(filed.code))["DossierAccepted"] == 1

    def test_an_action_by_several_hands_at_the_same_moment_happens_once(
        self, system: System, records: Records
    ) -> None:
        filed, officer = file(system, stay()), system.person("ca.tiepnhan")
        wanted = [(f"{filed.address}/accept", {}, new_key()) for _ in range(6)]
        answers = _at_once(6, officer, *wanted)
        assert sorted(answer["status"] for answer in answers) == [200] + [409] * 5
        assert Counter(records.dossier(filed.code))["DossierAccepted"] == 1

    def test_a_refused_request_does_not_use_its_key_up(self, citizen: Client) -> None:
        key, sent = new_key(), stay()
        refused(citizen.post("/dossiers", {**sent, "form": {}}, key=key), 422)
        expect(citizen.post("/dossiers", sent, key=key), 201)


class TestASecondOfItsKind:
    """The same person, the same procedure, while the first dossier is open."""

    def test_it_is_asked_about_and_filed_if_it_is_meant(
        self, system: System, citizen: Client, records: Records
    ) -> None:
        filed = file(system, stay(), "congdan")
        before, key = records.head("dossier"), new_key()
        unasked = stay(although_open=False)
        problem = refused(citizen.post("/dossiers", unasked, key=key), 409, "already-open")
        assert problem["detail"].startswith("Hồ sơ ")
        assert _submitted(records, before) == []

        # who answers the question uses the key of the first try
        meant = {**unasked, "although_open": True}
        second = expect(citizen.post("/dossiers", meant, key=key), 201)
        assert _submitted(records, before) == [second["code"]] != [filed.code]

    def test_another_person_another_procedure_and_another_account_are_no_second(
        self, system: System, records: Records
    ) -> None:
        before, account = records.head("dossier"), system.person("congdan2")
        owner = person(identity_number="038190009876")
        file(system, stay(owner=owner), "congdan")
        sent = stay(owner=owner, although_open=False)
        first = expect(account.post("/dossiers", sent, key=new_key()), 201)["code"]
        refused(account.post("/dossiers", sent, key=new_key()), 409, "already-open")
        for other in (
            {**sent, "owner": person(identity_number="038190009877")},
            marital_status(owner=owner, although_open=False),
        ):
            expect(account.post("/dossiers", other, key=new_key()), 201)

        # nor is one that has ended
        withdrawn = {"reason": "Nhầm"}
        expect(account.post(f"/dossiers/{first}/withdraw", withdrawn, key=new_key()), 200)
        expect(account.post("/dossiers", sent, key=new_key()), 201)
        assert len(_submitted(records, before)) == 5


class TestIfMatch:
    """A command for a version that is no longer the current one changes nothing."""

    def test_stale_is_refused_with_both_versions(self, system: System, records: Records) -> None:
        filed, officer = file(system, stay()), system.person("ca.tiepnhan")
        seen = filed.status(officer)["version"]
        filed.act("ca.tiepnhan", "accept")
        completed = records.dossier(filed.code).count("StepCompleted")
        handler = system.person("ca.thuly1")
        path = f"{filed.address}/complete-step"
        answer = handler.post(path, {}, key=new_key(), version=seen, language="en")
        problem = refused(answer, 412, "stale")
        assert f"not {seen}" in problem["detail"]
        assert records.dossier(filed.code).count("StepCompleted") == completed
        current = filed.status(handler)["version"]
        expect(handler.post(path, {}, key=new_key(), version=current), 200)

    def test_of_two_who_saw_the_same_version_one_is_told_to_look_again(
        self, system: System, records: Records
    ) -> None:
        filed = file(system, stay())
        seen = filed.status()["version"]
        accepting = system.person("ca.tiepnhan").post(
            f"{filed.address}/accept", {}, key=new_key(), version=seen
        )
        expect(accepting, 200)
        withdrawing = filed.citizen.post(
            f"{filed.address}/withdraw", {"reason": "Đổi ý"}, key=new_key(), version=seen
        )
        refused(withdrawing, 412, "stale")
        assert "DossierWithdrawn" not in records.dossier(filed.code)

    def test_a_mere_note_about_a_mail_leaves_it_current(
        self, system: System, records: Records
    ) -> None:
        filed, officer = file(system, stay()), system.person("ca.tiepnhan")
        seen = filed.status(officer)["version"]
        eventually(lambda: "CitizenNotified" in records.dossier(filed.code), "the mail's note")
        path = f"{filed.address}/accept"
        expect(officer.post(path, {}, key=new_key(), version=seen), 200)

    def test_a_draft_changed_in_another_window_is_not_overwritten(self, citizen: Client) -> None:
        begun = {"procedure": "2.001159", "content": {"step": 1}}
        draft = expect(citizen.post("/drafts", begun, key=new_key()), 201)
        path, next_ = f"/drafts/{draft['draft']}", {**begun, "content": {"step": 2}}
        saved = citizen.call("PUT", path, json=next_, version=draft["version"])
        assert saved.headers["ETag"] == f'"{expect(saved, 200)["version"]}"'
        refused(citizen.call("PUT", path, json=begun, version=draft["version"]), 412, "stale")
        assert expect(citizen.get(path), 200)["content"] == {"step": 2}
        assert citizen.call("DELETE", path).status_code == 204
        refused(citizen.get(path), 404)


class TestCodes:
    """Codes of an agency and day have no gaps and no repeats (domain §3)."""

    def test_under_concurrent_submissions(self, citizen: Client, records: Records) -> None:
        before = records.head("dossier")
        wanted = [("/dossiers", stay(), new_key()) for _ in range(AT_ONCE)]
        answers = _at_once(AT_ONCE, citizen, *wanted)
        # too many at the same moment may be told to come again, with the same key
        for number, answer in enumerate(answers):
            if answer["status"] == 503:
                path, body, key = wanted[number]
                answers[number]["body"] = expect(citizen.post(path, body, key=key), 201)
        codes = sorted(answer["body"]["code"] for answer in answers)
        assert sorted(_submitted(records, before)) == codes
        numbers = [int(code.rpartition("-")[2]) for code in codes]
        assert numbers == list(range(numbers[0], numbers[0] + AT_ONCE))


class TestReading:
    """What was done is seen at once, and what has not changed is not sent again."""

    @pytest.mark.proves("E09")
    def test_everyone_reads_what_was_written_right_before(self, system: System) -> None:
        filed = file(system, stay())
        assert filed.status()["version"] >= filed.receipt["version"]
        listed = expect(filed.citizen.get("/dossiers"), 200)["items"]
        assert filed.code in {row["code"] for row in listed}
        desk = expect(system.person("ca.tiepnhan").get("/inbox", params={"q": filed.code}), 200)
        assert [row["code"] for row in desk["items"]] == [filed.code]
        steps = [
            ("ca.tiepnhan", "accept", "ca.thuly1"),
            ("ca.thuly1", "complete-step", "ca.lanhdao"),
            ("ca.lanhdao", "approve", "ca.vanthu"),
        ]
        for officer, action, next_ in steps:
            done = filed.act(officer, action)
            seen = filed.status()
            assert seen["version"] >= done["version"]
            assert seen["holder"] == done["holder"]
            assert filed.trace()[-1]["version"] >= done["version"]
            inbox = system.person(next_).get("/inbox", params={"q": filed.code})
            assert [row["code"] for row in expect(inbox, 200)["items"]] == [filed.code]

    def test_the_version_is_the_etag_and_304_says_unchanged(self, system: System) -> None:
        filed = file(system, stay())
        # the notes about mail come by themselves: look until it is quiet
        eventually(lambda: _is_quiet(filed), "a dossier to which nothing happens")
        seen = filed.citizen.get(filed.address)
        etag = seen.headers["ETag"]
        assert etag == f'"{seen.json()["version"]}"'
        same = filed.citizen.get(filed.address, headers={"If-None-Match": etag})
        assert same.status_code == 304
        assert not same.content
        filed.act("ca.tiepnhan", "accept")
        changed = filed.citizen.get(filed.address, headers={"If-None-Match": etag})
        assert changed.status_code == 200
        assert changed.headers["ETag"] != etag

    def test_a_receipt_says_where_the_dossier_is(self, citizen: Client) -> None:
        answer = citizen.post("/dossiers", stay(), key=new_key())
        receipt = expect(answer, 201)
        assert answer.headers["Location"] == f"/api/v1/dossiers/{receipt['code']}"
        assert answer.headers["ETag"] == f'"{receipt["version"]}"'

    def test_a_list_is_read_page_by_page_without_gaps_or_repeats(self, citizen: Client) -> None:
        for _ in range(3):
            expect(citizen.post("/dossiers", stay(), key=new_key()), 201)
        whole = expect(citizen.get("/dossiers", params={"limit": 100}), 200)["items"]
        paged: list[Json] = []
        after = None
        while len(paged) < 6:
            page = expect(citizen.get("/dossiers", params={"limit": 2, "after": after}), 200)
            paged += page["items"]
            after = page["next"]
        assert [row["code"] for row in paged] == [row["code"] for row in whole[: len(paged)]]


def _is_quiet(filed: Filed) -> bool:
    told = [entry for entry in filed.trace() if entry["type"] == "CitizenNotified"]
    return len(told) == 2  # by mail and in the in-app inbox
