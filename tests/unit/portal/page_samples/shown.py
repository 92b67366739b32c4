"""What a page is shown with: who sees it, and when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from kernel.requests import ANONYMOUS, Caller

NOW = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
CITIZEN = Caller("acc-1", "citizen", "Nguyễn Thị An", verified=True, session="s")
OFFICER = Caller(
    "acc-9", "officer", "Trần Văn Bình", roles=("receiving",), agency="a", unit="desk", session="s"
)
ADMINISTRATOR = replace(OFFICER, roles=("administrator",))
AUDITOR = Caller(
    "acc-8", "officer", "Phan Thảo Nguyên", ("auditor",), agency="b", unit="office", session="s"
)


@dataclass(frozen=True)
class Shown:
    """A page as it is shown to somebody."""

    name: str
    template: str
    screen: Any = None
    who: Caller = ANONYMOUS
