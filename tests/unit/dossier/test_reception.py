"""At the one-stop desk: given these events, when this command, then these events."""

from __future__ import annotations

from dataclasses import replace

import dossier_samples as s
import pytest

from kernel.errors import Conflict, Forbidden, Invalid, NotFound
from kernel.requests import Caller
from services.dossier.contract import (
    DossierAccepted,
    DossierRefused,
    DossierSubmitted,
    ReturnBy,
    Status,
    StepCompleted,
    StepEntered,
    Timing,
)
from services.dossier.decider import decide, initial


def test_a_submitted_dossier_lies_at_the_desk_of_the_competent_agency_for_eight_hours():
    story = s.Story()
    submitted, entered = story.tell(s.submit(s.at("2026-09-07 16:30")))
    assert isinstance(submitted, DossierSubmitted)
    assert submitted.agency == s.AGENCY
    assert submitted.check_due == s.at("2026-09-08 16:30")
    assert entered == StepEntered(
        code=s.CODE,
        step="receive",
        unit=s.DESK,
        entered_at=s.at("2026-09-07 16:30"),
        due=s.at("2026-09-08 16:30"),
    )
    assert story.state.status is Status.SUBMITTED


def test_only_an_applicants_verified_account_files():
    unverified = replace(s.APPLICANT, verified=False)
    for who, code in (
        (unverified, "account-not-verified"),
        (s.RECEIVING, "applicants-only"),
        (Caller("anonymous", "anonymous"), "applicants-only"),
    ):
        with pytest.raises(Forbidden) as refusal:
            decide(initial, s.submit(by=who))
        assert refusal.value.code == code


@pytest.mark.proves("D21")
def test_a_paper_outside_the_closed_list_is_refused_and_a_required_one_is_demanded():
    with pytest.raises(Invalid) as refusal:
        decide(initial, s.submit(documents=(s.attachment("love-letter"),)))
    assert {(fault.field, fault.code) for fault in refusal.value.fields} == {
        ("documents.declaration", "required"),
        ("documents.love-letter", "not-listed"),
    }


@pytest.mark.parametrize("by", [ReturnBy.ONLINE, ReturnBy.POST])
@pytest.mark.proves("F03")
def test_at_level_three_the_result_is_received_in_person(by):
    partial = replace(s.PROCEDURE, legacy_level=3, service_level="partial")
    with pytest.raises(Invalid) as refusal:
        decide(initial, s.submit(procedure=partial, return_by=by))
    assert refusal.value.code == "return-not-offered"
    assert decide(initial, s.submit(procedure=partial, return_by=ReturnBy.IN_PERSON))


@pytest.mark.parametrize("by", list(ReturnBy))
@pytest.mark.proves("F04")
def test_at_level_four_the_result_comes_online_in_person_or_by_post(by):
    assert decide(initial, s.submit(return_by=by))[0].return_by is by


@pytest.mark.parametrize("level", [1, 2])
def test_below_level_three_nothing_is_filed_online(level):
    with pytest.raises(Invalid) as refusal:
        decide(initial, s.submit(procedure=replace(s.PROCEDURE, legacy_level=level)))
    assert refusal.value.code == "not-online"


@pytest.mark.parametrize(
    "steps",
    [(), ("receive",), ("receive", "handle", "return"), ("handle", "records", "return")],
)
def test_a_route_that_cannot_end_is_not_begun(steps):
    route = tuple(step for step in s.ROUTE if step.id in steps)
    with pytest.raises(Invalid) as refusal:
        decide(initial, s.submit(route=route))
    assert refusal.value.code == "route-incomplete"


def test_a_code_is_used_once():
    with pytest.raises(Conflict):
        s.Story(s.submit(), s.submit())


def test_acceptance_starts_the_clock_and_moves_it_on():
    story = s.Story(s.submit())
    accepted, completed, entered = story.tell(s.accept(s.at("2026-09-08 10:00")))
    assert isinstance(accepted, DossierAccepted)
    assert accepted.officer.name == "Lê Thị Lan"
    assert accepted.due == s.at("2026-09-17 17:30")  # the seventh working day
    assert isinstance(completed, StepCompleted)
    assert (completed.step, completed.timing) == ("receive", Timing.LATE)
    assert isinstance(entered, StepEntered)
    assert (entered.from_unit, entered.unit) == (s.DESK, s.TEAM)
    assert entered.due == s.at("2026-09-08 16:00")  # four working hours
    assert story.state.status is Status.ACCEPTED


