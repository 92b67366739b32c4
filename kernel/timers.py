"""What a service does by itself every so often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from nameko.timer import timer

Work = TypeVar("Work", bound=Callable[[Any], None])


def every(seconds: float) -> Callable[[Work], Work]:
    """Let each process of a service call a method of it every so many seconds.

    Never two at once in a process: a call that takes longer puts off the next one.
    """
    # the container's own decorator has no types
    return cast("Callable[[Work], Work]", timer(interval=seconds))
