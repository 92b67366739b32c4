"""Mail over SMTP.

What the server says decides: 5xx for this address or this content is the end of this message,
4xx puts it off, and a server that cannot be reached, does not let us in or refuses our sender
address puts everything off, because the message is not at fault.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from enum import StrEnum

from kernel.config import setting
from services.notify.channels.channel import ChannelAway, Deferred, Letter, Undeliverable


class Security(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True)
class SmtpSettings:
    """The mail server and who the mail is from."""

    host: str = setting(env="SMTP_HOST", default="127.0.0.1", doc="the mail server")
    port: int = setting(env="SMTP_PORT", default=1025, doc="its port", minimum=1, maximum=65535)
    security: Security = setting(
        env="SMTP_SECURITY", default=Security.NONE, doc="none, starttls or tls"
    )
    user: str = setting(env="SMTP_USER", default="", doc="the login, if the server asks for one")
    password: str = setting(
        env="SMTP_PASSWORD", default="", doc="the password of the login", secret=True
    )
    sender: str = setting(
        env="SMTP_FROM",
        default="Một Cửa <khong-tra-loi@motcua.example>",
        doc="who the mail is from",
        pattern=r"^([^<>]+<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$",
    )
    timeout: timedelta = setting(
        env="SMTP_TIMEOUT", default=timedelta(seconds=20), doc="seconds to wait for the server"
    )


class Smtp:
    """The channel `mail`."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._name, self._address = parseaddr(settings.sender)

    def message_id(self, message: str) -> str:
        """Return the `Message-ID`; a receiver that gets it twice can tell."""
        return f"<{message}@{self._address.rpartition('@')[2]}>"

    @contextmanager
    def session(self) -> Iterator[SmtpSession]:
        """Return a session with the server."""
        session = SmtpSession(self._settings, Address(self._name, addr_spec=self._address))
        try:
            yield session
        finally:
            session.close()


class SmtpSession:
    """One connection to the mail server."""

    def __init__(self, settings: SmtpSettings, sender: Address) -> None:
        self._settings = settings
        self._sender = sender
        self._server: smtplib.SMTP | None = None

    def send(self, letter: Letter) -> None:
        """Hand a letter to the server. Raises `NotSent`."""
        content = self._content(letter)
        server = self._connected()
        try:
            server.send_message(content, self._sender.addr_spec, [letter.recipient])
        except smtplib.SMTPNotSupportedError as fault:
            raise Undeliverable("the server takes no such address") from fault
        except smtplib.SMTPRecipientsRefused as fault:
            ((code, _),) = fault.recipients.values()
            raise _by_code(code, "recipient") from fault
        except smtplib.SMTPSenderRefused as fault:
            self.close()
            raise ChannelAway(f"the server refuses our sender ({fault.smtp_code})") from fault
        except smtplib.SMTPDataError as fault:
            raise _by_code(fault.smtp_code, "content") from fault
        except (smtplib.SMTPException, OSError) as fault:
            self.close()
            raise ChannelAway(f"connection lost: {type(fault).__name__}") from fault

    def close(self) -> None:
        """End the connection."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            try:
                self._server = self._connect()
            except (smtplib.SMTPException, OSError) as fault:
                raise ChannelAway(f"no mail server: {type(fault).__name__}") from fault
        return self._server

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        timeout = settings.timeout.total_seconds()
        trust = ssl.create_default_context()
        if settings.security is Security.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=timeout, context=trust
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=timeout)
        try:
            if settings.security is Security.STARTTLS:
                server.starttls(context=trust)
            if settings.user:
                server.login(settings.user, settings.password)
        except BaseException:
            server.close()
            raise
        return server

    def _content(self, letter: Letter) -> EmailMessage:
        content = EmailMessage(policy=SMTP)
        try:
            content["From"] = self._sender
            content["To"] = Address(letter.name, addr_spec=letter.recipient)
            content["Subject"] = letter.subject
        except (ValueError, IndexError, HeaderParseError) as fault:
            raise Undeliverable(
                "the address on file is not one that mail can be sent to"
            ) from fault
        content["Date"] = format_datetime(datetime.now(UTC))
        content["Message-ID"] = letter.message_id
        content["Auto-Submitted"] = "auto-generated"
        content["X-Correlation-Id"] = letter.correlation
        content.set_content(letter.text)
        content.add_alternative(letter.html, subtype="html")
        # after the parts: they take the headers of this name with them
        content["Content-Language"] = letter.locale
        return content


def _by_code(code: int, what: str) -> Deferred | Undeliverable | ChannelAway:
    if code == 421:
        return ChannelAway("the server is closing (421)")
    if 500 <= code < 600:
        return Undeliverable(f"the server refuses the {what} ({code})")
    return Deferred(f"the server puts the {what} off ({code})")
