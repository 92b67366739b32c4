"""What becomes of what is typed into the four steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kernel.errors import Invalid
from services.catalog.contract import FieldType, Form, FormField, FormSection, Prefill
from services.identity.contract import Account, AccountKind, IdentityDocument, Profile
from services.portal import drafting
from services.portal.drafting import FileGiven, Step, Writing
from services.portal.screens.wizard import answer_words

AN = {
    "kind": "citizen",
    "name": "Nguyễn Thị An",
    "identity_number": "038190000123",
    "phone": "0912345678",
    "place": "16594",
}
DECLARATION = Form(
    "CT01",
    "Tờ khai",
    (
        FormSection(
            "I",
            "I",
            (
                FormField("ho_ten", "Họ tên", FieldType.TEXT, "Name", True, prefill=Prefill.NAME),
                FormField("ngay", "Ngày", FieldType.DATE, "Day", True),
                FormField("muc", "Mục", FieldType.CHOICES, "Items"),
                FormField("dong_y", "Đồng ý", FieldType.CONSENT, "Agree"),
                FormField("noi_o", "Nơi ở", FieldType.PLACE, "Place", prefill=Prefill.PLACE),
            ),
        ),
    ),
)


def test_a_draft_is_read_as_it_was_saved() -> None:
    writing = Writing(
        place="16594",
        applicant=AN,
        documents=(FileGiven("ct01", "f-1", "a.pdf", 3),),
        done=("form",),
    )
    assert Writing.of(writing.content()) == writing


def test_a_draft_saved_by_a_program_is_read_as_far_as_it_is_known() -> None:
    foreign = {"step": 4, "documents": [{"requirement": "ct01"}, "x"], "place": "16594"}
    assert Writing.of(foreign) == Writing(place="16594")


@pytest.mark.parametrize(
    "content",
    [
        {"documents": 5, "done": 5, "provinces": "38", "place": ["16594"], "case": 1},
        {"applicant": ["An"], "owner": "An", "form": [1], "return_by": {}, "procedure_name": 3},
        {"applicant": {"name": {"a": 1}, "place": [1]}, "form": {"muc": {}, "ngay": [[1]]}},
        {"documents": [{"requirement": 1, "file": [], "name": None, "size": "x"}]},
        {"documents": [{"requirement": "a", "file": "f", "name": "n", "size": 10**400}]},
        {"done": [{}, [], 7, "elsewhere"], "provinces": {"place": 38}},
    ],
)
def test_parts_of_another_shape_are_left_aside(content: dict[str, Any]) -> None:
    assert Writing.of(content) == Writing()
    assert Writing.of(content).values() == Writing().values()


@pytest.mark.parametrize("value", [5, True, 1.5, "x", ["x"], "9" * 5_000])
@pytest.mark.usefixtures("in_vietnamese")
def test_an_answer_of_any_shape_can_be_shown(value: Any) -> None:
    for kind in FieldType:
        item = FormField("key", "Mục", kind, "Item")
        kept = Writing.of({"form": {"key": value}}).form["key"]
        assert isinstance(answer_words(item, kept, {}), str)


@pytest.mark.proves("D02", "D05")
def test_a_person_is_taken_as_typed_with_the_day_in_its_stored_form() -> None:
    typed = {f"owner.{name}": value for name, value in AN.items()}
    writing = drafting.take_person(
        Writing(),
        "owner",
        {**typed, "owner.date_of_birth": "3/2/1990", "owner.place-province": "38"},
    )
    assert writing.owner["date_of_birth"] == "1990-02-03"
    assert writing.provinces == {"owner.place": "38"}
    drafting.check_person(writing, "owner")


def test_what_a_person_lacks_is_named_by_its_input() -> None:
    with pytest.raises(Invalid) as refused:
        drafting.check_person(Writing(applicant={"kind": "citizen", "name": "An"}), "applicant")
    assert {item.field for item in refused.value.fields} == {
        "applicant.identity_number",
        "applicant.phone",
    }


@pytest.mark.proves("D03")
def test_choosing_fills_in_what_the_account_knows() -> None:
    profile = Profile(
        "Nguyễn Thị An", IdentityDocument.PERSONAL_NUMBER, "038190000123", "an@example.vn",
        "0912345678", place="16594",
    )  # fmt: skip
    account = Account("acc-1", "an", AccountKind.CITIZEN, True, True, "vi", profile)
    typed = Writing(applicant={"address": "12 Lê Lợi"}, provinces={"applicant.place": "01"})
    writing = drafting.filled(typed, drafting.known_person(account))
    assert writing.applicant == {**AN, "address": "12 Lê Lợi", "email": "an@example.vn"}
    assert writing.provinces == {}


@pytest.mark.proves("D06")
def test_the_owner_can_be_the_applicant() -> None:
    writing = Writing(applicant=AN, provinces={"applicant.place": "38"}).copied_from_applicant()
    assert writing.owner == AN
    assert writing.provinces["owner.place"] == "38"


@pytest.mark.proves("D07")
def test_answers_are_taken_by_the_type_of_their_field() -> None:
    writing = drafting.take_answers(
        Writing(),
        DECLARATION,
        {
            "form.ho_ten": "An",
            "form.ngay": "22/11/2026",
            "form.muc": "1",
            "form.dong_y": "on",
            "form.unknown": "x",
            "form.noi_o": "",
        },
    )
    assert writing.form == {"ho_ten": "An", "ngay": "2026-11-22", "muc": ["1"], "dong_y": True}


def test_the_declaration_begins_with_what_is_known_of_the_applicant() -> None:
    writing = Writing(applicant=AN, provinces={"applicant.place": "38"})
    begun = drafting.prefilled(writing, DECLARATION)
    assert begun.form == {"ho_ten": "Nguyễn Thị An", "noi_o": "16594"}
    assert begun.provinces["form.noi_o"] == "38"
    kept = drafting.prefilled(replace(writing, form={"ho_ten": "Khác"}), DECLARATION)
    assert kept.form["ho_ten"] == "Khác"


def test_a_province_chosen_in_the_declaration_is_kept_while_its_commune_is_open() -> None:
    provinces = {"applicant.place": "38", "form.noi_o": "01"}
    begun = drafting.prefilled(Writing(applicant=AN, provinces=provinces), DECLARATION)
    assert "noi_o" not in begun.form
    assert begun.provinces == provinces


def test_required_answers_and_documents_that_are_missing_are_named(procedure: Any) -> None:
    with pytest.raises(Invalid) as refused:
        drafting.check_answers(Writing(form={"ho_ten": "An"}), DECLARATION)
    assert [item.field for item in refused.value.fields] == ["form.ngay"]

    needed = drafting.documents_of(procedure, None)
    with pytest.raises(Invalid) as refused:
        drafting.check_documents(Writing(), needed)
    # what is only needed under a condition is for the officer to judge
    assert [item.field for item in refused.value.fields] == ["documents.ct01"]
    drafting.check_documents(Writing(documents=(FileGiven("ct01", "f", "a", 1),)), needed)


@pytest.mark.proves("D21")
def test_only_the_papers_of_the_case_are_asked_for(procedure: Any) -> None:
    other = replace(procedure.documents[0], id="list", case="by-list")
    listed = replace(procedure, documents=(*procedure.documents, other))
    assert "list" not in [item.id for item in drafting.documents_of(listed, "own")]
    assert "list" in [item.id for item in drafting.documents_of(listed, "by-list")]


@pytest.mark.proves("D11", "D12")
def test_a_complete_draft_becomes_the_command(procedure: Any) -> None:
    writing = Writing(place="16594", case="own", return_by="post", applicant=AN, owner=AN)
    message = drafting.submission(writing, procedure, "d-1")
    assert (message.procedure, message.place, message.draft) == ("1.004222", "16594", "d-1")
    assert message.applicant.name == "Nguyễn Thị An"


def test_steps_follow_each_other_and_errors_lead_to_theirs() -> None:
    assert [step.following for step in Step] == [
        Step.OWNER, Step.FORM, Step.DOCUMENTS, Step.CHECK, Step.CHECK,
    ]  # fmt: skip
    assert Writing(done=("applicant", "owner")).next_step is Step.FORM
    assert drafting.step_of("form.ho_ten") is Step.FORM
    assert drafting.step_of("documents.ct01") is Step.DOCUMENTS
