"""`motcua demo`: a dossier's whole life through the REST interface, told as a timeline.

A citizen registers a temporary residence: finds the procedure, attaches papers, saves and sends;
the commune's police receive, assign, ask for one more paper, ask for the fee, approve and send
the result online. After every hop the story asks the portal, as the citizen, who holds it now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import requests
from rich.console import Console
from rich.table import Table

from kernel.errors import Unavailable
from motcua.person import Json, Person, Places, pays_at, until
from services.identity.demo import DemoAccounts, DemoPerson

PROCEDURE = "1.004194"  # đăng ký tạm trú
CASE = "ca-nhan"
PLACE = "16594"  # phường Tân Dân, Thanh Hóa
AGENCY = "ca-16594"

_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n"
    b"0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n"
)


@dataclass(frozen=True)
class Hop:
    """Where the dossier stood after something happened to it, as the citizen sees it."""

    what: str
    status: str
    unit: str
    officer: str
    step: str
    step_due: str
    due: str
    version: int


@dataclass
class Story:
    """What the demo did: the dossier's code, where it stood after each hop, its trace."""

    code: str = ""
    pin: str = ""
    hops: list[Hop] = field(default_factory=list)
    trace: list[Json] = field(default_factory=list)
    mails: list[Json] = field(default_factory=list)


class Demo:
    """The story, with its people."""

    def __init__(self, places: Places, accounts: DemoAccounts, console: Console) -> None:
        self._places = places
        self._console = console
        self._accounts = accounts
        self._person = accounts.people[0]
        self.citizen = Person(places, self._person.username, accounts.password)
        self.story = Story()

    def play(self) -> Story:
        """Play the whole life; raises `DomainError` where the system does not go along."""
        citizen, story = self.citizen, self.story
        citizen.log_in()
        self._submit()
        self._act("Tiếp nhận", "ca.tiepnhan", "accept", {"note": "Hồ sơ đầy đủ"})
        handler = self._officer("ca.thuly1")
        assigned = {"officer": handler.account["account"]}
        self._act("Phân công", "ca.totruong", "assign", assigned)
        missing = {
            "items": [{"requirement": "cho-o-hop-phap", "note": "Trang 2 hợp đồng thuê bị mờ"}],
            "reason": "Bản chụp không đọc được",
            "legal_basis": "Điều 28 Luật Cư trú",
        }
        self._act("Yêu cầu bổ sung", "ca.thuly1", "request-supplement", missing)
        again = citizen.send_file("hop-dong-thue-nha-ro-net.pdf", _PDF)
        document = {"requirement": "cho-o-hop-phap", "file": again}
        citizen.post(f"/dossiers/{story.code}/supplement", {"documents": [document]})
        self._look("Người nộp bổ sung")
        self._act("Yêu cầu nộp phí", "ca.thuly1", "request-fee", {})
        self._pay()
        self._act("Thụ lý xong", "ca.thuly1", "complete-step", {"note": "Đủ điều kiện"})
        self._act("Lãnh đạo phòng duyệt", "ca.totruong", "complete-step", {})
        self._act("Lãnh đạo ký", "ca.lanhdao", "approve", {})
        clerk = self._officer("ca.vanthu")
        result = {"number": "128/TB-CAP", "file": clerk.send_file("ket-qua.pdf", _PDF)}
        self._act("Trả kết quả trực tuyến", "ca.vanthu", "dispatch", result)
        self._await_notifications()
        return story

    def _submit(self) -> None:
        citizen, person = self.citizen, self._person
        found = citizen.get("/procedures", q="tam tru", place=PLACE)
        if PROCEDURE not in {item["code"] for item in found["items"]}:
            raise Unavailable("demo", "Không tìm thấy thủ tục.", "The procedure was not found.")
        procedure = citizen.get(f"/procedures/{PROCEDURE}")
        documents = [
            {"requirement": one["id"], "file": citizen.send_file(f"{one['id']}.pdf", _PDF)}
            for one in procedure["documents"]
            if one["required"] and not one["condition"] and one["case"] in (None, CASE)
        ]
        draft = citizen.post("/drafts", {"procedure": PROCEDURE, "content": {"step": 4}})
        sent = {
            "procedure": PROCEDURE,
            "although_open": True,
            "case": CASE,
            "place": PLACE,
            "applicant": _person_of(person),
            "owner": _person_of(person),
            "form": _answers(person),
            "documents": documents,
            "return_by": "online",
            "draft": draft["draft"],
        }
        receipt = citizen.post("/dossiers", sent)
        self.story.code, self.story.pin = receipt["code"], receipt["pin"]
        self._look("Nộp trực tuyến")

    def _act(self, what: str, username: str, action: str, body: Json) -> None:
        officer = self._officer(username)
        address = f"/dossiers/{self.story.code}"
        version = officer.get(address)["version"]
        done = officer.post(f"{address}/{action}", body, version if action != "assign" else None)
        self._look(what, at_least=done["version"])

    def _officer(self, username: str) -> Person:
        officer = Person(self._places, username, self._accounts.password)
        officer.log_in()
        return officer

    def _pay(self) -> None:
        citizen, code = self.citizen, self.story.code
        owed = until(
            lambda: citizen.get(f"/dossiers/{code}/payments")["items"], "the obligation to pay"
        )
        started = citizen.post(
            f"/dossiers/{code}/payments",
            {
                "obligation": owed[0]["obligation"],
                "return_url": f"{self._places.portal}/payments/return",
            },
        )
        until(lambda: pays_at(self._places, started["url"]), "the pay page")
        until(
            lambda: citizen.get(f"/dossiers/{code}")["fees"][0]["state"] == "paid",
            "the payment's confirmation",
        )
        self._look("Nộp phí trực tuyến")

    def _mails(self) -> list[Json]:
        """Return what came to the citizen about the dossier; nothing while the page is away."""
        to = self.citizen.account["profile"]["email"]
        try:
            answer = requests.get(f"{self._places.mail}/messages", params={"to": to}, timeout=30)
        except requests.RequestException:
            return []
        return [mail for mail in answer.json()["items"] if self.story.code in mail["subject"]]

    def _look(self, what: str, at_least: int = 0) -> None:
        status = self.citizen.get(f"/dossiers/{self.story.code}")
        if status["version"] < at_least:
            raise Unavailable("demo", "Chưa thấy việc vừa làm.", "The last write is not visible.")
        holder = status["holder"] or {"unit": {"name": "—"}, "officer": None}
        step = status["step"] or {"name": "—", "due": None}
        hop = Hop(
            what=what,
            status=status["status_name"],
            unit=holder["unit"]["name"],
            officer=(holder["officer"] or {"name": "—"})["name"],
            step=step["name"],
            step_due=_clock(step["due"]),
            due=_clock(status["clock"]["due"]),
            version=status["version"],
        )
        self.story.hops.append(hop)
        self._console.print(
            f"[bold]{hop.what}[/] → {hop.status}; {hop.unit}, {hop.officer}; "
            f"bước {hop.step} đến {hop.step_due}; hạn trả {hop.due}"
        )

    def _await_notifications(self) -> None:
        """Wait until the history tells that the result was told, then keep history and mails."""
        story = self.story

        def told() -> list[Json]:
            entries: list[Json] = self.citizen.get(f"/dossiers/{story.code}/events")["entries"]
            dispatched = next(e["version"] for e in entries if e["type"] == "ResultDispatched")
            after = [e for e in entries if e["version"] > dispatched]
            mailed = any(e["type"] == "CitizenNotified" and "mail" in e["title_en"] for e in after)
            return entries if mailed else []

        story.trace = until(told, "the mail about the result")
        story.mails = until(self._mails, "the mail at the catcher")


