"""A submission that cannot be taken: told what is wrong, all at once, and nothing is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from filing import COMMITTEE, residence, stay
from interface import PDF, Client, System, faults, new_key, refused
from records import Records

MEGABYTE = 1024 * 1024


@pytest.fixture
def citizen(system: System) -> Client:
    return system.person("congdan")


@pytest.fixture(autouse=True)
def nothing_is_filed(records: Records) -> Iterator[None]:
    """No test here leaves a dossier behind."""
    before = records.head("dossier")
    yield
    filed = [one for one in records.since("dossier", before) if one.type == "DossierSubmitted"]
    assert filed == []


@pytest.mark.parametrize("body", [b"{", b'{"procedure": "2.001159",}', b"\xff\xfe"])
def test_what_is_no_json_is_malformed(citizen: Client, body: bytes) -> None:
    answer = citizen.call(
        "POST",
        "/dossiers",
        data=body,
        headers={"Content-Type": "application/json"},
        key=new_key(),
    )
    refused(answer, 400, "malformed-json")


@pytest.mark.parametrize("body", [[1], "stay", 7, None])
def test_json_that_is_no_object_is_refused(citizen: Client, body: Any) -> None:
    assert citizen.post("/dossiers", body, key=new_key()).status_code in (400, 422)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "text/xml"])
def test_a_body_of_another_type_is_not_read(citizen: Client, kind: str) -> None:
    headers = {"Content-Type": kind}
    answer = citizen.call("POST", "/dossiers", data=b"procedure=2.001159", headers=headers)
    refused(answer, 415, "content-type")


def test_an_unknown_procedure_is_named_by_its_field(citizen: Client) -> None:
    answer = citizen.post("/dossiers", stay(procedure="9.999999"), key=new_key())
    problem = refused(answer, 422, "unknown-procedure")
    assert faults(problem) == {"procedure": "unknown-procedure"}


def test_a_procedure_that_is_no_longer_in_force_is_unknown(citizen: Client) -> None:
    ended = stay(procedure="1.014063")  # superseded on 2026-08-18
    refused(citizen.post("/dossiers", ended, key=new_key()), 422, "unknown-procedure")


def test_a_closed_agency_takes_nothing(citizen: Client) -> None:
    closed = stay(place=None, agency="ca-cu-16585")  # until 2025-06-30
    problem = refused(citizen.post("/dossiers", closed, key=new_key()), 422, "closed-agency")
    assert faults(problem) == {"agency": "closed-agency"}


def test_an_agency_that_is_not_competent_takes_nothing(citizen: Client) -> None:
    elsewhere = stay(agency=COMMITTEE)
    refused(citizen.post("/dossiers", elsewhere, key=new_key()), 422, "not-competent")


def test_without_place_and_agency_one_of_them_is_asked_for(citizen: Client) -> None:
    problem = refused(citizen.post("/dossiers", stay(place=None), key=new_key()), 422)
    assert faults(problem) == {"place": "required"}


@pytest.mark.proves("D02", "D05", "D07")
def test_every_wrong_or_missing_field_is_named_at_once(citizen: Client) -> None:
    sent = stay(documents=[{"requirement": "giay-la", "file": "f-0"}])
    sent["applicant"] = {**sent["applicant"], "phone": "12", "email": "an"}
    sent["owner"] = {**sent["owner"], "identity_number": "123456789012"}
    sent["form"] = {**sent["form"], "luu_tru_tu": "hôm nay", "la_mat": "?"}
    del sent["form"]["ly_do"]
    problem = refused(citizen.post("/dossiers", sent, key=new_key()), 422, "invalid")
    assert {
        "applicant.phone": "phone",
        "applicant.email": "email",
        "form.luu_tru_tu": "date",
        "form.ly_do": "required",
        "form.la_mat": "unknown",
    }.items() <= faults(problem).items()
    assert any(path.startswith("owner.") for path in faults(problem))
    assert any(path.startswith("documents.") for path in faults(problem))


def test_an_empty_body_is_told_every_required_field(citizen: Client) -> None:
    problem = refused(citizen.post("/dossiers", {}, key=new_key()), 422, "invalid")
    missing = {"procedure", "applicant", "owner", "form", "documents", "return_by"}
    assert faults(problem) == dict.fromkeys(missing, "required")


@pytest.mark.parametrize(
    ("language", "title", "message"),
    [
        ("vi", "Thông tin chưa đúng", "Hãy nhập mục này."),
        ("en", "Something is missing or wrong", "Enter this field."),
        ("fr, en;q=0.5, vi;q=0.1", "Something is missing or wrong", "Enter this field."),
        ("fr", "Thông tin chưa đúng", "Hãy nhập mục này."),
    ],
)
def test_problems_speak_the_callers_language(
    citizen: Client, language: str, title: str, message: str
) -> None:
    sent = stay()
    del sent["return_by"]
    problem = refused(citizen.post("/dossiers", sent, key=new_key(), language=language), 422)
    assert problem["title"] == title
    assert problem["errors"] == [{"field": "return_by", "code": "required", "message": message}]


@pytest.mark.proves("D09", "D10", "D21")
def test_required_papers_and_only_those_of_the_list_are_taken(citizen: Client) -> None:
    sent = residence(citizen.file())
    (paper,) = sent["documents"]
    missing = citizen.post("/dossiers", {**sent, "documents": []}, key=new_key())
    assert list(faults(refused(missing, 422))) == ["documents.cho-o-hop-phap"]
    other = {"requirement": "so-ho-khau", "file": paper["file"]}
    unrelated = citizen.post("/dossiers", {**sent, "documents": [paper, other]}, key=new_key())
    assert list(faults(refused(unrelated, 422))) == ["documents.so-ho-khau"]


def test_somebody_elses_file_is_not_taken(system: System, citizen: Client) -> None:
    sent = residence(citizen.file())
    sent["documents"] = [{**sent["documents"][0], "file": system.person("congdan2").file()}]
    problem = refused(citizen.post("/dossiers", sent, key=new_key()), 422)
    assert faults(problem) == {"documents.0.file": "unknown-file"}


class TestFiles:
    """A file that cannot be taken: refused by its bytes and its name, and not kept."""

    @pytest.fixture(autouse=True)
    def nothing_is_kept(self, records: Records) -> Iterator[None]:
        files = records.database("dossier")["files"]
        before = files.count_documents({})
        yield
        assert files.count_documents({}) == before

    def test_too_large(self, citizen: Client) -> None:
        answer = citizen.upload("lon.pdf", PDF + bytes(20 * MEGABYTE))
        problem = refused(answer, 413, "file-too-large")
        assert "20 MB" in problem["detail"]

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("ghi-chu.txt", "Giấy tờ".encode()),
            ("trang.html", b"<!doctype html><script>alert(1)</script>"),
            ("lenh.pdf", b"#!/bin/sh\nrm -rf /\n"),
            ("chuong-trinh.pdf", b"\x7fELF" + bytes(64)),
        ],
    )
    def test_of_a_wrong_type_whatever_its_name_says(
        self, citizen: Client, name: str, content: bytes
    ) -> None:
        refused(citizen.upload(name, content), 415, "file-type")

    @pytest.mark.parametrize("name", ["../../etc/passwd.pdf", "/etc/passwd.pdf", "a/b.pdf", ".."])
    def test_with_a_path_in_its_name(self, citizen: Client, name: str) -> None:
        refused(citizen.upload(name), 422, "file-name")

    def test_empty(self, citizen: Client) -> None:
        refused(citizen.upload("rong.pdf", b""), 422, "empty-file")

    def test_none_at_all(self, citizen: Client) -> None:
        answer = citizen.call("POST", "/files", files={"other": ("giay-to.pdf", PDF)})
        assert set(faults(refused(answer, 422, "invalid"))) == {"file"}

    def test_of_nobody(self, system: System) -> None:
        refused(system.anybody.upload("giay-to.pdf"), 401)
