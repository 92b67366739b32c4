"""What happens to each dossier of a storm, as it follows from the storm's seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What is applied for."""

    RESIDENCE = "residence"  # with a paper, the standard route, a fee to be paid online
    MARITAL_STATUS = "marital-status"  # the standard route, at the people's committee
    STAY = "stay"  # the short route, without papers or fee


class Fee(StrEnum):
    """What becomes of the fee."""

    NONE = "none"
    ONLINE = "online"
    CASH = "cash"
    TOO_LATE = "too-late"  # paid at the provider after the dossier was withdrawn


class End(StrEnum):
    """How it ends."""

    RETURNED = "returned"
    REFUSED = "refused"
    WITHDRAWN_AT_ONCE = "withdrawn-at-once"
    WITHDRAWN_ACCEPTED = "withdrawn-accepted"
    WITHDRAWN_OWING = "withdrawn-owing"


_RETURN_BY = {
    Kind.RESIDENCE: ("online", "post", "in-person"),
    Kind.MARITAL_STATUS: ("in-person",),  # the only way that this procedure offers
    Kind.STAY: ("online", "post", "in-person"),
}


@dataclass(frozen=True)
class Life:
    """The path of one dossier: `number` tells it from the others of the storm."""

    number: int
    applicant: str
    kind: Kind
    return_by: str
    end: End
    fee: Fee
    supplement: bool  # a paper is asked for and brought
    sent_back: bool  # a step is returned before the approval

    @property
    def handed_over(self) -> bool:
        """Whether the result is handed over after its dispatch."""
        return self.return_by != "online"

    def expected(self) -> dict[str, int]:
        """Return how often each of these events is in the dossier's history in the end.

        Money that comes too late may be recorded there or not: it depends on who hears first.
        """
        returned, accepted = self.end is End.RETURNED, self.end in _ACCEPTED
        long = self.kind is not Kind.STAY
        counted = {
            "DossierSubmitted": True,
            "DossierAccepted": accepted,
            "DossierRefused": self.end is End.REFUSED,
            "DossierWithdrawn": self.end not in (End.RETURNED, End.REFUSED),
            "WithdrawalRequested": self.end in (End.WITHDRAWN_ACCEPTED, End.WITHDRAWN_OWING),
            "OfficerAssigned": self._worked_on and long,
            "SupplementRequested": self._worked_on and self.supplement,
            "DossierSupplemented": self._worked_on and self.supplement,
            "FeeRequested": self._worked_on and self._pays,
            **({} if self.fee is Fee.TOO_LATE else {"FeePaid": returned and self._pays}),
            "StepReturned": returned and self.sent_back,
            "ResultApproved": returned,
            "DossierCompleted": returned,
            "ResultDispatched": returned,
            "ResultReceived": returned,
        }
        return {name: int(count) for name, count in counted.items()}

    @property
    def _pays(self) -> bool:
        return self.fee is not Fee.NONE

    @property
    def _worked_on(self) -> bool:
        return self.end in (End.RETURNED, End.WITHDRAWN_OWING)


_ACCEPTED = (End.RETURNED, End.WITHDRAWN_ACCEPTED, End.WITHDRAWN_OWING)
_KINDS = {Kind.RESIDENCE: 6, Kind.MARITAL_STATUS: 2, Kind.STAY: 2}
_ENDS = {
    End.RETURNED: 16,
    End.REFUSED: 1,
    End.WITHDRAWN_AT_ONCE: 1,
    End.WITHDRAWN_ACCEPTED: 1,
    End.WITHDRAWN_OWING: 1,
}


def life_of(seed: int, number: int) -> Life:
    """Return the life of the n-th dossier of a storm."""
    chance = random.Random(f"{seed}/life/{number}")
    kind = _weighted(chance, _KINDS)
    end = _weighted(chance, _ENDS)
    return Life(
        number=number,
        applicant=chance.choice(("congdan", "congdan2")),
        kind=kind,
        return_by=chance.choice(_RETURN_BY[kind]),
        end=end,
        fee=_fee(chance, kind, end),
        supplement=kind is Kind.RESIDENCE and chance.random() < 0.25,
        sent_back=chance.random() < 0.15,
    )


def _fee(chance: random.Random, kind: Kind, end: End) -> Fee:
    if end is End.WITHDRAWN_OWING:
        return chance.choice((Fee.TOO_LATE, Fee.ONLINE)) if kind is Kind.RESIDENCE else Fee.CASH
    match kind:
        case Kind.RESIDENCE:
            return chance.choice((Fee.ONLINE, Fee.ONLINE, Fee.CASH))
        case Kind.MARITAL_STATUS:
            return chance.choice((Fee.CASH, Fee.NONE))
        case Kind.STAY:
            return Fee.NONE


def _weighted(chance: random.Random, weights: dict[Any, int]) -> Any:
    return chance.choices(list(weights), list(weights.values()))[0]
