"""Each process is killed once; the whole system is ready again, with its data."""

from __future__ import annotations

import pytest
import requests
from stack import Stack

from motcua.local.processes import LEDGER_OWNERS, SERVICES
from motcua.local.supervision import wait_until

pytestmark = pytest.mark.timeout(600)

SERVERS = ("names", "broker", "database")
SANDBOXES = ("mail", "vnpay")
RELAYS = tuple(f"relay-{owner}" for owner in LEDGER_OWNERS)


def _procedures(stack: Stack) -> list[str]:
    """Return the codes of the procedures that the portal lists; none while it cannot."""
    answer = requests.get(f"{stack.url()}/api/v1/procedures", params={"limit": 100}, timeout=30)
    return [item["code"] for item in answer.json()["items"]] if answer.ok else []


def test_every_program_of_the_stack_is_killed_below(stack: Stack) -> None:
    killed = {*SERVERS, *SANDBOXES, *SERVICES, *RELAYS}
    assert {program.name for program in stack.programs} <= killed


@pytest.mark.parametrize("program", [*SANDBOXES, *RELAYS, *SERVICES, *SERVERS])
def test_a_killed_program_comes_back_and_everything_is_ready_again(
    stack: Stack, program: str
) -> None:
    if program not in {running.name for running in stack.programs}:
        pytest.skip("a server of others is used")
    listed = _procedures(stack)
    assert listed
    killed = stack.kill(program)

    assert wait_until(lambda: stack.pid(program) not in (0, killed), 60)
    stack.await_ready(deadline=180)
    assert wait_until(lambda: _procedures(stack) == listed, 60, every=0.5)
