"""Who stands in for whom, and what goes to a deputy: given, when, then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import dossier_samples as s
import pytest

from kernel.errors import Forbidden, Invalid, NotFound
from services.dossier.contract import DelegationEnded, OfficerAssigned, Status, WorkDelegated
from services.dossier.decider import commands as do
from services.dossier.decider import delegation

FRIDAY = date(2026, 9, 11)


def place(who) -> do.Assignee:
    """Return where an officer serves."""
    return do.Assignee(s.ref(who), who.agency, who.unit, who.roles)


def naming(by=s.HANDLING, officer=s.HANDLING, deputy=s.COLLEAGUE, **changes):
    """Name the colleague, from Monday to Friday."""
    command = delegation.NameDeputy(
        by, s.ref(by), s.MONDAY, place(officer), place(deputy), date(2026, 9, 7), FRIDAY
    )
    return replace(command, **changes)


def ending(by=s.HANDLING, officer=s.HANDLING, at=s.MONDAY):
    return delegation.End(by, s.ref(by), at, place(officer))


class TestNaming:
    def test_the_officer_or_a_leader_of_the_agency_names_a_deputy_once(self):
        for by in (s.HANDLING, s.TEAM_LEADER, s.CHAIR):
            (named,) = delegation.decide(None, naming(by))
            assert (named.officer, named.deputy) == (s.ref(s.HANDLING), s.ref(s.COLLEAGUE))
            assert named.named_by == s.ref(by)
            assert delegation.decide(named, naming(by)) == ()
            longer = naming(by, until=date(2026, 9, 18))
            assert len(delegation.decide(named, longer)) == 1

    @pytest.mark.parametrize("by", [s.COLLEAGUE, s.RECEIVING, s.ELSEWHERE, s.APPLICANT])
    def test_nobody_else_does(self, by):
        for command in (naming(by), ending(by)):
            with pytest.raises(Forbidden) as refusal:
                delegation.decide(None, command)
            assert refusal.value.code == "not-yours-to-delegate"

    @pytest.mark.parametrize(
        "deputy",
        [s.HANDLING, s.RECEIVING, s.TEAM_LEADER, replace(s.COLLEAGUE, agency="ubnd-16654")],
        ids=["oneself", "another unit", "another role", "another agency"],
    )
    def test_the_deputy_serves_in_the_same_unit_with_a_role_of_the_officers(self, deputy):
        with pytest.raises(Invalid) as refusal:
            delegation.decide(None, naming(deputy=deputy))
        assert [fault.field for fault in refusal.value.fields] == ["deputy"]

    @pytest.mark.parametrize(
        ("since", "until"),
        [("2026-09-01", "2026-09-06"), ("2026-09-12", "2026-09-11"), ("2026-09-07", "2027-09-07")],
        ids=["over", "backwards", "for a year"],
    )
    def test_days_that_cannot_be_are_refused(self, since, until):
        days = {"since": date.fromisoformat(since), "until": date.fromisoformat(until)}
        with pytest.raises(Invalid) as refusal:
            delegation.decide(None, naming(**days))
        assert [fault.field for fault in refusal.value.fields] == ["until"]

    def test_it_ends_before_its_last_day_and_not_twice(self):
        (named,) = delegation.decide(None, naming())
        (ended,) = delegation.decide(named, ending(s.CHAIR))
        assert ended == DelegationEnded(s.HANDLING.id, s.ref(s.CHAIR), s.MONDAY)
        state = delegation.evolve(named, ended)
        for nothing, at in ((state, s.MONDAY), (named, s.at("2026-09-12 08:00"))):
            with pytest.raises(NotFound):
                delegation.decide(nothing, ending(at=at))


class TestStandingIn:
    def stand_in(self, away=s.HANDLING, deputy=s.COLLEAGUE):
        return do.StandIn(s.ref(away), place(deputy), FRIDAY, s.MONDAY)

    def test_what_an_officer_has_in_hand_goes_to_the_deputy_who_may_act_now(self):
        story = s.UNTIL["handling"]()
        (assigned,) = story.tell(self.stand_in())
        assert assigned == OfficerAssigned(
            code=s.CODE,
            step="handle",
            unit=s.TEAM,
            officer=s.ref(s.COLLEAGUE),
            assigned_by=s.ref(s.HANDLING),
            assigned_at=s.MONDAY,
            deputy_until=FRIDAY,
        )
        assert story.state.hold.officer == s.ref(s.COLLEAGUE)
        with pytest.raises(Forbidden):
            story.tell(s.complete_step(by=s.HANDLING))
        assert story.tell(s.complete_step(by=s.COLLEAGUE))

    def test_once_and_nothing_of_what_others_hold(self):
        story = s.UNTIL["handling"]()
        story.tell(self.stand_in())
        assert story.tell(self.stand_in()) == []
        for stage in ("submitted", "accepted", "signature", "returned", "refused", "stopped"):
            assert s.UNTIL[stage]().tell(self.stand_in()) == []

    def test_while_the_applicant_is_waited_for_the_status_stays(self):
        story = s.UNTIL["supplement asked in handling"]()
        story.tell(self.stand_in())
        assert story.state.status is Status.SUPPLEMENT_REQUESTED
        assert story.state.hold.officer == s.ref(s.COLLEAGUE)

    def test_who_does_not_fit_the_step_gets_nothing(self):
        assert s.UNTIL["handling"]().tell(self.stand_in(deputy=s.RECEIVING)) == []


def test_the_fold_is_what_was_said_last():
    (named,) = delegation.decide(None, naming())
    assert isinstance(named, WorkDelegated)
    assert delegation.evolve(None, named) == named
