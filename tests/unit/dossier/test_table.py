"""The table of actions, walked whole: every action, at every stage, by everybody."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import dossier_samples as s
import pytest

from kernel.errors import Conflict, Forbidden
from kernel.requests import ANONYMOUS
from services.dossier.contract import ACTIONS, Status
from services.dossier.decider import TABLE, allowed_actions, decide, standing
from services.dossier.decider.actions import By
from services.dossier.decider.drawing import NEEDS_NAMES
from services.dossier.decider.standing import LACKING, MET, Needs
from services.dossier.decider.state import ENDED

COMMANDS = {
    "accept": s.accept,
    "refuse": s.refuse,
    "request-supplement": s.request_supplement,
    "supplement": s.supplement,
    "assign": lambda by, to=s.HANDLING: s.assign(by=by, to=to),
    "complete-step": s.complete_step,
    "consult": lambda by: s.consult(by=by, unit=s.HEADS),
    "answer-consultation": s.answer_consultation,
    "call-off-consultation": s.call_off_consultation,
    "return-step": lambda by: s.return_step(by=by, to="assign"),
    "request-fee": lambda by: s.request_fee(by=by, lines=[s.FeeLine("Phí bản sao", 5_000)]),
    "approve": s.approve,
    "dispatch": s.dispatch,
    "hand-over": s.hand_over,
    "book-appointment": s.book,
    "confirm-receipt": s.confirm_receipt,
    "rate": s.rate,
    "withdraw": s.withdraw,
    "request-withdrawal": s.request_withdrawal,
    "grant-withdrawal": s.grant_withdrawal,
    "refuse-withdrawal": s.refuse_withdrawal,
    "stop": s.stop,
    "transfer": lambda by: s.transfer(by=by, to=replace(s.OTHER_AGENCY, id="ubnd-3")),
    "extend": s.extend,
}

# In which capacity each person acts, by the step at which the dossier lies.
CAPACITIES: dict[str, dict[str, set[By]]] = {
    "applicant": {"*": {By.APPLICANT}},
    "receiving officer": {"*": {By.DESK}, "receive": {By.STEP}, "return": {By.STEP}},
    "team leader": {"*": {By.LEADER}, "assign": {By.STEP}, "review": {By.STEP}},
    "handling officer": {"handle": {By.STEP}},
    "chair": {"*": {By.LEADER}, "sign": {By.STEP}},
    "records officer": {"records": {By.STEP}},
}


# Once another agency holds it, its people have them.
ELSEWHERE: dict[str, dict[str, set[By]]] = {
    "applicant": {"*": {By.APPLICANT}},
    "leader elsewhere": {"*": {By.LEADER}},
    "receiving officer elsewhere": {"*": {By.DESK}, "receive": {By.STEP}},
}

BEFORE_ACCEPTANCE = {
    "transferred when new",
    "submitted",
    "supplement asked at the desk",
    "fee due at the desk",
}

# What a clerk knows of a stage by its name, and nothing else.
HOLDS: dict[Needs, Callable[[str], bool]] = {
    Needs.FEES_SETTLED: lambda stage: not stage.endswith("fee due"),
    Needs.EARLIER_STEP: lambda stage: True,
    Needs.NOT_ACCEPTED: lambda stage: stage in BEFORE_ACCEPTANCE,
    Needs.ACCEPTED: lambda stage: stage not in BEFORE_ACCEPTANCE,
    Needs.WITHDRAWAL_ASKED: lambda stage: stage.startswith("withdrawal asked"),
    Needs.SENT_BY_POST: lambda stage: stage == "sent by post",
    Needs.IN_PERSON: lambda stage: stage == "to come in person",
    Needs.NOT_RATED: lambda stage: stage != "rated",
    Needs.NOT_EXTENDED: lambda stage: stage != "extended",
    Needs.NO_WITHDRAWAL_ASKED: lambda stage: not stage.startswith("withdrawal asked"),
    Needs.CONSULTING: lambda stage: stage == "consulting",
    Needs.NOBODY_CONSULTED: lambda stage: stage != "consulting",
}


def expected(stage: str, person: str) -> set[str]:
    """Read the table as a clerk would."""
    dossier = s.UNTIL[stage]().state
    step = dossier.hold.step if dossier.hold else None
    known = (ELSEWHERE if stage.startswith("transferred") else CAPACITIES).get(person, {})
    capacities = known.get("*", set()) | (known.get(step.id, set()) if step else set())
    if stage.startswith("counter"):  # who filed there has no account
        capacities -= {By.APPLICANT}
        capacities |= {By.COUNTER} if person == "receiving officer" else set()
    if stage == "consulting" and person == "records officer":  # of the unit that was asked
        capacities |= {By.CONSULTED}
    return {
        row.action
        for row in TABLE
        if dossier.status in row.statuses
        and (not row.steps or (step is not None and step.action in row.steps))
        and capacities & set(row.by)
        and all(HOLDS[need](stage) for need in row.needs)
    }


@pytest.mark.parametrize(("stage", "person"), list(itertools.product(s.UNTIL, s.PEOPLE)))
def test_everybody_may_do_exactly_what_the_table_says(stage, person):
    story, who = s.UNTIL[stage](), s.PEOPLE[person]
    allowed = set(allowed_actions(standing(story.state), who))
    assert allowed == expected(stage, person)
    for action, command in COMMANDS.items():
        if action not in allowed:
            with pytest.raises((Conflict, Forbidden)) as refusal:
                decide(story.state, command(by=who))
            assert refusal.value.vi
            assert refusal.value.en
            continue
        told = s.UNTIL[stage]()
        told.tell(
            command(who, s.TEAM_LEADER)
            if stage == "review" and action == "assign"
            else command(by=who)
        )
        rows = [row for row in TABLE if row.action == action]
        assert any(
            story.state.status in row.statuses and told.state.status in row.leads_to for row in rows
        )


def test_the_stages_reach_every_status():
    assert {story().state.status for story in s.UNTIL.values()} == set(Status)


def test_the_table_names_every_action_and_no_other():
    assert {row.action for row in TABLE} == set(ACTIONS) == set(COMMANDS)


def test_every_need_is_checked_named_and_known():
    assert set(MET) == set(Needs) == set(HOLDS) == set(NEEDS_NAMES)
    assert set(LACKING) == set(Needs) - {Needs.EARLIER_STEP}  # the refusal names the step itself


def test_nothing_leaves_a_status_in_which_it_ended():
    assert not [row for row in TABLE if ENDED & set(row.statuses) and row.leads_to != row.statuses]


def test_every_row_of_the_table_is_used_by_somebody():
    used = set()
    for stage, (name, who) in itertools.product(s.UNTIL, s.PEOPLE.items()):
        here = standing(s.UNTIL[stage]().state)
        step = here.step.action if here.step else None
        for number, row in enumerate(TABLE):
            timely = here.status in row.statuses and (not row.steps or step in row.steps)
            if (
                timely
                and row.action in allowed_actions(here, who)
                and name in {*CAPACITIES, *ELSEWHERE}
            ):
                used.add(number)
    assert used == set(range(len(TABLE)))


def test_where_no_step_lies_between_nothing_can_go_back():
    short = tuple(step for step in s.ROUTE if step.id in ("receive", "sign", "records", "return"))
    story = s.Story(s.submit(route=short), s.accept())
    assert "return-step" not in allowed_actions(standing(story.state), s.CHAIR)
    story.tell(s.approve())
    assert "return-step" in allowed_actions(standing(story.state), s.RECORDS)


def test_a_stranger_learns_nothing_of_the_dossier():
    story = s.UNTIL["handling"]()
    for who in (s.OTHER_CITIZEN, ANONYMOUS):
        with pytest.raises(Forbidden) as refusal:
            decide(story.state, s.withdraw(by=who))
        assert refusal.value.code == "not-your-dossier"
    with pytest.raises(Forbidden) as refusal:
        decide(story.state, s.approve(by=s.ELSEWHERE))
    assert refusal.value.code == "not-your-agency"


def test_a_refusal_says_what_is_possible_instead():
    story = s.UNTIL["handling"]()
    with pytest.raises(Conflict) as refusal:
        decide(story.state, s.accept(by=s.HANDLING))
    assert refusal.value.code == "not-now"
    assert "«Đang xử lý», bước «Thụ lý»" in refusal.value.vi
    assert "«Hoàn thành bước»" in refusal.value.vi
    assert "“Complete the step”" in refusal.value.en


def test_the_work_of_the_assigned_officer_is_not_a_colleagues():
    story = s.UNTIL["handling"]()
    with pytest.raises(Forbidden) as refusal:
        decide(story.state, s.complete_step(by=s.COLLEAGUE))
    assert refusal.value.code == "not-yours"
    assert "Vũ Thị Mai" in refusal.value.vi
