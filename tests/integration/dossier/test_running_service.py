"""The running service: officers who act at once, a seat at the desk, an agency that is closed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from filing import stay
from installation import Neighbour, Process, command, dismantle, eventually, installation, running
from pymongo import MongoClient

from kernel import schemas
from kernel.client import Client, standalone_client
from kernel.config import Settings
from kernel.errors import DomainError
from kernel.requests import Caller
from kernel.trust import Keyring
from motcua.local.ports import Ports
from services.catalog import contract as catalog
from services.catalog.files import read_agencies, read_places, read_procedures
from services.dossier import contract
from services.dossier.clock import VIETNAM, day_of
from services.dossier.contract import DossierStatus, Receipt, Status

PROCEDURE = replace(
    next(one for one in read_procedures() if one.code == "2.001159"),
    version=1,
    in_person="Thu nhận vân tay.",
)
FORMER = next(one for one in read_agencies(read_places()) if one.id == "ca-16594")
HEIR = replace(FORMER, id="ca-heir", identifier="G01.99", name="Công an phường mới")
CITIZEN = Caller("acc-citizen", "citizen", "Nguyễn Thị An", verified=True)


def desk(account: str, agency: str) -> Caller:
    """A receiving officer of an agency's desk."""
    unit = next(one.id for one in FORMER.units if one.one_stop)
    return Caller(account, "officer", account, ("receiving",), agency, unit)


@dataclass(frozen=True)
class Office:
    """The way to the running service, as everybody takes it."""

    client: Client
    keyring: Keyring
    catalogue: Neighbour

    def ask(self, message: Any, who: Caller = CITIZEN) -> Any:
        """Ask as somebody."""
        token = self.keyring.issue(who, issuer="identity", lifetime=timedelta(minutes=10))
        return self.client.call(message, token=token)

    def file(self) -> str:
        """Submit a dossier; returns its code."""
        sent = {**stay(), "place": None, "agency": FORMER.id}
        receipt: Receipt = self.ask(schemas.load(contract.SubmitDossier, sent))
        return receipt.code


@pytest.fixture(scope="module")
def installed(
    amqp_uri: str, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """An installation of its own."""
    settings = installation(amqp_uri, mongo_uri, tmp_path_factory.mktemp("dossier"))
    yield settings
    dismantle(settings)


@pytest.fixture(scope="module")
def office(installed: Settings) -> Iterator[Office]:
    """The dossier service with its relay, and a catalogue that tells of two agencies."""
    service = Process(
        installed,
        *command("run", "dossier"),
        environment={"DOSSIER_HTTP_PORT": str(Ports.free(ops=1).files)},
    )
    relay = Process(installed, *command("relay", "catalog"))
    catalogue = Neighbour(installed, catalog.EVENTS)
    with running(service, relay), standalone_client(installed, "portal") as client:
        office = Office(client, Keyring(installed.keys), catalogue)
        # a newcomer does not get the past: its inbox has to be there first
        eventually(lambda: "inbox.receiving" in service.log(), service.log)
        catalogue.tell("procedure-p", catalog.ProcedurePublished(PROCEDURE))
        for agency in (FORMER, HEIR):
            catalogue.tell(f"agency-{agency.id}", catalog.AgencyOpened(agency))
        eventually(lambda: _lacks(office) == "", lambda: f"{_lacks(office)}: {service.log()}")
        yield office
    catalogue.close()


def _lacks(office: Office) -> str:
    """What keeps a dossier from being filed; nothing in the end."""
    try:
        office.file()
    except DomainError as refusal:
        return refusal.code
    return ""


def test_of_two_officers_who_decide_at_once_one_decides(office: Office) -> None:
    code = office.file()
    decisions = (
        (contract.AcceptDossier(code), desk("acc-lan", FORMER.id), Status.ACCEPTED),
        (contract.RefuseDossier(code, "Trùng"), desk("acc-hoa", FORMER.id), Status.REFUSED),
    )

    def decide(message: Any, who: Caller, status: Status) -> Status | str:
        try:
            done: DossierStatus = office.ask(message, who)
        except DomainError as refusal:
            return refusal.code
        assert done.status is status
        return status

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda one: decide(*one), decisions))
    assert outcomes.count("not-now") + outcomes.count("not-yours") == 1
    assert office.ask(contract.ReadDossier(code)).status in outcomes


def test_half_a_history_is_not_told_as_the_whole(office: Office, installed: Settings) -> None:
    code = office.file()
    auditor = Caller("acc-auditor", "officer", "Kiểm toán viên", ("auditor",))
    questions = (contract.ReadTrace(code), contract.ReplayDossier(code))
    told = [office.ask(question, who) for question in questions for who in (CITIZEN, auditor)]
    assert all(told)
    with MongoClient[Any](installed.mongo_uri) as client:
        ledger = client[installed.ledger_database("dossier")]["ledger"]
        last = max(ledger.find({"stream": f"dossier-{code}"}), key=lambda one: one["to"])
        ledger.delete_one({"_id": last["_id"]})
        for question in questions:
            for who in (CITIZEN, auditor):
                with pytest.raises(DomainError, match="ledger-broken"):
                    office.ask(question, who)
        ledger.insert_one(last)  # the module's other tests go on with it
    assert office.ask(contract.ReadTrace(code)) == told[0]


@pytest.mark.proves("D22")
def test_a_time_at_the_desk_is_booked_until_its_seats_are_taken(office: Office) -> None:
    (first, *_) = office.ask(contract.ListSlots(office.file())).items
    codes = [office.file() for _ in range(first.free)]
    for code in codes:
        booked: DossierStatus = office.ask(contract.BookAppointment(code, first.starts_at))
        assert booked.appointment is not None
        assert booked.appointment.starts_at == first.starts_at
    late = office.file()
    assert first.starts_at not in {
        slot.starts_at for slot in office.ask(contract.ListSlots(late)).items
    }
    with pytest.raises(DomainError, match="slot-full"):
        office.ask(contract.BookAppointment(late, first.starts_at))


def test_what_a_closed_agency_holds_moves_to_its_successor_by_itself(office: Office) -> None:
    code, accepted = office.file(), office.file()
    office.ask(contract.AcceptDossier(accepted), desk("acc-lan", FORMER.id))
    due = office.ask(contract.ReadDossier(accepted)).clock.due
    today = day_of(office.ask(contract.ReadDossier(code)).submitted_at.astimezone(VIETNAM))
    closed = catalog.AgencyClosed(FORMER.id, today, (HEIR.id,))
    office.catalogue.tell(f"agency-{FORMER.id}", closed)

    def held_by() -> list[str]:
        return [office.ask(contract.ReadDossier(one)).agency.id for one in (code, accepted)]

    eventually(lambda: held_by() == [HEIR.id, HEIR.id], lambda: str(held_by()))
    assert office.ask(contract.ReadDossier(accepted)).clock.due == due
    with pytest.raises(DomainError, match="unknown-dossier"):
        office.ask(contract.AcceptDossier(code), desk("acc-lan", FORMER.id))
    taken: DossierStatus = office.ask(contract.AcceptDossier(code), desk("acc-moi", HEIR.id))
    assert taken.status is Status.ACCEPTED
