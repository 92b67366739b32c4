"""Every procedure of the project's own catalogue that can be filed online reaches its end."""

from __future__ import annotations

import dossier_samples as s
import pytest

from kernel.errors import Invalid
from kernel.requests import Caller
from services.catalog.contract import Agency, Channel, Procedure, can_file_online
from services.catalog.contract.competence import resolves
from services.catalog.files import read_agencies, read_places, read_procedures
from services.dossier import views
from services.dossier.contract import RouteStep, Status
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


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda procedure: procedure.slug)
def test_the_officers_of_its_route_bring_it_to_its_end(procedure):
    agency = agency_for(procedure)
    kept = keep(procedure, None, Channel.ONLINE, s.MONDAY.date())
    story = s.Story(
        s.submit(
            procedure=kept,
            agency=agency_ref(agency),
            route=route(procedure, None, agency, s.MONDAY.date()),
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


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda procedure: procedure.slug)
def test_an_empty_form_lacks_exactly_what_is_required(procedure):
    fields = [field for section in procedure.form.sections for field in section.fields]
    with pytest.raises(Invalid) as refusal:
        check_answers(procedure.form, {}, s.MONDAY.date())
    assert [fault.field for fault in refusal.value.fields] == [
        f"form.{field.key}" for field in fields if field.required
    ]
