"""The load of a storm: people who insist lead many dossiers through their lives."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import filing
from interface import PDF, Json

from motcua.person import Person, Places, pays_at, until
from services.identity.demo import DemoAccounts
from storm.journal import Journal
from storm.lives import End, Fee, Kind, Life, life_of

CASH = 15_000

_POLL_SECONDS = 0.5

T = TypeVar("T")


@dataclass(frozen=True)
class Cast:
    """Who handles the dossiers of an agency; `leader` assigns and reviews."""

    desk: str
    leader: str
    handler: str
    head: str
    records: str


POLICE = Cast("ca.tiepnhan", "ca.totruong", "ca.thuly1", "ca.lanhdao", "ca.vanthu")
COMMITTEE = Cast("ubnd.tiepnhan", "ubnd.truongphong", "ubnd.thuly1", "ubnd.lanhdao", "ubnd.vanthu")
CASTS: Mapping[Kind, Cast] = {
    Kind.RESIDENCE: POLICE,
    Kind.STAY: POLICE,
    Kind.MARITAL_STATUS: COMMITTEE,
}


class People:
    """Everybody with an account as one thread of the load is them, each logged in once."""

    def __init__(self, places: Places, accounts: DemoAccounts, patience: float) -> None:
        self._new: Callable[[str], Person] = lambda name: Person(
            places, name, accounts.password, patience
        )
        self._known: dict[str, Person] = {}

    def __getitem__(self, username: str) -> Person:
        if username not in self._known:
            person = self._new(username)
            person.log_in()
            self._known[username] = person
        return self._known[username]


@dataclass
class Load:
    """Plays lives until told to end; `begun` of them were begun, `codes` have come to their end.

    `failures` says of each that did not what stopped it.
    """

    seed: int
    places: Places
    accounts: DemoAccounts
    journal: Journal
    codes: dict[int, str] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._numbers: Iterator[int] = itertools.count(1)
        self._turn = threading.Lock()
        self._players: list[Any] = []

    def begin(self, players: int) -> None:
        """Begin to play, so many lives at a time."""
        self._pool = ThreadPoolExecutor(players, "player")
        self._players = [self._pool.submit(self._play) for _ in range(players)]

    def end(self) -> None:
        """Let those under way come to their end, and begin no more."""
        self._over.set()
        self._pool.shutdown()
        for player in self._players:
            player.result()

    @property
    def alive(self) -> bool:
        """Whether anybody still plays."""
        return not all(player.done() for player in self._players)

    @property
    def finished(self) -> int:
        """How many lives were played, well or not."""
        return len(self.codes) + len(self.failures)

    def _play(self) -> None:
        people = People(self.places, self.accounts, self.journal.patience)
        while not self._over.is_set():
            with self._turn:
                life = life_of(self.seed, next(self._numbers))
            try:
                self.codes[life.number] = Play(self, people, life).play()
            except Exception as error:  # noqa: BLE001 - each failure is told in the report
                self.failures[life.number] = f"{life}: {type(error).__name__}: {error}"


class Play:
    """One dossier's life."""

    def __init__(self, load: Load, people: People, life: Life) -> None:
        self._load = load
        self._people = people
        self._life = life
        self._cast = CASTS[life.kind]
        self._citizen = people[life.applicant]
        self._code = ""
        self._version = 0

    def play(self) -> str:
        """Play it to its end; returns the dossier's code."""
        life, cast = self._life, self._cast
        self._submit()
        match life.end:
            case End.WITHDRAWN_AT_ONCE:
                self._withdraw()
            case End.REFUSED:
                self._act(cast.desk, "refuse", reason="Trùng", legal_basis="Điều 9 NĐ 61/2018")
            case End.WITHDRAWN_ACCEPTED:
                self._act(cast.desk, "accept")
                self._withdraw()
            case End.WITHDRAWN_OWING:
                self._work()
            case End.RETURNED:
                self._work()
                self._finish()
        return self._code

    def _submit(self) -> None:
        sent = _content(self._life, self._citizen)
        receipt = self._send(self._citizen, "/dossiers", sent, None)
        self._code, self._version = receipt["code"], receipt["version"]

    def _work(self) -> None:
        life, cast = self._life, self._cast
        self._act(cast.desk, "accept")
        if life.kind is not Kind.STAY:
            self._act(cast.leader, "assign", officer=self._people[cast.handler].account["account"])
        if life.supplement:
            self._supplement()
        if life.fee is Fee.NONE:
            return
        self._act(cast.handler, "request-fee", **_fee_lines(life))
        obligation = self._until(
            lambda: self._citizen.get(f"{self._address}/payments")["items"],
            "the obligation to pay",
        )[0]
        if life.end is End.WITHDRAWN_OWING:
            self._withdraw_owing(obligation)
        else:
            self._pay(obligation)

    def _supplement(self) -> None:
        self._act(
            self._cast.handler,
            "request-supplement",
            items=[{"requirement": "cho-o-hop-phap", "note": "Trang 2 bị mờ"}],
            reason="Không đọc được",
            legal_basis="Điều 28 Luật Cư trú",
        )
        paper = {"requirement": "cho-o-hop-phap", "file": _paper(self._life, self._citizen, 2)}
        self._act(self._life.applicant, "supplement", documents=[paper])

    def _pay(self, obligation: Json) -> None:
        if self._life.fee is Fee.CASH:
            path = f"{self._address}/payments/cash"
            given = {"obligation": obligation["obligation"], "amount": obligation["amount"]}
            receipt = f"BL-{self._life.number:07}"
            self._send(self._people[self._cast.desk], path, {**given, "receipt": receipt}, None)
        else:
            self._pay_at_the_provider(self._start(obligation))
        self._until(lambda: self._status()["fees"][0]["state"] == "paid", "the payment")

    def _withdraw_owing(self, obligation: Json) -> None:
        started = self._start(obligation) if self._life.fee is Fee.TOO_LATE else None
        self._withdraw()
        if started is not None:
            self._pay_at_the_provider(started)

    def _start(self, obligation: Json) -> Json:
        given = {
            "obligation": obligation["obligation"],
            "return_url": f"{self._load.places.portal}/payments/return",
        }
        return self._send(self._citizen, f"{self._address}/payments", given, None)

    def _pay_at_the_provider(self, started: Json) -> None:
        self._until(lambda: pays_at(self._load.places, started["url"]), "the pay page")

    def _finish(self) -> None:
        life, cast = self._life, self._cast
        self._handle()
        if life.sent_back:
            self._act(cast.head, "return-step", to="handling", reason="Thiếu số nhà")
            self._handle()
        self._act(cast.head, "approve")
        clerk = self._people[cast.records]
        match life.return_by:
            case "online":
                told = {"file": clerk.send_file("ket-qua.pdf", PDF)}
            case "post":
                told = {"tracking": f"EH{life.number:09}VN"}
            case _:
                appointment = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
                told = {"appointment_at": appointment.isoformat()}
        self._act(cast.records, "dispatch", number=f"{life.number}/TB", **told)
        if life.handed_over:
            self._act(cast.desk, "hand-over")

    def _handle(self) -> None:
        self._act(self._cast.handler, "complete-step")
        if self._life.kind is not Kind.STAY:
            self._act(self._cast.leader, "complete-step")

    def _withdraw(self) -> None:
        if self._life.end is End.WITHDRAWN_AT_ONCE:
            self._act(self._life.applicant, "withdraw", reason="Không còn nhu cầu")
            return
        self._act(self._life.applicant, "request-withdrawal", reason="Không còn nhu cầu")
        self._act(self._cast.leader, "grant-withdrawal")

    @property
    def _address(self) -> str:
        return f"/dossiers/{self._code}"

    def _act(self, who: str, action: str, **body: Any) -> None:
        path = f"{self._address}/{action}"
        self._version = self._send(self._people[who], path, body, self._version)["version"]

    def _status(self) -> Json:
        """Return what the applicant sees, which is never older than what was acknowledged."""
        status = self._citizen.get(self._address)
        seen, known = status["version"], self._version
        assert seen >= known, f"{self._code} is shown at version {seen} after {known}"
        self._version = seen
        return status

    def _until(self, condition: Callable[[], T], what: str) -> T:
        return until(condition, what, self._load.journal.patience, _POLL_SECONDS)

    def _send(self, person: Person, path: str, body: Json, version: int | None) -> Json:
        return self._load.journal.send(self._life.number, person, path, body, version)


def _content(life: Life, citizen: Person) -> Json:
    match life.kind:
        case Kind.RESIDENCE:
            return filing.residence(_paper(life, citizen, 1), return_by=life.return_by)
        case Kind.MARITAL_STATUS:
            return filing.marital_status(return_by=life.return_by)
        case Kind.STAY:
            return filing.stay(return_by=life.return_by)


def _paper(life: Life, citizen: Person, copy: int) -> str:
    """Upload a paper that no other dossier has; return its id."""
    name = f"ho-so-{life.number}-{copy}.pdf"
    return citizen.send_file(name, PDF + f"% {name} {time.time_ns()}\n".encode())


def _fee_lines(life: Life) -> Json:
    if life.kind is Kind.RESIDENCE:
        return {}
    return {"lines": [{"label": "Lệ phí", "unit_amount": CASH, "quantity": 1}]}
