"""Facts laid out as PDF by typst, or as pictures of the pages.

The same facts give the same bytes: the only moment in a file is one of the facts'. A file is
PDF/A-2a for the archive and PDF/UA-1 for those who have it read to them, and holds its fonts.
Nothing of the facts is run: they reach the templates as data.
"""

from __future__ import annotations

import io
import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst

from services.dossier.clock import VIETNAM
from services.dossier.papers.facts import (
    ApologyFacts,
    ChecklistFacts,
    ControlSlipFacts,
    DeclarationFacts,
    ReceiptFacts,
    RefusalFacts,
    RegisterFacts,
    StampFacts,
    StoppingFacts,
    SupplementFacts,
)

Facts = (
    ReceiptFacts
    | SupplementFacts
    | RefusalFacts
    | ApologyFacts
    | StoppingFacts
    | ControlSlipFacts
    | RegisterFacts
    | DeclarationFacts
    | ChecklistFacts
    | StampFacts
)

_HERE = Path(__file__).parent
_TEMPLATES = _HERE / "templates"
_STANDARDS: list[Any] = ["a-2a", "ua-1"]

TEMPLATES: dict[type[Any], str] = {
    ReceiptFacts: "receipt",
    SupplementFacts: "supplement",
    RefusalFacts: "refusal",
    ApologyFacts: "apology",
    StoppingFacts: "stopping",
    ControlSlipFacts: "slip",
    RegisterFacts: "register",
    DeclarationFacts: "declaration",
    ChecklistFacts: "checklist",
    StampFacts: "stamp",
}


def pdf(facts: Facts) -> bytes:
    """Return a paper as PDF. It takes the processor for some hundredths of a second: offload it.

    Signs that the font does not have, such as somebody may have typed, stand as empty boxes; then
    it is a plain PDF, since the standards want every sign to be readable.
    """
    try:
        (made,) = _compiled(facts, "pdf", pdf_standards=_STANDARDS)
    except typst.TypstError:
        (made,) = _compiled(facts, "pdf")
    return made


def pictures(facts: Facts, ppi: int = 96) -> list[bytes]:
    """Return the pages of a paper as PNG."""
    return _compiled(facts, "png", ppi=ppi)


def _compiled(facts: Facts, form: Any, **options: Any) -> list[bytes]:
    made = typst.compile(
        str(_TEMPLATES / f"{TEMPLATES[type(facts)]}.typ"),
        root=str(_TEMPLATES),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format=form,
        sys_inputs={"facts": json.dumps(_plain(facts), ensure_ascii=False)},
        timestamp=0,  # not in the file: the templates set its date
        **options,
    )
    return made if isinstance(made, list) else [made or b""]


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(_HERE / "fonts")],
    )


def _plain(value: Any) -> Any:
    """Return values as the templates read them; a link comes with its QR code beside it."""
    match value:
        case datetime():
            local = value.astimezone(VIETNAM)
            return {
                **_plain(local.date()),
                "hour": local.hour,
                "minute": local.minute,
                "second": local.second,
            }
        case date():
            return {"year": value.year, "month": value.month, "day": value.day}
        case Enum():
            return value.value
        case tuple() | list():
            return [_plain(one) for one in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            told = {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
            if told.get("link"):
                told["qr"] = _qr(told["link"])
            return told
        case _:
            return value


def _qr(link: str) -> str:
    """Return a QR code as SVG, without a quiet zone: the paper around it is white."""
    drawn = io.BytesIO()
    segno.make(link, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode()
