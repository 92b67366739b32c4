"""What the fields of forms are called, to say in a list of errors which one is meant."""

from __future__ import annotations

from collections.abc import Mapping

from services.catalog.contract import Procedure
from services.portal.drafting import fields_of
from services.portal.language import gettext, mark, named

_PARTS: Mapping[str, str] = {
    "applicant": mark("Applicant"),
    "owner": mark("Owner of the dossier"),
    "documents": mark("Documents"),
}
_FIELDS: Mapping[str, str] = {
    "address": mark("Address"),
    "amount": mark("Amount"),
    "at": mark("Date and time"),
    "captcha_text": mark("Confirmation code"),
    "code": mark("Code of the dossier"),
    "consent": mark("Consent"),
    "date_of_birth": mark("Date of birth"),
    "email": mark("E-mail address"),
    "factor": mark("PIN or one-time code"),
    "identity_document": mark("Identity document"),
    "identity_number": mark("Identity number"),
    "items": mark("What is missing or wrong"),
    "key": mark("Code or number"),
    "kind": mark("Type"),
    "legal_basis": mark("Legal basis"),
    "name": mark("Full name"),
    "officer": mark("Officer"),
    "on": mark("As in force on"),
    "password": mark("Password"),
    "phone": mark("Phone"),
    "place": mark("Residence"),
    "receipt": mark("Number of the receipt"),
    "representative": mark("Legal representative"),
    "sex": mark("Sex"),
    "since": mark("From"),
    "until": mark("To and including"),
    "username": mark("User name"),
}


def field_label(path: str, procedure: Procedure | None = None) -> str:
    """Return what the field at a path is called; empty where its error says enough by itself.

    `procedure` gives the names of the fields of its declaration and of its documents.
    """
    head, _, rest = path.partition(".")
    if procedure is not None and head == "form":
        return next((named(it, "label") for it in fields_of(procedure.form) if it.key == rest), "")
    if head == "documents":
        return ""  # these errors name the document
    label = gettext(_FIELDS[rest or head]) if (rest or head) in _FIELDS else ""
    if head in _PARTS and label:
        return f"{gettext(_PARTS[head])}, {label}"
    return label
