"""The agency's own signature (PAdES baseline B) on a PDF, where the agency has a certificate.

No authority is asked for the time: signing needs no network.
"""

from __future__ import annotations

import asyncio
import io
import selectors
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.stamp import StaticStampStyle

from kernel.config import ConfigError
from services.dossier.papers.facts import StampFacts
from services.dossier.papers.typesetting import pdf

FIELD = "Signature"

# NĐ 30/2020 has an agency's signature shown at the top right of the first page: in points from
# the page's lower left corner, as large as the stamp's own page
_STAMP = (358, 810, 538, 836)


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key. `name` is whom it was issued to."""

    name: str
    signer: Any

    def sign(self, content: bytes, reason: str, place: str, at: datetime) -> bytes:
        """Return a PDF with a signature over all of it. Takes the processor: offload it.

        The moment `at` is what the signer claims, nothing more.
        """
        metadata = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            reason=reason,
            location=place or None,
            name=self.name,
        )
        signer = PdfSigner(
            metadata,
            signer=self.signer,
            stamp_style=_style(pdf(StampFacts(self.name, at))),
            new_field_spec=SigFieldSpec(FIELD, on_page=0, box=_STAMP),
        )
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        loop = asyncio.SelectorEventLoop(_NoWaiting())
        try:
            signed: io.BytesIO = loop.run_until_complete(signer.async_sign_pdf(writer))
        finally:
            loop.close()
        return signed.getvalue()


def read_certificates(folder: Path) -> Mapping[str, Certificate]:
    """Return the certificates in a folder by the ids of their agencies.

    `<agency>.p12` holds certificate, chain and key (PKCS#12), `<agency>.passphrase` what opens
    it. Raises `ConfigError` with every file that cannot be used.
    """
    if not folder.is_dir():
        raise ConfigError(f"DOSSIER_CERTIFICATES: there is no folder {folder}.")
    found: dict[str, Certificate] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("*.p12")):
        try:
            found[path.stem] = _read(path)
        except (OSError, ValueError) as error:
            faults.append(f"DOSSIER_CERTIFICATES: {path} cannot be used: {error}.")
    if faults:
        raise ConfigError(*faults)
    return found


def _read(path: Path) -> Certificate:
    passphrase = path.with_suffix(".passphrase").read_text(encoding="utf-8").strip().encode()
    signer = SimpleSigner.load_pkcs12_data(path.read_bytes(), [], passphrase)
    if signer is None or signer.signing_cert is None:
        raise ValueError("wrong passphrase, or no PKCS#12 file with a certificate and its key")
    subject = signer.signing_cert.subject.native
    return Certificate(subject.get("common_name", path.stem), signer)


def _style(stamp: bytes) -> StaticStampStyle:
    return StaticStampStyle(
        background=_Stamp(stamp),
        background_layout=SimpleBoxLayoutRule(
            x_align=AxisAlignment.ALIGN_MAX,
            y_align=AxisAlignment.ALIGN_MAX,
            margins=Margins(0, 0, 0, 0),
        ),
        background_opacity=1,
        border_width=0,
    )


class _Stamp(PdfContent):
    """The first page of a PDF as the picture of a signature."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self._page = page

    def render(self) -> bytes:
        """Return what draws it."""
        drawn = self._ensure_writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self._page)))
        self.resources.xobject["/Stamp"] = drawn
        left, below, right, above = drawn.get_object()["/BBox"]
        self.box = BoxConstraints(width=right - left, height=above - below)
        return b"/Stamp Do"


class _NoWaiting(selectors.BaseSelector):
    """A selector for coroutines that compute and wait for nothing.

    What signs is written as coroutines that need an event loop. This one opens nothing that green
    threads stand in for, so that it may run beside them; whoever waited all the same is told.
    """

    def __init__(self) -> None:
        self._keys: dict[Any, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Remember a file; nothing will ever be heard of it."""
        number = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        self._keys[fileobj] = selectors.SelectorKey(fileobj, number, events, data)
        return self._keys[fileobj]

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Forget a file."""
        return self._keys.pop(fileobj)

    def select(self, timeout: float | None = None) -> list[Any]:
        """Return nothing; raise where somebody means to wait."""
        if timeout is None or timeout > 0:
            raise RuntimeError("signing waits for something")
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """Return what is remembered."""
        return self._keys
