"""Issuing papers over what the service keeps: who gets which, and what a signed one remains."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import dossier_samples as s
import paper_samples as p
import pytest
from certificates import write_certificate
from pypdf import PdfReader

from kernel.errors import Forbidden, NotFound
from kernel.events import Actor, Recorded
from kernel.privacy import SubjectKeys
from services.catalog.contract import AgencyOpened, PlacesRegistered, ProcedurePublished
from services.catalog.files import read_agencies, read_places
from services.dossier.contract import DossierStatus, PaperFile
from services.dossier.papers.issuing import Asked, Issuing, certificates
from services.dossier.papers.register import received_between
from services.dossier.papers.signed import SignedPapers
from services.dossier.references import References
from services.dossier.views import project
from services.dossier.views.document import picture_in

HERS = Asked("01", None, applicant=True)
OFFICERS = replace(HERS, applicant=False)
RESIDENCE = replace(p.residence(), version=1)
LISTED = tuple(
    replace(s.LEASE, id=one.id, name=one.name) for one in RESIDENCE.documents if one.case is None
)
SUBMIT = p.submit(
    procedure=replace(s.PROCEDURE, code=RESIDENCE.code, documents=LISTED),
    answers=p.ANSWERS,
    documents=tuple(s.attachment(one.id) for one in LISTED),
)


PLACES = read_places()
CATALOGUE = (
    PlacesRegistered(tuple(one for one in PLACES if one.code in ("16594", "38"))),
    *(AgencyOpened(one) for one in read_agencies(PLACES) if one.id.endswith(("-16594", "-38"))),
    ProcedurePublished(RESIDENCE),
)


def recorded(event: Any) -> Recorded:
    """An event of the catalogue."""
    at = datetime.fromisoformat("2026-11-22T00:00:00+00:00")
    kind, actor = type(event).__name__, Actor("service:setup", "service")
    return Recorded(event, "e", kind, "catalog", "s", 1, 1, at, at, actor)


@pytest.fixture
def keys(database: Any) -> SubjectKeys:
    """The keys of the persons."""
    return SubjectKeys(database, bytes(32))


@pytest.fixture
def issuing(database: Any, keys: SubjectKeys) -> Issuing:
    """Papers of a ward, without a certificate."""
    references = References(database)
    for event in CATALOGUE:
        references.take(recorded(event))
    return Issuing(references, SignedPapers(database, keys), {}, "https://dichvucong.example")


@pytest.fixture
def sealing(issuing: Issuing, tmp_path: Path) -> Issuing:
    """The same office with a certificate."""
    write_certificate(tmp_path, s.AGENCY.id, "UBND phường Tân Dân")
    return replace(issuing, certificates=certificates(tmp_path))


def told(*commands: Any) -> tuple[Sequence[Recorded], DossierStatus]:
    """A dossier's history and its view."""
    history = s.Story(*commands).history()
    document = project(history)
    assert document is not None
    return history, picture_in(document).view


def words(paper: PaperFile) -> str:
    """The text of a paper."""
    pages = PdfReader(io.BytesIO(base64.b64decode(paper.content))).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def test_a_receipt_is_from_the_office_that_the_catalogue_knows(issuing: Issuing) -> None:
    paper = issuing.paper(HERS, *told(SUBMIT, s.accept()))
    assert (paper.name, paper.signed_by) == (f"01-{s.CODE}.pdf", "")
    said = words(paper)
    assert "Tân Dân, ngày 07 tháng 9 năm 2026" in said
    assert "Mẫu CT04" in said
    assert "(PIN) 4711" in said
    assert "PIN" not in words(issuing.paper(OFFICERS, *told(SUBMIT, s.accept())))
    # the desk hands it to whoever came there
    at_desk = told(replace(SUBMIT, channel="in-person"), s.accept())
    assert "(PIN) 4711" in words(issuing.paper(OFFICERS, *at_desk))


def test_who_may_have_what_and_when(issuing: Issuing) -> None:
    dossier = told(SUBMIT)
    for number, code in (("01", "no-such-paper-yet"), ("99", "unknown-paper"), ("07", "")):
        with pytest.raises(NotFound) as missing:
            issuing.paper(replace(HERS, number=number), *dossier)
        assert missing.value.code == code or not code
    with pytest.raises(Forbidden):
        issuing.paper(replace(HERS, number="06"), *dossier)
    assert "PHIẾU KIỂM SOÁT" in words(issuing.paper(replace(OFFICERS, number="06"), *dossier))


