"""What the wizard's buttons that go no step further answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from rendered import Page

from kernel.errors import NotFound
from kernel.requests import Caller
from services.catalog.contract import ReadProcedure
from services.dossier.contract import Draft, FileTicket, NewUploadTicket, ReadDraft, SaveDraft
from services.identity.contract import ReadAccount
from services.portal import protection, sessions
from services.portal.drafting import Writing
from services.portal.pages import wizard


class Neighbours:
    """Answers the wizard as the services would, and keeps the draft that it saves."""

    def __init__(self, shown: Any, procedure: Any) -> None:
        self.draft: Draft = shown["draft"]
        ticket = FileTicket("t", "/", self.draft.expires_at, 1024, ("application/pdf",))
        self._answers = {
            ReadProcedure: procedure,
            ReadAccount: shown["account"],
            NewUploadTicket: ticket,
        }

    def __call__(self, message: Any, **_: Any) -> Any:
        """Return a made-up answer."""
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
    monkeypatch.setattr(wizard, "ask", answering)
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
def test_a_draft_that_is_sent_again_after_it_became_a_dossier_leads_to_the_dossiers(
    portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(message: Any, **_: Any) -> Any:
        raise NotFound("no-such-draft", "Không có bản nháp này.", "There is no such draft.")

    monkeypatch.setattr(wizard, "ask", gone)
    client = portal.test_client()
    answer = client.post("/drafts/d-1/check")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/dossiers")
    with client.session_transaction() as kept:
        assert "gửi" in str(kept["_flashes"])


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
