"""The official papers, as files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kernel.requests import request
from kernel.schemas import JSON, field, frozen


@frozen
class PaperFile:
    """A paper as PDF."""

    name: str
    content: str = field(doc="base64")
    sha256: str
    signed_by: str = field(default="", doc="whose signature it carries; nothing without one")


@request("dossier", answer=PaperFile)
@frozen
class ReadPaper:
    """An official paper of a dossier as PDF, for those who may see the dossier."""

    code: str = field(max_length=64)
    number: str = field(max_length=20, doc="`01` to `06`, or `declaration`", example="01")
    version: int | None = field(
        default=None, minimum=1, maximum=1_000_000, doc="as it was after this event"
    )


@request("dossier", answer=PaperFile)
@frozen
class ReadRegister:
    """The register (paper 07) of the officer's agency: what it received on these days."""

    since: date
    until: date


@request("dossier", answer=PaperFile)
@frozen
class ReadChecklist:
    """What to bring to the counter for a procedure, for anybody (D24)."""

    procedure: str = field(max_length=100)
    case: str | None = field(default=None, max_length=100)


@request("dossier", answer=PaperFile)
@frozen
class PrintDeclaration:
    """The declaration of a procedure: blank for anybody, with answers for who is logged in."""

    procedure: str = field(max_length=100)
    answers: Mapping[str, JSON] = field(default_factory=dict, doc="by the keys of the fields")
    declarer: str = field(default="", max_length=200)
