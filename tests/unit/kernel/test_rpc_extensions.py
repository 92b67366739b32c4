"""What the kernel adds to the service container keeps the container's rules."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from nameko.extensions import DependencyProvider

import kernel
from kernel import logs
from kernel.errors import NotFound
from kernel.requests import ANONYMOUS, Call, Done, request
from kernel.rpc import serves
from kernel.schemas import frozen


def _ours() -> list[type[DependencyProvider]]:
    for module in pkgutil.iter_modules(kernel.__path__):
        importlib.import_module(f"kernel.{module.name}")
    found: list[type[DependencyProvider]] = []
    waiting = [DependencyProvider]
    while waiting:
        waiting.extend(children := waiting.pop().__subclasses__())
        found.extend(kind for kind in children if kind.__module__.startswith("kernel."))
    return found


@pytest.mark.parametrize("hook", ["worker_setup", "worker_result", "worker_teardown"])
def test_no_extension_of_ours_has_a_hook_in_which_it_could_break(hook: str) -> None:
    """Trap 8: an exception in such a hook ends the whole process."""
    assert len(_ours()) >= 3
    for kind in _ours():
        assert getattr(kind, hook) is getattr(DependencyProvider, hook), kind


@request("sample", answer=Done)
@frozen
class Ask:
    stream: str


@pytest.fixture
def _conversation() -> Iterator[None]:
    """Leave no conversation bound."""
    yield
    logs.bind_correlation(None)


class Service:
    name = "sample"

    @serves(Ask)
    def ask(self, message: Ask, call: Call) -> Done:
        """Answer or refuse."""
        if message.stream == "none":
            raise NotFound("none", "Không có.", "None.")
        return Done(message.stream, 1)


@pytest.mark.usefixtures("_conversation")
def test_a_served_method_is_still_a_method() -> None:
    """It answers and raises as it is written, so a service is tested without a broker."""
    call = Call(ANONYMOUS, "conversation-1", datetime.now(UTC), "digest")

    assert Service().ask(Ask("s"), call) == Done("s", 1)
    assert Service.ask.__doc__ == "Answer or refuse."
    with pytest.raises(NotFound):
        Service().ask(Ask("none"), call)
