"""Values of which it is not certain what they are: each is read as one shape, or as None."""

from __future__ import annotations

from typing import Any


def text(value: Any) -> str | None:
    """Return a text."""
    return value if isinstance(value, str) else None


def texts(value: Any) -> dict[str, str] | None:
    """Return the texts among named values."""
    if not isinstance(value, dict):
        return None
    return {name: one for name, one in value.items() if isinstance(one, str)}


def answers(value: Any) -> dict[str, Any] | None:
    """Return those named values that an input can hold: a text, a tick, a number, or texts."""
    if not isinstance(value, dict):
        return None
    return {name: one for name, one in value.items() if _fits_an_input(one)}


def _fits_an_input(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return isinstance(value, str | int | float)
