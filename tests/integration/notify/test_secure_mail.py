"""Mail over TLS with a login: what is set up is what is done, or nothing is sent."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from mail_server import MailServer

from motcua.local.ports import Ports
from services.notify.channels.channel import ChannelAway, Letter
from services.notify.channels.smtp import Security, Smtp, SmtpSettings

# the test server takes a login over a connection that is TLS from its start, unknown to aiosmtpd
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")

LETTER = Letter("<m@x>", "hoa@example.vn", "Hoa", "vi", "Tiêu đề", "Chữ", "<p>Chữ</p>", "c-1")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "mail.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return file


def authenticate(
    server: Any, session: Any, envelope: Any, mechanism: str, login: LoginPassword
) -> AuthResult:
    """Let one user in."""
    return AuthResult(success=(login.login, login.password) == (b"motcua", b"bi-mat"))


@contextmanager
def listening(certificate: Path, security: Security) -> Iterator[tuple[MailServer, SmtpSettings]]:
    """Run a server that takes mail only over TLS and after a login."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    box, port = MailServer(), Ports.free(ops=1).smtp
    starttls = security is Security.STARTTLS
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        ssl_context=None if starttls else context,
        tls_context=context if starttls else None,
        require_starttls=starttls,
        auth_required=True,
        auth_require_tls=starttls,
        authenticator=authenticate,
    )
    controller.start()
    try:
        yield (
            box,
            SmtpSettings(
                port=port,
                security=security,
                user="motcua",
                password="bi-mat",
                timeout=timedelta(seconds=5),
            ),
        )
    finally:
        controller.stop()


def send(settings: SmtpSettings) -> None:
    """Send one letter."""
    with Smtp(settings).session() as session:
        session.send(LETTER)


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_mail_goes_over_tls_after_a_login(
    certificate: Path, security: Security, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with listening(certificate, security) as (box, settings):
        send(settings)
        assert [mail.content["Subject"] for mail in box.taken] == ["Tiêu đề"]


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_nothing_is_sent_to_a_server_that_cannot_prove_who_it_is(
    certificate: Path, security: Security
) -> None:
    with listening(certificate, security) as (box, settings):
        with pytest.raises(ChannelAway):
            send(settings)
        assert box.taken == []


def test_a_wrong_password_or_no_tls_is_the_set_ups_fault_and_not_the_messages(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with listening(certificate, Security.STARTTLS) as (box, settings):
        for wrong in (
            replace(settings, password="sai"),
            replace(settings, security=Security.NONE),
        ):
            with pytest.raises(ChannelAway):
                send(wrong)
        assert box.taken == []
