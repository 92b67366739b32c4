"""The stage: the people of a story, what they do, and where the dossier stands after each hop.

After every hop the story asks the portal who holds the dossier now: as the applicant, or, of what
was filed at the counter, as the desk that took it in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import requests
from rich.console import Console

from kernel.errors import Unavailable
from motcua.person import Json, Person, Places, pays_at, until
from services.identity.demo import DemoAccounts, DemoPerson

PLACE = "16594"  # phường Tân Dân, Thanh Hóa

_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n"
    b"0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n"
)


@dataclass(frozen=True)
class Matter:
    """A procedure, what is declared in it, and the officers who handle it, by user name."""

    procedure: str
    case: str | None
    desk: str
    head: str
    handler: str
    leader: str
    clerk: str
    answers: Callable[[Json], Json]


@dataclass(frozen=True)
class Hop:
    """Where the dossier stood after something happened to it, as its watcher sees it."""

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
    """What was done: the dossier's code, where it stood after each hop, its trace and mails.

    `applicant` is the address to which the mails went.
    """

    code: str = ""
    pin: str = ""
    applicant: str = ""
    hops: list[Hop] = field(default_factory=list)
    trace: list[Json] = field(default_factory=list)
    mails: list[Json] = field(default_factory=list)


class Stage:
    """A running system and the people who play on it.

    `matter` is what the story is about: a registration of temporary residence, unless it says
    otherwise before it begins.
    """

    def __init__(self, places: Places, accounts: DemoAccounts, console: Console) -> None:
        self.story = Story()
        self.matter = RESIDENCE
        self._places = places
        self._console = console
        self._accounts = accounts
        self._person = accounts.people[0]
        self._logged_in: dict[str, Person] = {}
        self._watcher = self._person.username

    def person(self, username: str) -> Person:
        """Return somebody, logged in."""
        if username not in self._logged_in:
            person = Person(self._places, username, self._accounts.password)
            person.log_in()
            self._logged_in[username] = person
        return self._logged_in[username]

    @property
    def citizen(self) -> Person:
        """The applicant who has an account."""
        return self.person(self._person.username)

    def file_online(self) -> None:
        """Find the procedure, attach the papers, save a draft and send it."""
        citizen = self.citizen
        found = citizen.get("/procedures", q="tam tru", place=PLACE)
        if self.matter.procedure not in {item["code"] for item in found["items"]}:
            raise Unavailable("demo", "Không tìm thấy thủ tục.", "The procedure was not found.")
        draft = citizen.post(
            "/drafts", {"procedure": self.matter.procedure, "content": {"step": 4}}
        )
        where = {"place": PLACE, "return_by": "online", "draft": draft["draft"]}
        self._file(citizen, _person_of(self._person), where, "Nộp trực tuyến")

    def enter(self, what: str, **how: Any) -> None:
        """Take in what an applicant without an account brought or sent, at the desk."""
        self._watcher = self.matter.desk
        visitor = {**_person_of(self._accounts.people[1]), "email": "nguoi-nop@demo.example"}
        self._file(self.person(self.matter.desk), visitor, how, what)

    def act(self, what: str, username: str, action: str, **body: Any) -> Json:
        """Let somebody act on the dossier as it stands now."""
        actor, address = self.person(username), f"/dossiers/{self.story.code}"
        version = actor.get(address)["version"]
        done = actor.post(f"{address}/{action}", body, version if action != "assign" else None)
        self.look(what, at_least=done["version"])
        return done

    def accept(self) -> None:
        """Let the desk accept it."""
        self.act("Tiếp nhận", self.matter.desk, "accept", note="Hồ sơ đầy đủ")

    def assign(self) -> None:
        """Let the leader of the unit give it to an officer."""
        officer = self.person(self.matter.handler).account["account"]
        self.act("Phân công", self.matter.head, "assign", officer=officer)

    def ask_for_a_clear_copy(self) -> None:
        """Let the handling officer ask for a paper again."""
        self.act(
            "Yêu cầu bổ sung",
            self.matter.handler,
            "request-supplement",
            items=[{"requirement": "cho-o-hop-phap", "note": "Trang 2 hợp đồng thuê bị mờ"}],
            reason="Bản chụp không đọc được",
            legal_basis="Điều 28 Luật Cư trú",
        )

    def supplement(self, what: str, username: str) -> None:
        """Let somebody send the paper that was asked for."""
        file = self.person(username).send_file("hop-dong-thue-nha-ro-net.pdf", _PDF)
        document = {"requirement": "cho-o-hop-phap", "file": file}
        self.act(what, username, "supplement", documents=[document])

    def approve(self) -> None:
        """Let the work be completed, reviewed and signed."""
        self.act("Thụ lý xong", self.matter.handler, "complete-step", note="Đủ điều kiện")
        self.act("Lãnh đạo phòng duyệt", self.matter.head, "complete-step")
        self.act("Lãnh đạo ký", self.matter.leader, "approve")

    def dispatch(self, what: str, **how: Any) -> None:
        """Let the result go out."""
        file = self.person(self.matter.clerk).send_file("ket-qua.pdf", _PDF)
        self.act(what, self.matter.clerk, "dispatch", number="128/TB-CAP", file=file, **how)

    def pay(self) -> None:
        """Let the citizen pay what is asked for at the payment provider."""
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
        self.look("Nộp phí trực tuyến")

    def look(self, what: str, at_least: int = 0) -> None:
        """Ask who holds the dossier now, and tell it."""
        status = self.person(self._watcher).get(f"/dossiers/{self.story.code}")
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
            step_due=clock(step["due"]),
            due=clock(status["clock"]["due"]),
            version=status["version"],
        )
        self.story.hops.append(hop)
        self._console.print(
            f"[bold]{hop.what}[/] → {hop.status}; {hop.unit}, {hop.officer}; "
            f"bước {hop.step} đến {hop.step_due}; hạn trả {hop.due}"
        )

    def say(self, words: str) -> None:
        """Tell something beside the hops."""
        self._console.print(f"  {words}")

    def explained(self) -> str:
        """Return what the clock says to whoever watches, in words."""
        status = self.person(self._watcher).get(f"/dossiers/{self.story.code}")
        return str(status["clock"]["explained"])

    def look_up(self) -> Json:
        """Ask as somebody without an account, by the code and the PIN of the receipt."""
        anybody = Person(self._places, "", "")
        factor = {"key": self.story.code, "factor": self.story.pin}
        found: Json = anybody.post("/lookups", factor)["items"][0]
        return found

    def end(self, last: str) -> Story:
        """Wait until the history tells of a mail after the last event of a type; return it all."""
        story = self.story

        def told() -> list[Json]:
            history = self.person(self._watcher).get(f"/dossiers/{story.code}/events")
            entries: list[Json] = history["entries"]
            at = max(one["version"] for one in entries if one["type"] == last)
            after = [one for one in entries if one["version"] > at]
            mailed = any(
                one["type"] == "CitizenNotified" and "mail" in one["title_en"] for one in after
            )
            return entries if mailed else []

        story.trace = until(told, "the mail about what happened last")
        story.mails = until(self._mails, "the mail at the catcher")
        return story

    def _file(self, sender: Person, applicant: Json, how: Json, what: str) -> None:
        matter = self.matter
        procedure = sender.get(f"/procedures/{matter.procedure}")
        documents = [
            {"requirement": one["id"], "file": sender.send_file(f"{one['id']}.pdf", _PDF)}
            for one in procedure["documents"]
            if one["required"] and not one["condition"] and one["case"] in (None, matter.case)
        ]
        sent = {
            "procedure": matter.procedure,
            "although_open": True,
            "case": matter.case,
            "applicant": applicant,
            "owner": applicant,
            "form": matter.answers(applicant),
            "documents": documents,
            **how,
        }
        receipt = sender.post("/dossiers", sent)
        self.story.code, self.story.pin = receipt["code"], receipt["pin"]
        self.story.applicant = applicant["email"]
        self.look(what)

    def _mails(self) -> list[Json]:
        """Return what came to the applicant about the dossier; nothing while the page is away."""
        to = {"to": self.story.applicant}
        try:
            answer = requests.get(f"{self._places.mail}/messages", params=to, timeout=30)
        except requests.RequestException:
            return []
        return [mail for mail in answer.json()["items"] if self.story.code in mail["subject"]]


def clock(text: str | None) -> str:
    """Return a moment as a person in Vietnam writes it; a dash for none."""
    if text is None:
        return "—"
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return moment.astimezone(_VIETNAM).strftime("%d/%m %H:%M")


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


def _of_residence(filled: Mapping[str, Any]) -> Json:
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


def _of_marital_status(filled: Mapping[str, Any]) -> Json:
    return {
        "ho_ten": filled["name"],
        "ngay_sinh": filled["date_of_birth"],
        "so_dinh_danh": filled["identity_number"],
        "noi_cu_tru": filled["address"],
        "noi_cu_tru_xa": filled["place"],
        "tinh_trang": "chua-ket-hon",
        "muc_dich": "Để làm thủ tục đăng ký kết hôn",
    }


RESIDENCE = Matter(  # đăng ký tạm trú
    *("1.004194", "ca-nhan"),
    *("ca.tiepnhan", "ca.totruong", "ca.thuly1", "ca.lanhdao", "ca.vanthu"),
    _of_residence,
)
MARITAL_STATUS = Matter(  # cấp giấy xác nhận tình trạng hôn nhân
    *("1.004873", None),
    *("ubnd.tiepnhan", "ubnd.truongphong", "ubnd.thuly1", "ubnd.lanhdao", "ubnd.vanthu"),
    _of_marital_status,
)
