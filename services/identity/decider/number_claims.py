"""The claim on an identity number: it belongs to the account that activated with it first.

Its stream is `identity-number-<keyed digest>`, so that a number can be claimed once and is
nowhere to be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kernel.decider import Decider
from kernel.errors import Conflict
from services.identity.contract import IdentityNumberClaimed


@dataclass(frozen=True)
class Claim:
    """Claim the number for an account."""

    account: str


@dataclass(frozen=True)
class ClaimState:
    """Whose the number is."""

    account: str | None = None


def evolve(state: ClaimState, event: Any) -> ClaimState:
    """Return the state after an event."""
    return ClaimState(event.account) if isinstance(event, IdentityNumberClaimed) else state


def decide(state: ClaimState, command: Claim) -> Sequence[Any]:
    """Return the claim; nothing where it is the account's own already."""
    if state.account is None:
        return (IdentityNumberClaimed(command.account),)
    if state.account == command.account:
        return ()
    raise Conflict(
        "identity-number-taken",
        "Số giấy tờ này đã được dùng cho một tài khoản khác. Hãy đăng nhập bằng tài khoản đó hoặc "
        "liên hệ bộ phận hỗ trợ.",
        "This identity number belongs to another account. Log in with that account, or ask the "
        "help desk.",
    )


NUMBERS: Decider[ClaimState] = Decider(ClaimState(), decide, evolve)
