"""What payment is asked about: each obligation as it stands, found by its dossier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from kernel import schemas
from kernel.events import Recorded
from kernel.requests import Caller
from services.payment.contract import Obligation, Payment, PaymentState
from services.payment.decider import Attempt, Owed, evolve, initial

# by dossier for reading, by `pending` for the inquiries
INDEXES = (("dossier",), ("pending",))


def project(history: Sequence[Recorded]) -> dict[str, Any] | None:
    """Return the document of an obligation; `pending` lists the attempts that are still open."""
    owed = reduce(evolve, (record.event for record in history), initial)
    if not owed.exists:
        return None
    return {
        "dossier": owed.dossier,
        "subject": owed.subject,
        "agency": owed.agency,
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


def may_see(caller: Caller, subject: str, agency: str) -> bool:
    """Whether a caller may see an obligation: who owes it, and the officers of its agency."""
    return caller.id == subject or (caller.is_officer and caller.agency == agency)


def may_take_cash(caller: Caller, agency: str) -> bool:
    """Whether a caller takes cash for an agency: its receiving officers (cán bộ tiếp nhận)."""
    return caller.is_officer and caller.agency == agency and "receiving" in caller.roles
