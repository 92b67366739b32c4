"""Ended before its result: taken back by the applicant, or stopped by the agency."""

from __future__ import annotations

from typing import Any

from services.dossier.contract import (
    DossierWithdrawn,
    ProcessingStopped,
    WithdrawalRefused,
    WithdrawalRequested,
)
from services.dossier.decider import commands as do
from services.dossier.decider.actions import demand
from services.dossier.decider.hops import held, step_completed
from services.dossier.decider.state import Dossier


def withdraw(dossier: Dossier, command: do.Withdraw) -> list[Any]:
    """The applicant takes back what nobody accepted yet; it ends at once."""
    demand(dossier, "withdraw", command.by)
    return [DossierWithdrawn(dossier.code, dossier.subject, command.at, command.reason)]


def request_withdrawal(dossier: Dossier, command: do.RequestWithdrawal) -> list[Any]:
    """The applicant asks to take back what was accepted; until the answer the work goes on."""
    demand(dossier, "request-withdrawal", command.by)
    return [
        WithdrawalRequested(
            dossier.code, dossier.subject, command.at, command.reason, command.officer
        )
    ]


def grant_withdrawal(dossier: Dossier, command: do.GrantWithdrawal) -> list[Any]:
    """The agency lets it go; it ends."""
    demand(dossier, "grant-withdrawal", command.by)
    withdrawn = DossierWithdrawn(dossier.code, dossier.subject, command.at, officer=command.officer)
    return [step_completed(dossier, command.officer, command.at), withdrawn]


def refuse_withdrawal(dossier: Dossier, command: do.RefuseWithdrawal) -> list[Any]:
    """The agency keeps it, with the reason; the applicant may ask again."""
    demand(dossier, "refuse-withdrawal", command.by)
    return [
        WithdrawalRefused(
            code=dossier.code,
            officer=command.officer,
            unit=held(dossier).unit,
            reason=command.reason,
            refused_at=command.at,
        )
    ]


def stop(dossier: Dossier, command: do.Stop) -> list[Any]:
    """The agency does not go on, for a reason that the law knows (paper 05); it ends."""
    demand(dossier, "stop", command.by)
    stopped = ProcessingStopped(
        code=dossier.code,
        officer=command.officer,
        unit=held(dossier).unit,
        reason=command.reason,
        legal_basis=command.legal_basis,
        stopped_at=command.at,
    )
    return [step_completed(dossier, command.officer, command.at), stopped]
