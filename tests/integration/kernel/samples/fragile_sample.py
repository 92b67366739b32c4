"""A service whose extension breaks outside any handler, where it is told to."""

from __future__ import annotations

import os
from typing import Any

from nameko.extensions import DependencyProvider
from samples.kernel_sample import Echo, Echoed, Sample

from kernel.requests import Call
from kernel.rpc import serves


class Fragile(DependencyProvider):  # type: ignore[misc]
    """Breaks in the hook that comes before every handler."""

    def worker_setup(self, worker_ctx: Any) -> None:
        if os.environ.get("BREAKS") == "yes":
            raise RuntimeError("the hook broke")


class FragileSample:
    """The sample service's echo behind a fragile extension."""

    name = Sample.name
    fragile = Fragile()

    @serves(Echo)
    def echo(self, message: Echo, call: Call) -> Echoed:
        return Sample.echo(self, message, call)  # type: ignore[arg-type]
