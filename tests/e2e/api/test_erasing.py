"""A person is erased from the running system: by one command, everywhere, and nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from filing import PLACE, Filed, file, residence, stay
from interface import Client, Json, System, eventually, expect, new_key, refused
from plain_words import plain_words
from pymongo import MongoClient
from records import TYPES, Records
from stack import Stack

from kernel.client import standalone_client
from kernel.commits import verify
from services.dossier.views.trace import ERASED
from services.identity.contract import (
    AccountKind,
    IdentityDocument,
    OpenVerifiedAccount,
    Profile,
    Sex,
)
from services.identity.demo import read_demo_accounts

PASSWORD = "mot-cau-dai-de-nho-7"
NAME, NUMBER, PHONE = "Quách Xuyến Chi", "038190555777", "0987000111"
ADDRESS = "77 ngõ Đá Bạc"


@dataclass(frozen=True)
class Her:
    """Somebody with an ended dossier, one that is open, a draft, files and mails."""

    citizen: Client
    email: str
    ended: Filed
    open: Filed

    @property
    def words(self) -> tuple[str, ...]:
        """What is known of her, as it was typed and as the search has it."""
        known = (NAME, NUMBER, PHONE, ADDRESS, self.email, self.citizen.username)
        return (*known, "xuyen", "giấy của Xuyến", "nháp của Xuyến")


def pdf(text: str) -> bytes:
    """Return a file that holds a text in clear."""
    return b"%PDF-1.4\n" + text.encode() + b"\n%%EOF\n"


@pytest.fixture(scope="module")
def his(system: System) -> Filed:
    """A dossier of somebody else, with a paper whose bytes she sends too."""
    citizen = system.person("congdan")
    paper = expect(citizen.upload("quy-che.pdf", pdf("Quy chế nhà chung")), 201)["file"]
    return file(system, residence(paper))


@pytest.fixture(scope="module")
def her(system: System, records: Records, his: Filed) -> Her:
    """She, as she was."""
    username = f"xuyenchi.{uuid4().hex[:8]}"
    email = f"{username}@demo.example"
    profile = Profile(
        *(NAME, IdentityDocument.PERSONAL_NUMBER, NUMBER, email, PHONE, date(1990, 2, 3)),
        *(Sex.FEMALE, PLACE, ADDRESS),
    )
    with standalone_client(records.settings, "setup") as setup:
        setup.call(OpenVerifiedAccount(AccountKind.CITIZEN, username, PASSWORD, profile))
    citizen = system.person(username, PASSWORD)
    person = {"kind": "citizen", "name": NAME, "identity_number": NUMBER, "phone": PHONE}
    person |= {"email": email, "address": ADDRESS, "date_of_birth": "1990-02-03", "sex": "female"}
    draft = {"procedure": "1.004194", "content": {"name": "nháp của Xuyến"}}
    expect(citizen.post("/drafts", draft, key=new_key()), 201)

    ended = file(system, _about(stay(), person), username)
    for officer, action in (
        ("ca.tiepnhan", "accept"),
        ("ca.thuly1", "complete-step"),
        ("ca.lanhdao", "approve"),
    ):
        ended.act(officer, action)
    result = expect(system.person("ca.vanthu").upload("ket-qua.pdf", pdf(NAME)), 201)["file"]
    ended.act("ca.vanthu", "dispatch", number="7/TB", file=result)

    papers = [("giấy của Xuyến.pdf", pdf(f"Bên thuê: {NAME}")), ("b.pdf", pdf("Quy chế nhà chung"))]
    one, two = (expect(citizen.upload(*paper), 201)["file"] for paper in papers)
    sent = _about(residence(one), person)
    sent["documents"].append({"requirement": "cho-o-hop-phap", "file": two})
    return Her(citizen, email, ended, file(system, sent, username))


def _about(sent: Json, person: Json) -> Json:
    known = {
        "ho_ten": NAME,
        "ho_ten_chu_ho": NAME,
        "so_dinh_danh": NUMBER,
        "so_dinh_danh_chu_ho": NUMBER,
        "dien_thoai": PHONE,
        "email": person["email"],
        "dia_chi": ADDRESS,
    }
    form = {key: known.get(key, value) for key, value in sent["form"].items()}
    return {**sent, "applicant": person, "owner": person, "form": form}


@pytest.fixture
def tries_are_forgotten(records: Records) -> Iterator[None]:
    """All tests come from one address."""
    records.forget_tries()
    yield
    records.forget_tries()


def privacy(stack: Stack, *arguments: str, answer: str = "") -> tuple[int, str]:
    """Run `motcua privacy`; return its exit code and all it said."""
    done = subprocess.run(
        [sys.executable, "-m", "motcua", "privacy", *arguments],
        env={
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "200",
            "AMQP_URI": stack.amqp_uri,
            "MOTCUA_HOME": str(stack.home),
            "MOTCUA_NAMESPACE": stack.namespace,
        },
        input=answer,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=280,
        check=False,
    )
    return done.returncode, done.stdout


def hashes(records: Records) -> dict[str, list[str]]:
    """Return the hash of every commit of every ledger, after checking the chains."""
    found = {}
    for service in TYPES:
        commits = list(records.ledger(service).commits())
        assert verify(iter(commits)).position == len(commits)
        found[service] = [commit.hash for commit in commits]
    return found


def left_of(her: Her, stack: Stack) -> dict[str, list[str]]:
    """Return what can be read of her in clear anywhere in the databases."""
    with MongoClient[Json](stack.mongo_uri) as client:
        return plain_words(client, stack.namespace, her.words)


def test_while_a_dossier_is_open_nobody_is_erased(stack: Stack, her: Her) -> None:
    code, said = privacy(stack, "erase", "--username", her.citizen.username, "--yes")
    assert code == 1
    assert her.open.code in said
    assert her.ended.code not in said
    assert len(said.splitlines()) == 1
    assert her.open.status()["applicant"]["name"] == NAME


def test_who_does_not_confirm_erases_nobody(stack: Stack, her: Her) -> None:
    code, said = privacy(stack, "erase", her.citizen.account, "--even-open", answer="n\n")
    assert code == 1
    assert f"{her.citizen.account}: citizen, registered " in said
    assert her.open.status()["applicant"]["name"] == NAME


def test_who_is_not_there_cannot_be_erased(stack: Stack) -> None:
    nobody, typo = f"acc-{0:020}", "acc-0"
    assert privacy(stack, "erase", nobody, "--yes") == (1, f"There is no account {nobody}.\n")
    said = f"These are no accounts: {typo}. Nothing was erased.\n"
    assert privacy(stack, "erase", typo, "--yes") == (1, said)
    assert privacy(stack, "erase")[0] == 2


def test_one_command_erases_her_everywhere_and_nobody_else(
    stack: Stack, system: System, records: Records, her: Her, his: Filed, tries_are_forgotten: None
) -> None:
    account, pin = her.citizen.account, her.ended.pin
    token = her.citizen.token
    system.mailbox.await_one(her.email, f"Hồ sơ {her.open.code} đã được gửi")
    assert len(_found(system, her, pin)) == 1
    assert NAME in left_of(her, stack)
    before = hashes(records)
    his_before = his.status()

    code, said = privacy(stack, "erase", "--username", her.citizen.username, "--even-open", "--yes")
    assert code == 0, said
    for service, what in (("identity", "1 credentials"), ("dossier", "2 dossiers")):
        assert any(service in line and what in line for line in said.splitlines()), said

    assert left_of(her, stack) == {}
    after = hashes(records)
    assert all(after[service][: len(known)] == known for service, known in before.items())

    # nobody finds her: not by look-up, nor in the officers' list, nor does she log in
    assert _found(system, her, pin) == []
    words = expect(system.person("ca.tiepnhan").get("/inbox", params={"q": "xuyen"}), 200)
    assert words["items"] == []
    given = {"username": her.citizen.username, "password": PASSWORD}
    refused(system.anybody.post("/sessions", given), 401, "wrong-credentials")
    # a token that is still good opens nothing personal, and files nothing more
    own = expect(her.citizen.get(f"/dossiers/{her.ended.code}", token=token), 200)
    assert (own["erased"], own["applicant"], own["pin"]) == (True, None, None)
    refused(her.citizen.upload("c.pdf", token=token), 409, "subject-erased")

    # officers and auditors see that it was erased, and everything else as before
    for reader in ("ca.tiepnhan", "kiemtoan"):
        client = system.person(reader)
        shown = expect(client.get(her.ended.address), 200)
        assert (shown["erased"], shown["applicant"], shown["status"]) == (True, None, 10)
        assert shown["result"]["file"] is None
        told = [one["type"] for one in her.ended.trace(client) if ERASED[0] in one["detail"]]
        # what can hold something personal: who applied, and who signed for the result
        assert told == ["DossierSubmitted", "ResultReceived"]
    (row,) = expect(system.person("ca.tiepnhan").get("/inbox", params={"q": her.open.code}), 200)[
        "items"
    ]
    assert (row["erased"], row["applicant"]) == (True, "")
    first = records.stream("dossier", f"dossier-{her.ended.code}")[0].event
    assert (first.applicant, first.owner, first.answers, first.pin) == (None, None, None, None)

    # of somebody else nothing is gone, the bytes that both had sent among it
    assert his.status() == his_before
    (document,) = his_before["documents"]
    fetched = his.citizen.get(f"/files/{document['file']}", params={"code": his.code})
    assert fetched.content == pdf("Quy chế nhà chung")

    listed = privacy(stack, "erased")[1].splitlines()
    assert [line.split()[0] for line in listed if line.startswith(account)] == [account]


def _found(system: System, her: Her, pin: str) -> list[Json]:
    sought = {"key": her.ended.code, "factor": pin}
    return list(expect(system.anybody.post("/lookups", sought), 200)["items"])


def test_the_open_dossier_goes_on_without_her(stack: Stack, her: Her, system: System) -> None:
    her.open.act("ca.tiepnhan", "accept")
    officer = system.person("ca.tiepnhan")

    def tried() -> list[Json]:
        told = [one for one in her.open.trace(officer) if one["type"] == "CitizenNotified"]
        return told if len(told) >= 4 else []

    eventually(tried, "the history to tell that the mail had nobody to go to")
    assert left_of(her, stack) == {}


def test_who_filed_at_the_desk_is_erased_by_a_dossier_and_comes_again_as_somebody_new(
    stack: Stack, system: System, records: Records
) -> None:
    desk = system.person("ca.tiepnhan")
    name, number = "Lường Thị Bưởi", "038190000999"
    visitor = {"kind": "citizen", "name": name, "identity_number": number, "phone": "0987000222"}

    def enter() -> str:
        scan = expect(desk.upload("bưởi.pdf", pdf(name)), 201)["file"]
        sent = {**_about(residence(scan), {**visitor, "email": ""}), "channel": "in-person"}
        sent["form"] = {**sent["form"], "ho_ten": name, "email": None, "so_dinh_danh": number}
        sent.pop("place")
        sent = {**sent, "applicant": visitor, "owner": visitor, "return_by": "in-person"}
        sent["form"] = {key: value for key, value in sent["form"].items() if value is not None}
        return str(expect(desk.post("/dossiers", sent, key=new_key()), 201)["code"])

    code = enter()
    refused_now, said = privacy(stack, "erase", "--dossier", code, "--yes")
    assert (refused_now, code in said) == (1, True)
    done, said = privacy(stack, "erase", "--dossier", code, "--even-open", "--yes")
    assert done == 0, said
    assert "1 files" in said
    shown = expect(desk.get(f"/dossiers/{code}"), 200)
    assert (shown["erased"], shown["applicant"]) == (True, None)
    with MongoClient[Json](stack.mongo_uri) as client:
        assert plain_words(client, stack.namespace, (name, number, "bưởi.pdf")) == {}
    again = enter()
    assert expect(desk.get(f"/dossiers/{again}"), 200)["applicant"]["name"] == name
    subjects = {
        records.stream("dossier", f"dossier-{one}")[0].event.subject for one in (code, again)
    }
    assert len(subjects) == 2
    listed = privacy(stack, "erased")[1]
    assert len([line for line in listed.splitlines() if line.split()[0] in subjects]) == 1


def test_it_is_applied_again_after_a_restore(stack: Stack, her: Her, tmp_path: Path) -> None:
    listed = tmp_path / "erased.txt"
    listed.write_text(f"{her.citizen.account} 2026-11-25\n")
    code, said = privacy(stack, "apply", str(listed), "--yes")
    assert code == 0, said
    assert "was erased on" in said
    later = f"acc-{0:020}"
    listed.write_text(f"{later}\n\n")
    assert privacy(stack, "apply", str(listed), "--yes") == (0, f"  There is no account {later}.\n")
    listed.write_text(f"{her.citizen.account}\nquách\n")
    code, said = privacy(stack, "apply", str(listed), "--yes")
    assert (code, said) == (1, "These are no accounts: quách. Nothing was erased.\n")
    listed.write_bytes(f"{her.citizen.account}\n".encode("utf-16"))
    code, said = privacy(stack, "apply", str(listed), "--yes")
    assert code == 1, said
    assert said.endswith("Nothing was erased.\n")
    code, said = privacy(stack, "apply", str(tmp_path), "--yes")
    assert code == 2, said
    assert "is a directory" in said


def test_the_pages_say_it(stack: Stack, her: Her) -> None:
    browser = requests.Session()
    portal = stack.url("portal")
    login = browser.get(f"{portal}/login", timeout=30).text
    token = login.partition('name="csrf_token" value="')[2].partition('"')[0]
    password = read_demo_accounts().password
    form = {"csrf_token": token, "username": "ca.tiepnhan", "password": password}
    assert browser.post(f"{portal}/login", data=form, timeout=30).ok
    text = browser.get(f"{portal}/dossiers/{her.open.code}", timeout=30).text
    assert "đã xóa theo yêu cầu" in text
    assert NAME not in text
