"""Who may see what a dossier owes."""

from __future__ import annotations

import pytest

from kernel import canonical
from kernel.events import Encoded
from kernel.requests import Caller
from services.identity.contract import Role
from services.payment.contract import EVENTS, ObligationRaised
from services.payment.views import may_see, may_take_cash

AGENCY = "ag-1"


def officer(account: str, role: Role, agency: str = AGENCY) -> Caller:
    """Return an officer with one role."""
    return Caller(account, "officer", roles=(role,), agency=agency, unit="civil")


def seen_by(caller: Caller) -> bool:
    """Whether a caller sees what acc-an owes and acc-mai asked for."""
    return may_see(caller, "acc-an", AGENCY, "acc-mai")


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.RECEIVING, True),
        (Role.LEADER, True),
        (Role.HANDLING, False),
        (Role.RECORDS, False),
        (Role.ADMINISTRATOR, False),
        (Role.AUDITOR, False),
    ],
)
def test_of_an_agency_those_see_a_fee_whose_work_it_is(role: Role, sees: bool) -> None:
    assert seen_by(officer("acc-lan", role)) is sees
    assert not seen_by(officer("acc-xa", role, "ag-2"))
    assert may_take_cash(officer("acc-lan", role), AGENCY) is (role is Role.RECEIVING)


def test_the_officer_who_asked_for_a_fee_sees_it_while_serving_there() -> None:
    assert seen_by(officer("acc-mai", Role.HANDLING))
    assert not seen_by(officer("acc-mai", Role.HANDLING, "ag-2"))


def test_who_owes_sees_it_and_no_other_citizen() -> None:
    assert seen_by(Caller("acc-an", "citizen"))
    assert seen_by(officer("acc-an", Role.RECORDS, "ag-2")), "an officer may file too"
    assert not seen_by(Caller("acc-binh", "citizen"))
    assert not may_see(Caller("", "anonymous"), "acc-an", AGENCY, "")


def test_a_fee_from_before_it_named_its_officer_names_nobody() -> None:
    former = {
        "obligation": "ob7",
        "dossier": "000.00.14.H56-261123-0001",
        "subject": "acc-an",
        "agency": AGENCY,
        "lines": [{"label": "Lệ phí", "unit_amount": 5_000, "quantity": 2}],
        "amount": 10_000,
        "payable_online": True,
        "raised_at": "2026-11-23T02:00:00Z",
    }
    data = canonical.dumps(former).decode()
    raised = EVENTS.decode(Encoded("c.1", ObligationRaised.__name__, 1, data))
    assert (raised.amount, raised.officer) == (10_000, "")
