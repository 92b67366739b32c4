"""What stands in each paper, as values; the templates only lay it out.

Moments are aware, amounts are VND. Words are Vietnamese, the language of the papers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Office:
    """Who issues a paper: an agency, and its one-stop desk (bộ phận một cửa).

    `superior` is the agency above where the head of a paper names it (cơ quan chủ quản), `seat`
    the place before the date (địa danh); both may be empty.
    """

    agency: str
    desk: str
    superior: str = ""
    seat: str = ""
    address: str = ""
    hotline: str = ""


@dataclass(frozen=True)
class Head:
    """What stands above every paper about a dossier."""

    office: Office
    code: str
    number: str
    form: str
    title: str
    issued_at: datetime
    link: str


@dataclass(frozen=True)
class Bearer:
    """Who a paper is about, as he, she or it gave it."""

    name: str
    kind: str
    identity_number: str
    address: str
    phone: str
    email: str


@dataclass(frozen=True)
class Signer:
    """Who signs for the office."""

    name: str
    title: str


@dataclass(frozen=True)
class Subject:
    """The person and the matter; the persons are None once they were erased on request."""

    applicant: Bearer | None
    owner: Bearer | None
    procedure: str
    procedure_code: str


@dataclass(frozen=True)
class PaperReceived:
    """A document that came with the dossier."""

    name: str
    form: str
    quantity: int


@dataclass(frozen=True)
class FeeTold:
    """A fee that is asked for by the tariff."""

    label: str
    amount: int


@dataclass(frozen=True)
class ReceiptFacts:
    """01 Giấy tiếp nhận hồ sơ và hẹn trả kết quả; CT04 for residence."""

    head: Head
    subject: Subject
    documents: tuple[PaperReceived, ...]
    received_at: datetime
    time_allowed: str
    due: datetime
    return_by: str
    return_place: str
    book: str
    book_number: str
    receiver: Signer
    fees: tuple[FeeTold, ...]
    pin: str


@dataclass(frozen=True)
class Missing:
    """A line of the request for a supplement; of originals and copies 0 says none is needed."""

    name: str
    note: str
    originals: int
    copies: int
    electronic: bool


@dataclass(frozen=True)
class SupplementFacts:
    """02 Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ; CT05 for residence. `round` counts from 1."""

    head: Head
    subject: Subject
    missing: tuple[Missing, ...]
    reason: str
    legal_basis: str
    round: int
    contact: Signer
    unit: str


@dataclass(frozen=True)
class RefusalFacts:
    """03 Phiếu từ chối tiếp nhận giải quyết hồ sơ; CT06 for residence."""

    head: Head
    subject: Subject
    reason: str
    legal_basis: str
    receiver: Signer


@dataclass(frozen=True)
class ApologyFacts:
    """04 Phiếu xin lỗi và hẹn lại ngày trả kết quả. `signer` is the head of the agency."""

    head: Head
    subject: Subject
    received_at: datetime
    receipt_number: str
    former_due: datetime
    due: datetime
    reason: str
    return_place: str
    signer: Signer


@dataclass(frozen=True)
class StoppingFacts:
    """05 Thông báo dừng giải quyết hồ sơ. `officer` stopped it; the head of the agency signs."""

    head: Head
    subject: Subject
    received_at: datetime
    receipt_number: str
    reason: str
    legal_basis: str
    officer: Signer


@dataclass(frozen=True)
class Hop:
    """A line of the control slip: who gave it to whom, and how the receiver's step ended.

    A place is the officer's title and unit; `result` is empty while the step is open.
    """

    step: str
    giver: str
    giver_place: str
    receiver: str
    receiver_place: str
    at: datetime
    due: datetime | None
    ended_at: datetime | None
    result: str
    note: str


@dataclass(frozen=True)
class ControlSlipFacts:
    """06 Phiếu kiểm soát quá trình giải quyết hồ sơ."""

    head: Head
    subject: Subject
    received_at: datetime | None
    due: datetime | None
    completed_at: datetime | None
    result: str
    hops: tuple[Hop, ...]


@dataclass(frozen=True)
class RegisterRow:
    """A dossier in the register; a moment that has not come is None."""

    code: str
    procedure: str
    person: str
    address: str
    phone: str
    agency: str
    received_at: datetime
    due: datetime | None
    returned_at: datetime | None
    channel: str
    return_by: str


@dataclass(frozen=True)
class RegisterFacts:
    """07 Sổ theo dõi hồ sơ, of the dossiers received from one day to another."""

    office: Office
    since: date
    until: date
    rows: tuple[RegisterRow, ...]


@dataclass(frozen=True)
class Answer:
    """A field of a declaration; without `value` it is left to be filled in by hand."""

    label: str
    value: str
    long: bool
    choices: tuple[str, ...]


@dataclass(frozen=True)
class AnswerSection:
    """A part of a declaration."""

    title: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class DeclarationFacts:
    """A declaration (tờ khai), filled in or blank; of one that was sent, where and when."""

    title: str
    form: str
    issued_by: str
    procedure: str
    procedure_code: str
    sections: tuple[AnswerSection, ...]
    agency: str
    dossier: str
    declared_at: datetime | None
    declarer: str
    printed_on: date


@dataclass(frozen=True)
class PaperToBring:
    """A line of the checklist."""

    name: str
    form: str
    originals: int
    copies: int
    when: str
    reused: str


@dataclass(frozen=True)
class ChecklistFacts:
    """What to bring to the counter for a procedure, in one of its cases or none (D24)."""

    procedure: str
    procedure_code: str
    case: str
    competence: str
    documents: tuple[PaperToBring, ...]
    times: tuple[str, ...]
    fees: tuple[str, ...]
    in_person: str
    results: tuple[str, ...]
    link: str
    printed_on: date


@dataclass(frozen=True)
class StampFacts:
    """What is shown of an agency's signature: whose, and when (NĐ 30/2020, phụ lục I)."""

    name: str
    at: datetime
