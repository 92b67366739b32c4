"""Every procedure of the project's own catalogue that can be filed online reaches its end."""

from __future__ import annotations

from dataclasses import replace

import dossier_samples as s
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kernel.errors import Invalid
from kernel.requests import Caller
from services.catalog.contract import Agency, Channel, Procedure, StepAction, can_file_online
from services.catalog.contract.competence import resolves
from services.catalog.decider.soundness import faults
from services.catalog.files import read_agencies, read_places, read_procedures
from services.dossier import views
from services.dossier.contract import RouteStep, Status
from services.dossier.decider import decide, initial
from services.dossier.forms import check_answers
from services.dossier.submission import agency_ref, keep, route

AGENCIES = read_agencies(read_places())
PROCEDURES = [procedure for procedure in read_procedures() if can_file_online(procedure)]
BY_STEP = {
    "receive": s.accept,
    "complete": s.complete_step,
    "approve": s.approve,
    "dispatch": s.dispatch,
    "hand-over": s.hand_over,
}


def agency_for(procedure: Procedure) -> Agency:
    return next(agency for agency in AGENCIES if resolves(agency, procedure.competence))


def officer_of(step: RouteStep, agency: Agency) -> Caller:
    return Caller(f"acc-{step.id}", "officer", step.name, (step.role,), agency.id, step.unit.id)


def ways_of(procedure: Procedure) -> list[str | None]:
    """The procedure's own workflow, and those of the cases that have another."""
    return [None, *(case.id for case in procedure.cases if case.workflow)]


@pytest.mark.parametrize(
    ("procedure", "case"),
    [(one, case) for one in PROCEDURES for case in ways_of(one)],
    ids=lambda one: one.slug if isinstance(one, Procedure) else one or "",
)
def test_the_officers_of_its_route_bring_it_to_its_end(procedure, case):
    agency = agency_for(procedure)
    chosen = next((one for one in procedure.cases if one.id == case), None)
    kept = keep(procedure, chosen, Channel.ONLINE, s.MONDAY.date())
    story = s.Story(
        s.submit(
            procedure=kept,
            agency=agency_ref(agency),
            case=case,
            route=route(procedure, case, agency, s.MONDAY.date()),
            documents=tuple(s.attachment(document.id) for document in kept.documents),
        )
    )
    while story.state.status is not Status.RETURNED:
        step = story.state.hold.step
        by = officer_of(step, agency)
        if step.action == "assign":
            following = story.state.route[story.state.route.index(step) + 1]
            story.tell(s.assign(by=by, to=officer_of(following, agency)))
        else:
            story.tell(BY_STEP[step.action](by=by))
    document = views.project(story.history())
    assert views.status(document, s.APPLICANT, s.MONDAY, s.CALENDAR).clock.due > s.MONDAY


def test_a_case_with_its_own_workflow_goes_its_own_way():
    """In the mountains a land dossier has thirteen days, and its steps have their time of it."""
    land = next(one for one in PROCEDURES if one.slug == "cap-doi-gcn-qsdd")
    agency = agency_for(land)
    ordinary, mountains = (
        {step.id: step.budget_hours for step in route(land, case, agency, s.MONDAY.date())}
        for case in ("thong-thuong", "mien-nui")
    )
    assert ordinary.keys() == mountains.keys()
    assert (ordinary["handling"], mountains["handling"]) == (10, 28)


@given(st.lists(st.sampled_from(list(StepAction)), max_size=8))
@example([StepAction.RECEIVE, StepAction.APPROVE, StepAction.DISPATCH, StepAction.HAND_OVER])
def test_what_is_published_is_what_takes_dossiers(actions):
    step = PROCEDURES[0].workflow[0]
    steps = tuple(
        replace(step, id=f"s{number}", action=action) for number, action in enumerate(actions)
    )
    offered = replace(PROCEDURES[0], workflow=steps)
    walked = tuple(
        RouteStep(one.id, one.name, one.name_en, one.role, s.DESK, 1, one.action.value)
        for one in steps
    )
    if any(fault.field.startswith("workflow") for fault in faults(offered)):
        with pytest.raises(Invalid, match="route-incomplete"):
            decide(initial, s.submit(route=walked))
    else:
        assert decide(initial, s.submit(route=walked))


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda procedure: procedure.slug)
def test_an_empty_form_lacks_exactly_what_is_required(procedure):
    fields = [field for section in procedure.form.sections for field in section.fields]
    with pytest.raises(Invalid) as refusal:
        check_answers(procedure.form, {}, s.MONDAY.date())
    assert [fault.field for fault in refusal.value.fields] == [
        f"form.{field.key}" for field in fields if field.required
    ]
