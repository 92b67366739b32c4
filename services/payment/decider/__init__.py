"""An obligation (nghĩa vụ tài chính): raised by a dossier, paid once, or cancelled with it.

Money that comes after that is never dropped: it is flagged, so that it is paid back. A repeated
notification changes nothing. The stream is `obligation-<id>`; an attempt to pay is named
`<obligation>-<n>`, so that whatever a provider reports leads to its stream without a look-up.
"""

from __future__ import annotations

from services.payment.decider.commands import (
    Cancel,
    Command,
    Move,
    Outcome,
    Raise,
    Report,
    Start,
    TakeCash,
)
from services.payment.decider.decisions import (
    UnknownPayment,
    WrongAmount,
    decide,
)
from services.payment.decider.state import (
    CATEGORY,
    Attempt,
    Owed,
    evolve,
    initial,
    payment_name,
    stream_of,
    stream_of_payment,
)

__all__ = [
    "CATEGORY",
    "Attempt",
    "Cancel",
    "Command",
    "Move",
    "Outcome",
    "Owed",
    "Raise",
    "Report",
    "Start",
    "TakeCash",
    "UnknownPayment",
    "WrongAmount",
    "decide",
    "evolve",
    "initial",
    "payment_name",
    "stream_of",
    "stream_of_payment",
]