@pytest.mark.parametrize("unit", ["working-day", ""])
def test_without_a_published_figure_the_steps_budgets_are_the_time_allowed(unit):
    described = replace(s.PROCEDURE, time_unit=unit, time_value=None)
    story = s.Story(s.submit(procedure=described))
    accepted = story.tell(s.accept(s.MONDAY))[0]
    hours = sum(step.budget_hours for step in s.ROUTE[1:-1])
    assert accepted.due == s.CALENDAR.add_hours(s.MONDAY, hours)


def test_a_refusal_ends_it_with_the_reason():
    story = s.Story(s.submit())
    completed, refused = story.tell(s.refuse())
    assert isinstance(completed, StepCompleted)
    assert isinstance(refused, DossierRefused)
    assert refused.reason == "Không thuộc thẩm quyền."
    assert story.state.status is Status.REFUSED


def test_what_was_never_submitted_is_not_found():
    with pytest.raises(NotFound):
        decide(initial, s.accept())


class TestAtTheCounter:
    """Channels 1 and 3: an officer enters what is brought to the desk or comes by post."""

    def test_it_is_accepted_with_that_and_goes_on(self):
        story = s.Story()
        events = story.tell(s.enter())
        assert [type(event).__name__ for event in events] == [
            *("DossierSubmitted", "StepEntered", "DossierAccepted", "StepCompleted", "StepEntered"),
        ]
        submitted, _, accepted, *_ = events
        assert (submitted.officer, submitted.subject) == (s.ref(s.RECEIVING), "person-1")
        assert accepted.officer == s.ref(s.RECEIVING)
        assert story.state.status is Status.ACCEPTED
        assert story.state.hold.step.id == "assign"

    def test_only_the_desk_of_the_agency_enters_it(self):
        for who in (s.HANDLING, s.CHAIR, s.DESK_ELSEWHERE, s.ADMINISTRATOR):
            with pytest.raises(Forbidden) as refusal:
                decide(initial, s.enter(by=who))
            assert refusal.value.code == "desk-only"

    def test_nobody_enters_for_another_what_is_filed_online(self):
        with pytest.raises(Forbidden) as refusal:
            decide(initial, s.enter(channel="online"))
        assert refusal.value.code == "applicants-only"

    def test_the_term_of_a_letter_counts_from_its_arrival(self):
        arrived, entered = s.at("2026-09-04 09:00"), s.at("2026-09-07 09:00")
        late = s.Story(s.enter(entered, channel="post", arrived_at=arrived)).state
        soon = s.Story(s.enter(arrived, channel="post", arrived_at=arrived)).state
        assert late.clock.due == soon.clock.due
        assert late.clock.due < s.Story(s.enter(entered)).state.clock.due

    @pytest.mark.parametrize(
        ("channel", "arrived"),
        [
            ("in-person", "2026-09-07 08:00"),
            ("post", "2026-09-08 08:00"),
            ("post", "2026-08-01 08:00"),
        ],
        ids=["at the desk", "in the future", "long ago"],
    )
    def test_an_arrival_that_cannot_be_is_refused(self, channel, arrived):
        with pytest.raises(Invalid) as refusal:
            decide(
                initial,
                s.enter(s.at("2026-09-07 09:00"), channel=channel, arrived_at=s.at(arrived)),
            )
        assert [fault.field for fault in refusal.value.fields] == ["arrived_at"]

    def test_the_result_goes_no_way_that_needs_an_account(self):
        with pytest.raises(Invalid) as refusal:
            decide(initial, s.enter(return_by=ReturnBy.ONLINE))
        assert [fault.field for fault in refusal.value.fields] == ["return_by"]
        assert decide(initial, s.enter(return_by=ReturnBy.POST))

    @pytest.mark.parametrize("level", [1, 2, 3, 4])
    def test_every_level_is_taken_there(self, level):
        procedure = replace(s.PROCEDURE, legacy_level=level)
        assert decide(initial, s.enter(procedure=procedure))

    def test_required_documents_are_demanded_there_too(self):
        with pytest.raises(Invalid) as refusal:
            decide(initial, s.enter(documents=()))
        assert [fault.field for fault in refusal.value.fields] == ["documents.declaration"]
