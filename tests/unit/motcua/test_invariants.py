"""What must hold between the services: nothing of it is broken in a whole story, all of it can be.

Each damage takes one thing out of the story, or puts one into it, and names what notices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kernel.events import Actor, Recorded
from kernel.examples import example_of
from motcua.operations.invariants import table
from motcua.operations.invariants.evidence import Evidence, Stand
from motcua.operations.invariants.examination import judge
from motcua.operations.invariants.table import INVARIANTS
from services.dossier import contract as dossier
from services.identity import contract as identity
from services.notify import contract as notify
from services.notify.decider import Channel, message_name
from services.payment import contract as payment

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)
CODE = "000.00.14.H56-261123-0001"
OTHER = "000.00.14.H56-261123-0002"


def record(source: str, stream: str, version: int, event: Any) -> Recorded:
    """Return an event as it was recorded an hour ago."""
    return Recorded(
        event=event,
        id=f"{stream}.{version}",
        type=type(event).__name__,
        source=source,
        stream=stream,
        version=version,
        position=version,
        occurred_at=LONG_AGO,
        recorded_at=LONG_AGO,
        actor=Actor("acc-1", "citizen"),
        causation=None,
        correlation="c-1",
    )


def of_dossier(code: str, *events: Any) -> list[Recorded]:
    """Return the events of a dossier."""
    return [record("dossier", f"dossier-{code}", n, event) for n, event in enumerate(events, 1)]


PAPER = replace(example_of(dossier.Attachment), file="f-paper")
SUBMITTED = replace(example_of(dossier.DossierSubmitted), code=CODE, documents=(PAPER,))
ACCEPTED = replace(example_of(dossier.DossierAccepted), code=CODE)
ASKED = replace(example_of(dossier.FeeRequested), code=CODE, obligation="o-1")
PAID_HERE = replace(example_of(dossier.FeePaid), code=CODE, obligation="o-1")
REMINDED = replace(
    example_of(dossier.StepReminded),
    code=CODE,
    recipients=tuple(dossier.OfficerRef(f"acc-{name}", name, "") for name in ("an", "binh")),
)
LIFE = of_dossier(CODE, SUBMITTED, ACCEPTED, ASKED, PAID_HERE, REMINDED)
WITHDRAWN = of_dossier(
    OTHER,
    replace(example_of(dossier.DossierSubmitted), code=OTHER, documents=()),
    replace(example_of(dossier.FeeRequested), code=OTHER, obligation="o-2"),
    replace(example_of(dossier.DossierWithdrawn), code=OTHER),
)

RAISED = [
    record(
        "payment",
        f"obligation-{name}",
        1,
        replace(example_of(payment.ObligationRaised), obligation=name),
    )
    for name in ("o-1", "o-2")
]
STARTED = record(
    "payment",
    "obligation-o-1",
    2,
    replace(
        example_of(payment.PaymentStarted), obligation="o-1", payment="o-1-1", expires_at=LONG_AGO
    ),
)
PAID = record(
    "payment",
    "obligation-o-1",
    3,
    replace(example_of(payment.FeePaid), obligation="o-1", payment="o-1-1"),
)
CANCELLED = record(
    "payment",
    "obligation-o-2",
    2,
    replace(example_of(payment.ObligationCancelled), obligation="o-2"),
)

MESSAGES = [
    message_name(cause.id, channel)
    for cause in (*LIFE[:-1], *WITHDRAWN)
    for channel in (Channel.MAIL, Channel.INBOX)
]
TO_OFFICERS = [
    message_name(LIFE[-1].id, channel, officer.account)
    for officer in REMINDED.recipients
    for channel in (Channel.MAIL, Channel.INBOX)
]
PLANNED = [
    record("notify", f"message-{name}", 1, replace(example_of(notify.MessagePlanned), message=name))
    for name in (*MESSAGES, *TO_OFFICERS)
]
SENT = [
    record(
        "notify",
        f"message-{name}",
        2,
        replace(
            example_of(notify.MessageSent),
            message=name,
            dossier=CODE,
            template="step-reminder" if name in TO_OFFICERS else "accepted",
        ),
    )
    for name in (*MESSAGES, *TO_OFFICERS)
]
TOLD = [
    record(
        "dossier",
        f"dossier-{CODE}",
        len(LIFE) + number,
        replace(example_of(dossier.CitizenNotified), code=CODE, message=name),
    )
    for number, name in enumerate(MESSAGES, start=1)
]
EVENTS: Mapping[str, list[Recorded]] = {
    "dossier": [*LIFE, *WITHDRAWN, *TOLD],
    "payment": [*RAISED, STARTED, PAID, CANCELLED],
    "notify": [*PLANNED, *SENT],
}
STREAMS = {
    service: {one.stream: Stand(one.version, LONG_AGO) for one in events}
    for service, events in EVENTS.items()
}
OPEN = {"version": STREAMS["dossier"][f"dossier-{CODE}"].number, "open": True, "unit": "desk"}

WHOLE = Evidence(
    events=EVENTS,
    streams=STREAMS,
    tails={service: Stand(len(events), LONG_AGO) for service, events in EVENTS.items()},
    listeners={"notify": ["dossier"]},
    heard={
        "notify": {
            f"dossier/{stream}": stand.number for stream, stand in STREAMS["dossier"].items()
        }
    },
    relayed={service: len(events) for service, events in EVENTS.items()},
    dossiers={
        CODE: {**OPEN, "step": "handling", "step_due": "2026", "due": "2026"},
        OTHER: {"version": 3, "open": False, "unit": None, "step": None},
    },
    obligations={"o-1": {"version": 3}, "o-2": {"version": 2}},
    messages={name: {"version": 2, "state": "sent"} for name in (*MESSAGES, *TO_OFFICERS)},
    files=frozenset({"f-paper"}),
)


def without(service: str, *gone: Recorded) -> Evidence:
    """Return the story in which these events did not happen."""
    kept = [one for one in EVENTS[service] if one not in gone]
    return replace(WHOLE, events={**EVENTS, service: kept})


def also(service: str, *more: Recorded) -> Evidence:
    """Return the story in which these happened too."""
    return replace(WHOLE, events={**EVENTS, service: [*EVENTS[service], *more]})


def with_dossier(**changes: Any) -> Evidence:
    """Return the story in which the open dossier's view says something else."""
    return replace(WHOLE, dossiers={**WHOLE.dossiers, CODE: {**WHOLE.dossiers[CODE], **changes}})


