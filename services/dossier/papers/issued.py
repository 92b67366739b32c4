"""Papers 01 to 05, which are given to the applicant: each is what one event of the dossier says.

A paper holds what was so at its event: later events change nothing in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from services.catalog.contract import Procedure
from services.dossier.contract import (
    DeadlineExtended,
    DossierAccepted,
    DossierRefused,
    DossierSubmitted,
    ProcessingStopped,
    SupplementItem,
    SupplementRequested,
)
from services.dossier.decider.reception import begun_at
from services.dossier.decider.state import Dossier, evolve, initial
from services.dossier.papers.facts import (
    ApologyFacts,
    FeeTold,
    Head,
    Missing,
    Office,
    PaperReceived,
    ReceiptFacts,
    RefusalFacts,
    StoppingFacts,
    Subject,
    SupplementFacts,
)
from services.dossier.papers.forms import PAPERS, form_of
from services.dossier.papers.wording import (
    ONLINE,
    RETURNS,
    bearer,
    return_place,
    signer,
    time_allowed,
)


@dataclass(frozen=True)
class Surroundings:
    """What a paper needs beside the dossier's own events.

    `link` is the address of the look-up page for this dossier; `definition` is the version of
    the procedure that the dossier kept, None where it is not at hand; `with_pin` says whether
    the PIN is printed.
    """

    office: Office
    link: str
    definition: Procedure | None = None
    with_pin: bool = False


def receipt(events: Sequence[Any], around: Surroundings) -> ReceiptFacts:
    """Return what stands in the receipt; the last event is the acceptance."""
    submitted, dossier, accepted = _told(events, DossierAccepted)
    return ReceiptFacts(
        head=head("01", submitted, around, accepted.accepted_at),
        subject=subject(submitted),
        documents=tuple(_received(dossier, submitted)),
        received_at=begun_at(submitted, accepted),
        time_allowed=time_allowed(dossier.procedure, dossier.route),
        due=accepted.due,
        return_by=RETURNS[dossier.return_by],
        return_place=return_place(dossier.return_by, around.office),
        book=f"{accepted.accepted_at.year}",
        book_number=number_in_book(dossier.code),
        receiver=signer(accepted.officer),
        fees=tuple(FeeTold(line.label, line.amount) for line in dossier.procedure.fees),
        pin=(submitted.pin or "") if around.with_pin else "",
    )


def supplement_request(events: Sequence[Any], around: Surroundings) -> SupplementFacts:
    """Return what stands in the request for a supplement, which is the last event."""
    submitted, dossier, asked = _told(events, SupplementRequested)
    rounds = sum(isinstance(event, SupplementRequested) for event in events)
    told = head("02", submitted, around, asked.requested_at)
    if rounds > 1:
        told = replace(told, number=told.number.replace("/", f".{rounds}/"))
    online = submitted.channel == ONLINE
    return SupplementFacts(
        head=told,
        subject=subject(submitted),
        missing=tuple(_missing(item, dossier, around.definition, online) for item in asked.items),
        reason=asked.reason,
        legal_basis=asked.legal_basis,
        round=rounds,
        contact=signer(asked.officer),
        unit=asked.unit.name,
    )


def refusal(events: Sequence[Any], around: Surroundings) -> RefusalFacts:
    """Return what stands in the refusal, which is the last event."""
    submitted, _, refused = _told(events, DossierRefused)
    return RefusalFacts(
        head=head("03", submitted, around, refused.refused_at),
        subject=subject(submitted),
        reason=refused.reason,
        legal_basis=refused.legal_basis,
        receiver=signer(refused.officer),
    )


def apology(events: Sequence[Any], around: Surroundings) -> ApologyFacts:
    """Return what stands in the letter of apology; the last event is the extension."""
    submitted, dossier, extended = _told(events, DeadlineExtended)
    (accepted,) = (event for event in events if isinstance(event, DossierAccepted))
    return ApologyFacts(
        head=head("04", submitted, around, extended.extended_at),
        subject=subject(submitted),
        received_at=begun_at(submitted, accepted),
        receipt_number=_receipt_number(submitted),
        former_due=extended.former_due,
        due=extended.due,
        reason=extended.reason,
        return_place=return_place(dossier.return_by, around.office),
        signer=signer(extended.officer),
    )


def stopping(events: Sequence[Any], around: Surroundings) -> StoppingFacts:
    """Return what stands in the notice that processing stopped, which is the last event."""
    submitted, _, stopped = _told(events, ProcessingStopped)
    (accepted,) = (event for event in events if isinstance(event, DossierAccepted))
    return StoppingFacts(
        head=head("05", submitted, around, stopped.stopped_at),
        subject=subject(submitted),
        received_at=begun_at(submitted, accepted),
        receipt_number=_receipt_number(submitted),
        reason=stopped.reason,
        legal_basis=stopped.legal_basis,
        officer=signer(stopped.officer),
    )


def head(number: str, submitted: DossierSubmitted, around: Surroundings, issued_at: Any) -> Head:
    """Return the head of a paper; its number is that of the dossier among those of the day."""
    paper = PAPERS[number]
    form, title = form_of(paper, submitted.procedure.field_code)
    return Head(
        office=around.office,
        code=submitted.code,
        number=f"{number_in_book(submitted.code)}/{paper.mark}",
        form=form,
        title=title,
        issued_at=issued_at,
        link=around.link,
    )


def subject(submitted: DossierSubmitted) -> Subject:
    """Return whom and what a dossier is about; the owner where it is somebody else."""
    other = submitted.owner != submitted.applicant
    return Subject(
        applicant=bearer(submitted.applicant),
        owner=bearer(submitted.owner) if other else None,
        procedure=submitted.procedure.name,
        procedure_code=submitted.procedure.code,
    )


def number_in_book(code: str) -> str:
    """Return the last part of a dossier's code, its number among those of the day."""
    return code.rpartition("-")[2]


