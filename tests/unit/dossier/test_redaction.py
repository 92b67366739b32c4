"""A dossier whose applicant was erased: what happened stays, whose it was does not."""

from __future__ import annotations

import json

import dossier_samples as s
import pytest

from kernel.schemas import personal_fields
from services.dossier import views
from services.dossier.look_ups import opened, recipients
from services.dossier.views import work
from services.dossier.views.trace import ERASED

PLAIN = (
    s.PERSON.name,
    s.PERSON.identity_number,
    s.PERSON.phone,
    s.PERSON.email,
    "Về ở với cha mẹ",
    "4711",
    "nguyen",
)


def erased(stage: str):
    """Return the stored view of a story, folded without the applicant's key."""
    return views.project(s.without_key(s.UNTIL[stage]().history()))


@pytest.mark.parametrize("stage", s.UNTIL)
def test_the_views_hold_nothing_personal(stage):
    def stored(history):
        documents = (views.project(history), work.project_work(history))
        return json.dumps(documents, ensure_ascii=False)

    before = stored(s.UNTIL[stage]().history())
    assert [word for word in PLAIN if word not in before] == []
    after = stored(s.without_key(s.UNTIL[stage]().history()))
    assert [word for word in PLAIN if word in after] == []


def test_the_officer_and_the_auditor_see_that_it_was_erased_and_where_it_stands():
    for who in (s.HANDLING, s.AUDITOR, s.APPLICANT):
        view = views.status(erased("handling"), who, s.MONDAY, s.CALENDAR, {})
        assert view.erased
        assert (view.applicant, view.owner, view.answers, view.pin) == (None, None, None, None)
        assert view.holder.officer.name == "Vũ Thị Mai"
    assert not views.status(
        views.project(s.UNTIL["handling"]().history()), s.AUDITOR, s.MONDAY, s.CALENDAR
    ).erased


def test_a_row_of_the_work_list_says_so():
    history = s.without_key(s.UNTIL["handling"]().history())
    document = {**(work.project_work(history) or {}), "_id": s.CODE, "version": len(history)}
    row = work.row(document, s.HANDLING, s.MONDAY, s.CALENDAR)
    assert (row.applicant, row.erased) == ("", True)


def test_files_that_are_gone_are_listed_without_a_name_and_the_result_not_at_all():
    gone = views.status(erased("returned"), s.RECEIVING, s.MONDAY, s.CALENDAR, {})
    assert [one.file_name for one in gone.documents] == [""]
    assert gone.result.file is None
    names = {"file-declaration": "to-khai.pdf", "file-result": "ket-qua.pdf"}
    there = views.status(erased("returned"), s.RECEIVING, s.MONDAY, s.CALENDAR, names)
    assert [one.file_name for one in there.documents] == ["to-khai.pdf"]
    assert there.result.file == "file-result"


def test_nobody_finds_it_without_login_and_nobody_is_written_to():
    document = erased("handling")
    for factor in ("4711", "", "None"):
        assert opened([document], factor, frozenset()) == []
    assert recipients([document]) == []
    assert views.notice(document).email == ""


def test_the_trace_tells_every_event_and_says_what_was_erased():
    story = s.UNTIL["supplement asked in handling"]()
    story.tell(s.supplement(note="Em Nguyễn Thị An xin gửi ạ"))
    story.tell(s.request_withdrawal())
    history = s.without_key(story.history())
    whole, told = views.trace(story.history()), views.trace(history, erased=True)
    assert [entry.title for entry in told.entries] == [entry.title for entry in whole.entries]
    said = [entry.type for entry in told.entries if ERASED[0] in entry.detail]
    personal = [record.type for record in history if personal_fields(type(record.event))]
    assert said == personal == ["DossierSubmitted", "DossierSupplemented", "WithdrawalRequested"]
    assert all(ERASED[1] in entry.detail_en for entry in told.entries if entry.type in said)
    assert "xin gửi" not in str(told)


def test_an_officer_can_finish_a_dossier_whose_applicant_was_erased():
    story = s.UNTIL["records"]()
    told = s.Story()
    for record in s.without_key(story.history()):
        told.state = s.evolve(told.state, record.event)
    assert s.types(told.tell(s.dispatch()))[0] == "StepCompleted"
