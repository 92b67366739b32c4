"""Who may do what: tokens, ownership, roles, states. A refusal changes nothing."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from filing import Filed, file, residence, stay
from interface import Client, System, expect, new_key, refused
from records import Records
from stack import Stack

from kernel.requests import Caller
from kernel.trust import Keyring, ensure_keys


@pytest.fixture(scope="module")
def filed(system: System) -> Filed:
    """A dossier with a paper, as it lies at the desk after its submission."""
    return file(system, residence(system.person("congdan").file()))


@pytest.fixture
def unchanged(records: Records, filed: Filed) -> Callable[[], bool]:
    """Whether nothing happened to the dossier since the test began, but for notes about mail."""
    before = _acts(records, filed)
    return lambda: _acts(records, filed) == before


def _acts(records: Records, filed: Filed) -> list[str]:
    return [name for name in records.dossier(filed.code) if name != "CitizenNotified"]


class TestTokens:
    """A token that is not good."""

    @pytest.fixture
    def keys(self, stack: Stack) -> Keyring:
        return Keyring(stack.home / "keys")

    def test_none(self, system: System, filed: Filed) -> None:
        for path in ("/accounts/me", "/dossiers", "/drafts", "/notifications", filed.address):
            answer = system.anybody.get(path)
            refused(answer, 401)
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        refused(system.anybody.post("/dossiers", stay(), key=new_key()), 401)

    def test_the_document_says_which_calls_need_one(self, system: System) -> None:
        document = expect(system.anybody.get("/openapi.json"), 200)
        asks_for_login: dict[str, int] = {}
        given_away: dict[str, str] = {}
        for path, calls in document["paths"].items():
            if "get" not in calls:
                continue
            public = calls["get"].get("security", document["security"]) == []
            place = re.sub(r"{\w+}", "x", path.replace("{service}", "dossier"))
            answer = system.anybody.get(place.removeprefix("/api/v1"))
            if public and answer.status_code in (401, 403):
                asks_for_login[path] = answer.status_code
            if not public and answer.ok and answer.json() != {"items": []}:
                given_away[path] = answer.text
        assert (asks_for_login, given_away) == ({}, {})

    def test_expired(self, keys: Keyring, filed: Filed) -> None:
        caller = Caller(filed.citizen.account, "citizen", verified=True)
        expired = keys.issue(caller, issuer="identity", lifetime=timedelta(minutes=-5))
        refused(filed.citizen.get(filed.address, token=expired), 401, "token-expired")

    def test_signed_with_a_key_of_ones_own(self, tmp_path: Path, filed: Filed) -> None:
        ensure_keys(tmp_path, ["identity"])
        caller = Caller(filed.citizen.account, "citizen", verified=True)
        forged = Keyring(tmp_path).issue(caller, issuer="identity", lifetime=timedelta(hours=1))
        refused(filed.citizen.get(filed.address, token=forged), 401, "token-invalid")

    def test_changed_on_the_way(self, filed: Filed) -> None:
        header, content, signature = filed.citizen.token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(content + "=="))
        claims["sub"] = "acc-00000000000000000000"
        other = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        changed = f"{header}.{other}.{signature}"
        refused(filed.citizen.get(filed.address, token=changed), 401, "token-invalid")

    def test_without_a_signature(self, filed: Filed) -> None:
        _, content, _ = filed.citizen.token.split(".")
        header = base64.urlsafe_b64encode(b'{"alg":"none","kid":"identity"}').decode().rstrip("=")
        refused(filed.citizen.get(filed.address, token=f"{header}.{content}."), 401)

    def test_of_another_purpose(self, keys: Keyring, filed: Filed) -> None:
        caller = Caller(filed.citizen.account, "citizen", verified=True)
        ticket = keys.issue(
            caller, issuer="identity", lifetime=timedelta(hours=1), purpose="upload"
        )
        refused(filed.citizen.get(filed.address, token=ticket), 401)

    def test_of_a_service_that_speaks_for_a_person(self, keys: Keyring) -> None:
        caller = Caller("acc-00000000000000000000", "citizen", verified=True)
        with pytest.raises(ValueError, match="portal cannot issue"):
            keys.issue(caller, issuer="portal", lifetime=timedelta(hours=1))

    def test_in_another_form(self, system: System) -> None:
        basic = {"Authorization": "Basic Y29uZ2RhbjptYXRraGF1"}
        refused(system.anybody.get("/accounts/me", headers=basic), 401, "bearer-token")


class TestAnotherCitizen:
    """A dossier of somebody else is not there."""

    @pytest.fixture
    def stranger(self, system: System) -> Client:
        return system.person("congdan2")

    def test_sees_neither_it_nor_its_history_nor_its_files(
        self, stranger: Client, filed: Filed
    ) -> None:
        (paper,) = filed.sent["documents"]
        refused(stranger.get(filed.address), 404, "unknown-dossier")
        refused(stranger.get(f"{filed.address}/events"), 404, "unknown-dossier")
        refused(stranger.get(f"/files/{paper['file']}"), 404)
        refused(stranger.get(f"/files/{paper['file']}?code={filed.code}"), 404)
        assert expect(stranger.get(f"{filed.address}/payments"), 200)["items"] == []

    def test_gets_the_same_answer_as_for_one_that_never_was(
        self, stranger: Client, filed: Filed
    ) -> None:
        theirs = refused(stranger.get(filed.address), 404)
        nobodys = refused(stranger.get("/dossiers/594.16.38.G01-200101-0001"), 404)
        assert {**theirs, "correlation": ""} == {**nobodys, "correlation": ""}

    def test_cannot_act_on_it(
        self, stranger: Client, filed: Filed, unchanged: Callable[[], bool]
    ) -> None:
        for action, body in (("withdraw", {"reason": "Không cần nữa"}), ("supplement", {})):
            answer = stranger.post(f"{filed.address}/{action}", body, key=new_key())
            refused(answer, 404, "unknown-dossier")
        assert unchanged()

    def test_never_finds_it_in_a_list(self, stranger: Client, filed: Filed) -> None:
        seen: list[str] = []
        after = None
        while True:
            page = expect(stranger.get("/dossiers", params={"after": after, "limit": 100}), 200)
            seen += [row["code"] for row in page["items"]]
            after = page["next"]
            if after is None:
                break
        assert filed.code not in seen
        refused(stranger.get("/inbox"), 403, "officers-only")

    @pytest.mark.proves("B11", "E20")
    def test_while_its_applicant_finds_it(self, filed: Filed) -> None:
        rows = expect(filed.citizen.get("/dossiers", params={"limit": 100}), 200)["items"]
        assert filed.code in {row["code"] for row in rows}
        (paper,) = filed.sent["documents"]
        fetched = filed.citizen.get(f"/files/{paper['file']}?code={filed.code}")
        assert fetched.status_code == 200
        assert fetched.headers["Content-Disposition"].startswith("attachment")


class TestOfficers:
    """What an officer may do follows from role, unit, agency and step."""

    def test_of_another_agency_see_nothing(
        self, system: System, filed: Filed, unchanged: Callable[[], bool]
    ) -> None:
        other = system.person("ubnd.tiepnhan")
        refused(other.get(filed.address), 404, "unknown-dossier")
        refused(other.post(f"{filed.address}/accept", {}, key=new_key()), 404, "unknown-dossier")
        codes = {row["code"] for row in expect(other.get("/inbox"), 200)["items"]}
        assert filed.code not in codes
        assert unchanged()

    @pytest.mark.parametrize("username", ["ca.thuly1", "ca.vanthu", "ca.lanhdao"])
    def test_in_another_role_are_told_whose_turn_it_is(
        self, system: System, filed: Filed, username: str, unchanged: Callable[[], bool]
    ) -> None:
        answer = system.person(username).post(f"{filed.address}/accept", {}, key=new_key())
        problem = refused(answer, 403, "not-yours")
        assert "Bộ phận tiếp nhận hồ sơ" in problem["detail"]
        assert unchanged()

    def test_may_not_act_as_the_applicant(
        self, system: System, filed: Filed, unchanged: Callable[[], bool]
    ) -> None:
        officer = system.person("ca.tiepnhan")
        answer = officer.post(f"{filed.address}/withdraw", {"reason": "Thử"}, key=new_key())
        refused(answer, 403, "not-yours")
        assert unchanged()

    def test_nor_may_the_applicant_act_as_an_officer(
        self, filed: Filed, unchanged: Callable[[], bool]
    ) -> None:
        refused(filed.citizen.post(f"{filed.address}/accept", {}, key=new_key()), 403, "not-yours")
        assert unchanged()

    def test_are_told_what_is_possible_when_an_action_is_not_for_this_state(
        self, system: System, filed: Filed, unchanged: Callable[[], bool]
    ) -> None:
        officer = system.person("ca.tiepnhan")
        answer = officer.post(f"{filed.address}/dispatch", {}, key=new_key(), language="en")
        problem = refused(answer, 409, "not-now")
        assert "What you can do: “Accept”, “Refuse”" in problem["detail"]
        possible = filed.status(officer)["actions"]
        assert {"accept", "refuse", "request-supplement"} <= set(possible)
        assert unchanged()

    def test_cannot_invent_an_action(self, system: System, filed: Filed) -> None:
        answer = system.person("ca.tiepnhan").post(f"{filed.address}/close", {}, key=new_key())
        refused(answer, 404, "unknown-address")


def test_an_action_whose_particulars_are_missing_changes_nothing(
    system: System, filed: Filed, unchanged: Callable[[], bool]
) -> None:
    officer = system.person("ca.tiepnhan")
    refused(officer.post(f"{filed.address}/refuse", {}, key=new_key()), 422, "invalid")
    refused(officer.post(f"{filed.address}/refuse", {"reason": ""}, key=new_key()), 422, "invalid")
    assert unchanged()
