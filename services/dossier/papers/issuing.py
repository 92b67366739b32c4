"""Issue papers: find the facts in a dossier's history, lay them out, sign where there is a seal.

Nothing is kept of a paper but what was signed: the same facts give the same paper again, a
signature says when it was made.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import reduce
from pathlib import Path
from typing import Any

from kernel.errors import Forbidden, Invalid, NotFound
from kernel.events import Recorded
from kernel.runner import offload
from kernel.schemas import JSON
from services.catalog.contract import Agency, Procedure
from services.dossier.clock import day_of
from services.dossier.contract import (
    AgencyRef,
    DeadlineExtended,
    DossierAccepted,
    DossierRefused,
    DossierStatus,
    DossierSubmitted,
    PaperFile,
    ProcedureKept,
    ProcessingStopped,
    SupplementRequested,
)
from services.dossier.decider.state import Dossier, evolve, initial
from services.dossier.papers import wording
from services.dossier.papers.checklist import checklist
from services.dossier.papers.declaration import declaration, places_in
from services.dossier.papers.facts import (
    ApologyFacts,
    Office,
    ReceiptFacts,
    RefusalFacts,
    StoppingFacts,
    SupplementFacts,
)
from services.dossier.papers.forms import DECLARATION, PAPERS, Paper
from services.dossier.papers.issued import (
    Surroundings,
    apology,
    receipt,
    refusal,
    stopping,
    supplement_request,
)
from services.dossier.papers.register import register
from services.dossier.papers.signed import SignedPapers
from services.dossier.papers.slip import control_slip
from services.dossier.papers.typesetting import pdf
from services.dossier.references import References
from services.dossier.submission import agency_ref

Issued = ReceiptFacts | SupplementFacts | RefusalFacts | ApologyFacts | StoppingFacts

_WRITERS: Mapping[type[Any], Callable[[Sequence[Any], Surroundings], Issued]] = {
    DossierAccepted: receipt,
    SupplementRequested: supplement_request,
    DossierRefused: refusal,
    DeadlineExtended: apology,
    ProcessingStopped: stopping,
}


@dataclass(frozen=True)
class Asked:
    """Who asks for which paper: the number, and up to which version of the dossier."""

    number: str
    version: int | None
    applicant: bool


@dataclass(frozen=True)
class Issuing:
    """Issues the papers of all dossiers of this installation.

    `certificates` are those of agencies by their ids; `public_url` is where the portal is.
    """

    references: References
    signed: SignedPapers
    certificates: Mapping[str, Any]
    public_url: str

    def paper(self, asked: Asked, history: Sequence[Recorded], view: DossierStatus) -> PaperFile:
        """Return a paper of a dossier.

        Raises `NotFound` for a number that no paper has, and for a paper that does not exist
        (yet) in this dossier; `Forbidden` for an applicant who asks for what is the office's.
        """
        if asked.number == DECLARATION:
            return self._declaration(history, view)
        paper = PAPERS.get(asked.number)
        if paper is None:
            raise NotFound(
                "unknown-paper",
                "Không có loại giấy tờ này.",
                "There is no such kind of paper.",
            )
        if asked.applicant and not paper.for_applicant:
            raise Forbidden(
                "paper-of-the-office",
                f"«{paper.name}» chỉ dùng trong cơ quan giải quyết.",
                f"The paper “{paper.name_en}” is for officers only.",
            )
        past: Sequence[Recorded] = [
            one for one in history if asked.version is None or one.version <= asked.version
        ]
        if paper.event is not None:
            past = _up_to_last(past, paper.event)
        if not past:
            raise _not_yet(paper)
        events = [record.event for record in past]
        dossier = reduce(evolve, events, initial)
        if dossier is None:
            raise _not_yet(paper)
        submitted: DossierSubmitted = events[0]
        # who comes to the desk is handed the paper there
        with_pin = asked.applicant or submitted.channel != wording.ONLINE
        around = self._surroundings(dossier, with_pin=with_pin)
        if paper.event is None:
            slip = control_slip(events, around, past[-1].occurred_at)
            return _file(f"{paper.number}-{dossier.code}", offload(pdf, slip))
        copy = "pin" if with_pin else "plain"
        key = f"{dossier.code}/{paper.number}/{past[-1].version}/{copy}"
        facts = _WRITERS[paper.event](events, around)
        certificate = self.certificates.get(dossier.agency.id)
        if certificate is None or submitted.applicant is None:  # an erased person's is not kept
            return _file(f"{paper.number}-{dossier.code}", offload(pdf, facts))
        return self._sealed(facts, certificate, key, submitted)

    def register(
        self, documents: Iterable[Mapping[str, Any]], agency: str, since: date, until: date
    ) -> PaperFile:
        """Return the register of an agency; `documents` are status views, as `register` reads."""
        known = self.references.known_agency(agency)
        if known is None:
            raise NotFound("unknown-agency", "Không có cơ quan này.", "There is no such agency.")
        desk = next((unit.name for unit in known.units if unit.one_stop), "")
        facts = register(documents, self.office(agency_ref(known), desk), since, until)
        return _file(f"07-{agency}-{since}-{until}", offload(pdf, facts))

    def checklist(self, procedure: str, case: str | None, today: date) -> PaperFile:
        """Return what to bring to the counter for a procedure; `NotFound` for an unknown case."""
        known = self._in_force(procedure, today)
        found = next((one for one in known.cases if one.id == case), None)
        if case is not None and found is None:
            raise NotFound(
                "unknown-case",
                "Thủ tục không có trường hợp này.",
                "The procedure has no such case.",
            )
        link = f"{self.public_url}/procedures/{known.slug}"
        name = "-".join(one for one in ("checklist", known.slug, case) if one)
        return _file(name, offload(pdf, checklist(known, found, link, today)))

    def declaration(
        self, procedure: str, answers: Mapping[str, JSON], declarer: str, today: date
    ) -> PaperFile:
        """Return the declaration of a procedure with these answers, blank without."""
        known = self._in_force(procedure, today)
        places = self.references.place_names(places_in(known, answers))
        facts = declaration(known, answers, places, today, declarer=declarer)
        return _file(f"{known.form.code or DECLARATION}-{known.slug}", offload(pdf, facts))

    def office(self, kept: AgencyRef, desk: str) -> Office:
        """Return an agency as papers name it."""
        agency: Agency | None = self.references.known_agency(kept.id)
        parent = agency.parent if agency else None
        return wording.office(
            kept,
            desk,
            agency,
            superior=self.references.known_agency(parent) if parent else None,
            seat=self.references.known_place(agency.place) if agency else None,
        )

    def _sealed(
        self, facts: Issued, certificate: Any, key: str, submitted: DossierSubmitted
    ) -> PaperFile:
        content = self.signed.find(key, submitted.subject)
        if content is None:
            head, at = facts.head, datetime.now(UTC)
            reason, seat = f"{head.title} – {head.code}", head.office.seat
            made = offload(lambda: certificate.sign(pdf(facts), reason, seat, at))
            content = self.signed.keep(key, submitted.subject, made)
        _, number, *_ = key.split("/")
        return _file(f"{number}-{submitted.code}", content, certificate.name)

    def _surroundings(self, dossier: Dossier, *, with_pin: bool) -> Surroundings:
        return Surroundings(
            office=self.office(dossier.agency, dossier.desk.name),
            link=f"{self.public_url}/lookup?code={dossier.code}",
            definition=self._definition(dossier.procedure),
            with_pin=with_pin,
        )

    def _declaration(self, history: Sequence[Recorded], view: DossierStatus) -> PaperFile:
        definition = self._definition(view.procedure)
        if definition is None or view.answers is None:
            raise NotFound(
                "no-declaration",
                "Không có tờ khai của hồ sơ này.",
                "There is no declaration of this dossier.",
            )
        submitted: DossierSubmitted = history[0].event
        places = self.references.place_names(places_in(definition, view.answers))
        facts = declaration(
            definition,
            view.answers,
            places,
            day_of(submitted.submitted_at),
            agency=wording.whole_name(submitted.agency.name),
            dossier=view.code,
            declared_at=submitted.submitted_at,
            declarer=view.applicant.name if view.applicant else "",
        )
        name = f"{definition.form.code or DECLARATION}-{view.code}"
        return _file(name, offload(pdf, facts))

    def _in_force(self, procedure: str, today: date) -> Procedure:
        try:
            return self.references.procedure(procedure, today)
        except Invalid as error:
            raise NotFound("unknown-procedure", error.vi, error.en) from error

    def _definition(self, kept: ProcedureKept) -> Procedure | None:
        try:
            return self.references.version(kept.code, kept.version)
        except NotFound:
            return None


def certificates(folder: Path | None) -> Mapping[str, Any]:
    """Return the certificates in a folder; see `signing.read_certificates`."""
    if folder is None:
        return {}
    # takes a second, which start-ups without certificates need not
    from services.dossier.papers.signing import read_certificates

    return read_certificates(folder)


def _up_to_last(history: Sequence[Recorded], kind: type[Any]) -> Sequence[Recorded]:
    """Return a history up to the last event of a kind; nothing where there is none."""
    last = max((n for n, one in enumerate(history, 1) if isinstance(one.event, kind)), default=0)
    return history[:last]


def _file(name: str, content: bytes, signed_by: str = "") -> PaperFile:
    return PaperFile(
        name=f"{name}.pdf",
        content=base64.b64encode(content).decode(),
        sha256=hashlib.sha256(content).hexdigest(),
        signed_by=signed_by,
    )


def _not_yet(paper: Paper) -> NotFound:
    return NotFound(
        "no-such-paper-yet",
        f"Hồ sơ này không có «{paper.name}».",
        f"This dossier has no paper “{paper.name_en}”, or not yet.",
    )
