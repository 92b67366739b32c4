"""`/audit`: the ledgers as logs that anybody may check, and what auditors may take out of them."""

from __future__ import annotations

import base64
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from kernel.errors import DomainError, NotFound
from kernel.schemas import field, frozen
from kernel.transparency import answering
from services.dossier import contract as dossier
from services.portal.api.asking import ask
from services.portal.api.shapes import PUBLIC, answer, query
from services.portal.neighbours import send_each
from services.portal.screens.transparency import SERVICES

blueprint = Blueprint("api-audit", __name__, description="Signed checkpoints, proofs, replays")


@frozen
class LogKeys:
    """The public keys of all logs that signed something."""

    items: tuple[answering.LogKey, ...] = field()
    unavailable: tuple[str, ...] = field(doc="services that gave no answer now: ask again")


@blueprint.get("/audit/keys")
@blueprint.doc(**PUBLIC)
@blueprint.response(200, answer(LogKeys))
def read_keys() -> LogKeys:
    """Read the keys that the checkpoints are signed with (vkeys)."""
    asked = [answering.asked_of(service, answering.ReadLogKey)() for service in SERVICES]
    answers = dict(zip(SERVICES, send_each(asked, token=None, timeout=3), strict=True))
    return LogKeys(
        items=tuple(one for one in answers.values() if isinstance(one, answering.LogKey)),
        unavailable=tuple(
            service
            for service, one in answers.items()
            # `NotFound`: nothing was signed there yet
            if isinstance(one, DomainError) and not isinstance(one, NotFound)
        ),
    )


@blueprint.get("/audit/<service>/checkpoint")
@blueprint.doc(**PUBLIC)
@blueprint.alt_response(
    200,
    schema={"type": "string"},
    content_type="text/plain",
    description="a signed note (C2SP tlog-checkpoint): keep it",
)
def read_checkpoint(service: str) -> Response:
    """Read the newest signed checkpoint of a ledger."""
    found: answering.SignedCheckpoint = _ask(service, answering.ReadCheckpoint)
    response = Response(found.note, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/audit/<service>/checkpoints")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(query(answering.ListCheckpoints), location="query")
@blueprint.response(200, answer(answering.SignedCheckpoints))
def list_checkpoints(found: dict[str, Any], service: str) -> answering.SignedCheckpoints:
    """List the signed checkpoints of a ledger, newest first."""
    page: answering.SignedCheckpoints = _ask(service, answering.ListCheckpoints, **found)
    return page


@blueprint.get("/audit/<service>/consistency")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(
    query(answering.ProveConsistency, names={"from_size": "from", "to_size": "to"}),
    location="query",
)
@blueprint.response(200, answer(answering.ConsistencyProof))
def prove_consistency(found: dict[str, Any], service: str) -> answering.ConsistencyProof:
    """Prove that a ledger only grew from one size to another."""
    proof: answering.ConsistencyProof = _ask(service, answering.ProveConsistency, **found)
    return proof


@blueprint.get("/audit/<service>/inclusion")
@blueprint.arguments(query(answering.ProveInclusion), location="query")
@blueprint.response(200, answer(answering.InclusionProof))
def prove_inclusion(found: dict[str, Any], service: str) -> answering.InclusionProof:
    """Prove that a commit stands in a ledger; for auditors."""
    proof: answering.InclusionProof = _ask(service, answering.ProveInclusion, **found)
    return proof


@blueprint.get("/dossiers/<code>/replay")
@blueprint.arguments(query(dossier.ReplayDossier, "code"), location="query")
@blueprint.response(200, answer(dossier.Replay))
def replay(found: dict[str, Any], code: str) -> dossier.Replay:
    """Read a dossier as it stood at a moment or after an event, and what each event changed."""
    told: dossier.Replay = ask(dossier.ReplayDossier(code=code, **found))
    return told


@blueprint.get("/audit/dossiers/<code>/verification")
@blueprint.response(200, answer(dossier.Verification))
def verify(code: str) -> dossier.Verification:
    """Check a dossier's events against the signed log."""
    verification: dossier.Verification = ask(dossier.VerifyDossier(code=code))
    return verification


@blueprint.get("/audit/dossiers/<code>/bundle")
@blueprint.arguments(query(dossier.ExportDossier, "code"), location="query")
@blueprint.alt_response(
    200,
    schema={"type": "string", "format": "binary"},
    content_type="application/zip",
    description="a bundle, to be checked with `motcua audit check`",
)
def export(found: dict[str, Any], code: str) -> Response:
    """Take a dossier out of the ledger, with its proofs; for auditors."""
    bundle: dossier.BundleFile = ask(dossier.ExportDossier(code=code, **found))
    response = Response(base64.b64decode(bundle.content), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{bundle.name}"'
    return response


def _ask(service: str, kind: type[Any], **content: Any) -> Any:
    if service not in SERVICES:
        raise NotFound("unknown-log", "Không có sổ sự kiện này.", "There is no such ledger.")
    return ask(answering.asked_of(service, kind)(**content))
