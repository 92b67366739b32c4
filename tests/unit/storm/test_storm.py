"""The storm itself: a seed decides everything, nobody is spared, and the judge is not blind."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import islice
from types import SimpleNamespace
from typing import Any

import pytest
from dossier_samples import APPLICANT, Story, accept, submit
from storm import verdict
from storm.blows import blows_of
from storm.journal import Act
from storm.lives import End, Fee, Kind, life_of

from kernel.commits import Commit, Meta
from kernel.events import Actor, Encoded

PROGRAMS = ("broker", "database", "dossier", "portal")
PAUSES = (1.0, 2.0)
CODE = "000.01.38.H56-260907-0001"


def test_a_seed_decides_every_blow_and_every_life() -> None:
    def storm(seed: int) -> tuple[list[Any], list[Any]]:
        blows = list(islice(blows_of(seed, PROGRAMS, PAUSES), 50))
        return blows, [life_of(seed, number) for number in range(50)]

    assert storm(7) == storm(7)
    assert storm(7) != storm(8)


def test_everybody_is_killed_before_anybody_is_killed_again() -> None:
    blows = list(islice(blows_of(7, PROGRAMS, PAUSES), 200))
    first = blows[: len(PROGRAMS)]
    assert sorted(program for blow in first for program in blow.programs) == sorted(PROGRAMS)
    assert {blow.freeze for blow in first} == {0.0}
    assert all(PAUSES[0] <= blow.pause <= PAUSES[1] for blow in blows)
    assert {len(blow.programs) for blow in blows} == {1, 2}
    assert any(blow.freeze for blow in blows)


def test_every_kind_of_life_is_led() -> None:
    lives = [life_of(7, number) for number in range(500)]
    assert {life.kind for life in lives} == set(Kind)
    assert {life.end for life in lives} == set(End)
    assert {life.fee for life in lives} == set(Fee)
    assert {life.return_by for life in lives} == {"online", "post", "in-person"}
    assert {(life.supplement, life.sent_back) for life in lives} >= {(True, False), (False, True)}


# The judge


def _commit(identifier: str, version: int, stream: str = f"dossier-{CODE}") -> Commit:
    history = Story(submit(), accept()).history()
    return Commit(
        id=identifier,
        position=version,
        stream=stream,
        first=version,
        last=version,
        events=(),
        meta=Meta(Actor(APPLICANT.id, "citizen"), history[0].occurred_at, "c-1"),
        recorded_at=history[0].recorded_at,
        prev="",
        stream_prev="",
        hash="",
    )


SENT = Act(1, "congdan", "acc-1", "/dossiers", "key-1", True, CODE, 1)
WAITING = Act(1, "ca.tiepnhan", "acc-2", f"/dossiers/{CODE}/accept", "key-2")


def _left(*commits: Commit, acts: tuple[Act, ...] = (SENT, WAITING)) -> Any:
    """Return as much of what a storm leaves as these judges look at."""
    journal = SimpleNamespace(
        acts={act.key: act for act in acts},
        acknowledged=[act for act in acts if act.acknowledged],
    )
    return SimpleNamespace(
        journal=journal,
        codes=frozenset({CODE}),
        commits={"dossier": {commit.id: commit for commit in commits}, "payment": {}},
    )


def test_what_was_acknowledged_and_is_there_is_well() -> None:
    left = _left(_commit(SENT.commit_id, 1))
    assert list(verdict.lost_commands(left)) == []
    assert list(verdict.foreign_commands(left)) == []


@pytest.mark.parametrize(
    ("commits", "found"),
    [
        ((), "no commit"),
        ((_commit(SENT.commit_id, 2),), "version 1 is now 2"),
        ((_commit(SENT.commit_id, 1, "dossier-other"),), "stands in dossier-other"),
    ],
)
def test_an_acknowledged_command_that_is_lost_is_noticed(
    commits: tuple[Commit, ...], found: str
) -> None:
    (fault,) = verdict.lost_commands(_left(*commits))
    assert found in fault


def test_a_command_without_an_answer_may_have_happened_or_not() -> None:
    happened = _left(_commit(SENT.commit_id, 1), _commit(WAITING.commit_id, 2))
    assert list(verdict.lost_commands(happened)) == []
    assert list(verdict.foreign_commands(happened)) == []


def test_a_second_effect_under_another_id_is_noticed() -> None:
    left = _left(_commit(SENT.commit_id, 1), _commit("key-of-nobody", 2))
    (fault,) = verdict.foreign_commands(left)
    assert "key-of-nobody" in fault


def test_what_the_service_does_by_itself_was_asked_for_by_nobody() -> None:
    reminder = replace(
        _commit("of-the-service", 2), events=(Encoded("e-2", "StepReminded", 1, "{}"),)
    )
    assert list(verdict.foreign_commands(_left(_commit(SENT.commit_id, 1), reminder))) == []


def test_a_history_with_something_twice_is_noticed() -> None:
    number = next(n for n in range(100) if life_of(7, n).end is End.WITHDRAWN_AT_ONCE)
    submitted = Story(submit()).history()[0]
    withdrawn = replace(submitted, type="DossierWithdrawn", version=2)

    def judged(*records: Any) -> Counter[str]:
        load = SimpleNamespace(codes={number: CODE}, seed=7)
        told = [replace(record, stream=f"dossier-{CODE}") for record in records]
        left: Any = SimpleNamespace(load=load, events={"dossier": told})
        return Counter(fault.split(": ")[1] for fault in verdict.wrong_histories(left))

    assert judged(submitted, withdrawn) == Counter()
    assert judged(submitted) == Counter({"DossierWithdrawn 0 times instead of 1": 1})
    assert judged(submitted, withdrawn, withdrawn) == Counter(
        {"DossierWithdrawn 2 times instead of 1": 1}
    )


def test_a_mail_too_many_and_one_too_few_are_noticed() -> None:
    def message(name: str) -> Any:
        event = SimpleNamespace(message_id=name, channel="mail", dossier=CODE)
        return SimpleNamespace(event=event)

    left: Any = SimpleNamespace(
        of_type=lambda service, *names: [message("<sent>"), message("<lost>")],
        codes=frozenset({CODE}),
        mails=Counter({"<sent>": 1, "<foreign>": 1}),
        mails_twice=0,
        mails_twice_at_most=0,
    )
    assert sorted(verdict.mails_astray(left)) == [
        "<foreign>: came, and no event tells that it was sent",
        "<lost>: was sent, and did not come",
    ]
