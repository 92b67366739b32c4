"""Pay a fee online, come back from the provider, enter cash at the counter."""

from __future__ import annotations

import flask
from flask import Blueprint, current_app, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kernel.errors import DomainError, Invalid, NotFound, Unavailable
from services.payment.contract import (
    Obligation,
    Obligations,
    Payment,
    ReadObligations,
    ReadPayment,
    RecordCash,
    Redirect,
    StartPayment,
)
from services.portal.forms import Form, read, typed
from services.portal.language import gettext
from services.portal.rendering import page
from services.portal.screens.payments import BackScreen, FeeScreen, LeavingScreen
from services.portal.sessions import ask, logged_in, officers_only

pages = Blueprint("payments", __name__)


@pages.get("/dossiers/<code>/fees/<obligation>")
@logged_in
def show(code: str, obligation: str) -> flask.Response:
    """Show a fee and how it can be paid."""
    return page("payment/fee.html", FeeScreen(code, _obligation(code, obligation), Form()))


@pages.post("/dossiers/<code>/fees/<obligation>")
@logged_in
def start(code: str, obligation: str) -> flask.Response:
    """Start an online payment and lead to the provider."""
    form = typed(request.form)
    back = current_app.config["PUBLIC_URL"] + url_for("payments.back")
    owed = _obligation(code, obligation)
    message = StartPayment(obligation=obligation, return_url=back, dossier=code)
    leading: Redirect = ask(message, key=form.key, timeout=15)
    # a page between, because the policy of this site lets no form lead to another one
    return page("payment/leaving.html", LeavingScreen(leading.url, owed.amount, code))


@pages.get("/payments/return")
@logged_in
def back() -> flask.Response:
    """Show what became of the payment. The provider's own notification decides, not this page."""
    reference = request.args.get("vnp_TxnRef", "") or request.args.get("payment", "")
    try:
        payment: Payment | None = ask(ReadPayment(payment=reference[:64]))
    except Unavailable:
        raise
    except DomainError:
        payment = None
    return page("payment/back.html", BackScreen(payment), status=200 if payment else 404)


@pages.post("/dossiers/<code>/fees/<obligation>/cash")
@officers_only
def cash(code: str, obligation: str) -> Response:
    """Enter cash taken at the counter against a receipt number."""
    form = typed(request.form)
    try:
        message = read(RecordCash, form.values, obligation=obligation, dossier=code)
        ask(message, key=form.key)
    except Invalid as error:
        screen = FeeScreen(code, _obligation(code, obligation), form.refused(error))
        return page("payment/fee.html", screen, status=422)
    flash(gettext("The payment is entered."), "success")
    return redirect(url_for("dossiers.show", code=code), 303)


def _obligation(code: str, obligation: str) -> Obligation:
    found: Obligations = ask(ReadObligations(dossier=code))
    for item in found.items:
        if item.obligation == obligation:
            return item
    raise NotFound("no-such-fee", "Không có khoản phí này.", "There is no such fee.")
