"""`/payments`: pay a dossier's fees, and the provider's notification."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from kernel.schemas import dump
from services.payment.contract import (
    NotifyPayment,
    Obligation,
    Obligations,
    Payment,
    ProviderAnswer,
    ReadObligations,
    ReadPayment,
    RecordCash,
    Redirect,
    StartPayment,
)
from services.portal.api.asking import ask
from services.portal.api.shapes import PUBLIC, answer, body

blueprint = Blueprint("api-payments", __name__, description="Fees: pay online, or at the counter")


@blueprint.get("/dossiers/<code>/payments")
@blueprint.response(200, answer(Obligations))
def read_obligations(code: str) -> Obligations:
    """Read the fees of a dossier."""
    obligations: Obligations = ask(ReadObligations(dossier=code))
    return obligations


@blueprint.post("/dossiers/<code>/payments")
@blueprint.arguments(body(StartPayment, "dossier"))
@blueprint.alt_response(201, schema=answer(Redirect))
def start(given: dict[str, Any], code: str) -> Response:
    """Start to pay a fee online; the answer says where to send the payer."""
    redirect: Redirect = ask(StartPayment(**given, dossier=code), timeout=15)
    response = jsonify(dump(redirect))
    response.status_code = 201
    response.headers["Location"] = f"/api/v1/payments/{redirect.payment}"
    return response


@blueprint.post("/dossiers/<code>/payments/cash")
@blueprint.arguments(body(RecordCash, "dossier"))
@blueprint.response(201, answer(Obligation))
def record_cash(given: dict[str, Any], code: str) -> Obligation:
    """Record cash taken at the counter against a receipt; for officers of the agency."""
    obligation: Obligation = ask(RecordCash(**given, dossier=code))
    return obligation


@blueprint.get("/payments/<payment>")
@blueprint.response(200, answer(Payment))
def read_payment(payment: str) -> Payment:
    """Read how an attempt to pay went."""
    found: Payment = ask(ReadPayment(payment=payment))
    return found


@blueprint.get("/payments/<provider>/ipn")
@blueprint.doc(**PUBLIC)
@blueprint.alt_response(200, description="the code and message that the provider expects")
def notify(provider: str) -> Response:
    """Take a provider's signed notification; only this changes the state of a payment."""
    told: ProviderAnswer = ask(NotifyPayment(provider=provider, parameters=request.args.to_dict()))
    return jsonify({"RspCode": told.code, "Message": told.message})
