"""Drafts, as the pages on which a dossier is written read and save them."""

from __future__ import annotations

from services.catalog.contract import Procedure, ReadProcedure
from services.dossier.contract import Draft, Drafts, ListDrafts, ReadDraft, SaveDraft
from services.portal.drafting import Writing
from services.portal.forms import Form, version_of
from services.portal.sessions import ask


def opened(draft: str) -> tuple[Draft, Writing, Procedure]:
    """Return a draft, what it holds, and its procedure; raises `NotFound` for anybody else's."""
    saved: Draft = ask(ReadDraft(draft=draft))
    return saved, *content(saved)


def content(saved: Draft) -> tuple[Writing, Procedure]:
    """Return what a draft holds, and its procedure."""
    procedure: Procedure = ask(ReadProcedure(code=saved.procedure))
    return Writing.of(saved.content), procedure


def begin(procedure: Procedure, writing: Writing, form: Form) -> Draft:
    """Save a new draft."""
    draft: Draft = ask(SaveDraft(procedure=procedure.code, content=writing.content()), key=form.key)
    return draft


def save(saved: Draft, writing: Writing, form: Form) -> Draft:
    """Save another content; raises `Stale` where the page showed an earlier version."""
    answer: Draft = ask(
        SaveDraft(procedure=saved.procedure, content=writing.content(), draft=saved.draft),
        key=form.key,
        version=version_of(form),
    )
    return answer


def begun(procedure: Procedure) -> tuple[Draft, ...]:
    """Return one's own drafts of a procedure."""
    mine: Drafts = ask(ListDrafts())
    return tuple(draft for draft in mine.items if draft.procedure == procedure.code)
