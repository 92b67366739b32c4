"""Canonical JSON is RFC 8785, whichever way it is written."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from kernel import canonical

SCALARS = st.none() | st.booleans() | st.text() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


DEEP: Any = "bottom"
for _ in range(300):
    DEEP = [DEEP]


def canonical_or_refusal(dumps: Any, value: Any) -> bytes | None:
    try:
        return bytes(dumps(value))
    except rfc8785.CanonicalizationError:
        return None


@given(VALUES)
@example("\x00\x08\x0b\x1f\x7f\x80  \"\\/'😀Ệ")
@example({"\U00010000": 1, "": 2, "a": {"B": [], "_": {}, "10": 0, "9": -1}})
@example([2**53 - 1, -(2**53) + 1, 1.0, 1e21, -0.0, float("nan")])
@example((1, (True, None)))
@example(DEEP)
def test_it_writes_what_the_reference_writes(value: Any) -> None:
    assert canonical_or_refusal(canonical.dumps, value) == canonical_or_refusal(
        rfc8785.dumps, value
    )


@pytest.mark.parametrize(
    "value",
    [2**53, -(2**53), {"a": float("inf")}, ["\ud800"], {"\ud800": 1}, {1: 1}, {"a": object()}, b""],
)
def test_it_refuses_what_json_cannot_carry_unharmed(value: Any) -> None:
    with pytest.raises(canonical.NotCanonical):
        canonical.dumps(value)
