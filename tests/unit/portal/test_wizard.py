"""What the wizard's buttons that go no step further answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from rendered import Page

from kernel.errors import NotFound
from kernel.requests import Caller
from services.catalog.contract import Channel, ReadProcedure
from services.dossier.contract import (
    Assets,
    DossierStatus,
    Draft,
    FileTicket,
    ListAssets,
    NewUploadTicket,
    ReadDraft,
    ReadReceipt,
    Receipt,
    ReuseAsset,
    SaveDraft,
    StoredFile,
)
from services.identity.contract import ReadAccount
from services.portal import protection, sessions
from services.portal.drafting import FileGiven, Writing
from services.portal.formats import VIETNAM, typed_moment
from services.portal.pages import beginning, drafts, wizard


class Neighbours:
    """Answers the wizard as the services would, and keeps the draft that it saves."""

    def __init__(self, shown: Any, procedure: Any) -> None:
        self.draft: Draft = shown["draft"]
        ticket = FileTicket("t", "/", self.draft.expires_at, 1024, ("application/pdf",))
        self._answers = {
            ReadProcedure: procedure,
            ReadAccount: shown["account"],
            NewUploadTicket: ticket,
            ListAssets: Assets(()),
        }
        self._asked: list[Any] = []

    def __call__(self, message: Any, **_: Any) -> Any:
        """Return a made-up answer."""
        self._asked.append(message)
        match message:
            case ReadDraft():
                return self.draft
            case SaveDraft():
                self.draft = Draft(
                    self.draft.draft, self.draft.version + 1, message.procedure,
                    message.content, self.draft.updated_at, self.draft.expires_at,
                )  # fmt: skip
                return self.draft
            case _:
                return self._answers[type(message)]

    def answer(self, kind: type[Any], answer: Any) -> None:
        """Answer a kind of request otherwise."""
        self._answers[kind] = answer

    def asked(self, kind: type[Any]) -> list[Any]:
        """Return what was asked of a kind."""
        return [one for one in self._asked if isinstance(one, kind)]

    def hold(self, writing: Writing) -> None:
        """Let the draft hold something else."""
        self.draft = replace(self.draft, content=writing.content())

    @property
    def saved(self) -> Writing:
        """What the draft holds now."""
        return Writing.of(self.draft.content)


@pytest.fixture
def neighbours(
    begun: dict[str, Any], procedure: Any, monkeypatch: pytest.MonkeyPatch
) -> Neighbours:
    """The services, with somebody logged in."""
    answering = Neighbours(begun, procedure)
    for room in (wizard, drafts, beginning):
        monkeypatch.setattr(room, "ask", answering)
    monkeypatch.setattr(sessions, "who", lambda: Caller("acc-1", "citizen", "An", verified=True))
    monkeypatch.setattr(protection.csrf, "protect", lambda: None)
    return answering


@pytest.mark.parametrize(
    ("step", "then"),
    [
        ("applicant", "fill"),
        ("applicant", "places"),
        ("owner", "copy"),
        ("owner", "places"),
        ("form", "places"),
    ],
)
def test_what_stays_on_a_step_is_saved_and_leads_to_its_page(
    portal: Flask, neighbours: Neighbours, step: str, then: str
) -> None:
    # the answer to a form is no page: the browser could not go back to it
    typed = {"then": then, f"{step}.place-province": "01"}
    before = neighbours.draft
    answer = portal.test_client().post(f"/drafts/d-1/{step}", data=typed)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/drafts/d-1/{step}"
    assert neighbours.draft.version == before.version + 1


@pytest.mark.proves("D03", "D06")
def test_what_is_filled_in_stands_in_the_draft(portal: Flask, neighbours: Neighbours) -> None:
    client = portal.test_client()
    client.post("/drafts/d-1/applicant", data={"then": "fill", "applicant.name": ""})
    assert neighbours.saved.applicant["name"] == "Nguyễn Thị An"
    client.post("/drafts/d-1/owner", data={"then": "copy"})
    assert neighbours.saved.owner == neighbours.saved.applicant
    client.post("/drafts/d-1/owner", data={"then": "places", "owner.place-province": "01"})
    assert neighbours.saved.provinces["owner.place"] == "01"


@pytest.mark.usefixtures("neighbours")
@pytest.mark.parametrize("sent", [True, False], ids=["sent", "deleted"])
@pytest.mark.parametrize("by", ["get", "post"])
def test_a_draft_that_is_gone_leads_to_what_became_of_it(
    portal: Flask, monkeypatch: pytest.MonkeyPatch, status: DossierStatus, sent: bool, by: str
) -> None:
    """It was sent from another window, or the answer was lost on its way."""
    receipt = Receipt(status.code, "4711", 1, status.agency, status.submitted_at)

    def gone(message: Any, **_: Any) -> Any:
        if isinstance(message, ReadReceipt) and sent:
            assert message.draft == "d-1"
            return receipt
        raise NotFound("no-such-draft", "Không có bản nháp này.", "There is no such draft.")

    for room in (wizard, drafts):
        monkeypatch.setattr(room, "ask", gone)
    client = portal.test_client()
    answer = client.post("/drafts/d-1/check") if by == "post" else client.get("/drafts/d-1")
    expected = f"/dossiers/{receipt.code}/sent" if sent else "/dossiers"
    assert (answer.status_code, answer.headers["Location"]) == (303, expected)
    with client.session_transaction() as kept:
        assert ("gửi" in str(kept.get("_flashes"))) is not sent


def test_how_a_draft_began_is_shown_and_changed(
    portal: Flask, neighbours: Neighbours, procedure: Any
) -> None:
    first, second = ("first", "second")
    always, once = procedure.documents
    documents = (always, replace(once, case=first))
    neighbours.answer(ReadProcedure, replace(procedure, documents=documents))
    held = FileGiven(once.id, "f-1", "a.pdf", 3)
    neighbours.hold(Writing(case=first, documents=(held,), done=("applicant", "documents")))
    client = portal.test_client()
    typed = {"place": "00004", "place-province": "01", "case": second, "return_by": "post"}
    answer = client.post("/drafts/d-1/beginning", data={**typed, "version": "3"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/drafts/d-1")
    kept = neighbours.saved
    assert (kept.place, kept.case, kept.return_by) == ("00004", second, "post")
    assert kept.provinces["place"] == "01"
    assert (kept.documents, kept.done) == ((), ("applicant",))


@pytest.mark.parametrize(
    ("arrived", "status"),
    [
        (timedelta(days=-1), 303),
        (timedelta(days=-29), 303),
        (timedelta(days=-31), 422),
        (timedelta(hours=1), 422),
        (None, 422),
    ],
)
def test_when_a_letter_arrived_is_judged_where_it_is_typed(
    portal: Flask,
    neighbours: Neighbours,
    procedure: Any,
    arrived: timedelta | None,
    status: int,
) -> None:
    channels = (Channel.IN_PERSON, Channel.POST)
    neighbours.answer(ReadProcedure, replace(procedure, channels=channels, cases=()))
    neighbours.hold(Writing(channel="post", return_by="in-person"))
    moment = f"{datetime.now(VIETNAM) + arrived:%d/%m/%Y %H:%M}" if arrived else "hôm qua"
    typed = {"channel": "post", "return_by": "post", "arrived_at": moment, "version": "3"}
    answer = portal.test_client().post("/drafts/d-1/beginning", data=typed)
    assert answer.status_code == status
    if status == 422:
        assert "không quá 30 ngày" in answer.text
        assert neighbours.saved.arrived_at == ""
        return
    assert typed_moment(neighbours.saved.arrived_at) == moment
    shown = portal.test_client().get("/drafts/d-1/beginning").text
    assert moment in shown


def test_a_paper_of_an_earlier_dossier_is_taken_in_place_of_an_upload(
    portal: Flask, neighbours: Neighbours, procedure: Any
) -> None:
    needed = procedure.documents[0]
    taken = StoredFile("f-mine", "căn cước.pdf", "0" * 64, "application/pdf", 9)
    neighbours.answer(ReuseAsset, taken)
    client = portal.test_client()
    for _ in range(2):  # however often it is pressed
        answer = client.post(
            "/drafts/d-1/documents", data={"reuse": f"{needed.id} H56-1 f-9", "version": "3"}
        )
        assert answer.headers["Location"] == "/drafts/d-1/documents"
    assert neighbours.asked(ReuseAsset) == [ReuseAsset("H56-1", "f-9")] * 2
    given = [one for one in neighbours.saved.documents if one.file == "f-mine"]
    assert given == [FileGiven(needed.id, "f-mine", "căn cước.pdf", 9)]
    client.post("/drafts/d-1/documents", data={"reuse": "nothing H56-1 f-9", "version": "3"})
    assert [one for one in neighbours.saved.documents if one.file == "f-mine"] == given


@pytest.mark.parametrize("name", ["begin", "receive"])
def test_what_was_begun_is_gone_on_with_at_its_first_open_step(
    render: Any, pages: Any, begun: dict[str, Any], name: str
) -> None:
    text = render(pages[name])
    assert "Bạn đã bắt đầu trước đó" in text
    assert f'<a class="govuk-link" href="/drafts/{begun["draft"].draft}">' in text
    nothing = replace(pages[name], screen=replace(pages[name].screen, drafts=()))
    assert "Bạn đã bắt đầu trước đó" not in render(nothing)


@pytest.mark.proves("B06")
def test_the_list_of_faults_leads_to_each_field_and_each_answer_shows_its_own(
    render: Any, pages: Any
) -> None:
    page = Page(render(pages["wizard-check-faulty"]))
    summary = next(one for one in page.all("div") if one["class"] == "govuk-error-summary")
    fields = [
        "/drafts/d-1/form?faults=shown#form-text",
        "/drafts/d-1/applicant?faults=shown#applicant-phone",
        "/drafts/d-1/documents?faults=shown#documents-ct01",
    ]
    assert [link["href"] for link in summary.all("a")] == fields
    changes = {link["href"]: link for link in page.all("a") if link["aria-describedby"]}
    assert sorted(changes) == sorted(fields)
    document = changes[fields[2]]
    assert "Hãy đính kèm «Tờ khai»." in page.by_id(document["aria-describedby"]).words


def test_a_field_that_a_list_of_faults_leads_to_says_what_is_wrong_and_keeps_the_focus(
    portal: Flask, neighbours: Neighbours
) -> None:
    client = portal.test_client()
    client.post("/drafts/d-1/documents", data={"then": "stay", "remove": "f-1"})
    plain = Page(client.get("/drafts/d-1/documents").text)
    assert not plain.by_id("documents-ct01")["aria-describedby"]
    page = Page(client.get("/drafts/d-1/documents?faults=shown").text)
    assert page.by_id("documents-ct01")["aria-describedby"].strip() == "documents-ct01-error"
    assert "Hãy đính kèm «Tờ khai»." in page.by_id("documents-ct01-error").words
    summary = next(one for one in page.all("div") if one["class"] == "govuk-error-summary")
    assert summary["data-disable-auto-focus"] == "true"
