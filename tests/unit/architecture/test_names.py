"""What has to be written down in more than one place is the same in all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kernel.requests import SETUP
from motcua import loading
from motcua.cli import Service
from motcua.local.processes import LEDGER_OWNERS, SERVICES, SIGNERS
from motcua.wiring import LEDGERS
from services.identity.contract import Role
from services.portal.screens import operations, transparency

ROOT = Path(__file__).parents[3]


def test_all_know_the_same_services_with_a_ledger() -> None:
    owners = sorted(LEDGER_OWNERS)
    assert sorted(types.source for types in LEDGERS) == owners
    assert sorted(operations.SERVICES) == owners
    assert sorted(transparency.SERVICES) == owners


def test_the_command_line_runs_every_service() -> None:
    assert tuple(service.value for service in Service) == SERVICES


def test_the_set_up_signs_as_whom_the_services_trust() -> None:
    assert f"service:{loading.SETUP}" == SETUP
    assert loading.SETUP in SIGNERS


@pytest.mark.parametrize("name", [SETUP, Role.ADMINISTRATOR.value, Role.AUDITOR.value])
def test_no_module_of_kernel_or_services_writes_these_names_anew(name: str) -> None:
    """A constant of the same value beside that of `kernel.requests` would drift away from it."""
    constant = re.compile(rf'^[\w, ]+ = .*"{re.escape(name)}"', re.MULTILINE)
    found = [
        str(path.relative_to(ROOT))
        for folder in ("kernel", "services")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if constant.search(path.read_text())
    ]
    assert found == ["kernel/requests.py"]
