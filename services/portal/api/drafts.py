"""`/drafts`: save a dossier that is not sent yet, and resume it."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from kernel.schemas import dump
from services.dossier.contract import DeleteDraft, Draft, Drafts, ListDrafts, ReadDraft, SaveDraft
from services.portal import papers
from services.portal.api.asking import ask
from services.portal.api.shapes import PDF, answer, body
from services.portal.drafting import declaration_of

blueprint = Blueprint("api-drafts", __name__, description="Drafts: save and resume")

_CONTENT = body(SaveDraft, "draft")


@blueprint.get("/drafts")
@blueprint.response(200, answer(Drafts))
def list_drafts() -> Drafts:
    """List one's own drafts, newest first."""
    drafts: Drafts = ask(ListDrafts())
    return drafts


@blueprint.post("/drafts")
@blueprint.arguments(_CONTENT)
@blueprint.alt_response(201, schema=answer(Draft))
def save_new(given: dict[str, Any]) -> Response:
    """Save a new draft."""
    return _draft(ask(SaveDraft(**given)), 201)


@blueprint.get("/drafts/<draft>")
@blueprint.alt_response(200, schema=answer(Draft))
def read(draft: str) -> Response:
    """Read a draft; its version is the ETag."""
    return _draft(ask(ReadDraft(draft=draft)), 200)


@blueprint.put("/drafts/<draft>")
@blueprint.arguments(_CONTENT)
@blueprint.alt_response(200, schema=answer(Draft))
def save(given: dict[str, Any], draft: str) -> Response:
    """Save another content; `If-Match` guards against another window."""
    return _draft(ask(SaveDraft(draft=draft, **given)), 200)


@blueprint.get("/drafts/<draft>/declaration.pdf")
@blueprint.alt_response(200, **PDF)
def print_declaration(draft: str) -> Response:
    """Fetch the declaration with what the draft holds."""
    return papers.sent(ask(declaration_of(ask(ReadDraft(draft=draft)))))


@blueprint.delete("/drafts/<draft>")
@blueprint.response(204)
def delete(draft: str) -> None:
    """Forget a draft."""
    ask(DeleteDraft(draft=draft))


def _draft(draft: Draft, status: int) -> Response:
    response = jsonify(dump(draft))
    response.status_code = status
    response.headers["ETag"] = f'"{draft.version}"'
    response.headers["Location"] = f"/api/v1/drafts/{draft.draft}"
    return response
