"""Whoever holds what is personal hears of an erasure."""

from __future__ import annotations

import pytest

from kernel import schemas
from kernel.config import Settings
from kernel.events import EventTypes
from motcua.documents import LEDGERS
from motcua.operations.privacy import holders
from motcua.wiring import parts


@pytest.mark.parametrize("types", LEDGERS, ids=[types.source for types in LEDGERS])
def test_a_service_whose_events_hold_personal_data_forgets(types: EventTypes) -> None:
    personal = any(schemas.personal_fields(cls) for cls in types.types.values())
    assert personal == (types.source in holders())


def test_identity_hears_its_own_erasures() -> None:
    (inbox,) = [
        part for part in parts(Settings()) if getattr(part, "inbox", "").endswith("identity.inbox")
    ]
    assert getattr(inbox, "sources", ()) == ("identity",)
