"""The demo accounts, opened from the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from kernel.config import Settings
from services.identity import contract
from services.identity.demo import read_demo_accounts


def motcua(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line against the installation of these tests."""
    return subprocess.run(
        [sys.executable, "-m", "motcua", *arguments],
        env={
            **os.environ,
            "AMQP_URI": settings.amqp_uri,
            "MONGO_URI": settings.mongo_uri,
            "MOTCUA_NAMESPACE": settings.namespace,
            "MOTCUA_HOME": str(settings.home),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.proves("A03", "B10")
def test_demo_accounts_are_opened_once_and_everyone_logs_in(
    desk: Any, settings: Settings, ledger: Any
) -> None:
    first = motcua(settings, "accounts", "demo")
    assert first.returncode == 0, first.stderr
    commits = ledger.count_documents({})
    again = motcua(settings, "accounts", "demo")
    assert again.returncode == 0, again.stderr
    assert ledger.count_documents({}) == commits

    demo = read_demo_accounts()
    for person in demo.people:
        account = desk.log_in(person.username, demo.password).account
        assert (account.kind, account.verified) == (person.kind, True)
        assert account.profile.name == person.name
    for place in demo.agencies:
        for officer in place.officers:
            appointed = desk.log_in(officer.username, demo.password).account.officer
            assert (appointed.agency, appointed.unit) == (place.agency, officer.unit)
            assert appointed.roles == officer.roles
        found = desk.as_service("portal", contract.FindOfficers(place.agency))
        assert {o.name for o in found.items} == {o.name for o in place.officers}


def test_demo_accounts_that_were_erased_are_passed_over(desk: Any, settings: Settings) -> None:
    demo = read_demo_accounts()
    assert motcua(settings, "accounts", "demo").returncode == 0
    person, officer = demo.people[-1].username, demo.agencies[-1].officers[-1].username
    for username in (person, officer):
        found = desk.as_service("setup", contract.FindSubject(username=username))
        desk.as_service("setup", contract.EraseSubject(found.subject, even_open=True))
    again = motcua(settings, "accounts", "demo")
    assert again.returncode == 0, again.stderr
    assert "2 erased and not opened again" in again.stdout
