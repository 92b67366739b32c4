"""What a server's answer means for a message, and what a mail looks like on the wire."""

from __future__ import annotations

import smtplib
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest

from kernel.config import ConfigError, read
from services.notify.channels.channel import ChannelAway, Deferred, Letter, NotSent, Undeliverable
from services.notify.channels.smtp import Security, Smtp, SmtpSession, SmtpSettings

LETTER = Letter(
    message_id="<m-1@motcua.example>",
    recipient="hoa@example.vn",
    name="Nguyễn Thị Hoa",
    locale="vi",
    subject="Hồ sơ đã được tiếp nhận",
    text="Kính gửi bà Hoa",
    html="<p>Kính gửi bà Hoa</p>",
    correlation="conversation-1",
)


class Server:
    """A mail server's end of a connection, that answers as told."""

    def __init__(self, answer: Exception | None = None) -> None:
        self.answer = answer
        self.taken: list[EmailMessage] = []
        self.closed = False

    def send_message(self, content: EmailMessage, sender: str, recipients: list[str]) -> None:
        """Take a mail, or fail."""
        if self.answer is not None:
            raise self.answer
        self.taken.append(content)

    def quit(self) -> None:
        """End the connection."""
        self.closed = True


def send(monkeypatch: pytest.MonkeyPatch, server: Server, letter: Letter = LETTER) -> None:
    """Send a letter over a session that is connected to `server`."""
    monkeypatch.setattr(SmtpSession, "_connect", lambda session: server)
    with Smtp(SmtpSettings()).session() as session:
        session.send(letter)


def test_a_mail_carries_both_forms_and_the_ids_that_follow_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = Server()
    send(monkeypatch, server)
    (content,) = server.taken
    assert content["Message-ID"] == "<m-1@motcua.example>"
    assert content["X-Correlation-Id"] == "conversation-1"
    assert content["Content-Language"] == "vi"
    assert content["Auto-Submitted"] == "auto-generated"
    assert content["Subject"] == "Hồ sơ đã được tiếp nhận"
    assert content["To"] == "Nguyễn Thị Hoa <hoa@example.vn>"
    assert [part.get_content_type() for part in content.iter_parts()] == [
        "text/plain",
        "text/html",
    ]
    assert server.closed


def test_the_message_id_is_the_same_at_every_try() -> None:
    channel = Smtp(SmtpSettings(sender="Một Cửa <no-reply@motcua.example>"))
    assert channel.message_id("abc") == "<abc@motcua.example>"


def refused(code: int) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"hoa@example.vn": (code, b"no")})


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (refused(550), Undeliverable),
        (refused(553), Undeliverable),
        (refused(450), Deferred),
        (refused(421), ChannelAway),
        (smtplib.SMTPDataError(554, b"spam"), Undeliverable),
        (smtplib.SMTPDataError(451, b"greylisted"), Deferred),
        (smtplib.SMTPSenderRefused(550, b"who?", "x"), ChannelAway),
        (smtplib.SMTPServerDisconnected("gone"), ChannelAway),
        (smtplib.SMTPNotSupportedError("no SMTPUTF8"), Undeliverable),
        (ConnectionResetError(), ChannelAway),
        (TimeoutError(), ChannelAway),
    ],
)
def test_only_what_the_server_holds_against_this_message_is_its_fault(
    monkeypatch: pytest.MonkeyPatch, answer: Exception, meaning: type[NotSent]
) -> None:
    with pytest.raises(meaning):
        send(monkeypatch, Server(answer))


@pytest.mark.parametrize(
    "fault",
    [
        ConnectionRefusedError(),
        smtplib.SMTPAuthenticationError(535, b"wrong password"),
        smtplib.SMTPConnectError(554, b"go away"),
        smtplib.SMTPNotSupportedError("no STARTTLS"),
        OSError("no route"),
    ],
)
def test_a_server_that_lets_nobody_in_is_away(
    monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def connect(session: Any) -> Any:
        raise fault

    monkeypatch.setattr(SmtpSession, "_connect", connect)
    with pytest.raises(ChannelAway), Smtp(SmtpSettings()).session() as session:
        session.send(LETTER)


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": "không phải địa chỉ"},
        {"recipient": ""},
        {"recipient": "a@b\r\nBcc: all@example.vn"},
        {"name": "Hoa\r\nBcc: all@example.vn"},
        {"subject": "x\r\nBcc: all@example.vn"},
    ],
)
def test_nothing_can_be_smuggled_into_the_head_of_a_mail(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, str]
) -> None:
    server = Server()
    with pytest.raises(Undeliverable):
        send(monkeypatch, server, replace(LETTER, **change))
    assert server.taken == []


def test_settings_are_read_and_checked() -> None:
    settings = read(SmtpSettings, {"SMTP_SECURITY": "starttls", "SMTP_PASSWORD": "bi-mat"})
    assert settings.security is Security.STARTTLS
    assert "bi-mat" not in repr(settings)
    with pytest.raises(ConfigError, match="SMTP_FROM"):
        read(SmtpSettings, {"SMTP_FROM": "không có địa chỉ"})
