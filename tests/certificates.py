"""Self-made certificates of agencies, as an installation would have them in its folder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

PASSPHRASE = "mật khẩu"


def write_certificate(folder: Path, agency: str, name: str) -> None:
    """Write `<agency>.p12` with a new key, valid for a year, and `<agency>.passphrase`."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    whom = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(whom)
        .issuer_name(whom)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    content = pkcs12.serialize_key_and_certificates(
        name.encode(), key, certificate, None, BestAvailableEncryption(PASSPHRASE.encode())
    )
    (folder / f"{agency}.p12").write_bytes(content)
    (folder / f"{agency}.passphrase").write_text(f"{PASSPHRASE}\n", encoding="utf-8")
