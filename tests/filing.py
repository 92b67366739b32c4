"""Dossiers as people file them, and the hands they go through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from interface import Client, Json, System, expect, new_key

STAY = "2.001159"  # thông báo lưu trú: level 4, no papers, no fee, short route, the police
MARITAL_STATUS = "1.004873"  # giấy xác nhận tình trạng hôn nhân: level 3, the people's committee
RESIDENCE = "1.004194"  # đăng ký tạm trú: level 4, with papers and a fee
PLACE = "16594"  # phường Tân Dân, Thanh Hóa
POLICE = "ca-16594"
COMMITTEE = "ubnd-16594"

PERSON: Json = {
    "kind": "citizen",
    "name": "Hoàng Ngọc Lan Chi",
    "identity_number": "038190004321",
    "phone": "0912000001",
    "address": "12 ngõ 3 tổ dân phố Ao Sen",
    "place": PLACE,
    "date_of_birth": "1990-02-03",
    "sex": "female",
}


def person(**changes: Any) -> Json:
    """Return a person of a dossier, with a mail address that no other has."""
    return {**PERSON, "email": f"d{uuid4().hex[:12]}@demo.example", **changes}


def stay(**changes: Any) -> Json:
    """Return a notification of stay, ready to send."""
    applicant = person()
    return {
        "procedure": STAY,
        "although_open": True,
        "place": PLACE,
        "applicant": applicant,
        "owner": applicant,
        "form": {
            "ho_ten": applicant["name"],
            "so_dinh_danh": applicant["identity_number"],
            "ly_do": "Thăm người thân",
            "luu_tru_tu": "2026-12-01",
            "luu_tru_den": "2026-12-05",
            "dia_chi": applicant["address"],
            "dia_chi_xa": PLACE,
        },
        "documents": [],
        "return_by": "online",
        **changes,
    }


def marital_status(**changes: Any) -> Json:
    """Return an application for a certificate of marital status, ready to send."""
    applicant = person()
    return {
        "procedure": MARITAL_STATUS,
        "although_open": True,
        "place": PLACE,
        "applicant": applicant,
        "owner": applicant,
        "form": {
            "ho_ten": applicant["name"],
            "ngay_sinh": applicant["date_of_birth"],
            "so_dinh_danh": applicant["identity_number"],
            "noi_cu_tru": applicant["address"],
            "noi_cu_tru_xa": PLACE,
            "tinh_trang": "chua-ket-hon",
            "muc_dich": "Để làm thủ tục đăng ký kết hôn",
        },
        "documents": [],
        "return_by": "in-person",
        **changes,
    }


def residence(paper: str, **changes: Any) -> Json:
    """Return a registration of temporary residence with its uploaded paper, ready to send."""
    applicant = person()
    return {
        "procedure": RESIDENCE,
        "although_open": True,
        "case": "ca-nhan",
        "place": PLACE,
        "applicant": applicant,
        "owner": applicant,
        "form": {
            "ho_ten": applicant["name"],
            "ngay_sinh": applicant["date_of_birth"],
            "gioi_tinh": applicant["sex"],
            "so_dinh_danh": applicant["identity_number"],
            "dien_thoai": applicant["phone"],
            "email": applicant["email"],
            "ho_ten_chu_ho": applicant["name"],
            "quan_he_chu_ho": "chu-ho",
            "so_dinh_danh_chu_ho": applicant["identity_number"],
            "noi_dung_de_nghi": "Đăng ký tạm trú tại 12 đường Bến Cá",
            "y_kien_chu_ho": True,
            "y_kien_chu_so_huu": True,
        },
        "documents": [{"requirement": "cho-o-hop-phap", "file": paper}],
        "return_by": "online",
        **changes,
    }


@dataclass
class Filed:
    """A dossier that was sent, and the officers who can move it on."""

    system: System
    citizen: Client
    sent: Json
    receipt: Json

    @property
    def code(self) -> str:
        """The dossier's code."""
        return str(self.receipt["code"])

    @property
    def pin(self) -> str:
        """The second factor on the receipt."""
        return str(self.receipt["pin"])

    @property
    def email(self) -> str:
        """Where its mail goes."""
        return str(self.sent["applicant"]["email"])

    @property
    def address(self) -> str:
        """Where it is at the REST interface."""
        return f"/dossiers/{self.code}"

    def status(self, reader: Client | None = None) -> Json:
        """Return its status view, as its applicant or somebody else sees it."""
        return expect((reader or self.citizen).get(self.address), 200)

    def trace(self, reader: Client | None = None) -> list[Json]:
        """Return its history."""
        answer = (reader or self.citizen).get(f"{self.address}/events")
        return list(expect(answer, 200)["entries"])

    def act(self, who: str, action: str, **body: Any) -> Json:
        """Let somebody act who may; return the status view right after."""
        answer = self.system.person(who).post(f"{self.address}/{action}", body, key=new_key())
        return expect(answer, 200)


def file(system: System, content: Json, username: str = "congdan") -> Filed:
    """Send a dossier."""
    citizen = system.person(username)
    receipt = expect(citizen.post("/dossiers", content, key=new_key()), 201)
    return Filed(system, citizen, content, receipt)
