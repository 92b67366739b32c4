"""`/procedures`, `/offer`, `/agencies`, `/places`, `/fields`: what can be asked for, and where."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from services.catalog import contract
from services.dossier.contract import PrintDeclaration, ReadChecklist
from services.portal import papers
from services.portal.api.asking import ask
from services.portal.api.shapes import PDF, PUBLIC, answer, query

blueprint = Blueprint("api-catalogue", __name__, description="Procedures, forms, agencies, places")


@blueprint.get("/procedures")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(
    query(contract.FindProcedures, names={"field_of_work": "field"}), location="query"
)
@blueprint.response(200, answer(contract.ProcedurePage))
def find_procedures(found: dict[str, Any]) -> contract.ProcedurePage:
    """Find procedures by words and filters."""
    page: contract.ProcedurePage = ask(contract.FindProcedures(**found))
    return page


@blueprint.get("/offer")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(query(contract.ReadOffer), location="query")
@blueprint.response(200, answer(contract.Offer))
def read_offer(found: dict[str, Any]) -> contract.Offer:
    """Count the procedures in force, and those that are offered online."""
    offer: contract.Offer = ask(contract.ReadOffer(**found))
    return offer


@blueprint.get("/procedures/<code>")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(query(contract.ReadProcedure, "code"), location="query")
@blueprint.response(200, answer(contract.Procedure))
def read_procedure(found: dict[str, Any], code: str) -> contract.Procedure:
    """Read everything about a procedure."""
    procedure: contract.Procedure = ask(contract.ReadProcedure(code=code, **found))
    return procedure


@blueprint.get("/procedures/<code>/form")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(query(contract.ReadProcedure, "code"), location="query")
@blueprint.response(200, answer(contract.Form))
def read_form(found: dict[str, Any], code: str) -> contract.Form:
    """Read the declaration's definition: its sections and fields."""
    procedure: contract.Procedure = ask(contract.ReadProcedure(code=code, **found))
    return procedure.form


@blueprint.get("/procedures/<procedure>/declaration.pdf")
@blueprint.doc(**PUBLIC)
@blueprint.alt_response(200, **PDF)
def print_declaration(procedure: str) -> Response:
    """Fetch the blank declaration."""
    return papers.sent(ask(PrintDeclaration(procedure=_code(procedure))))


@blueprint.get("/procedures/<procedure>/checklist.pdf")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(query(ReadChecklist, "procedure"), location="query")
@blueprint.alt_response(200, **PDF)
def read_checklist(found: dict[str, Any], procedure: str) -> Response:
    """Fetch the list of what to bring to the counter."""
    return papers.sent(ask(ReadChecklist(procedure=_code(procedure), **found)))


@blueprint.get("/procedures/<procedure>/agency")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(query(contract.FindCompetentAgency, "procedure"), location="query")
@blueprint.response(200, answer(contract.Agency))
def find_competent_agency(found: dict[str, Any], procedure: str) -> contract.Agency:
    """Find the agency that resolves a procedure for a place."""
    asked = contract.FindCompetentAgency(procedure=procedure, **found)
    agency: contract.Agency = ask(asked)
    return agency


@blueprint.get("/agencies")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(query(contract.FindAgencies), location="query")
@blueprint.response(200, answer(contract.AgencyPage))
def find_agencies(found: dict[str, Any]) -> contract.AgencyPage:
    """Find agencies."""
    page: contract.AgencyPage = ask(contract.FindAgencies(**found))
    return page


@blueprint.get("/agencies/<agency>")
@blueprint.doc(**PUBLIC)
@blueprint.response(200, answer(contract.Agency))
def read_agency(agency: str) -> contract.Agency:
    """Read an agency with its units."""
    found: contract.Agency = ask(contract.ReadAgency(agency=agency))
    return found


@blueprint.get("/places")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(query(contract.FindPlaces), location="query")
@blueprint.response(200, answer(contract.PlacePage))
def find_places(found: dict[str, Any]) -> contract.PlacePage:
    """Find administrative units; old names lead to their successors."""
    page: contract.PlacePage = ask(contract.FindPlaces(**found))
    return page


@blueprint.get("/fields")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(query(contract.ListFields), location="query")
@blueprint.response(200, answer(contract.FieldsOfWork))
def list_fields(found: dict[str, Any]) -> contract.FieldsOfWork:
    """List the fields of work that have procedures."""
    fields: contract.FieldsOfWork = ask(contract.ListFields(**found))
    return fields


def _code(procedure: str) -> str:
    """Return the code of a procedure that is named by its code or slug."""
    found: contract.Procedure = ask(contract.ReadProcedure(code=procedure))
    return found.code
