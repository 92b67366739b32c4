"""The papers: what stands in each, word for word, and what they withstand."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import dossier_samples as s
import paper_samples as p
import pytest
from pypdf import PdfReader

from kernel.errors import Invalid
from services.catalog.contract import Place, PlaceLevel
from services.catalog.files import read_agencies, read_places, read_procedures
from services.dossier.contract import AgencyRef, ReturnBy
from services.dossier.papers.checklist import checklist
from services.dossier.papers.declaration import declaration, places_in
from services.dossier.papers.forms import PAPERS, form_of, issued_in
from services.dossier.papers.register import MOST_ROWS, received_between, register
from services.dossier.papers.slip import control_slip
from services.dossier.papers.typesetting import TEMPLATES, Facts, pdf
from services.dossier.papers.wording import office

GOLDEN = Path(__file__).parent / "papers"
PAPERS_BY_NAME = p.papers()


def text_of(content: bytes) -> str:
    """The text of a PDF line by line; dotted lines as one sign, no white space at the ends."""
    pages = PdfReader(io.BytesIO(content)).pages
    lines = "\n".join(page.extract_text() for page in pages).splitlines()
    short = (re.sub(r"(\. ?){8,}", "…", " ".join(line.split())) for line in lines)
    return "".join(f"{line}\n" for line in short if line)


@pytest.mark.proves("D08", "D24", "E02", "E03", "E05")
@pytest.mark.parametrize("name", PAPERS_BY_NAME)
def test_a_paper_says_word_for_word(name: str) -> None:
    assert text_of(pdf(PAPERS_BY_NAME[name])) == (GOLDEN / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", PAPERS_BY_NAME)
def test_a_paper_is_fit_for_the_archive_and_for_being_read_to(name: str) -> None:
    content = pdf(PAPERS_BY_NAME[name])
    described = str(PdfReader(io.BytesIO(content)).xmp_metadata.stream.get_data())
    assert re.search(r"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A<", described)
    assert "<pdfuaid:part>1<" in described
    fonts = set(re.findall(rb"/BaseFont ?/\w+\+([A-Za-z-]+)", content))
    assert fonts
    assert all(font.startswith(b"LiberationSerif") for font in fonts)
    assert pdf(PAPERS_BY_NAME[name]) == content


def test_every_kind_of_facts_has_its_template() -> None:
    shown = {type(facts) for facts in PAPERS_BY_NAME.values()}
    assert {kind.__name__ for kind in TEMPLATES} - {kind.__name__ for kind in shown} == {
        "StampFacts"  # in a signature
    }


def test_a_paper_comes_with_its_event_and_stays_as_it_was() -> None:
    events = s.Story(p.birth()).events
    assert issued_in(events) == ("06",)
    later = (p.birth(), s.accept(), s.assign(), s.request_supplement(by=s.HANDLING))
    assert issued_in(s.Story(*later).events) == ("01", "02", "06")
    ended = s.Story(p.submit(), s.accept(), s.assign(), s.extend(), s.stop()).events
    assert issued_in(ended) == ("01", "04", "05", "06")
    more = (s.supplement(documents=(s.attachment("lease", "file-3"),)),)
    first = p.until("DossierAccepted", *later, *more)
    assert p.receipt(first, p.AROUND) == p.a_receipt()


@pytest.mark.parametrize(
    ("number", "form"), [("01", "CT04"), ("02", "CT05"), ("03", "CT06"), ("06", "số 06")]
)
def test_residence_has_forms_of_its_own(number: str, form: str) -> None:
    line, _ = form_of(PAPERS[number], "G01-CA05")
    assert line.startswith(f"Mẫu {form} ")
    line, title = form_of(PAPERS[number], "G15-TP07")
    assert line.startswith(f"Mẫu số {number} ")
    assert title == PAPERS[number].name


def test_a_letter_was_received_when_it_arrived() -> None:
    friday, monday = s.at("2026-09-04 09:00"), s.at("2026-09-07 09:00")
    story = s.Story(s.enter(monday, channel="post", arrived_at=friday))
    upto = story.events[: s.types(story.events).index("DossierAccepted") + 1]
    assert p.receipt(upto, p.AROUND).received_at == friday
    assert control_slip(story.events, p.AROUND, monday).received_at == friday
    (row,) = p.a_register(story).rows
    assert row.received_at == friday


def test_a_second_request_has_a_number_of_its_own() -> None:
    again = p.a_request(p.birth(), s.request_supplement(), s.supplement())
    assert (again.head.number, again.round) == ("0001.2/HDHS", 2)
    assert "(Lần 2)" in text_of(pdf(again))


def test_what_is_asked_for_says_which_kinds_and_which_field() -> None:
    around = replace(p.AROUND, definition=p.residence())
    listed = replace(s.LEASE, id="so-huu-cho-o", name="Giấy tờ sở hữu chỗ ở")
    procedure = replace(s.PROCEDURE, documents=(listed,))
    asked = s.request_supplement(item=s.SupplementItem("Mờ", "so-huu-cho-o"))
    command = replace(
        asked, items=(*asked.items, s.SupplementItem("Sai số", form_field="so_dinh_danh"))
    )
    events = p.until("SupplementRequested", p.submit(procedure=procedure, documents=()), command)
    paper, field = p.supplement_request(events, around).missing
    assert (paper.name, paper.originals, paper.copies) == ("Giấy tờ sở hữu chỗ ở", 1, 0)
    assert (field.name, field.originals) == ("Tờ khai, mục «Số định danh cá nhân»", 0)


def test_the_pin_is_printed_for_the_applicant_only() -> None:
    assert "(PIN) 4711" in text_of(pdf(p.a_receipt()))
    assert "PIN" not in text_of(pdf(p.a_receipt(around=replace(p.AROUND, with_pin=False))))


@pytest.mark.parametrize("by", list(ReturnBy))
def test_the_receipt_says_where_the_result_is_given(by: ReturnBy) -> None:
    place = {
        ReturnBy.ONLINE: "Cổng dịch vụ công",
        ReturnBy.POST: "qua dịch vụ bưu chính",
        ReturnBy.IN_PERSON: "Bộ phận một cửa, Ủy ban nhân dân phường Tân Dân",
    }
    assert place[by] in p.a_receipt(p.birth(return_by=by)).return_place


def test_an_owner_who_is_somebody_else_is_named() -> None:
    owner = replace(p.PERSON, name="Trần Văn Bình", identity_number="038090000456")
    words = text_of(pdf(p.a_receipt(p.birth(owner=owner))))
    assert "Chủ hồ sơ: Trần Văn Bình, số định danh/giấy tờ 038090000456" in words
    assert "Chủ hồ sơ" not in text_of(pdf(p.a_receipt()))


@pytest.mark.parametrize("name", ["01", "02", "03", "06"])
def test_the_papers_of_an_erased_person_say_so(name: str) -> None:
    history = s.without_key(s.Story(p.birth(), s.accept()).history())
    nobody = p.receipt([record.event for record in history][:3], p.AROUND).subject
    assert nobody.applicant is None
    facts = replace(PAPERS_BY_NAME[name], subject=nobody)  # type: ignore[arg-type]
    words = text_of(pdf(facts)).replace("\n", " ")
    assert "(thông tin cá nhân đã xóa theo yêu cầu)" in words
    assert "Nguyễn Thị An" not in words


@pytest.mark.proves("E05", "E09")
def test_the_slip_tells_every_hop_with_its_outcome() -> None:
    slip = control_slip(p.whole_life(), p.AROUND, s.MONDAY)
    told = [(hop.step, hop.receiver, hop.result, hop.note) for hop in slip.hops]
    assert told == [
        ("Tiếp nhận", s.RECEIVING.name, "trước hạn", ""),
        ("Phân công", s.TEAM_LEADER.name, "đúng hạn", ""),
        ("Thụ lý", s.HANDLING.name, "", "Phân công lại"),
        ("Thụ lý", s.COLLEAGUE.name, "trước hạn", ""),
        ("Lãnh đạo phòng duyệt", s.TEAM_LEADER.name, "trước hạn", ""),
        ("Lãnh đạo ký", s.CHAIR.name, "", "Trả lại: Chưa rõ diện tích"),
        ("Thụ lý", s.COLLEAGUE.name, "trước hạn", ""),
        ("Lãnh đạo phòng duyệt", s.TEAM_LEADER.name, "trước hạn", ""),
        ("Lãnh đạo ký", s.CHAIR.name, "đúng hạn", ""),
        ("Văn thư", s.RECORDS.name, "đúng hạn", ""),
        ("Trả kết quả", s.RECEIVING.name, "đúng hạn", ""),
        ("Đã trả kết quả", "Người nộp hồ sơ", "", "Nhận tại bộ phận một cửa"),
    ]
    for earlier, later in zip(slip.hops, slip.hops[1:], strict=False):
        assert later.giver in (earlier.receiver, s.TEAM_LEADER.name)
    assert (slip.result, slip.completed_at) == ("quá hạn", s.at("2026-09-11 10:00"))


def test_the_slip_of_a_dossier_at_the_desk_has_one_open_hop() -> None:
    events = s.Story(p.birth(), s.request_supplement(), s.supplement(s.at("2026-09-08 09:00")))
    (hop,) = control_slip(events.events, p.AROUND, s.MONDAY).hops
    assert (hop.giver, hop.receiver, hop.ended_at) == ("Người nộp hồ sơ", "", None)
    assert hop.due == s.at("2026-09-09 09:00")  # the check began anew


ENDINGS = {
    "Từ chối tiếp nhận": (s.refuse(),),
    "Người nộp rút hồ sơ": (s.withdraw(),),
    "Dừng giải quyết": (s.accept(), s.assign(), s.stop()),
    f"Chuyển đến {s.OTHER_AGENCY.name}": (s.accept(), s.assign(), s.transfer()),
}


@pytest.mark.parametrize("note", ENDINGS)
def test_the_slip_says_how_a_dossier_ended_early_or_went_elsewhere(note: str) -> None:
    slip = control_slip(s.Story(p.birth(), *ENDINGS[note]).events, p.AROUND, s.MONDAY)
    (ended,) = (hop for hop in slip.hops if hop.note)
    assert (ended.note, ended.ended_at) == (note, s.MONDAY)
    still_open = [hop for hop in slip.hops if hop.ended_at is None]
    assert len(still_open) == note.startswith("Chuyển")


def test_a_unit_that_is_reorganised_hands_over_what_it_holds() -> None:
    units = tuple(replace(step, unit=replace(step.unit, id="new")) for step in s.ROUTE)
    moved = s.succeed(agency=s.AGENCY, route=units)
    slip = control_slip(
        s.Story(p.birth(), s.accept(), s.assign(), moved).events, p.AROUND, s.MONDAY
    )
    *_, former, now = slip.hops
    assert (former.ended_at, now.ended_at) == (s.MONDAY, None)
    assert (now.step, now.giver, now.giver_place) == ("Thụ lý", "", s.TEAM.name)


def test_the_register_is_of_one_agency_and_of_whole_days_in_vietnam() -> None:
    query = received_between("ubnd-16594", date(2026, 9, 1), date(2026, 9, 30))
    assert query == {
        "agency": "ubnd-16594",
        "submitted_at": {"$gte": "2026-08-31T17:00:00.000Z", "$lt": "2026-09-30T17:00:00.000Z"},
    }
    first, second = p.a_register().rows
    assert (first.code, first.due, first.returned_at) == (s.CODE, s.at("2026-09-07 17:30"), None)
    assert (second.person, second.due) == ("Công ty Hoa Sen", None)


@pytest.mark.parametrize(
    ("since", "until"),
    [(date(2026, 9, 2), date(2026, 9, 1)), (date(2026, 1, 1), date(2026, 12, 31))],
)
def test_a_register_of_too_many_days_is_refused(since: date, until: date) -> None:
    with pytest.raises(Invalid, match="shorter"):
        received_between("ubnd-16594", since, until)


def test_a_register_of_too_many_dossiers_is_refused() -> None:
    many = [{"submitted_at": "", "_id": ""}] * (MOST_ROWS + 1)
    with pytest.raises(Invalid, match="shorter"):
        register(many, p.OFFICE, p.TODAY, p.TODAY)


def test_a_register_goes_over_many_pages_with_its_heads() -> None:
    book = p.a_register()
    long = replace(book, rows=book.rows * 15)
    pages = PdfReader(io.BytesIO(pdf(long))).pages
    assert len(pages) > 2
    assert all("Mã hồ sơ" in page.extract_text() for page in pages)


NASTY = '#panic("run") $x$ *b* _i_ `c` @ref <a> \\ "q" //c ☺ 漢 \u202e \x07 ' + "dài" * 400


@pytest.mark.parametrize("name", ["01", "02", "03", "06", "declaration"])
def test_whatever_was_typed_is_printed_and_nothing_is_run(name: str) -> None:
    facts: Facts = PAPERS_BY_NAME[name]
    if name == "declaration":
        answers = {key: NASTY for key in p.ANSWERS if p.ANSWERS[key] is not True}
        facts = declaration(p.residence(), answers, {}, p.TODAY)
    else:
        person = facts.subject.applicant  # type: ignore[union-attr]
        typed = replace(person, name=NASTY, address=NASTY)
        facts = replace(facts, subject=replace(facts.subject, applicant=typed))  # type: ignore
    words = text_of(pdf(facts)).replace("\n", "")
    assert '#panic("run")' in words
    assert "*b*" in words


@pytest.mark.proves("C23", "D08", "D24", "F02")
def test_every_procedure_has_its_blank_declaration_and_its_checklist() -> None:
    for procedure in read_procedures():
        link = f"https://dichvucong.example/procedures/{procedure.slug}"
        listed = checklist(procedure, None, link, p.TODAY)
        assert len(listed.documents) == len(procedure.documents)
        blank = declaration(procedure, {}, {}, p.TODAY)
        for facts in (blank, listed):
            assert b"<pdfaid:part>2<" in pdf(facts), procedure.slug  # every sign is in the font


@pytest.mark.proves("D24")
def test_the_checklist_of_a_case_has_its_papers_only() -> None:
    procedure = p.residence()
    lease = next(case for case in procedure.cases if case.id == "thue-muon-o-nho")
    told = checklist(procedure, lease, "https://x.example", p.TODAY)
    assert [one.name.split(",")[0] for one in told.documents] == [
        "Tờ khai thay đổi thông tin cư trú",
        "Hợp đồng",
        "Xác nhận điều kiện diện tích bình quân nhà ở",
    ]


def test_places_in_answers_are_named() -> None:
    procedure, key = next(
        (one, item.key)
        for one in read_procedures()
        for section in one.form.sections
        for item in section.fields
        if item.type == "place"
    )
    assert places_in(procedure, {key: "16594"}) == {"16594"}
    facts = declaration(procedure, {key: "16594"}, {"16594": "Phường Tân Dân"}, p.TODAY)
    assert "Phường Tân Dân" in text_of(pdf(facts))


def test_an_office_is_named_as_the_law_has_it() -> None:
    agencies = {one.id: one for one in read_agencies(places=read_places())}
    seat = Place("16594", "Phường Tân Dân", "Phường", PlaceLevel.COMMUNE, "new")
    committee, police = agencies["ubnd-16594"], agencies["ca-16594"]
    kept = AgencyRef("ubnd-16594", "", committee.name, "", "0237")
    alone = office(kept, "Bộ phận", committee, agencies[committee.parent or ""], seat)
    assert (alone.agency, alone.superior) == ("Ủy ban nhân dân phường Tân Dân", "")
    assert alone.seat == "Tân Dân"
    kept = AgencyRef("ca-16594", "", police.name, "", "")
    under = office(kept, "Bộ phận", police, agencies[police.parent or ""], seat)
    assert (under.agency, under.superior) == ("Công an phường Tân Dân", "Công an tỉnh Thanh Hóa")
    assert office(kept, "Bộ phận").superior == ""
