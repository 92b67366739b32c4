"""The claim on an identity number: it belongs to the account that activated with it first.

When that account is erased the number is released, so that the person may register anew.

Its stream is `identity-number-<keyed digest>`, so that a number can be claimed once and is
nowhere to be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kernel.decider import Decider
from kernel.errors import Conflict
from services.identity.contract import IdentityNumberClaimed, IdentityNumberReleased


@dataclass(frozen=True)
class Claim:
    """Claim the number for an account."""

    account: str


@dataclass(frozen=True)
class Release:
    """Give up what an account claims."""

    account: str


@dataclass(frozen=True)
class ClaimState:
    """Whose the number is; None: nobody's."""

    account: str | None = None


def evolve(state: ClaimState, event: Any) -> ClaimState:
    """Return the state after an event."""
    match event:
        case IdentityNumberClaimed():
            return ClaimState(event.account)
        case IdentityNumberReleased():
            return ClaimState()
    return state


def decide(state: ClaimState, command: Claim | Release) -> Sequence[Any]:
    """Return the claim or its release; nothing where that is so already."""
    if isinstance(command, Release):
        held = state.account == command.account
        return (IdentityNumberReleased(command.account),) if held else ()
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
