"""The container's health check: is the process on this port ready? Exits 0 or 1.

    python deploy/ready.py [PORT]

The port is OPS_PORT by default. Imports nothing of the system: it runs every few seconds.
"""

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection, HTTPException


def main(port: int) -> int:
    """Return 0 if `/health/ready` answers 200, else 1."""
    connection = HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/health/ready")
        return 0 if connection.getresponse().status == 200 else 1
    except (OSError, HTTPException):
        return 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1] if len(sys.argv) > 1 else os.environ["OPS_PORT"])))
