"""A bare nameko service that answers what it is asked, for the round trip of nameko alone.

python echo_service.py <amqp uri>
"""

from __future__ import annotations

import sys

import eventlet

eventlet.monkey_patch()

from nameko.containers import ServiceContainer  # noqa: E402 - after the process is cooperative
from nameko.rpc import rpc  # noqa: E402 - likewise


class Echo:
    """Answers."""

    name = "echo"

    @rpc
    def echo(self, content: object) -> object:
        """Return what came."""
        return content


if __name__ == "__main__":
    container = ServiceContainer(Echo, config={"AMQP_URI": sys.argv[1]})
    container.start()
    container.wait()
