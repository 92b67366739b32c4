"""What is filled in, against its definition: every fault at once, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import dossier_samples as s
import pytest

from kernel.errors import Invalid
from services.catalog.contract import FieldType, Form, FormField, FormSection, Option, Prefill
from services.dossier.contract import AttachmentGiven, PersonKind
from services.dossier.forms import (
    Submission,
    check_answers,
    check_submission,
    phone_number,
    require_listed_documents,
)

TODAY = date(2026, 9, 7)
SEXES = (Option("nam", "Nam"), Option("nu", "Nữ"), Option("khac", "Khác"))
NUMBER = FormField(
    "number", "Số định danh", FieldType.PERSONAL_NUMBER, prefill=Prefill.IDENTITY_NUMBER
)
BORN = FormField(
    "born", "Ngày sinh", FieldType.DATE, not_in_future=True, prefill=Prefill.DATE_OF_BIRTH
)
SEX = FormField("sex", "Giới tính", FieldType.CHOICE, options=SEXES, prefill=Prefill.SEX)


def form(*fields: FormField) -> Form:
    return Form("CT01", "Tờ khai", (FormSection("Thông tin", "Particulars", fields),))


def field(kind: FieldType, **more) -> FormField:
    return FormField("x", "Mục", kind, **more)


@pytest.mark.parametrize(
    ("definition", "given", "kept"),
    [
        (field(FieldType.TEXT), "  Nguyễn An ", "Nguyễn An"),
        (field(FieldType.TEXT, pattern="^[A-Z]{2}[0-9]{2}$"), "AB12", "AB12"),
        (field(FieldType.NUMBER, minimum=1, maximum=9), "7", 7),
        (field(FieldType.MONEY), "1.500.000", 1_500_000),
        (field(FieldType.NUMBER), "-15", -15),
        (field(FieldType.DATE, not_in_future=True), "2026-09-07", "2026-09-07"),
        (field(FieldType.CHOICE, options=SEXES), "nu", "nu"),
        (field(FieldType.CHOICES, options=SEXES), ["nu", "nam", "nu"], ["nu", "nam"]),
        (field(FieldType.PERSONAL_NUMBER), "038 190 000 123", "038190000123"),
        (field(FieldType.PHONE), "+84 912 345 678", "0912345678"),
        (field(FieldType.EMAIL), "an@example.vn", "an@example.vn"),
        (field(FieldType.PLACE), "16594", "16594"),
        (field(FieldType.CONSENT, required=True), True, True),
    ],
)
def test_a_good_answer_is_kept_in_its_clean_form(definition, given, kept):
    assert check_answers(form(definition), {"x": given}, TODAY) == {"x": kept}


@pytest.mark.parametrize(
    ("definition", "given", "code"),
    [
        (field(FieldType.TEXT, required=True), " ", "required"),
        (field(FieldType.TEXT), 5, "type"),
        (field(FieldType.TEXT), "x" * 501, "too-long"),
        (field(FieldType.TEXT, pattern="^[A-Z]{2}$"), "ABC", "invalid"),
        (field(FieldType.NUMBER), "seven", "type"),
        (field(FieldType.NUMBER), True, "type"),
        (field(FieldType.NUMBER), "1.5", "type"),
        (field(FieldType.MONEY), "1.50.000", "type"),
        (field(FieldType.MONEY), "1500.000", "type"),
        (field(FieldType.NUMBER, minimum=1), 0, "minimum"),
        (field(FieldType.NUMBER, maximum=9), 10, "maximum"),
        (field(FieldType.NUMBER, minimum=1, maximum=9), 10, "range"),
        (field(FieldType.MONEY), -1, "minimum"),
        (field(FieldType.DATE), "07/09/2026", "date"),
        (field(FieldType.DATE), 20260907, "date"),
        (field(FieldType.DATE, not_in_future=True), "2026-09-08", "future"),
        (field(FieldType.CHOICE, options=SEXES), "other", "choice"),
        (field(FieldType.CHOICES, options=SEXES), ["nu", "other"], "choice"),
        (field(FieldType.CHOICES, options=SEXES, required=True), [], "required"),
        (field(FieldType.PERSONAL_NUMBER), "03819000012", "personal-number-form"),
        (field(FieldType.PHONE), "12345", "phone"),
        (field(FieldType.EMAIL), "an@example", "email"),
        (field(FieldType.PLACE), "Tân Dân", "place"),
        (field(FieldType.CONSENT, required=True), False, "consent"),
        (field(FieldType.CONSENT, required=True), None, "consent"),
    ],
)
def test_a_fault_is_named_at_its_field_in_both_languages(definition, given, code):
    with pytest.raises(Invalid) as refusal:
        check_answers(form(definition), {"x": given}, TODAY)
    (fault,) = refusal.value.fields
    assert (fault.field, fault.code) == ("form.x", code)
    assert fault.vi
    assert fault.en
    assert "{" not in fault.vi + fault.en


def test_optional_fields_may_stay_empty_and_unknown_ones_are_refused():
    known = form(field(FieldType.TEXT))
    assert check_answers(known, {"x": ""}, TODAY) == {}
    with pytest.raises(Invalid) as refusal:
        check_answers(known, {"y": 1}, TODAY)
    assert refusal.value.fields[0].field == "form.y"


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"number": "038190000123", "born": "1990-02-03", "sex": "nu"}, None),
        ({"number": "038190000123", "born": "1991-02-03"}, "personal-number-birth-year"),
        ({"number": "038190000123", "sex": "nam"}, "personal-number-sex"),
        ({"number": "038190000123", "sex": "khac"}, None),
        ({"number": "038190000123"}, None),
    ],
)
def test_the_personal_number_agrees_with_the_birth_date_and_sex_beside_it(answers, code):
    asked = form(NUMBER, BORN, SEX)
    if code is None:
        assert check_answers(asked, answers, TODAY) == answers
        return
    with pytest.raises(Invalid) as refusal:
        check_answers(asked, answers, TODAY)
    assert [(fault.field, fault.code) for fault in refusal.value.fields] == [("form.number", code)]


def test_the_applicants_own_number_agrees_with_the_applicant():
    person = replace(s.PERSON, date_of_birth=date(1980, 1, 1))
    with pytest.raises(Invalid) as refusal:
        check_answers(form(NUMBER), {"number": person.identity_number}, TODAY, person)
    assert refusal.value.fields[0].code == "personal-number-birth-year"


def test_foreign_numbers_keep_their_country():
    assert phone_number("+1 650 253 0000") == "+16502530000"


@pytest.mark.proves("D21")
def test_the_list_of_papers_is_closed():
    papers = (s.DECLARATION, s.LEASE)
    require_listed_documents(papers, [AttachmentGiven("declaration", "file-1")])
    with pytest.raises(Invalid) as refusal:
        require_listed_documents(papers, [AttachmentGiven("ration-book", "file-1")])
    assert {(fault.field, fault.code) for fault in refusal.value.fields} == {
        ("documents.declaration", "required"),
        ("documents.ration-book", "not-listed"),
    }


def test_everything_wrong_is_told_at_once():
    company = replace(s.PERSON, kind=PersonKind.ENTERPRISE, identity_number="123", email="x")
    person = replace(s.PERSON, phone="0", sex="male", date_of_birth=date(2030, 1, 1))
    sent = Submission({"x": "1"}, applicant=person, owner=company, documents=())
    with pytest.raises(Invalid) as refusal:
        check_submission(form(BORN), (s.DECLARATION,), sent, TODAY)
    assert [fault.field for fault in refusal.value.fields] == [
        "form.x",
        "applicant.date_of_birth",
        "applicant.phone",
        "applicant.identity_number",
        "owner.email",
        "owner.identity_number",
        "documents.declaration",
    ]


def test_a_submission_in_order_gives_the_clean_answers():
    sent = Submission({"born": "1990-02-03"}, s.PERSON, s.PERSON, (s.attachment("declaration"),))
    clean = check_submission(form(BORN), (s.DECLARATION,), sent, TODAY)
    assert clean == {"born": "1990-02-03"}
