"""A broker of a test's own, because it is going to be hurt."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from samples.processes import eventually

from motcua.local import broker
from motcua.local.ports import Ports
from motcua.local.stack import Stack

_CONTROL = "rabbitmqctl"


class OwnBroker:
    """A private broker that can be killed, frozen and told things."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        (program,) = (item for item in stack.programs if item.name == "broker")
        self._environment = {**os.environ, **program.environment}
        self.amqp_uri = stack.amqp_uri

    def kill(self) -> None:
        """End it as `kill -9` does, and return when it is back."""
        killed = self._pid()
        os.kill(killed, signal.SIGKILL)
        eventually(lambda: self._pid() != killed)
        self._stack.await_ready(["broker"])

    def restart(self) -> None:
        """Stop it as an operator does, and start it again."""
        self._stack.pause("broker")
        self._stack.resume("broker")
        self._stack.await_ready(["broker"])

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Keep it from running: its connections stand, and nothing is answered."""
        pid = self._pid()
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    @contextmanager
    def out_of_memory(self) -> Iterator[None]:
        """Let it believe that its memory is used up: it reads no more from who publishes."""
        self._control("set_vm_memory_high_watermark", "0.000001")
        try:
            yield
        finally:
            self._control("set_vm_memory_high_watermark", "0.4")

    def _pid(self) -> int:
        pids: list[int] = []

        def running() -> bool:
            pids.append(self._stack.pid("broker"))
            return pids[-1] != 0  # which it has not while it is being started

        eventually(running)
        return pids[-1]

    def _control(self, *words: str) -> None:
        command = str(Path(broker.installed()).with_name(_CONTROL))
        done = subprocess.run(
            [command, *words], env=self._environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr or done.stdout


@contextmanager
def own_broker(home: Path, mongo_uri: str) -> Iterator[OwnBroker]:
    """Run a broker below `home`, beside the database that is there."""
    environment = {**os.environ, "MONGO_URI": mongo_uri}
    environment.pop("AMQP_URI", None)
    with Stack(home, Ports.free(ops=1), services=False, environment=environment) as stack:
        yield OwnBroker(stack)
