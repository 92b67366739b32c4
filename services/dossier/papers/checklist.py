"""What to bring to the counter for a procedure and case, as a list to be ticked (D24)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from services.catalog.contract import (
    Case,
    Channel,
    DocumentRequirement,
    Procedure,
    ProcessingTime,
    Tariff,
    TimeUnit,
)
from services.dossier.papers.facts import ChecklistFacts, PaperToBring
from services.dossier.wording import money

_CHANNELS = {
    Channel.IN_PERSON: "nộp trực tiếp",
    Channel.ONLINE: "nộp trực tuyến",
    Channel.POST: "nộp qua bưu chính",
}
_TIME_UNITS = {
    TimeUnit.WORKING_DAY: "ngày làm việc",
    TimeUnit.WORKING_HOUR: "giờ làm việc",
    TimeUnit.DAY: "ngày",
    TimeUnit.MONTH: "tháng",
}


def checklist(
    procedure: Procedure, case: Case | None, link: str, printed_on: date
) -> ChecklistFacts:
    """Return the checklist; without a case it lists the papers of every case, and says of which.

    `link` is the address of the procedure's page.
    """
    wanted = case.id if case else None
    names = {one.id: one.name for one in procedure.cases}
    return ChecklistFacts(
        procedure=procedure.name,
        procedure_code=procedure.code,
        case=case.name if case else "",
        competence=procedure.competence.description,
        documents=tuple(
            _to_bring(document, names if case is None else {})
            for document in procedure.documents
            if case is None or document.case in (None, wanted)
        ),
        times=tuple(_times(procedure, case)),
        fees=tuple(_fee(one) for one in procedure.tariffs if _applies(one, wanted)),
        in_person=(case.in_person if case else "") or procedure.in_person,
        results=procedure.results,
        link=link,
        printed_on=printed_on,
    )


def _to_bring(document: DocumentRequirement, cases: dict[str, str]) -> PaperToBring:
    conditions = [
        f"Trường hợp: {cases[document.case]}" if document.case in cases else "",
        document.condition,
        "" if document.required or document.condition else "Nếu có",
    ]
    return PaperToBring(
        name=document.name,
        form=document.template,
        originals=document.originals,
        copies=document.copies,
        when="; ".join(one for one in conditions if one),
        reused=document.reuse_from,
    )


def _applies(tariff: Tariff, case: str | None) -> bool:
    return tariff.channel is Channel.IN_PERSON and (case is None or tariff.case in (None, case))


def _fee(tariff: Tariff) -> str:
    label = tariff.label or "Lệ phí"
    if tariff.amount is None:
        return f"{label}: theo quy định của Hội đồng nhân dân cấp tỉnh"
    if tariff.amount == 0:
        return f"{label}: không thu"
    per = f" / {tariff.per}" if tariff.per else ""
    exempt = f". {tariff.exemptions}" if tariff.exemptions else ""
    return f"{label}: {money(tariff.amount)}{per}{exempt}"


def _times(procedure: Procedure, case: Case | None) -> Iterator[str]:
    times = [case.time] if case and case.time else procedure.times
    for time in times:
        yield f"{_time(time)} ({_CHANNELS[time.channel]})"


def _time(time: ProcessingTime) -> str:
    if time.unit is TimeUnit.SAME_DAY:
        return "trong ngày làm việc; nhận sau 15 giờ thì ngày làm việc tiếp theo"
    if time.value is None:
        return time.note or "theo quy định"
    return f"{time.value} {_TIME_UNITS[time.unit]}"
