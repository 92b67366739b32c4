"""An agency's signature on a paper: whose it is, that it holds, and what breaks it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paper_samples as p
import pytest
from certificates import write_certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from kernel.config import ConfigError
from services.dossier.papers.facts import StampFacts
from services.dossier.papers.issuing import certificates
from services.dossier.papers.signing import Certificate
from services.dossier.papers.typesetting import pdf

AT = datetime(2026, 9, 7, 2, 0, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the certificate of one agency, self-made."""
    folder = tmp_path_factory.mktemp("certificates")
    write_certificate(folder, "ubnd-16594", "UBND phường Tân Dân")
    return folder


@pytest.fixture(scope="module")
def certificate(folder: Path) -> Certificate:
    """The certificate, as the service reads it."""
    (found,) = certificates(folder).items()
    assert found[0] == "ubnd-16594"
    return found[1]


@pytest.fixture(scope="module")
def signed(certificate: Certificate) -> bytes:
    """A signed receipt."""
    return certificate.sign(pdf(p.a_receipt()), "Giấy tiếp nhận", "Tân Dân", AT)


def verdict(content: bytes, certificate: Certificate) -> Any:
    """What somebody who believes this certificate finds."""
    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    trusted = ValidationContext(trust_roots=[certificate.signer.signing_cert])
    return validate_pdf_signature(signature, trusted)


def test_a_signature_is_valid_and_covers_the_whole_paper(
    signed: bytes, certificate: Certificate
) -> None:
    found = verdict(signed, certificate)
    assert found.bottom_line
    assert found.coverage is SignatureCoverageLevel.ENTIRE_FILE
    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    assert signature.sig_object["/SubFilter"] == SigSeedSubFilter.PADES.value
    assert signature.sig_object["/Reason"] == "Giấy tiếp nhận"
    assert signature.signer_cert.subject.native["common_name"] == "UBND phường Tân Dân"


def test_the_paper_is_still_the_same_and_shows_who_signed(signed: bytes) -> None:
    page = PdfReader(io.BytesIO(signed)).pages[0]
    assert page.extract_text() == PdfReader(io.BytesIO(pdf(p.a_receipt()))).pages[0].extract_text()
    (shown,) = [one.get_object() for one in page["/Annots"]]  # type: ignore[union-attr]
    left, below, right, above = shown["/Rect"]
    width, height = page.mediabox.width, page.mediabox.height
    assert width / 2 < left < right < width
    assert height * 0.95 < below < above < height


@pytest.mark.parametrize("where", [b"/Contents", b"stream"])
def test_a_changed_paper_is_found(signed: bytes, certificate: Certificate, where: bytes) -> None:
    changed = bytearray(signed)
    changed[changed.index(where) + 40] ^= 1
    try:
        found = verdict(bytes(changed), certificate)
    except Exception:  # noqa: BLE001 whatever cannot even be read is not valid either
        return
    assert not found.bottom_line


def test_a_stranger_s_certificate_is_not_believed(signed: bytes, tmp_path: Path) -> None:
    write_certificate(tmp_path, "ubnd-1", "Kẻ giả mạo")
    (stranger,) = certificates(tmp_path).values()
    assert not verdict(signed, stranger).bottom_line


def test_without_a_folder_nothing_is_signed() -> None:
    assert certificates(None) == {}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "a.passphrase").write_text("wrong"), "PKCS#12"),
        (lambda folder: (folder / "a.passphrase").unlink(), "a.passphrase"),
        (lambda folder: (folder / "a.p12").write_bytes(b"no certificate"), "PKCS#12"),
    ],
    ids=["wrong passphrase", "no passphrase", "no PKCS#12 file"],
)
def test_what_cannot_be_used_stops_the_start_with_a_sentence(
    tmp_path: Path, spoil: Any, said: str
) -> None:
    write_certificate(tmp_path, "a", "A")
    spoil(tmp_path)
    with pytest.raises(ConfigError, match="DOSSIER_CERTIFICATES") as error:
        certificates(tmp_path)
    assert said in str(error.value)
    with pytest.raises(ConfigError, match="no folder"):
        certificates(tmp_path / "nowhere")


def test_the_claimed_time_is_shown_in_vietnam_s(certificate: Certificate) -> None:
    told = PdfReader(io.BytesIO(pdf(StampFacts(certificate.name, AT)))).pages[0].extract_text()
    assert "Ký bởi: UBND phường Tân Dân" in told
    assert "07.09.2026 09:00:05 +07:00" in told
