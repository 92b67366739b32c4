"""The officers' directory holds what is public in an office, and nothing of citizens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kernel.events import Actor, Recorded
from services.identity.contract import (
    AccountKind,
    AccountRegistered,
    Contact,
    OfficerAppointed,
    OfficerDismissed,
    Role,
)
from services.identity.views import directory_answer, directory_query, project_officer

ACCOUNT = "acc-0123456789abcdef0123"
REGISTERED = AccountRegistered(ACCOUNT, ACCOUNT, AccountKind.OFFICER, "vi", "")
APPOINTED = OfficerAppointed(
    ACCOUNT,
    "Lương Thu Trà",
    "Chuyên viên",
    "ubnd-16594",
    "one-stop",
    (Role.RECEIVING,),
    ACCOUNT,
    Contact("Lương Thu Trà", "tra@example.vn", "0987654321", "vi"),
)


def recorded(*events: Any) -> list[Recorded]:
    """Return events as they come from a ledger."""
    now = datetime(2026, 11, 22, tzinfo=UTC)
    return [
        Recorded(
            event=event,
            id=f"e{version}",
            type=type(event).__name__,
            source="identity",
            stream=f"account-{ACCOUNT}",
            version=version,
            position=version,
            occurred_at=now,
            recorded_at=now,
            actor=Actor("service:setup", "service"),
        )
        for version, event in enumerate(events, start=1)
    ]


def test_an_officer_stands_in_the_directory_without_an_address() -> None:
    assert project_officer(recorded(REGISTERED, APPOINTED)) == {
        "agency": "ubnd-16594",
        "unit": "one-stop",
        "roles": ["receiving"],
        "name": "Lương Thu Trà",
        "title": "Chuyên viên",
    }


def test_a_dismissed_officer_is_found_in_no_agency() -> None:
    dismissed = OfficerDismissed(ACCOUNT, "ubnd-16594", "one-stop")
    document = project_officer(recorded(REGISTERED, APPOINTED, dismissed))
    assert document == {"agency": None, "unit": None, "roles": []}


def test_citizens_do_not_stand_in_the_directory() -> None:
    citizen = replace(REGISTERED, kind=AccountKind.CITIZEN)
    assert project_officer(recorded(citizen)) is None


def test_a_search_names_only_what_was_asked_for() -> None:
    assert directory_query("ubnd-16594", None, None) == {"agency": "ubnd-16594"}
    assert directory_query("ubnd-16594", "one-stop", Role.RECEIVING) == {
        "agency": "ubnd-16594",
        "unit": "one-stop",
        "roles": "receiving",
    }


def test_officers_are_listed_by_name() -> None:
    document = {"agency": "a", "unit": "u", "roles": ["handling"], "title": "Chuyên viên"}
    found = directory_answer(
        [
            {**document, "_id": "acc-2", "name": "Vũ B"},
            {**document, "_id": "acc-1", "name": "Bùi A"},
        ]
    )
    assert [officer.name for officer in found.items] == ["Bùi A", "Vũ B"]
