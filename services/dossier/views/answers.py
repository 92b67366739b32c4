"""What one caller sees of a dossier at one moment: the picture, less what is not theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from kernel.requests import Caller
from services.dossier.clock import Calendar, at_agency
from services.dossier.contract import (
    DossierStatus,
    MaskedStatus,
    Notice,
    PaperLink,
    ResultView,
    StepState,
    StepView,
)
from services.dossier.decider.actions import allowed_actions
from services.dossier.papers.forms import DECLARATION, DECLARATION_NAMES, PAPERS
from services.dossier.views.document import Document, picture_in
from services.dossier.views.explanation import explained
from services.dossier.views.picture import Picture
from services.dossier.wording import masked_name
from services.identity.contract import WORKING, Role

SOON_HOURS = 24  # working hours before the due time, from which a row is marked


def may_see(document: Document, who: Caller) -> bool:
    """Whether `who` is the applicant, or works on dossiers at the agency that holds it."""
    return _sees(document["subject"], document["agency"], who)


def serves_there(agency: str, who: Caller) -> bool:
    """Whether `who` works on dossiers at an agency; administrators and auditors alone do not."""
    works = not WORKING.isdisjoint(who.roles)
    return who.is_officer and who.agency == agency and works


def may_read(document: Document, who: Caller) -> bool:
    """Whether `who` may follow the dossier: those who see it whole, and auditors.

    An auditor gets it without its personal parts and files.
    """
    return may_see(document, who) or (who.is_officer and Role.AUDITOR in who.roles)


def status(
    document: Document,
    who: Caller,
    now: datetime,
    calendar: Calendar,
    file_names: Mapping[str, str] | None = None,
) -> DossierStatus:
    """Return the status view for a caller, with the actions the caller may take now.

    Personal parts are given only to those who may see the dossier, the PIN to the applicant
    alone. `file_names` names its files, the result's among them; what is not named was erased.
    Without it nobody looked: no file has a name, and the result's is taken to be there.
    """
    return status_of(picture_in(document), who, now, calendar, file_names)


def status_of(
    picture: Picture,
    who: Caller,
    now: datetime,
    calendar: Calendar,
    file_names: Mapping[str, str] | None = None,
) -> DossierStatus:
    """Return what `status` does, of a picture that was not stored."""
    view, subject = picture.view, picture.standing.subject
    calendar = at_agency(calendar, view.agency.hours)
    steps = tuple(_measured(step, picture, now, calendar) for step in view.steps)
    current = next((step for step in steps if step.state is StepState.CURRENT), None)
    names = file_names or {}
    shown = replace(
        view,
        clock=explained(picture, now, calendar),
        steps=steps,
        step=current,
        stuck_at=stuck_at(steps),
        actions=allowed_actions(picture.standing, who),
        documents=tuple(replace(one, file_name=names.get(one.file, "")) for one in view.documents),
        result=_with_file(view.result, file_names),
    )
    shown = replace(shown, papers=_papers(shown, applicant=who.id == subject))
    if who.id == subject:
        return _without_what_officers_wrote(shown)
    if _sees(subject, view.agency.id, who):
        return replace(shown, pin=None)
    return _without_personal_parts(_without_what_officers_wrote(shown))


def _without_what_officers_wrote(view: DossierStatus) -> DossierStatus:
    told = tuple(replace(one, question="", opinion="") for one in view.consultations)
    return replace(view, consultations=told)


def _papers(view: DossierStatus, *, applicant: bool) -> tuple[PaperLink, ...]:
    """The papers that the applicant may have, or an officer of the agency."""
    issued = tuple(one for one in view.papers if not applicant or PAPERS[one.number].for_applicant)
    return issued if view.answers is None else (*issued, PaperLink(DECLARATION, *DECLARATION_NAMES))


def stuck_at(steps: tuple[StepView, ...]) -> StepView | None:
    """Return the open step with the largest overrun of its budget (E08: tắc ở khâu nào)."""
    late = [step for step in steps if step.state is StepState.CURRENT and step.late_minutes > 0]
    return max(late, key=lambda step: step.late_minutes, default=None)


def due_colour(urgent: datetime | None, now: datetime, calendar: Calendar) -> str:
    """Return `late`, `soon` (under 24 working hours), `on-time`, or `none` where nothing runs."""
    if urgent is None:
        return "none"
    if urgent < now:
        return "late"
    return "soon" if urgent < calendar.add_hours(now, SOON_HOURS) else "on-time"


def masked(document: Document, now: datetime, calendar: Calendar) -> MaskedStatus:
    """Return what a look-up without login shows: the applicant's name masked, no documents."""
    picture = picture_in(document)
    view, step, holder = picture.view, picture.view.step, picture.view.holder
    officer = holder.officer if holder else None
    return MaskedStatus(
        code=view.code,
        status=view.status,
        status_name=view.status_name,
        status_name_en=view.status_name_en,
        procedure=view.procedure.name,
        procedure_en=view.procedure.name_en,
        agency=view.agency.name,
        unit=holder.unit.name if holder else "",
        officer=officer.name if officer else "",
        step=step.name if step else "",
        step_en=step.name_en if step else "",
        applicant=masked_name(view.applicant.name) if view.applicant else "",
        submitted_at=view.submitted_at,
        clock=explained(picture, now, at_agency(calendar, view.agency.hours)),
        version=view.version,
    )


def notice(document: Document) -> Notice:
    """Return what a message to the applicant needs; for notify only."""
    picture = picture_in(document)
    view, step, holder, applicant = (
        picture.view,
        picture.view.step,
        picture.view.holder,
        picture.view.applicant,
    )
    return Notice(
        code=view.code,
        account=picture.standing.subject,
        name=applicant.name if applicant else "",
        email=applicant.email if applicant else "",
        phone=applicant.phone if applicant else "",
        locale=picture.locale,
        pin=view.pin or "",
        procedure=view.procedure.name,
        procedure_en=view.procedure.name_en,
        agency=view.agency.name,
        agency_en=view.agency.name_en,
        hotline=view.agency.hotline,
        unit=holder.unit.name if holder else "",
        unit_en=holder.unit.name_en if holder else "",
        officer=holder.officer.name if holder and holder.officer else "",
        step=step.name if step else "",
        step_en=step.name_en if step else "",
        due=view.clock.due,
    )


def _sees(subject: str, agency: str, who: Caller) -> bool:
    return who.id == subject or serves_there(agency, who)


def _with_file(result: ResultView | None, names: Mapping[str, str] | None) -> ResultView | None:
    if result is None or names is None or result.file in names:
        return result
    return replace(result, file=None)


def _measured(step: StepView, picture: Picture, now: datetime, calendar: Calendar) -> StepView:
    """The step with its overrun, which stands still while the applicant is waited for."""
    if step.due is None:
        return step
    until = step.completed_at or picture.waiting_since or now
    return replace(step, late_minutes=calendar.minutes_between(step.due, until))


def _without_personal_parts(view: DossierStatus) -> DossierStatus:
    asked, result, rating = view.withdrawal, view.result, view.rating
    return replace(
        view,
        applicant=None,
        owner=None,
        answers=None,
        pin=None,
        documents=(),
        papers=(),
        withdrawal=replace(asked, reason=None) if asked else None,
        result=replace(result, signed_by=None, file=None) if result else None,
        rating=replace(rating, comment=None) if rating else None,
    )
