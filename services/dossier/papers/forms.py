"""The official papers in one table: their numbers, names and forms, and who may have each.

TT 03/2025/TT-VPCP numbers them 01 to 07. Dossiers of residence use the police's own forms for
three of them (CT04 to CT06, TT 53/2025/TT-BCA).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.dossier.contract import (
    DeadlineExtended,
    DossierAccepted,
    DossierRefused,
    ProcessingStopped,
    SupplementRequested,
)

RESIDENCE = "G01-CA05"
"""The field of work (lĩnh vực) of residence registration."""

_CIRCULAR = "Thông tư số 03/2025/TT-VPCP"
_POLICE_CIRCULAR = "Thông tư số 53/2025/TT-BCA"


@dataclass(frozen=True)
class Paper:
    """An official paper about one dossier.

    `mark` stands behind its number (ký hiệu). It exists from `event` on, without one from the
    beginning. `residence` is the number and title of the form that takes its place for residence.
    """

    number: str
    name: str
    name_en: str
    mark: str
    event: type[Any] | None = None
    for_applicant: bool = True
    residence: tuple[str, str] | None = None


_ALL = (
    Paper(
        "01",
        "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
        "Receipt with the day of the result",
        "TNHS",
        DossierAccepted,
        residence=("CT04", "Phiếu tiếp nhận hồ sơ và hẹn trả kết quả"),
    ),
    Paper(
        "02",
        "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
        "Request for a supplement",
        "HDHS",
        SupplementRequested,
        residence=("CT05", "Phiếu hướng dẫn bổ sung, hoàn thiện hồ sơ"),
    ),
    Paper(
        "03",
        "Phiếu từ chối tiếp nhận giải quyết hồ sơ",
        "Refusal",
        "TCHS",
        DossierRefused,
        residence=("CT06", "Phiếu từ chối tiếp nhận, giải quyết hồ sơ"),
    ),
    Paper(
        "04",
        "Phiếu xin lỗi và hẹn lại ngày trả kết quả",
        "Apology with another day of the result",
        "PXL",
        DeadlineExtended,
    ),
    Paper(
        "05",
        "Thông báo dừng giải quyết hồ sơ",
        "Notice that processing stopped",
        "TBDHS",
        ProcessingStopped,
    ),
    Paper(
        "06",
        "Phiếu kiểm soát quá trình giải quyết hồ sơ",
        "Control slip",
        "KSHS",
        for_applicant=False,
    ),
)

PAPERS: Mapping[str, Paper] = {paper.number: paper for paper in _ALL}
DECLARATION = "declaration"
DECLARATION_NAMES = ("Tờ khai", "Declaration")


def form_of(paper: Paper, field_code: str) -> tuple[str, str]:
    """Return the line that names the form, and the title, for a dossier of a field of work."""
    if paper.residence is not None and field_code == RESIDENCE:
        form, title = paper.residence
        return f"Mẫu {form} ban hành kèm theo {_POLICE_CIRCULAR}", title
    return f"Mẫu số {paper.number} ban hành kèm theo {_CIRCULAR}", paper.name


def issued_in(events: Sequence[Any]) -> tuple[str, ...]:
    """Return the numbers of the papers that exist after these events, in order."""
    kinds = {type(event) for event in events}
    return tuple(
        number for number, paper in PAPERS.items() if paper.event is None or paper.event in kinds
    )
