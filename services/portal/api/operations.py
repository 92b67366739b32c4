"""`/operations`: how far the services are, and their dead letters; for administrators, auditors."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from kernel import operations
from kernel.deadletters import DeadLetter
from kernel.errors import NotFound
from kernel.operations import DeadLetters, DealtWith, questions_of
from kernel.progress import ServiceProgress
from services.portal.api.asking import ask
from services.portal.api.shapes import answer, body, query
from services.portal.screens.operations import SERVICES

blueprint = Blueprint(
    "api-operations", __name__, description="Progress of the services, and their dead letters"
)


@blueprint.get("/operations/<service>")
@blueprint.response(200, answer(ServiceProgress))
def read_progress(service: str) -> ServiceProgress:
    """See a service's ledger, relay, inbox, views, and the oldest event that waits for it."""
    progress: ServiceProgress = ask(_question(service, operations.ReadProgress)())
    return progress


@blueprint.get("/operations/<service>/dead-letters")
@blueprint.arguments(query(operations.ListDeadLetters), location="query")
@blueprint.response(200, answer(DeadLetters))
def list_dead_letters(found: dict[str, Any], service: str) -> DeadLetters:
    """List what the service could not handle, the oldest first."""
    letters: DeadLetters = ask(_question(service, operations.ListDeadLetters)(**found))
    return letters


@blueprint.get("/operations/<service>/dead-letters/<letter>")
@blueprint.response(200, answer(DeadLetter))
def read_dead_letter(service: str, letter: str) -> DeadLetter:
    """See a dead letter whole, with its traceback and its body."""
    found: DeadLetter = ask(_question(service, operations.ReadDeadLetter)(id=letter))
    return found


@blueprint.post("/operations/<service>/dead-letters/replay")
@blueprint.arguments(body(operations.ReplayDeadLetters))
@blueprint.response(200, answer(DealtWith))
def replay(given: dict[str, Any], service: str) -> DealtWith:
    """Send dead letters to the service again; administrators only."""
    done: DealtWith = ask(_question(service, operations.ReplayDeadLetters)(**given))
    return done


@blueprint.post("/operations/<service>/dead-letters/discard")
@blueprint.arguments(body(operations.DiscardDeadLetters))
@blueprint.response(200, answer(DealtWith))
def discard(given: dict[str, Any], service: str) -> DealtWith:
    """Forget dead letters, whose events stay in their ledgers; administrators only."""
    done: DealtWith = ask(_question(service, operations.DiscardDeadLetters)(**given))
    return done


def _question(service: str, kind: type[Any]) -> type[Any]:
    if service not in SERVICES:
        raise NotFound("unknown-service", "Không có dịch vụ này.", "There is no such service.")
    return questions_of(service)[kind]
