"""What payment is asked about: each obligation as it stands, found by its dossier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from kernel import schemas
from kernel.events import Recorded
from kernel.requests import Caller
from services.identity.contract import Role
from services.payment.contract import Obligation, Payment, PaymentState
from services.payment.decider import Attempt, Owed, evolve, initial

# by dossier for reading, by `pending` for the inquiries
INDEXES = (("dossier",), ("pending",))

_MONEY_ROLES = frozenset({Role.RECEIVING, Role.LEADER})


def project(history: Sequence[Recorded]) -> dict[str, Any] | None:
    """Return the document of an obligation; `pending` lists the attempts that are still open."""
    owed = reduce(evolve, (record.event for record in history), initial)
    if not owed.exists:
        return None
    return {
        "dossier": owed.dossier,
        "subject": owed.subject,
        "agency": owed.agency,
        "officer": owed.officer,
        "content": schemas.dump(obligation_of(owed, history[-1].version)),
        "pending": any(attempt.state is PaymentState.PENDING for attempt in owed.attempts),
    }


def read(document: Mapping[str, Any]) -> Obligation:
    """Return the obligation that a document holds."""
    return schemas.load(Obligation, document["content"], tolerant=True)


def obligation_of(owed: Owed, version: int) -> Obligation:
    """Return an obligation as it is answered."""
    if owed.raised_at is None:
        raise ValueError("an obligation that was never raised has no answer")
    return Obligation(
        obligation=owed.obligation,
        dossier=owed.dossier,
        lines=owed.lines,
        amount=owed.amount,
        state=owed.state,
        payable_online=owed.payable_online,
        raised_at=owed.raised_at,
        version=version,
        method=owed.method,
        receipt=owed.receipt,
        paid_at=owed.paid_at,
    )


def payment_of(owed: Owed, attempt: Attempt) -> Payment:
    """Return an attempt as it is answered."""
    return Payment(
        payment=attempt.payment,
        obligation=owed.obligation,
        dossier=owed.dossier,
        amount=attempt.amount,
        state=attempt.state,
        provider=attempt.provider,
        reason=attempt.reason,
    )


def may_see(caller: Caller, subject: str, agency: str, officer: str) -> bool:
    """Whether a caller may see an obligation: who owes it, and whose work it is at its agency.

    That is the officer who asked for it, the receiving officers, who take the cash, and the
    leaders, who answer for it. Others see the fees of a dossier that they handle with the dossier.
    """
    if not (caller.is_officer and caller.agency == agency):
        return caller.id == subject
    return caller.id in (subject, officer) or not _MONEY_ROLES.isdisjoint(caller.roles)


def may_take_cash(caller: Caller, agency: str) -> bool:
    """Whether a caller takes cash for an agency: its receiving officers (cán bộ tiếp nhận)."""
    return caller.is_officer and caller.agency == agency and Role.RECEIVING in caller.roles