def _receipt_number(submitted: DossierSubmitted) -> str:
    return f"{number_in_book(submitted.code)}/{PAPERS['01'].mark}"


def _told(events: Sequence[Any], kind: type[Any]) -> tuple[DossierSubmitted, Dossier, Any]:
    dossier = reduce(evolve, events, initial)
    if dossier is None or not isinstance(events[-1], kind):
        raise ValueError(f"no {kind.__name__} at the end of a dossier's history")
    return events[0], dossier, events[-1]


def _received(dossier: Dossier, submitted: DossierSubmitted) -> Iterator[PaperReceived]:
    online = submitted.channel == ONLINE
    if submitted.answers:
        yield PaperReceived("Tờ khai", "Biểu mẫu điện tử" if online else "Bản chính", 1)
    sent = Counter(document.requirement for document in dossier.documents)
    form = "Tệp điện tử" if online else "Bản giấy, đã số hóa"
    for listed in dossier.procedure.documents:
        if listed.id in sent:
            yield PaperReceived(listed.name, form, sent[listed.id])


def _missing(
    item: SupplementItem, dossier: Dossier, definition: Procedure | None, online: bool
) -> Missing:
    listed = {document.id: document.name for document in dossier.procedure.documents}
    defined = {one.id: one for one in definition.documents} if definition else {}
    sections = definition.form.sections if definition else ()
    labels = {one.key: one.label for section in sections for one in section.fields}
    if item.requirement in listed:
        wanted = defined.get(item.requirement)
        return Missing(
            name=listed[item.requirement],
            note=item.note,
            originals=wanted.originals if wanted else 1,
            copies=wanted.copies if wanted else 0,
            electronic=online,
        )
    label = labels.get(item.form_field or "")
    name = f"Tờ khai, mục «{label}»" if label else "Nội dung khai"
    return Missing(name, item.note, originals=0, copies=0, electronic=online)
