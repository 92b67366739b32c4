"""Who stands in for an officer who is away (ủy quyền xử lý khi vắng mặt)."""

from __future__ import annotations

from datetime import date, datetime

from kernel.events import event
from kernel.requests import command, request
from kernel.schemas import field, frozen
from services.dossier.contract.vocabulary import OfficerRef


@event()
@frozen
class WorkDelegated:
    """An officer is away: what the officer has in hand, or gets, goes to the deputy."""

    officer: OfficerRef
    deputy: OfficerRef
    agency: str
    unit: str
    since: date
    until: date = field(doc="the last day")
    named_by: OfficerRef
    delegated_at: datetime


@event()
@frozen
class DelegationEnded:
    """The officer is back before that, or was never away."""

    officer: str
    ended_by: OfficerRef
    ended_at: datetime


@frozen
class Delegation:
    """A delegation that is in force, or will be."""

    officer: OfficerRef
    deputy: OfficerRef
    unit: str
    since: date
    until: date
    now: bool = field(doc="whether the officer is away today")


@frozen
class Delegations:
    """Those of an agency, by the officers' names."""

    items: tuple[Delegation, ...]


@command("dossier", answer=Delegations)
@frozen
class Delegate:
    """Name who stands in: for oneself, or as a leader of the agency for somebody of it.

    The deputy serves in the same unit and has a role of the officer's. Named anew it changes.
    """

    deputy: str = field(max_length=64, doc="account")
    since: date
    until: date = field(doc="the last day, at most 180 days on")
    officer: str | None = field(default=None, max_length=64, doc="account; one's own without")


@command("dossier", answer=Delegations)
@frozen
class EndDelegation:
    """End it; what the deputy has in hand by then stays there."""

    officer: str | None = field(default=None, max_length=64, doc="account; one's own without")


@request("dossier", answer=Delegations)
@frozen
class ListDelegations:
    """The delegations of one's own agency that are in force, or will be."""
