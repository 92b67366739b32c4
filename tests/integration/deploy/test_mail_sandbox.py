"""The mail catcher, spoken to as a mail client and a browser would."""

from __future__ import annotations

import os
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
import requests

from motcua.local.ports import Ports
from motcua.local.programs import answers_http
from motcua.local.supervision import wait_until


@dataclass(frozen=True)
class Sandbox:
    """A running catcher."""

    page: str
    smtp_port: int

    def send(self, to: str, subject: str = "Mã kích hoạt") -> None:
        """Send one message with text and HTML in Vietnamese."""
        message = EmailMessage()
        message["From"] = "Một Cửa <motcua@example.vn>"
        message["To"] = to
        message["Subject"] = subject
        message["Message-ID"] = f"<{to}>"
        message.set_content("Xin chào, mở https://example.vn/kich-hoat?ma=1&x=2 để kích hoạt.")
        message.add_alternative("<p>Xin <b>chào</b></p><script>alert(1)</script>", subtype="html")
        with smtplib.SMTP("127.0.0.1", self.smtp_port) as client:
            client.send_message(message)

    def items(self, **query: str) -> list[dict[str, object]]:
        """Return what the JSON interface lists."""
        answer = requests.get(f"{self.page}/messages", params=query, timeout=5)
        items: list[dict[str, object]] = answer.json()["items"]
        return items


@pytest.mark.parametrize("variable", ["SMTP_PORT", "MAIL_PORT"])
def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path, variable: str) -> None:
    ports = Ports.free(ops=1)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        wanted = {"SMTP_PORT": str(ports.smtp), "MAIL_PORT": str(ports.mail), variable: port}
        done = subprocess.run(
            [sys.executable, "-m", "motcua", "sandbox", "mail"],
            env={**os.environ, **wanted, "MOTCUA_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    (said,) = done.stderr.splitlines()
    assert said.startswith(f"Port {port} on 127.0.0.1 is taken.")
    assert variable in said


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    ports = Ports.free(ops=1)
    process = subprocess.Popen(
        [sys.executable, "-m", "motcua", "sandbox", "mail"],
        env={
            "MAIL_PORT": str(ports.mail),
            "SMTP_PORT": str(ports.smtp),
            "MOTCUA_HOME": str(tmp_path),
        },
    )
    try:
        assert wait_until(answers_http(ports.mail), 20)
        yield Sandbox(f"http://127.0.0.1:{ports.mail}", ports.smtp)
    finally:
        process.terminate()
        assert process.wait(10) == 0


def test_a_message_can_be_found_by_recipient_and_read(sandbox: Sandbox) -> None:
    sandbox.send("an@example.vn")
    sandbox.send("binh@example.vn", "Thư khác")

    (item,) = sandbox.items(to="An@example.vn")
    whole = requests.get(f"{sandbox.page}/messages/{item['id']}", timeout=5).json()

    assert item["subject"] == "Mã kích hoạt"
    assert item["message_id"] == "<an@example.vn>"
    assert "https://example.vn/kich-hoat?ma=1&x=2" in whole["text"]
    assert "<b>chào</b>" in whole["html"]
    assert [mail["subject"] for mail in sandbox.items()] == ["Thư khác", "Mã kích hoạt"]


def test_the_page_shows_html_only_inside_a_frame_without_scripts(sandbox: Sandbox) -> None:
    sandbox.send("an@example.vn")
    (item,) = sandbox.items()

    inbox = requests.get(sandbox.page, timeout=5).text
    page = requests.get(f"{sandbox.page}/mail/{item['id']}", timeout=5).text

    assert "Mã kích hoạt" in inbox
    assert "<script>" not in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_an_unknown_message_is_not_found(sandbox: Sandbox) -> None:
    assert requests.get(f"{sandbox.page}/messages/..%2f..%2fetc", timeout=5).status_code == 404


@pytest.mark.parametrize("code", [451, 550])
def test_it_refuses_mail_while_told_to(sandbox: Sandbox, code: int) -> None:
    requests.put(f"{sandbox.page}/refusal", json={"code": code}, timeout=5).raise_for_status()
    with pytest.raises(smtplib.SMTPDataError) as refused:
        sandbox.send("an@example.vn")
    assert refused.value.smtp_code == code
    assert sandbox.items() == []

    requests.put(f"{sandbox.page}/refusal", json={"code": None}, timeout=5).raise_for_status()
    sandbox.send("an@example.vn")
    assert len(sandbox.items()) == 1
