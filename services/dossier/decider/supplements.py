"""Something is missing: the request and the answer (paper 02, D19)."""

from __future__ import annotations

from typing import Any

from kernel.errors import FieldError, Invalid
from services.dossier.contract import DossierSupplemented, SupplementRequested
from services.dossier.decider import commands as do
from services.dossier.decider.actions import demand
from services.dossier.decider.hops import held, paused, resumed
from services.dossier.decider.state import Dossier, replaced
from services.dossier.forms import require_listed_documents


def request_supplement(dossier: Dossier, command: do.RequestSupplement) -> list[Any]:
    """Say what is missing and where; only what the closed list names may be asked for (D21)."""
    demand(dossier, "request-supplement", command.by)
    listed = {document.id for document in dossier.procedure.documents}
    outside = [
        FieldError(
            f"items.{number}.requirement",
            "not-listed",
            "Giấy tờ này không có trong thành phần hồ sơ nên không được yêu cầu.",
            "This paper is not on the procedure's list, so it may not be asked for.",
        )
        for number, item in enumerate(command.items)
        if item.requirement is not None and item.requirement not in listed
    ]
    if outside:
        raise Invalid(
            "not-listed",
            "Chỉ được yêu cầu giấy tờ có trong thành phần hồ sơ của thủ tục.",
            "Only papers on the procedure's list may be asked for.",
            fields=outside,
        )
    return [
        SupplementRequested(
            code=dossier.code,
            officer=command.officer,
            unit=held(dossier).unit,
            items=command.items,
            reason=command.reason,
            legal_basis=command.legal_basis,
            requested_at=command.at,
        ),
        *paused(dossier, "supplement", command.at),
    ]


def supplement(dossier: Dossier, command: do.Supplement) -> list[Any]:
    """Send all that was asked for; the dossier goes on where it stood."""
    demand(dossier, "supplement", command.by)
    _require_all_asked(dossier, command)
    whole = replaced(dossier.documents, command.documents)
    require_listed_documents(dossier.procedure.documents, whole)
    sent = DossierSupplemented(
        code=dossier.code,
        subject=dossier.subject,
        documents=command.documents,
        supplemented_at=command.at,
        answers=command.answers,
        note=command.note or None,
        officer=command.officer,
    )
    return [sent, *resumed(dossier, command.at, command.calendar)]


def _require_all_asked(dossier: Dossier, command: do.Supplement) -> None:
    sent = {attachment.requirement for attachment in command.documents}
    missing: list[FieldError] = []
    for item in dossier.missing:
        if item.requirement is not None and item.requirement not in sent:
            missing.append(_missing(f"documents.{item.requirement}", item.note))
        if item.form_field is not None and item.form_field not in command.answers:
            missing.append(_missing(f"form.{item.form_field}", item.note))
    nothing = not (command.documents or command.answers or command.note.strip())
    if missing or nothing:
        raise Invalid(
            "supplement-incomplete",
            "Chưa đủ những gì được yêu cầu bổ sung. Xem từng mục bên dưới.",
            "Not all that was asked for is here. See each item below.",
            fields=missing,
        )


def _missing(path: str, note: str) -> FieldError:
    return FieldError(path, "required", f"Cần bổ sung: {note}", f"Still needed: {note}")
