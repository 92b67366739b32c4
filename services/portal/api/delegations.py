"""`/delegations`: who stands in for officers of one's agency who are away."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.dossier import contract
from services.dossier.contract import Delegations
from services.portal.api.asking import ask
from services.portal.api.shapes import answer, body

blueprint = Blueprint("api-delegations", __name__, description="Officers who are away")


@blueprint.get("/delegations")
@blueprint.response(200, answer(Delegations))
def list_delegations() -> Delegations:
    """List those that are in force, or will be."""
    found: Delegations = ask(contract.ListDelegations())
    return found


@blueprint.post("/delegations")
@blueprint.arguments(body(contract.Delegate))
@blueprint.response(200, answer(Delegations))
def delegate(given: dict[str, Any]) -> Delegations:
    """Name who stands in for oneself or, as a leader, for somebody of the agency."""
    found: Delegations = ask(contract.Delegate(**given))
    return found


@blueprint.post("/delegations/end")
@blueprint.arguments(body(contract.EndDelegation))
@blueprint.response(200, answer(Delegations))
def end(given: dict[str, Any]) -> Delegations:
    """End one before its last day."""
    found: Delegations = ask(contract.EndDelegation(**given))
    return found