def test_a_paper_as_it_was_after_an_earlier_event(issuing: Issuing) -> None:
    ask = s.request_supplement(item=s.SupplementItem("Mờ", LISTED[0].id))
    twice = told(SUBMIT, ask, s.supplement(documents=(s.attachment(LISTED[0].id),)), ask)
    asked = replace(HERS, number="02")
    first = next(one.version for one in twice[0] if one.type == "SupplementRequested")
    assert "Số: 0001.2/HDHS" in words(issuing.paper(asked, *twice))
    assert "Số: 0001/HDHS" in words(issuing.paper(replace(asked, version=first), *twice))
    with pytest.raises(NotFound):
        issuing.paper(replace(asked, version=1), *twice)


@pytest.mark.proves("D08")
def test_the_declaration_that_was_sent_and_one_that_is_being_written(issuing: Issuing) -> None:
    sent = issuing.paper(replace(HERS, number="declaration"), *told(SUBMIT))
    assert sent.name == f"CT01-{s.CODE}.pdf"
    assert "Nộp trực tuyến ngày 07 tháng 9 năm 2026" in words(sent)
    assert "Mối quan hệ với chủ hộ: Con" in words(sent)
    draft = issuing.declaration(RESIDENCE.code, {"ho_ten": "Trần Bình"}, "Trần Bình", p.TODAY)
    assert "Họ, chữ đệm và tên: Trần Bình" in words(draft)
    assert "☐" not in words(draft)
    with pytest.raises(NotFound, match="no such procedure"):
        issuing.declaration("9.999999", {}, "", p.TODAY)


@pytest.mark.proves("D24")
def test_the_checklist_of_a_procedure_and_of_a_case(issuing: Issuing) -> None:
    case = RESIDENCE.cases[0]
    whole, own = (issuing.checklist(RESIDENCE.code, one, p.TODAY) for one in (None, case.id))
    assert "thuê, cho mượn" in words(whole)
    assert "thuê, cho mượn" not in words(own)
    assert own.name == f"checklist-{RESIDENCE.slug}-{case.id}.pdf"
    with pytest.raises(NotFound):
        issuing.checklist(RESIDENCE.code, "no-such-case", p.TODAY)


def test_the_register_is_read_with_the_narrow_query(issuing: Issuing, database: Any) -> None:
    for number, story in enumerate((s.Story(SUBMIT, s.accept()), s.Story(p.birth()))):
        document = project(story.history())
        assert document is not None
        database["views"].insert_one({**document, "_id": f"{document['code']}-{number}"})
    since, until = date(2026, 9, 7), date(2026, 9, 7)
    found = database["views"].find(received_between(s.AGENCY.id, since, until))
    book = words(issuing.register(found, s.AGENCY.id, since, until))
    assert "Tổng số: 2 hồ sơ." in book
    assert "Ủy ban nhân dân phường Tân Dân" in book


def test_a_signed_paper_stays_the_one_that_was_given_out(sealing: Issuing, keys: Any) -> None:
    dossier = told(SUBMIT, s.accept())
    first = sealing.paper(HERS, *dossier)
    assert first.signed_by == "UBND phường Tân Dân"
    assert sealing.paper(HERS, *told(SUBMIT, s.accept(), s.assign())) == first
    assert sealing.paper(OFFICERS, *dossier).sha256 != first.sha256  # without the PIN
    slip = sealing.paper(replace(OFFICERS, number="06"), *dossier)
    assert slip.signed_by == ""


def test_of_two_who_sign_at_once_the_first_wins(issuing: Issuing) -> None:
    papers = issuing.signed
    assert papers.keep("H56-1/01", "acc-an", b"first") == b"first"
    assert papers.keep("H56-1/01", "acc-an", b"second") == b"first"
    assert papers.find("H56-1/01", "acc-an") == b"first"
    assert papers.find("H56-1/02", "acc-an") is None


def test_what_was_signed_for_an_erased_person_is_gone(
    sealing: Issuing, keys: SubjectKeys, database: Any
) -> None:
    history, view = told(SUBMIT, s.accept())
    sealing.paper(HERS, history, view)
    assert "JVBER" not in str(database["signed_papers"].find_one())  # a PDF as base64
    keys.erase(s.APPLICANT.id)
    assert sealing.signed.erase(s.APPLICANT.id) == 1
    redacted = s.without_key(history)
    document = project(redacted)
    assert document is not None
    paper = sealing.paper(OFFICERS, redacted, picture_in(document).view)
    assert (paper.signed_by, database["signed_papers"].count_documents({})) == ("", 0)
    assert "đã xóa theo yêu cầu" in words(paper)
