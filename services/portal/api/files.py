"""`/files`, `/assets`: attachments on their way, and papers that may be handed in again."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from flask_smorest.fields import Upload
from marshmallow import Schema, fields
from werkzeug.datastructures import FileStorage

from services.dossier.contract import Assets, ListAssets, ReuseAsset, StoredFile
from services.portal.api.asking import ask
from services.portal.api.shapes import answer, body
from services.portal.uploads import download, upload

blueprint = Blueprint("api-files", __name__, description="Attachments")


class UploadForm(Schema):
    """A form with one file."""

    file = Upload(
        required=True,
        error_messages={"required": "required"},
        metadata={"description": "PDF, JPG, PNG or DOCX, 20 MB at most"},
    )


class FileOf(Schema):
    """The dossier that a file belongs to, unless it is one's own upload."""

    code = fields.String(load_default=None)


@blueprint.post("/files")
@blueprint.arguments(UploadForm, location="files")
@blueprint.response(201, answer(StoredFile))
def send(given: dict[str, FileStorage]) -> StoredFile:
    """Send a file, to be attached to a dossier by its id."""
    file = given["file"]
    return upload(file, name=file.filename or "", asking=ask)


@blueprint.get("/files/<file>")
@blueprint.arguments(FileOf, location="query")
@blueprint.alt_response(200, description="the bytes, as an attachment")
def fetch(found: dict[str, str | None], file: str) -> Response:
    """Fetch one's own file, or one of a dossier one may see."""
    return download(file, found["code"], asking=ask)


@blueprint.get("/assets")
@blueprint.response(200, answer(Assets))
def list_assets() -> Assets:
    """List one's own results and documents that may be handed in again (F12)."""
    found: Assets = ask(ListAssets())
    return found


@blueprint.post("/assets/reuse")
@blueprint.arguments(body(ReuseAsset))
@blueprint.response(201, answer(StoredFile))
def reuse(given: dict[str, Any]) -> StoredFile:
    """Take one of them as a file, to be attached to a dossier by its id."""
    taken: StoredFile = ask(ReuseAsset(**given))
    return taken
