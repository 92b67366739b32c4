"""Fees and their payments."""

from __future__ import annotations

from dataclasses import replace

from page_samples.dossier import STATUS
from page_samples.shown import CITIZEN, NOW, OFFICER, Shown
from services.payment import contract as payment
from services.portal.forms import Form
from services.portal.screens import payments

OBLIGATION = payment.Obligation(
    "ob-1", STATUS.code, (payment.ObligationLine("Lệ phí", 10_000, 2),), 20_000,
    payment.ObligationState.DUE, True, NOW, 1,
)  # fmt: skip
PAYMENT = payment.Payment(
    "p-1", "ob-1", STATUS.code, 20_000, payment.PaymentState.PENDING, "vnpay", "cancelled-by-payer"
)


def _payment(state: payment.PaymentState) -> payments.BackScreen:
    return payments.BackScreen(replace(PAYMENT, state=state))


PAGES: tuple[Shown, ...] = (
    Shown("fee", "payment/fee.html", payments.FeeScreen(STATUS.code, OBLIGATION, Form()), CITIZEN),
    Shown(
        "fee-officer",
        "payment/fee.html",
        payments.FeeScreen(STATUS.code, OBLIGATION, Form()),
        OFFICER,
    ),
    Shown(
        "fee-paid",
        "payment/fee.html",
        payments.FeeScreen(
            STATUS.code,
            replace(OBLIGATION, state=payment.ObligationState.PAID, receipt="BL-1", paid_at=NOW),
            Form(),
        ),
        CITIZEN,
    ),
    Shown(
        "leaving", "payment/leaving.html", payments.LeavingScreen("/", 20_000, STATUS.code), CITIZEN
    ),
    *(
        Shown(f"payment-{state.value}", "payment/back.html", _payment(state), CITIZEN)
        for state in payment.PaymentState
    ),
    Shown("payment-unknown", "payment/back.html", payments.BackScreen(None), CITIZEN),
)
