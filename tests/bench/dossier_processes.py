"""More processes of the dossier service beside the one of a running stack."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from motcua.local.ports import Ports
from motcua.local.processes import command
from motcua.local.programs import answers_http
from motcua.local.stack import Stack
from motcua.local.supervision import wait_until


@contextmanager
def more_dossier_processes(stack: Stack, number: int) -> Iterator[None]:
    """Run so many more, from when they are ready until the end of the block."""
    with ExitStack() as running:
        for _ in range(number):
            running.enter_context(_one_more(stack))
        yield


@contextmanager
def _one_more(stack: Stack) -> Iterator[None]:
    ports = Ports.free(ops=1)
    environment = {
        **stack.environment(),
        "OPS_PORT": str(ports.ops),
        "DOSSIER_HTTP_PORT": str(ports.files),
    }
    log = stack.home / f"dossier-{ports.ops}.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command("run", "dossier"), env=environment, stdout=output, stderr=output
        ) as process,
    ):
        try:
            assert wait_until(answers_http(ports.ops), 60), log.read_text()[-2000:]
            yield
        finally:
            process.terminate()
