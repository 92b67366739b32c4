"""The table of actions as the service's README shows it: drawn from the code, never by hand."""

from __future__ import annotations

from services.catalog.contract import StepAction
from services.dossier.contract import Status
from services.dossier.decider.actions import BY_NAMES, TABLE, Row
from services.dossier.decider.standing import Needs
from services.dossier.names import ACTION_NAMES, STATUS_NAMES

NEEDS_NAMES = {
    Needs.FEES_SETTLED: "no fee is due",
    Needs.EARLIER_STEP: "a step lies behind reception",
    Needs.NOT_ACCEPTED: "it was not accepted yet",
    Needs.ACCEPTED: "it was accepted",
    Needs.WITHDRAWAL_ASKED: "a request to withdraw is open",
    Needs.NO_WITHDRAWAL_ASKED: "no request to withdraw is open",
    Needs.NOT_EXTENDED: "its time was not extended yet",
    Needs.SENT_BY_POST: "the result comes by post",
    Needs.NOT_RATED: "it was not rated yet",
    Needs.IN_PERSON: "something must be done in person",
    Needs.CONSULTING: "a unit's opinion is waited for",
    Needs.NOBODY_CONSULTED: "no unit's opinion is waited for",
}


def table() -> str:
    """Return the table in Markdown."""
    head = ["Action", "Việc", "In status", "At a step to", "By", "Only if", "Leads to"]
    lines = [head, ["---"] * len(head), *(_cells(row) for row in TABLE)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def diagram() -> str:
    """Return the statuses and what leads from one to another, for Mermaid.

    What leaves the status as it is, whichever that is, is not drawn.
    """
    names = [f"    s{int(status)} : {int(status)} {_name(status)}" for status in Status]
    edges: dict[tuple[Status, Status], list[str]] = {}
    for row in (row for row in TABLE if row.leads_to != row.statuses):
        for start in row.statuses:
            for end in row.leads_to:
                if start is not end:
                    edges.setdefault((start, end), []).append(row.action)
    arrows = [
        f"    s{int(start)} --> s{int(end)} : {', '.join(dict.fromkeys(actions))}"
        for (start, end), actions in edges.items()
    ]
    paid = [
        f"    s{int(Status.FEE_DUE)} --> s{int(status)} : FeePaid"
        for status in (Status.SUBMITTED, Status.ACCEPTED, Status.PROCESSING)
    ]
    submit = f"    [*] --> s{int(Status.SUBMITTED)} : submit"
    return "\n".join(["stateDiagram-v2", *names, submit, *arrows, *paid])


def _cells(row: Row) -> list[str]:
    return [
        f"`{row.action}`",
        ACTION_NAMES[row.action][0],
        ", ".join(str(int(status)) for status in row.statuses),
        ", ".join(_step(action) for action in row.steps) or "any",
        " or ".join(BY_NAMES[capacity][1] for capacity in row.by),
        "; ".join(NEEDS_NAMES[need] for need in row.needs),
        ", ".join(str(int(status)) for status in row.leads_to),
    ]


def _step(action: StepAction) -> str:
    return f"`{action.value}`"


def _name(status: Status) -> str:
    return STATUS_NAMES[status][1]
