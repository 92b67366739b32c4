"""What notify's tests do and see, in the words of the people who do it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from installation import Neighbour, People, Process, command, eventually
from kombu import Connection
from mail_server import Mail, MailServer
from pymongo import MongoClient

from kernel import schemas
from kernel.client import Client
from kernel.config import Settings
from kernel.envelope import to_message
from kernel.events import Recorded
from kernel.examples import example_of
from kernel.ledger_reader import LedgerReader, ledger_collection
from kernel.relay import envelopes
from services.dossier import contract as dossier
from services.identity import contract as identity
from services.notify import contract

NOW = datetime.now(UTC)
DESK = dossier.UnitRef("desk", "Bộ phận một cửa", "One-stop desk")
OFFICE = dossier.UnitRef("office", "Phòng Tư pháp", "Justice office")
RECORDS = dossier.UnitRef("records", "Văn thư", "Records")
AN = dossier.OfficerRef("acc-an", "Trần Văn An", "cán bộ tiếp nhận")
BINH = dossier.OfficerRef("acc-binh", "Lê Thị Bình", "chuyên viên")
AGENCY = dossier.AgencyRef(
    "ag", "000.00.14.H56", "UBND xã Cẩm Lạc", "Cẩm Lạc commune", "0239 000 111"
)


def notify_process(settings: Settings, mail_server: MailServer) -> Process:
    """Start a process of the notify service."""
    environment = {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mail_server.port),
        "SMTP_TIMEOUT": "5",
        "SMTP_FROM": "Một Cửa <khong-tra-loi@motcua.example>",
    }
    return Process(settings, *command("run", "notify"), environment=environment)


@dataclass(frozen=True)
class PostOffice:
    """The way to a running notify service."""

    settings: Settings
    portal: Client
    tellers: dict[str, Neighbour]
    people: People
    mail: MailServer
    client: MongoClient[Any]
    process: Process

    def applicant(self, **changes: Any) -> dossier.Notice:
        """Return what the dossier service knows of a new dossier's applicant, and let it know."""
        name = uuid4().hex[:10]
        notice = dossier.Notice(
            code=f"H56-{name}",
            account=f"acc-{name}",
            name="Nguyễn Thị Hoa",
            email=f"{name}@example.vn",
            phone="0912345678",
            locale="vi",
            pin="4711",
            procedure="Đăng ký khai sinh",
            procedure_en="Birth registration",
            agency=AGENCY.name,
            agency_en=AGENCY.name_en,
            hotline=AGENCY.hotline,
            unit=OFFICE.name,
            unit_en=OFFICE.name_en,
            officer=BINH.name,
            step="Thẩm định",
            step_en="Assessment",
            due=NOW + timedelta(days=5),
        )
        notice = replace(notice, **changes)
        self.known("dossier", notice.code, notice)
        return notice

    def known(self, service: str, key: str, content: Any) -> None:
        """Let a neighbour know what it answers."""
        notices = self.client[self.settings.database(service)]["notices"]
        notices.replace_one({"_id": key}, {"content": schemas.dump(content)}, upsert=True)

    def tell(self, notice: dossier.Notice, *events: Any) -> list[Recorded]:
        """Let events happen to a dossier."""
        return self.tellers["dossier"].tell(f"dossier-{notice.code}", *events)

    def submitted(self, notice: dossier.Notice) -> dossier.DossierSubmitted:
        """Return the event of a submission."""
        step = dossier.RouteStep(
            "handle", "Thẩm định", "Assessment", "handling", OFFICE, 16, action="complete"
        )
        kept = replace(
            example_of(dossier.ProcedureKept),
            name=notice.procedure,
            name_en=notice.procedure_en,
        )
        return replace(
            example_of(dossier.DossierSubmitted),
            code=notice.code,
            subject=notice.account,
            procedure=kept,
            agency=AGENCY,
            route=(replace(step, id="receive", name="Tiếp nhận", unit=DESK), step),
            applicant=None,
            owner=None,
            answers=None,
            pin=None,
        )

    def submit(self, notice: dossier.Notice) -> Recorded:
        """Let a dossier be submitted."""
        (record,) = self.tell(notice, self.submitted(notice))
        return record

    def deliver_again(self, notice: dossier.Notice) -> None:
        """Put a dossier's events on the broker once more."""
        settings = self.settings
        ledger = LedgerReader(ledger_collection(self.client, settings.namespace, "dossier"))
        with Connection(settings.amqp_uri) as connection:
            producer = connection.Producer()
            for commit in ledger.stream_commits(f"dossier-{notice.code}"):
                for envelope in envelopes("dossier", commit):
                    message = to_message(envelope)
                    producer.publish(
                        message.body,
                        exchange=settings.amqp_name("dossier.events"),
                        routing_key=envelope.type,
                        content_encoding="utf-8",
                        **message.properties(),
                    )

    def mails(self, notice: dossier.Notice, number: int) -> list[Mail]:
        """Wait until an applicant has so many mails, and return them."""
        eventually(
            lambda: len(self.mail.to(notice.email)) >= number,
            lambda: f"{len(self.mail.to(notice.email))} of {number}: {self.process.log()}",
        )
        return self.mail.to(notice.email)

    def inbox(self, account: str, **query: Any) -> contract.Inbox:
        """Return the in-app inbox of an account."""
        found: contract.Inbox = self.portal.call(
            contract.ReadMessages(**query), token=self.people.citizen(account)
        )
        return found

    def events(self, dossier_code: str, *types: type[Any]) -> list[Any]:
        """Return what notify has recorded about a dossier, in order."""
        collection = ledger_collection(self.client, self.settings.namespace, "notify")
        commits = list(LedgerReader(collection).commits())
        found = [contract.EVENTS.decode(event) for commit in commits for event in commit.events]
        return [
            event
            for event in found
            if isinstance(event, types) and getattr(event, "dossier", "") == dossier_code
        ]

    def registered(self, email: str) -> identity.AccountRegistered:
        """Let somebody register, and identity know the link."""
        account = f"acc-{uuid4().hex[:10]}"
        contact = identity.Contact("Nguyễn Thị Hoa", email, "0912345678", "en")
        notice = identity.ActivationNotice(contact, "the.link.token", NOW + timedelta(days=1))
        self.known("identity", account, notice)
        event = identity.AccountRegistered(
            account, account, identity.AccountKind.CITIZEN, "en", "1", None
        )
        self.tellers["identity"].tell(f"account-{account}", event)
        return event
