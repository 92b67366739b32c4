"""`/statistics`: figures of a period, and the dossiers behind them."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.dossier import contract
from services.dossier.contract import DossierPage, ProcessingTimes, Statistics
from services.portal.api.asking import ask
from services.portal.api.shapes import PUBLIC, answer, query

blueprint = Blueprint("api-statistics", __name__, description="Figures of a period")


@blueprint.get("/statistics")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(query(contract.ReadStatistics), location="query")
@blueprint.response(200, answer(Statistics))
def read_statistics(found: dict[str, Any]) -> Statistics:
    """Read the figures of a period: the public part without login, for officers all of it."""
    statistics: Statistics = ask(contract.ReadStatistics(**found))
    return statistics


@blueprint.get("/statistics/dossiers")
@blueprint.arguments(query(contract.ListBehind), location="query")
@blueprint.response(200, answer(DossierPage))
def list_behind(found: dict[str, Any]) -> DossierPage:
    """List the dossiers behind a figure of one's own agency."""
    page: DossierPage = ask(contract.ListBehind(**found))
    return page


@blueprint.get("/procedures/<procedure>/times")
@blueprint.doc(**PUBLIC)
@blueprint.response(200, answer(ProcessingTimes))
def read_times(procedure: str) -> ProcessingTimes:
    """Read how long a procedure took in the last twelve months."""
    times: ProcessingTimes = ask(contract.ReadProcessingTimes(procedure=procedure))
    return times
