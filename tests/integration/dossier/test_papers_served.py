"""The running service gives papers to whom they belong, signed beside its green threads."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dossier_samples as s
import paper_samples as p
import pytest
from certificates import write_certificate
from installation import Process, command, dismantle, eventually, installation, running
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pymongo import MongoClient

from kernel.client import NO_TOKEN, standalone_client
from kernel.decider import Decider
from kernel.errors import DomainError
from kernel.events import Actor, Recorded
from kernel.ledger import Ledger
from kernel.ledger_reader import create_indexes, ledger_collection
from kernel.privacy import SubjectKeys
from kernel.requests import ANONYMOUS, Call, Caller
from kernel.store import Store
from kernel.trust import Keyring
from motcua.local.ports import Ports
from services.catalog.contract import AgencyOpened, ProcedurePublished
from services.catalog.files import read_agencies, read_places
from services.dossier import contract
from services.dossier.decider import decide, evolve, initial
from services.dossier.papers.issuing import certificates
from services.dossier.references import References

READ = contract.ReadPaper(s.CODE, "01")
DAYS = contract.ReadRegister(date(2026, 9, 7), date(2026, 9, 7))
RESIDENCE = p.residence()


class Counter:
    """The way to a running service with one accepted dossier, whose agency has a certificate."""

    def __init__(self, ask: Callable[..., contract.PaperFile], certificate: Any) -> None:
        self._ask = ask
        self.certificate = certificate

    def give(self, message: Any, who: Caller = ANONYMOUS) -> contract.PaperFile:
        """Ask as somebody."""
        return self._ask(message, who)

    def refuse(self, message: Any, who: Caller = ANONYMOUS) -> tuple[str, str]:
        """Ask in vain; returns the refusal's code and sentence."""
        with pytest.raises(DomainError) as refused:
            self._ask(message, who)
        return refused.value.code, refused.value.en


@pytest.fixture(scope="module")
def counter(
    amqp_uri: str, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Counter]:
    """The running service."""
    settings = installation(amqp_uri, mongo_uri, tmp_path_factory.mktemp("papers"))
    keyring = Keyring(settings.keys)
    folder = settings.home / "certificates"
    folder.mkdir()
    write_certificate(folder, s.AGENCY.id, "UBND phường Tân Dân")
    with MongoClient[Any](mongo_uri, tz_aware=True) as client:
        _file(client, settings.namespace, keyring)
    environment = {
        "DOSSIER_CERTIFICATES": str(folder),
        "DOSSIER_HTTP_PORT": str(Ports.free(ops=1).files),
    }
    service = Process(settings, *command("run", "dossier"), environment=environment)

    def ask(message: Any, who: Caller) -> contract.PaperFile:
        token = NO_TOKEN
        if who is not ANONYMOUS:
            token = keyring.issue(who, issuer="identity", lifetime=timedelta(hours=1))
        answer: contract.PaperFile = portal.call(message, token=token, timeout=30)
        return answer

    def known() -> bool:
        try:
            return bool(ask(READ, s.APPLICANT))
        except DomainError:
            return False

    with running(service), standalone_client(settings, "portal") as portal:
        eventually(known, service.log)  # the view of what happened before is folded
        yield Counter(ask, certificates(folder)[s.AGENCY.id])
    dismantle(settings)


def _file(client: MongoClient[Any], namespace: str, keyring: Keyring) -> None:
    """Write what happened until now as the service would have."""
    database = client[f"{namespace}_dossier"]
    collection = ledger_collection(client, namespace, "dossier")
    create_indexes(collection)
    ledger = Ledger(collection, contract.EVENTS, SubjectKeys(database, keyring.master))
    store = Store(ledger, Decider(initial, decide, evolve))
    soon = datetime.now(UTC) + timedelta(minutes=1)
    for number, told in enumerate((p.submit(), s.accept())):
        store.execute(f"dossier-{s.CODE}", told, Call(told.by, "c", soon, f"{number}"))
    known = References(database)
    for event in (
        *(AgencyOpened(one) for one in read_agencies(read_places()) if one.id == s.AGENCY.id),
        ProcedurePublished(RESIDENCE),
    ):
        kind, actor = type(event).__name__, Actor("service:setup", "service")
        known.take(Recorded(event, "e", kind, "catalog", "s", 1, 1, soon, soon, actor))


def test_a_receipt_is_signed_and_stays_the_same(counter: Counter) -> None:
    paper = counter.give(READ, s.APPLICANT)
    assert paper.signed_by == "UBND phường Tân Dân"
    (signature,) = PdfFileReader(io.BytesIO(base64.b64decode(paper.content))).embedded_signatures
    trusted = ValidationContext(trust_roots=[counter.certificate.signer.signing_cert])
    assert validate_pdf_signature(signature, trusted).bottom_line
    assert counter.give(READ, s.APPLICANT) == paper
    assert counter.give(READ, s.RECEIVING).sha256 != paper.sha256  # without the PIN


def test_strangers_hear_the_same_as_of_an_unknown_dossier(counter: Counter) -> None:
    nothing = counter.refuse(contract.ReadPaper("H56-260907-9999", "01"), s.APPLICANT)
    assert nothing[0] == "unknown-dossier"
    for stranger in (s.OTHER_CITIZEN, s.ELSEWHERE, s.AUDITOR, s.ADMINISTRATOR):
        assert counter.refuse(READ, stranger) == nothing
    assert counter.refuse(READ)[0] == "log-in-first"
    assert counter.refuse(contract.ReadPaper(s.CODE, "03"), s.APPLICANT)[0] == "no-such-paper-yet"


def test_the_register_is_for_those_who_work_there(counter: Counter) -> None:
    assert counter.give(DAYS, s.RECEIVING).name.startswith(f"07-{s.AGENCY.id}")
    for other in (s.APPLICANT, s.AUDITOR):
        assert counter.refuse(DAYS, other)[0] == "officers-only"
    assert counter.refuse(DAYS)[0] == "log-in-first"


@pytest.mark.proves("C23", "D08", "D24")
def test_blank_papers_are_for_anybody_and_filled_in_ones_for_who_is_known(
    counter: Counter,
) -> None:
    assert counter.give(contract.ReadChecklist(RESIDENCE.code)).name.startswith("checklist-")
    assert counter.give(contract.PrintDeclaration(RESIDENCE.code)).name.startswith("CT01-")
    filled = contract.PrintDeclaration(RESIDENCE.code, {"ho_ten": "An"})
    assert counter.refuse(filled)[0] == "log-in-first"
    assert counter.give(filled, s.APPLICANT)
    assert counter.refuse(contract.ReadChecklist("9.9"))[0] == "unknown-procedure"