def tell(story: Story, console: Console) -> None:
    """Print the timeline of a story."""
    hops = Table(title=f"Hồ sơ {story.code}: ai giữ, ở bước nào, đến bao giờ", expand=False)
    for heading in ("Việc", "Trạng thái", "Đơn vị", "Cán bộ", "Bước", "Hạn bước", "Hạn trả"):
        hops.add_column(heading)
    for hop in story.hops:
        hops.add_row(hop.what, hop.status, hop.unit, hop.officer, hop.step, hop.step_due, hop.due)
    console.print(hops)
    events = Table(title="Nhật ký sự kiện", expand=False)
    for heading in ("#", "Lúc", "Sự kiện", "Ai", "Nội dung"):
        events.add_column(heading)
    for entry in story.trace:
        events.add_row(
            str(entry["version"]), _clock(entry["at"]), entry["type"], entry["who"], entry["title"]
        )
    console.print(events)
    mails = Table(title="Thư đã gửi cho người nộp", expand=False)
    mails.add_column("Tiêu đề")
    for mail in reversed(story.mails):
        mails.add_row(mail["subject"])
    console.print(mails)


def _person_of(person: DemoPerson) -> Json:
    return {
        "kind": person.kind.value,
        "name": person.name,
        "identity_number": person.identity_number,
        "phone": person.phone,
        "email": f"{person.username}@demo.example",
        "address": person.address,
        "place": person.place,
        "date_of_birth": person.date_of_birth.isoformat() if person.date_of_birth else None,
        "sex": person.sex.value if person.sex else None,
    }


def _answers(person: DemoPerson) -> Json:
    filled: Mapping[str, Any] = _person_of(person)
    return {
        "ho_ten": filled["name"],
        "ngay_sinh": filled["date_of_birth"],
        "gioi_tinh": filled["sex"],
        "so_dinh_danh": filled["identity_number"],
        "dien_thoai": filled["phone"],
        "email": filled["email"],
        "ho_ten_chu_ho": filled["name"],
        "quan_he_chu_ho": "chu-ho",
        "so_dinh_danh_chu_ho": filled["identity_number"],
        "noi_dung_de_nghi": "Đăng ký tạm trú tại 12 đường Bến Cá, phường Tân Dân, Thanh Hóa",
        "y_kien_chu_ho": True,
        "y_kien_chu_so_huu": True,
    }


def _clock(text: str | None) -> str:
    if text is None:
        return "—"
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return moment.astimezone(_VIETNAM).strftime("%d/%m %H:%M")
