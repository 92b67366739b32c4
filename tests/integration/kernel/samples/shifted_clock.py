"""Moves the clock of the process that imports it; to be imported before anything else.

`CLOCK_SHIFT` is in seconds. Only the clock of the calendar is moved, as an operator or a wrong
time server would: the monotonic one keeps going.
"""

from __future__ import annotations

import datetime
import os
import time

_SHIFT = float(os.environ["CLOCK_SHIFT"])
_real_time = time.time
_RealDatetime = datetime.datetime


class _Shifted(_RealDatetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> _Shifted:
        return cls.fromtimestamp(_real_time() + _SHIFT, tz)


time.time = lambda: _real_time() + _SHIFT
time.time_ns = lambda: int((_real_time() + _SHIFT) * 1e9)
datetime.datetime = _Shifted  # type: ignore[misc]  # what this file is for
