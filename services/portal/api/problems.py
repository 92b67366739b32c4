"""Refusals over HTTP: `application/problem+json` (RFC 9457) in the caller's language."""

from __future__ import annotations

import json
from typing import Any, cast

from flask import Blueprint, Response, g, request
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException

from kernel import logs
from kernel.errors import DomainError, Internal, Invalid
from kernel.schemas import invalid_fields
from services.portal.api import bodies
from services.portal.api.asking import language

log = logs.get(__name__)


class FieldProblem(Schema):
    """One field at fault."""

    field = fields.String(required=True, metadata={"description": "path, as applicant.email"})
    code = fields.String(required=True)
    message = fields.String(required=True)


class Problem(Schema):
    """A refusal (RFC 9457)."""

    type = fields.String(required=True, metadata={"example": "urn:motcua:problem:stale"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True, metadata={"description": "stable, machine-readable"})
    errors = fields.List(fields.Nested(FieldProblem))
    correlation = fields.String(metadata={"description": "finds the request in the logs"})


_TITLES = {
    400: ("Yêu cầu không đọc được", "The request cannot be read"),
    401: ("Chưa đăng nhập", "Not logged in"),
    403: ("Không được phép", "Not allowed"),
    404: ("Không tìm thấy", "Not found"),
    405: ("Không dùng được cách gọi này", "This method is not allowed here"),
    409: ("Không thực hiện được lúc này", "Not possible now"),
    412: ("Nội dung đã thay đổi", "It has changed meanwhile"),
    413: ("Quá lớn", "Too large"),
    415: ("Kiểu nội dung không được nhận", "This type of content is not taken"),
    422: ("Thông tin chưa đúng", "Something is missing or wrong"),
    429: ("Quá nhiều lần", "Too often"),
    500: ("Lỗi của hệ thống", "An error of the system"),
    503: ("Tạm thời không phục vụ được", "Not available now"),
}


def problem(error: DomainError) -> Response:
    """Return the answer that a refusal of the domain gets."""
    speaks_english = language() == "en"
    body: dict[str, Any] = {
        "type": f"urn:motcua:problem:{error.code}",
        "title": _title(error.status),
        "status": error.status,
        "detail": error.en if speaks_english else error.vi,
        "code": error.code,
        "correlation": g.get("correlation", ""),
    }
    if error.fields:
        body["errors"] = [
            {
                "field": fault.field,
                "code": fault.code,
                "message": fault.en if speaks_english else fault.vi,
            }
            for fault in error.fields
        ]
    response = _response(body, error.status)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def install(blueprint: Blueprint) -> None:
    """Answer every error of a blueprint's addresses as a problem."""
    blueprint.register_error_handler(DomainError, problem)
    blueprint.register_error_handler(HTTPException, _http_problem)
    blueprint.register_error_handler(RecursionError, _too_deep)
    blueprint.register_error_handler(Exception, _broken)


def _broken(error: Exception) -> Response:
    log.error("request failed", path=request.path, exc_info=error)
    reference = g.get("correlation", "?")
    return problem(
        Internal(
            "internal",
            f"Hệ thống gặp lỗi. Nếu lỗi lặp lại, hãy báo mã tra cứu {reference}.",
            f"Something broke on our side. If it happens again, tell us this reference: "
            f"{reference}.",
        )
    )


def _too_deep(error: RecursionError) -> Response:
    # nothing here calls itself but what follows a body's own depth
    log.warning("body too deep", path=request.path)
    return problem(bodies.malformed())


def _http_problem(error: HTTPException) -> Response:
    data = cast("dict[str, Any]", getattr(error, "data", {}) or {})
    messages = data.get("messages")
    if error.code == 422 and messages:
        return problem(_invalid(messages))
    if error.code == 400 and messages:
        return problem(bodies.malformed())
    status = error.code or 500
    code = error.name.lower().replace(" ", "-")
    response = _plain_problem(status, code, _title(status))
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _invalid(messages: dict[str, Any]) -> Invalid:
    """Join the faults of body, query and form: each is named by its own path alone."""
    merged: dict[str, Any] = {}
    for faults in messages.values():
        merged.update(faults if isinstance(faults, dict) else {"_schema": faults})
    return invalid_fields(merged)


def _plain_problem(status: int, code: str, detail: str) -> Response:
    return _response(
        {
            "type": f"urn:motcua:problem:{code}",
            "title": _title(status),
            "status": status,
            "detail": detail,
            "code": code,
            "correlation": g.get("correlation", ""),
        },
        status,
    )


def _response(body: dict[str, Any], status: int) -> Response:
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status=status, mimetype="application/problem+json")


def _title(status: int) -> str:
    vi, en = _TITLES.get(status, _TITLES[400 if status < 500 else 500])
    return en if language() == "en" else vi
