"""The fee: asked for, paid (F03 to F06, F08). One is due at a time."""

from __future__ import annotations

from typing import Any

from kernel.errors import Conflict, FieldError, Invalid
from services.catalog.contract import can_pay_online
from services.dossier.contract import FeeLine, FeePaid, FeeRequested, ProcedureKept, Status
from services.dossier.decider import commands as do
from services.dossier.decider.actions import demand
from services.dossier.decider.hops import paused, resumed
from services.dossier.decider.state import Dossier


def request_fee(dossier: Dossier, command: do.RequestFee) -> list[Any]:
    """Ask for the fee of the tariff, or for the lines given; the clock stands still until paid."""
    demand(dossier, "request-fee", command.by)
    lines = command.lines or _tariff_lines(dossier)
    _require_amounts(lines, dossier.procedure)
    requested = FeeRequested(
        code=dossier.code,
        subject=dossier.subject,
        agency=dossier.agency.id,
        obligation=command.obligation,
        lines=lines,
        amount=sum(line.amount for line in lines),
        # who filed at the counter has no account to pay with
        payable_online=can_pay_online(dossier.procedure.legacy_level) and not dossier.at_counter,
        officer=command.officer,
        requested_at=command.at,
    )
    return [requested, *paused(dossier, "fee", command.at)]


def record_fee_paid(dossier: Dossier, command: do.RecordFeePaid) -> list[Any]:
    """Record the payment once; the dossier goes on where it waited for it.

    A dossier that ended meanwhile only keeps the record: the refund is the payment service's.
    """
    fee = dossier.fees.get(command.obligation)
    if fee is None:
        raise Conflict(
            "unknown-obligation",
            "Hồ sơ không có khoản phí này.",
            "The dossier never asked for this fee.",
        )
    if fee.paid:
        return []
    paid = FeePaid(
        code=dossier.code,
        obligation=command.obligation,
        payment=command.payment,
        amount=command.amount,
        method=command.method,
        receipt=command.receipt,
        paid_at=command.paid_at,
    )
    if dossier.status is not Status.FEE_DUE:
        return [paid]
    return [paid, *resumed(dossier, command.paid_at, command.calendar)]


def _tariff_lines(dossier: Dossier) -> tuple[FeeLine, ...]:
    if not dossier.procedure.fees:
        raise Invalid(
            "no-tariff",
            "Thủ tục này không có biểu phí, lệ phí; nếu có khoản thu, hãy nhập từng khoản.",
            "This procedure has no tariff; where something is due, enter its lines.",
        )
    if any(fee.from_tariff for fee in dossier.fees.values()):
        raise Conflict(
            "tariff-already-asked",
            "Phí, lệ phí theo biểu đã được yêu cầu; nếu còn khoản khác, hãy nhập từng khoản.",
            "The tariff's fee was asked for already; for anything else, enter its lines.",
        )
    return dossier.procedure.fees


def _require_amounts(lines: tuple[FeeLine, ...], procedure: ProcedureKept) -> None:
    tariffs = {fee.tariff: fee for fee in procedure.fees if fee.tariff is not None}
    faults: list[FieldError] = []
    for number, line in enumerate(lines):
        tariff = tariffs.get(line.tariff) if line.tariff is not None else None
        path = f"lines.{number}"
        if line.tariff is not None and tariff is None:
            faults.append(
                FieldError(
                    f"{path}.tariff",
                    "unknown-tariff",
                    "Mức thu này không có trong biểu của thủ tục.",
                    "The procedure has no such tariff.",
                )
            )
        elif line.unit_amount <= 0:
            faults.append(
                FieldError(
                    f"{path}.unit_amount",
                    "no-amount",
                    f"«{line.label}» chưa có mức thu; hãy nhập số tiền theo nghị quyết của tỉnh.",
                    f"“{line.label}” has no amount; enter the one that the province decided.",
                )
            )
        elif tariff is not None and tariff.unit_amount not in (0, line.unit_amount):
            faults.append(
                FieldError(
                    f"{path}.unit_amount",
                    "not-the-tariff",
                    f"Mức thu theo biểu là {tariff.unit_amount} đồng.",
                    f"The tariff says {tariff.unit_amount} VND.",
                )
            )
    if faults:
        raise Invalid(
            "fee-lines",
            "Khoản thu chưa đúng: xem từng khoản bên dưới.",
            "The fee is not right: see each line below.",
            fields=faults,
        )