def gap() -> Evidence:
    """Return the story in which a number was skipped."""
    fourth = f"{CODE[:-1]}4"
    skipping = replace(SUBMITTED, code=fourth, documents=())
    return also("dossier", *of_dossier(fourth, skipping))


DAMAGES: Mapping[str, tuple[Callable[[], Evidence], set[str]]] = {
    "a relay stands still": (
        lambda: replace(WHOLE, relayed={**WHOLE.relayed, "notify": 3}),
        {"everything-published"},
    ),
    "an event was not heard": (
        lambda: replace(WHOLE, heard={"notify": {f"dossier/dossier-{CODE}": 99}}),
        {"everything-heard"},
    ),
    "a view is behind": (
        lambda: replace(WHOLE, obligations={**WHOLE.obligations, "o-1": {"version": 2}}),
        {"views-current"},
    ),
    "a view is gone": (
        lambda: replace(WHOLE, messages={name: WHOLE.messages[name] for name in MESSAGES[1:]}),
        {"views-current"},
    ),
    "a fee has no obligation": (lambda: without("payment", RAISED[0]), {"fees-raised"}),
    "an obligation has no fee": (
        lambda: without("dossier", LIFE[2]),
        {"fees-raised", "people-told"},
    ),
    "a fee was raised twice": (lambda: also("payment", RAISED[0]), {"fees-raised"}),
    "a payment is not recorded": (
        lambda: without("dossier", LIFE[3]),
        {"payments-recorded", "people-told"},
    ),
    "a payment is recorded twice": (
        lambda: also("dossier", replace(LIFE[3], id="again")),
        {"payments-recorded", "people-told"},
    ),
    "a withdrawn dossier owes": (
        lambda: without("payment", CANCELLED),
        {"ended-dossiers-owe-nothing"},
    ),
    "an attempt has no end": (
        lambda: also("payment", replace(STARTED, event=replace(STARTED.event, payment="o-1-2"))),
        {"attempts-ended"},
    ),
    "nobody was told": (lambda: without("notify", PLANNED[0]), {"people-told"}),
    "a message fell out of the line": (
        lambda: without("notify", SENT[0]),
        {"messages-ended", "messages-in-history"},
    ),
    "a message was sent twice": (lambda: also("notify", SENT[0]), {"messages-ended"}),
    "a sent message is shown as waiting": (
        lambda: replace(
            WHOLE,
            messages={**WHOLE.messages, MESSAGES[0]: {"version": 2, "state": "planned"}},
        ),
        {"messages-shown"},
    ),
    "the history lacks a message": (lambda: without("dossier", TOLD[0]), {"messages-in-history"}),
    "a number was skipped": (gap, {"codes-dense", "people-told"}),
    "a file is gone": (lambda: replace(WHOLE, files=frozenset()), {"files-kept"}),
    "nobody holds it": (lambda: with_dossier(unit=None), {"open-dossiers-held"}),
    "it is at no step": (lambda: with_dossier(step=None), {"open-dossiers-held"}),
    "it has no due time": (lambda: with_dossier(due=None), {"open-dossiers-due"}),
}


def broken(evidence: Evidence, before: datetime = NOW) -> set[str]:
    """Return the names of what is broken."""
    return {verdict.invariant.name for verdict in judge(evidence, before) if verdict.broken}


def test_a_whole_story_breaks_nothing() -> None:
    assert broken(WHOLE) == set()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damage_is_noticed(damage: str) -> None:
    damaged, noticed_by = DAMAGES[damage]
    assert broken(damaged()) == noticed_by


def test_the_files_of_somebody_who_was_erased_are_gone_rightly() -> None:
    erased = record(
        "identity",
        "account-1",
        3,
        replace(example_of(identity.SubjectErased), subject=SUBMITTED.subject),
    )
    forgotten = replace(WHOLE, events={**EVENTS, "identity": [erased]}, files=frozenset())
    assert "files-kept" not in broken(forgotten)


def test_every_invariant_is_broken_by_some_damage() -> None:
    noticing = {name for _, names in DAMAGES.values() for name in names}
    assert noticing == {invariant.name for invariant in INVARIANTS}


def test_what_is_young_is_on_its_way() -> None:
    (verdict,) = [
        verdict
        for verdict in judge(without("payment", RAISED[0]), LONG_AGO - timedelta(minutes=1))
        if verdict.broken or verdict.on_their_way
    ]
    assert (verdict.broken, len(verdict.on_their_way)) == ((), 1)


def test_what_happened_twice_is_broken_at_once() -> None:
    young = LONG_AGO - timedelta(minutes=1)
    assert broken(also("payment", RAISED[0]), young) == {"fees-raised"}


def test_a_message_that_waits_in_line_is_well() -> None:
    waiting = replace(without("notify", SENT[0]), waiting=frozenset({MESSAGES[0]}))
    assert "messages-ended" not in broken(waiting)


def test_the_table_names_every_invariant() -> None:
    rows = table.table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == [one.name for one in INVARIANTS]
