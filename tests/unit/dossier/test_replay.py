"""A dossier as it stood, what each event changed, and the report in its bundle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import dossier_samples as s
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import NotFound
from kernel.events import Recorded
from kernel.requests import Call, Caller
from kernel.schemas import dump
from services.dossier.contract import (
    Change,
    NewDownloadTicket,
    Replay,
    ReplayDossier,
    Status,
)
from services.dossier.decider import evolve
from services.dossier.service import DossierService
from services.dossier.views import files_in, picture, project, replay, since, status, until

ELSEWHERE = replace(s.AUDITOR, agency="ubnd-tinh-38")
AUDITORS = (s.AUDITOR, ELSEWHERE)
NAMES = {"file-declaration": "to-khai.pdf", "file-result": "ket-qua.pdf"}
STORIES = st.sampled_from(sorted(s.UNTIL))


def history(name: str) -> tuple[Recorded, ...]:
    """A story with an hour between its events."""
    return tuple(
        replace(record, recorded_at=s.MONDAY + timedelta(hours=number))
        for number, record in enumerate(s.UNTIL[name]().history())
    )


def replayed(past: Sequence[Recorded], who: Caller = ELSEWHERE) -> Replay:
    """The replay of a history, whose files are all there."""
    return replay(past, who, s.CALENDAR, file_names=NAMES)


def changed(found: Replay, kind: str) -> dict[str, tuple[Any, Any]]:
    """What the first event of a type changed."""
    event = next(one for one in found.events if one.type == kind)
    return {one.path: (one.before, one.after) for one in event.changes}


@given(STORIES, st.data())
def test_the_replay_of_a_beginning_is_the_status_at_that_time(
    name: str, data: st.DataObject
) -> None:
    whole = history(name)
    version = data.draw(st.integers(1, len(whole)))
    past = until(whole, None, version)
    found = replayed(past, s.APPLICANT)
    document = project(past)
    assert document is not None
    shown = status(document, s.APPLICANT, past[-1].recorded_at, s.CALENDAR, NAMES)
    assert found.status == replace(shown, actions=())
    assert found.version == version
    assert until(whole, past[-1].recorded_at, None) == past


@given(STORIES, st.data())
def test_what_an_event_changed_stays_as_more_happens(name: str, data: st.DataObject) -> None:
    whole = history(name)
    version = data.draw(st.integers(1, len(whole)))
    assert replayed(whole[:version]).events == replayed(whole).events[:version]


def test_a_replay_folds_each_event_once(monkeypatch: pytest.MonkeyPatch) -> None:
    folded = 0

    def counted(dossier: Any, event: Any) -> Any:
        nonlocal folded
        folded += 1
        return evolve(dossier, event)

    monkeypatch.setattr(picture, "evolve", counted)
    past = history("returned")
    replayed(past)
    assert folded == len(past)


@given(STORIES, st.sampled_from([s.APPLICANT, s.RECEIVING, *AUDITORS]))
def test_all_changes_together_are_the_view(name: str, who: Caller) -> None:
    found = replayed(history(name), who)
    view: dict[str, Any] = {}
    for event in found.events:
        for change in event.changes:
            assert view.get(change.path) == change.before
            view[change.path] = change.after
    first = replayed(history(name)[:1], who)
    begun = {one.path: one.after for one in first.events[0].changes}
    for change in since(first, found):
        assert begun.get(change.path) == change.before
        begun[change.path] = change.after
    left = {path: value for path, value in view.items() if value is not None}
    assert left == {path: value for path, value in begun.items() if value is not None}


def test_an_event_names_what_it_changed() -> None:
    found = changed(replayed(history("accepted")), "DossierAccepted")
    assert found["status"] == (Status.SUBMITTED, Status.ACCEPTED)
    assert found["clock.state"] == ("not-started", "running")
    assert found["receiving_officer.name"] == (None, s.RECEIVING.name)
    assert "version" not in found
    assert not any("explained" in path for path in found)


@pytest.mark.parametrize("who", AUDITORS, ids=["own agency", "elsewhere"])
@pytest.mark.parametrize("name", sorted(s.UNTIL))
def test_nothing_personal_is_in_an_auditors_replay(name: str, who: Caller) -> None:
    text = str(dump(replayed(history(name), who)))
    for value in (s.PERSON.name, s.PERSON.identity_number, s.PERSON.email, "4711", "cha mẹ"):
        assert value not in text


@pytest.mark.parametrize("who", [s.APPLICANT, *AUDITORS])
def test_every_file_that_came_with_an_event_is_recorded_there_for_everybody(who: Caller) -> None:
    found = {one.type: one.files for one in replayed(history("returned"), who).events}
    (filed,), (sent,) = found.pop("DossierSubmitted"), found.pop("ResultDispatched")
    assert (filed.name, filed.name_en) == (s.DECLARATION.name, s.DECLARATION.name_en)
    assert (filed.sha256, filed.size) == ("0" * 64, 9)
    assert (sent.name, sent.name_en) == ("Kết quả", "The result")
    assert not any(found.values())


def test_only_the_applicant_reads_the_pin() -> None:
    past = history("accepted")
    assert changed(replayed(past, s.APPLICANT), "DossierSubmitted")["pin"] == (None, "4711")
    assert "pin" not in changed(replayed(past, s.RECEIVING), "DossierSubmitted")


def test_a_moment_before_and_a_moment_between() -> None:
    past = history("handling")
    assert until(past, s.MONDAY - timedelta(seconds=1), None) == ()
    assert until(past, past[1].recorded_at + timedelta(minutes=1), None) == past[:2]
    with pytest.raises(ValueError, match="nothing had happened"):
        replayed(())


def test_what_changed_since_is_the_difference_of_two_views() -> None:
    past = history("handling")
    changes = since(replayed(past[:1]), replayed(past))
    assert Change("status", 1, 4) in changes
    assert since(replayed(past), replayed(past)) == ()


@pytest.mark.parametrize("name", sorted(s.UNTIL))
def test_every_file_that_a_status_shows_is_among_those_to_be_named(name: str) -> None:
    past = history(name)
    document = project(past)
    assert document is not None
    view = document["picture"]["view"]
    shown = {one["file"] for one in [*view["documents"], *filter(None, [view["result"]])]}
    assert shown - {None} <= set(files_in(past))


def test_files_that_are_there_are_told_and_those_that_were_erased_are_not() -> None:
    past = history("returned")
    assert set(files_in(past)) >= set(NAMES)
    there = replayed(past, s.APPLICANT)
    assert there.status.result is not None
    assert there.status.result.file == "file-result"
    assert [one.file_name for one in there.status.documents] == ["to-khai.pdf"]
    assert changed(there, "ResultDispatched")["result.file"] == (None, "file-result")

    gone = replay(past, s.APPLICANT, s.CALENDAR, file_names={})
    assert gone.status.result is not None
    assert gone.status.result.file is None
    assert "result.file" not in changed(gone, "ResultDispatched")

    not_looked = replay(past, s.APPLICANT, s.CALENDAR)
    assert changed(not_looked, "ResultDispatched")["result.file"] == (None, "file-result")


def test_the_service_names_the_files_of_a_replay_and_gives_an_auditor_none_of_them() -> None:
    past = history("returned")
    service: Any = DossierService()
    service.status_view = SimpleNamespace(get=lambda code: project(past))
    service.dossiers = SimpleNamespace(load=lambda stream: SimpleNamespace(history=past))
    service.cabinet = SimpleNamespace(
        files=SimpleNamespace(names=lambda ids: {one: NAMES[one] for one in ids if one in NAMES}),
        calendar=s.CALENDAR,
    )
    applicant, auditor = (Call(who, "c", s.MONDAY, "") for who in (s.APPLICANT, s.AUDITOR))
    told = service.replay_dossier(ReplayDossier(s.CODE), applicant)
    assert told.status == replayed(past, s.APPLICANT).status
    assert told.status.documents[0].file_name == "to-khai.pdf"
    with pytest.raises(NotFound):
        service.new_download_ticket(NewDownloadTicket("file-declaration", s.CODE), auditor)
