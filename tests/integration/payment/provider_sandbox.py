"""A running sandbox of the payment provider, and a merchant's end that takes its notifications."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from motcua.local.programs import answers_http
from motcua.local.supervision import wait_until
from services.payment.providers.vnpay import VnpaySettings

SECRET = "chuoi-bi-mat-chi-de-thu-nghiem"


@dataclass
class Sandbox:
    """The sandbox on a port of this machine; it may be killed and started again."""

    port: int
    home: Path
    ipn_url: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> VnpaySettings:
        """The merchant's settings for it."""
        return VnpaySettings(
            url=f"{self.url}/paymentv2/vpcpay.html",
            api_url=f"{self.url}/merchant_webapi/api/transaction",
            hash_secret=SECRET,
        )

    @property
    def environment(self) -> dict[str, str]:
        """The same settings as an environment."""
        return {
            "VNPAY_URL": self.settings.url,
            "VNPAY_API_URL": self.settings.api_url,
            "VNPAY_HASH_SECRET": SECRET,
        }

    def start(self) -> None:
        """Start it and wait until it is ready."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "motcua", "sandbox", "vnpay"],
            env={
                "VNPAY_SANDBOX_PORT": str(self.port),
                "VNPAY_HASH_SECRET": SECRET,
                "VNPAY_IPN_URL": self.ipn_url,
                "MOTCUA_HOME": str(self.home),
            },
        )
        assert wait_until(answers_http(self.port), 30)

    def kill(self) -> None:
        """End it as `kill -9` does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def pay(self, url: str, outcome: str = "paid") -> dict[str, Any]:
        """Do at the pay page what a payer does."""
        content = {"url": url, "outcome": outcome}
        answer = requests.post(f"{self.url}/sandbox/payments", json=content, timeout=10)
        assert answer.status_code == 200, answer.text
        paid: dict[str, Any] = answer.json()
        return paid

    def behave(self, **behaviour: Any) -> None:
        """Say how notifications misbehave from now on."""
        answer = requests.put(f"{self.url}/sandbox/behaviour", json=behaviour, timeout=10)
        assert answer.status_code == 200, answer.text

    def notify(self, ref: str, copies: int = 1) -> list[str]:
        """Send a notification again, and return what it was answered with."""
        url = f"{self.url}/sandbox/transactions/{ref}/ipn"
        answer = requests.post(url, json={"copies": copies}, timeout=30)
        assert answer.status_code == 200, answer.text
        answers: list[str] = answer.json()["answers"]
        return answers

    def transaction(self, ref: str) -> dict[str, Any]:
        """Return what the sandbox knows of a transaction."""
        answer = requests.get(f"{self.url}/sandbox/transactions/{ref}", timeout=10)
        found: dict[str, Any] = answer.json()
        return found


@dataclass
class Merchant:
    """Takes notifications over HTTP and answers what `answer` returns for each."""

    answer: Callable[[Mapping[str, str]], str]
    taken: list[Mapping[str, str]] = field(default_factory=list)
    url: str = ""


@contextmanager
def merchant(answer: Callable[[Mapping[str, str]], str]) -> Iterator[Merchant]:
    """Listen for notifications on a free port."""
    receiving = Merchant(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parameters = dict(parse_qsl(urlsplit(self.path).query))
            receiving.taken.append(parameters)
            body = json.dumps({"RspCode": receiving.answer(parameters), "Message": ""}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    receiving.url = f"http://127.0.0.1:{server.server_port}/ipn"
    try:
        yield receiving
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def running_sandbox(home: Path, port: int, ipn_url: str) -> Iterator[Sandbox]:
    """Run a sandbox that notifies `ipn_url`."""
    sandbox = Sandbox(port, home, ipn_url)
    sandbox.start()
    try:
        yield sandbox
    finally:
        sandbox.kill()
