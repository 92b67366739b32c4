"""The HTTP entrypoint for files: up with a ticket, down with a ticket, never through the broker."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from flask import Flask, Response, jsonify, request
from pymongo.errors import ConnectionFailure

from kernel import schemas
from kernel.errors import (
    DomainError,
    Malformed,
    NotFound,
    TooLarge,
    Unauthenticated,
    database_away,
)
from kernel.http import Tools, current_tools
from services.dossier.file_rules import MAX_BYTES
from services.dossier.files import Files

UPLOAD, DOWNLOAD = "upload", "download"
_ISSUER = "dossier"


def build_app(tools: Tools) -> Flask:
    """Return the application with its two addresses."""
    app = Flask("dossier-files", static_folder=None)
    files: Files = tools.dependency("cabinet").files

    @app.post("/files")
    def upload() -> tuple[Response, int]:
        owner = _claims(UPLOAD)["owner"]
        if (request.content_length or 0) > MAX_BYTES:
            raise TooLarge(
                "file-too-large",
                f"Tệp quá lớn: mỗi tệp tối đa {MAX_BYTES // 1024**2} MB.",
                f"The file is too large: {MAX_BYTES // 1024**2} MB at most.",
            )
        name = unquote(request.headers.get("X-File-Name", ""))
        stored = files.take(owner, name, request.stream)
        return jsonify(schemas.dump(stored)), 201

    @app.get("/files/<file>")
    def download(file: str) -> Response:
        if _claims(DOWNLOAD)["file"] != file:
            raise NotFound("unknown-file", "Không tìm thấy tệp này.", "There is no such file.")
        opened = files.open(file)
        response = Response(opened.chunks, mimetype=opened.stored.media_type)
        response.content_length = opened.stored.size
        response.headers["ETag"] = f'"{opened.stored.sha256}"'
        response.headers["Content-Disposition"] = (
            f"attachment; filename*=UTF-8''{quote(opened.stored.name, safe='')}"
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> tuple[Response, int]:
        return jsonify(error.to_wire()), error.status

    @app.errorhandler(ConnectionFailure)
    def away(failure: ConnectionFailure) -> tuple[Response, int]:
        return refused(database_away(failure))

    @app.errorhandler(404)
    def unknown(_: Exception) -> tuple[Response, int]:
        error = NotFound("unknown-address", "Không có địa chỉ này.", "There is no such address.")
        return jsonify(error.to_wire()), error.status

    @app.errorhandler(405)
    def method(_: Exception) -> tuple[Response, int]:
        error = Malformed("method", "Không dùng được cách gọi này.", "Not with this method.")
        return jsonify(error.to_wire()), 405

    return app


def _claims(purpose: str) -> dict[str, Any]:
    scheme, _, ticket = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not ticket:
        raise Unauthenticated(
            "no-ticket", "Thiếu vé gửi nhận tệp.", "A ticket for the file is missing."
        )
    return current_tools().keyring.read_text(ticket, purpose, issuer=_ISSUER)
