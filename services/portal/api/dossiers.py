"""`/dossiers`: submit, follow, act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from kernel.schemas import dump
from services.dossier import contract
from services.dossier.contract import ACTIONS, DossierPage, DossierStatus, Receipt, Slots, Trace
from services.portal import papers
from services.portal.api.asking import ask
from services.portal.api.shapes import PDF, answer, body, query
from services.portal.calendar_file import download

blueprint = Blueprint("api-dossiers", __name__, description="Dossiers: submit, follow, act")


@blueprint.post("/dossiers")
@blueprint.arguments(body(contract.SubmitDossier))
@blueprint.alt_response(201, schema=answer(Receipt))
def submit(given: dict[str, Any]) -> Response:
    """Submit a dossier: it goes to the competent agency of the place."""
    receipt: Receipt = ask(contract.SubmitDossier(**given), timeout=15)
    response = jsonify(dump(receipt))
    response.status_code = 201
    response.headers["Location"] = f"/api/v1/dossiers/{receipt.code}"
    response.headers["ETag"] = f'"{receipt.version}"'
    return response


@blueprint.get("/dossiers")
@blueprint.arguments(query(contract.ListMyDossiers), location="query")
@blueprint.response(200, answer(DossierPage))
def list_mine(found: dict[str, Any]) -> DossierPage:
    """List one's own dossiers, newest first."""
    page: DossierPage = ask(contract.ListMyDossiers(**found))
    return page


@blueprint.get("/dossiers/<code>")
@blueprint.alt_response(200, schema=answer(DossierStatus))
@blueprint.alt_response(304, description="unchanged since `If-None-Match`")
def read(code: str) -> Response:
    """See which unit and officer hold it, at which step, due when, and what can be done."""
    return _status(ask(contract.ReadDossier(code=code)))


@blueprint.get("/dossiers/<code>/events")
@blueprint.response(200, answer(Trace))
def read_events(code: str) -> Trace:
    """Read the whole history."""
    trace: Trace = ask(contract.ReadTrace(code=code))
    return trace


@blueprint.get("/dossiers/<code>/papers/<number>.pdf")
@blueprint.arguments(query(contract.ReadPaper, "code", "number"), location="query")
@blueprint.alt_response(200, **PDF)
def read_paper(found: dict[str, Any], code: str, number: str) -> Response:
    """Fetch a paper, `01` to `06` or `declaration`; those there are stand in the dossier."""
    return papers.sent(ask(contract.ReadPaper(code=code, number=number, **found)))


@blueprint.get("/register.pdf")
@blueprint.arguments(query(contract.ReadRegister), location="query")
@blueprint.alt_response(200, **PDF)
def read_register(found: dict[str, Any]) -> Response:
    """Fetch the register (paper 07) of what one's agency received; for officers."""
    return papers.sent(ask(contract.ReadRegister(**found)))


@blueprint.get("/dossiers/<code>/slots")
@blueprint.response(200, answer(Slots))
def list_slots(code: str) -> Slots:
    """The times that can be booked at the dossier's desk."""
    found: Slots = ask(contract.ListSlots(code=code))
    return found


@blueprint.get("/dossiers/<code>/appointment.ics")
@blueprint.alt_response(200, description="the appointments as a calendar file (RFC 5545)")
def read_appointment(code: str) -> Response:
    """Fetch the dossier's appointments for a calendar."""
    return download(ask(contract.ReadDossier(code=code)))


def _status(status: DossierStatus) -> Response:
    response = jsonify(dump(status))
    response.headers["ETag"] = f'"{status.version}"'
    if request.method == "GET":
        response.make_conditional(request)
    return response


def _action(name: str, command: type[Any]) -> Callable[..., Response]:
    def act(given: dict[str, Any], code: str) -> Response:
        return _status(ask(command(code=code, **given)))

    act.__name__ = name.replace("-", "_")
    act.__doc__ = command.__doc__
    return act


for _name, _command in ACTIONS.items():
    _view = blueprint.alt_response(200, schema=answer(DossierStatus))(_action(_name, _command))
    _view = blueprint.arguments(body(_command, "code"))(_view)
    blueprint.post(f"/dossiers/<code>/{_name}")(_view)
