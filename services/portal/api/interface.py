"""The interface as a whole: its blueprints, its OpenAPI document, its unknown addresses."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from flask import Flask, current_app, redirect, request
from flask_smorest import Api, Blueprint
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response as BaseResponse

from kernel.errors import NotFound
from services.portal.api import (
    accounts,
    audit,
    bodies,
    catalogue,
    delegations,
    documentation,
    dossiers,
    drafts,
    files,
    look_ups,
    national,
    notifications,
    officers,
    operations,
    payments,
    problems,
    sessions,
    statistics,
    work_lists,
)

PREFIX = "/api/v1"

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_ROOMS = (
    accounts,
    sessions,
    catalogue,
    delegations,
    files,
    drafts,
    dossiers,
    work_lists,
    look_ups,
    officers,
    payments,
    notifications,
    statistics,
    operations,
    audit,
    national,
)

_unknown = Blueprint("api-unknown", __name__)


class _Interface(Api):  # type: ignore[misc]
    """flask-smorest's, but for errors: those are answered by `problems` alone."""

    ERROR_SCHEMA = problems.Problem

    def _register_error_handlers(self) -> None:
        """Leave the errors of the pages to the pages."""


def install(app: Flask) -> None:
    """Serve the interface under `PREFIX`: its document at `openapi.json`, to be read at `docs`."""
    app.config |= {
        "API_TITLE": "Một Cửa",
        "API_VERSION": version("motcua"),
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": PREFIX,
        "OPENAPI_JSON_PATH": "openapi.json",
    }
    interface = _Interface(app, spec_kwargs={"info": _INFO, "security": [{"bearer": []}]})
    scheme = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    interface.spec.components.security_scheme("bearer", scheme)
    for room in _ROOMS:
        _free_of_forms_protection(app, room.blueprint)
        interface.register_blueprint(room.blueprint, url_prefix=PREFIX)
    app.register_blueprint(documentation.pages, url_prefix=PREFIX)
    _free_of_forms_protection(app, _unknown)
    app.register_blueprint(_unknown, url_prefix=PREFIX)
    app.extensions["openapi"] = interface.spec


def _free_of_forms_protection(app: Flask, blueprint: Blueprint) -> None:
    """Ask no form token here: a caller shows an access token, which no other site can send."""
    if (protection := app.extensions.get("csrf")) is not None:
        protection.exempt(blueprint)


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document, made without a running system."""
    app = Flask("openapi")
    install(app)
    document: dict[str, Any] = app.extensions["openapi"].to_dict()
    return document


_INFO = {
    "description": (
        "Find a procedure, file a dossier, follow who holds it at which step until when, pay, "
        "and receive the result. Refusals are problems (RFC 9457) in Vietnamese or English "
        "(`Accept-Language`). Every unsafe request takes an `Idempotency-Key`: the same key "
        "with the same body gives the same answer, with another body 409; but for `/files`, "
        "`/sessions` and `/captchas`, which keep no memory of keys: each request there makes "
        "something new, or ends what there was; and `/inbox/filters`, where the last one "
        "counts. Commands take "
        "`If-Match` with the ETag of what was read: 412 when it is stale."
    ),
    "license": {"name": "Apache-2.0"},
}


@_unknown.get("/")
@_unknown.get("")
def entrance() -> BaseResponse:
    """Lead whoever opens the interface's own address to its documentation."""
    return redirect(f"{PREFIX}/docs")


@_unknown.route("/<path:rest>", methods=_METHODS)
def unknown(rest: str) -> None:
    """Refuse an address that is not there, or a method that is not for it."""
    rules = current_app.url_map.bind("").allowed_methods(request.path)
    others = sorted(_methods_of_others(rules))
    if others:
        raise MethodNotAllowed(others)
    raise NotFound("unknown-address", "Không có địa chỉ này.", "There is no such address.")


def _methods_of_others(allowed: Any) -> set[str]:
    adapter = current_app.url_map.bind("")
    found: set[str] = set()
    for method in allowed:
        rule, _ = adapter.match(request.path, method=method, return_rule=True)
        if rule.endpoint != f"{_unknown.name}.unknown":
            found.add(method)
    return found


# once for all applications: a blueprint that one of them has taken is not set up any further
for _room in _ROOMS:
    problems.install(_room.blueprint)
    if _room is not files:
        _room.blueprint.before_request(bodies.bound)
    _room.blueprint.before_request(bodies.check)
problems.install(_unknown)
