"""`/inbox`: an officer's work list, to be read, taken away, kept under a name, assigned."""

from __future__ import annotations

from typing import Any

import flask
from flask import Response
from flask_smorest import Blueprint

from services.dossier import contract
from services.dossier.contract import DossierPage, SavedFilters
from services.portal import tables, work_lists
from services.portal.api.asking import ask, idempotency_key, language
from services.portal.api.shapes import answer, body, query
from services.portal.work_lists import Assignments, AssignSeveral

blueprint = Blueprint("api-work-lists", __name__, description="The work list of an officer")

_FORMATS = {"csv": (tables.as_csv, tables.CSV), "xlsx": (tables.as_xlsx, tables.XLSX)}


@blueprint.get("/inbox")
@blueprint.arguments(query(contract.ReadInbox), location="query")
@blueprint.response(200, answer(DossierPage))
def read_inbox(found: dict[str, Any]) -> DossierPage:
    """An officer's work list, most urgent first."""
    page: DossierPage = ask(contract.ReadInbox(**found))
    return page


def _export(form: str) -> Any:
    write, media_type = _FORMATS[form]

    def take(found: dict[str, Any]) -> Response:
        flask.g.locale = language()
        table = work_lists.export(contract.ReadInbox(**found), ask)
        response = Response(write(table), content_type=media_type)
        response.headers["Content-Disposition"] = f'attachment; filename="inbox.{form}"'
        return response

    take.__name__ = f"export_{form}"
    take.__doc__ = f"The whole work list as {form.upper()}, up to 5,000 rows, in the tab's order."
    return take


for _form, (_, _media_type) in _FORMATS.items():
    _view = blueprint.alt_response(
        200,
        schema={"type": "string", "format": "binary"},
        content_type=_media_type,
        description="the table",
    )(_export(_form))
    _view = blueprint.arguments(
        query(contract.ReadInbox, "after", "limit", "sort"), location="query"
    )(_view)
    blueprint.get(f"/inbox/{_form}")(_view)


@blueprint.post("/inbox/assignments")
@blueprint.arguments(body(AssignSeveral))
@blueprint.response(200, answer(Assignments))
def assign(given: dict[str, Any]) -> Assignments:
    """Put several dossiers into one officer's hands: says of each what became of it."""
    return work_lists.assign(AssignSeveral(**given), idempotency_key(), _ask_with_key, language())


@blueprint.get("/inbox/filters")
@blueprint.response(200, answer(SavedFilters))
def list_filters() -> SavedFilters:
    """List one's own saved filters."""
    found: SavedFilters = ask(contract.ListFilters())
    return found


@blueprint.post("/inbox/filters")
@blueprint.arguments(body(contract.SaveFilter))
@blueprint.response(200, answer(SavedFilters))
def save_filter(given: dict[str, Any]) -> SavedFilters:
    """Keep a work list under a name, in the place of the one that has this name."""
    found: SavedFilters = ask(contract.SaveFilter(**given))
    return found


@blueprint.delete("/inbox/filters/<name>")
@blueprint.response(204)
def delete_filter(name: str) -> None:
    """Forget a saved filter."""
    ask(contract.DeleteFilter(name=name))


def _ask_with_key(message: Any, *, key: str | None) -> Any:
    return ask(message, key=key)
