"""The papers of a made-up dossier, as facts; run it to see them: `paper_samples.py FOLDER`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import dossier_samples as s

from services.catalog.contract import Procedure
from services.catalog.files import read_procedures
from services.dossier.contract import PersonKind, SupplementItem
from services.dossier.papers.checklist import checklist
from services.dossier.papers.declaration import declaration
from services.dossier.papers.facts import (
    ApologyFacts,
    Office,
    ReceiptFacts,
    RefusalFacts,
    RegisterFacts,
    StoppingFacts,
    SupplementFacts,
)
from services.dossier.papers.issued import (
    Surroundings,
    apology,
    receipt,
    refusal,
    stopping,
    supplement_request,
)
from services.dossier.papers.register import register
from services.dossier.papers.slip import control_slip
from services.dossier.papers.typesetting import Facts, pictures
from services.dossier.views import project

OFFICE = Office(
    agency="Ủy ban nhân dân phường Tân Dân",
    desk="Bộ phận một cửa",
    seat="Tân Dân",
    address="Trụ sở UBND phường Tân Dân, tỉnh Thanh Hóa",
    hotline="0237 3861 113",
)
POLICE = replace(
    OFFICE,
    agency="Công an phường Tân Dân",
    desk="Bộ phận tiếp nhận hồ sơ",
    superior="Công an tỉnh Thanh Hóa",
)
LINK = f"https://dichvucong.example/lookup?code={s.CODE}"
AROUND = Surroundings(OFFICE, LINK, with_pin=True)
PERSON = replace(s.PERSON, address="Số 12 đường Lê Lợi, phường Tân Dân, tỉnh Thanh Hóa")
BIRTH = replace(
    s.PROCEDURE,
    code="1.001193",
    name="Đăng ký khai sinh",
    field_code="G15-TP07",
    field_name="Hộ tịch",
    time_unit="same-day",
    time_value=None,
    fees=(),
    documents=(
        replace(s.DECLARATION, id="birth", name="Giấy chứng sinh"),
        replace(s.LEASE, name="Giấy chứng nhận kết hôn"),
    ),
)
TODAY = date(2026, 9, 7)
ANSWERS = {
    "ho_ten": "Nguyễn Thị An",
    "ngay_sinh": "1990-02-03",
    "gioi_tinh": "female",
    "so_dinh_danh": "038190000123",
    "dien_thoai": "0912345678",
    "ho_ten_chu_ho": "Nguyễn Văn Ba",
    "quan_he_chu_ho": "con",
    "so_dinh_danh_chu_ho": "038060000123",
    "noi_dung_de_nghi": "Đăng ký thường trú tại số 12 đường Lê Lợi, phường Tân Dân, Thanh Hóa.",
    "thanh_vien": "Trần Văn Bình; 01/02/2015; nam; con\nTrần Thị Cúc; 03/04/2018; nữ; con",
    "y_kien_chu_ho": True,
}


def submit(**changes: Any) -> Any:
    """Submit by a person with an address."""
    return s.submit(**{"applicant": PERSON, "owner": PERSON, **changes})


def birth(**changes: Any) -> Any:
    """Submit the registration of a birth, with two documents."""
    documents = (s.attachment("birth"), s.attachment("lease"), s.attachment("lease", "file-2"))
    return submit(procedure=BIRTH, documents=documents, **changes)


def until(kind: str, *commands: Any) -> Sequence[Any]:
    """Tell a story, and return its events up to the last one of a kind."""
    events = s.Story(*commands).events
    last = max(n for n, event in enumerate(events, 1) if type(event).__name__ == kind)
    return events[:last]


def a_receipt(*before: Any, around: Surroundings = AROUND) -> ReceiptFacts:
    """Return a receipt."""
    return receipt(until("DossierAccepted", *(before or (birth(),)), s.accept()), around)


def a_request(*before: Any, around: Surroundings = AROUND) -> SupplementFacts:
    """Return a request for a supplement."""
    asked = s.request_supplement(item=SupplementItem("Thiếu trang có chữ ký", "lease"))
    commands = (*(before or (birth(),)), asked)
    return supplement_request(until("SupplementRequested", *commands), around)


def a_refusal(*before: Any, around: Surroundings = AROUND) -> RefusalFacts:
    """Return a refusal."""
    return refusal(until("DossierRefused", *(before or (birth(),)), s.refuse()), around)


def an_apology(*before: Any) -> ApologyFacts:
    """Return a letter of apology."""
    late = s.extend(s.at("2026-09-15 08:00"))
    commands = (*(before or (submit(),)), s.accept(), s.assign(), late)
    return apology(until("DeadlineExtended", *commands), AROUND)


def a_stopping(*before: Any) -> StoppingFacts:
    """Return a notice that processing stopped."""
    stop = s.stop(s.at("2026-09-15 08:00"))
    commands = (*(before or (submit(),)), s.accept(), s.assign(), stop)
    return stopping(until("ProcessingStopped", *commands), AROUND)


def whole_life() -> Sequence[Any]:
    """Return the events of a dossier that went once around: sent back, given to somebody else."""
    return s.Story(
        birth(),
        s.accept(s.at("2026-09-07 10:00")),
        s.assign(s.at("2026-09-07 11:00")),
        s.assign(s.at("2026-09-07 14:00"), to=s.COLLEAGUE),
        s.complete_step(s.at("2026-09-09 09:00"), by=s.COLLEAGUE),
        s.complete_step(s.at("2026-09-09 10:00"), by=s.TEAM_LEADER),
        s.return_step(s.at("2026-09-09 15:00")),
        s.complete_step(s.at("2026-09-10 16:00"), by=s.COLLEAGUE),
        s.complete_step(s.at("2026-09-10 17:00"), by=s.TEAM_LEADER),
        s.approve(s.at("2026-09-11 09:00")),
        s.dispatch(s.at("2026-09-11 10:00")),
        s.hand_over(s.at("2026-09-30 09:00")),
    ).events


def a_register(*stories: s.Story) -> RegisterFacts:
    """Return the register of dossiers of an office; of two without any."""
    stories = stories or (
        s.Story(birth(), s.accept()),
        s.Story(
            submit(
                when=s.MONDAY + timedelta(hours=1),
                code=s.CODE.replace("0001", "0002"),
                applicant=replace(PERSON, kind=PersonKind.ENTERPRISE, name="Công ty Hoa Sen"),
            )
        ),
    )
    documents = []
    for story in stories:
        document = project(story.history())
        assert document is not None
        documents.append({**document, "_id": document["code"]})
    return register(documents, OFFICE, date(2026, 9, 1), date(2026, 9, 30))


@cache
def residence() -> Procedure:
    """Return the registration of residence, as it comes with the system."""
    return next(one for one in read_procedures() if one.slug == "dang-ky-thuong-tru")


def papers() -> Mapping[str, Facts]:
    """Return one of each paper by its name."""
    police = replace(AROUND, office=POLICE)
    procedure = residence()
    sent = {"agency": POLICE.agency, "dossier": s.CODE, "declarer": PERSON.name}
    page = f"https://dichvucong.example/procedures/{procedure.slug}"
    return {
        "01": a_receipt(),
        "02": a_request(),
        "03": a_refusal(),
        "04": an_apology(),
        "05": a_stopping(),
        "06": control_slip(whole_life(), AROUND, s.at("2026-09-30 09:00")),
        "07": a_register(),
        "CT04": a_receipt(submit(), around=police),
        "CT05": a_request(submit(), around=police),
        "CT06": a_refusal(submit(), around=police),
        "declaration": declaration(procedure, ANSWERS, {}, TODAY, declared_at=s.MONDAY, **sent),
        "declaration-blank": declaration(procedure, {}, {}, TODAY),
        "checklist": checklist(procedure, None, page, TODAY),
        "checklist-case": checklist(procedure, procedure.cases[2], page, TODAY),
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for name, facts in papers().items():
        for number, picture in enumerate(pictures(facts), 1):
            (folder / f"{name}-{number}.png").write_bytes(picture)
