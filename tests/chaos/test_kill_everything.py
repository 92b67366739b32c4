"""kill -9 of every process, once each, while dossiers live: all end well, nothing twice."""

from __future__ import annotations

import io
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import consistency
import pytest
import requests
from interface import Mailbox, System, eventually, expect
from records import TYPES, Records
from rich.console import Console
from stack import Stack

from motcua import demo
from motcua.programs import Stage
from motcua.supervision import wait_until
from services.identity.demo import read_demo_accounts

PLAYERS = 2
KILLING_SECONDS = 180.0
# a mail whose sender was killed waits for the end of its turn, two minutes
PATIENCE = 210.0

pytestmark = pytest.mark.timeout(600)

ORDER = (Stage.SERVICES, Stage.RELAYS, Stage.PORTAL, Stage.SANDBOXES, Stage.NAMES, Stage.SERVERS)


@dataclass
class Troupe:
    """Plays the demo again and again, several at a time, until told to come to an end."""

    places: demo.Places
    stories: list[demo.Story] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    begun: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _players: list[threading.Thread] = field(default_factory=list)

    def begin(self, players: int) -> None:
        """Begin to play."""
        for _ in range(players):
            player = threading.Thread(target=self._play)
            player.start()
            self._players.append(player)

    def end(self) -> None:
        """Let those under way come to their end, and begin no more."""
        self._over.set()
        for player in self._players:
            player.join()

    def _play(self) -> None:
        while not self._over.is_set():
            self.begun += 1
            try:
                quiet = Console(file=io.StringIO())
                told = demo.Demo(self.places, read_demo_accounts(), quiet).play()
                self.stories.append(told)
            except Exception as error:  # noqa: BLE001 - each failure is told at the end
                self.failures.append(error)
                return


@dataclass(frozen=True)
class Aftermath:
    """What is left when everything was killed once and all dossiers have come to their end.

    `since` is where each ledger stood, and `dead` which dead letters there were, before.
    """

    troupe: Troupe
    killed: list[str]
    since: Mapping[str, int]
    dead: Sequence[str]


@pytest.fixture(scope="module")
def records(stack: Stack) -> Iterator[Records]:
    with Records(stack) as opened:
        yield opened


@pytest.fixture(scope="module")
def aftermath(stack: Stack, records: Records) -> Aftermath:
    """Kill everything once while dossiers live; wait until it is quiet again."""
    places = demo.Places(stack.url("portal"), stack.url("mail"), stack.url("vnpay"))
    eventually(lambda: consistency.is_quiet(records), "the system as its users left it", 120)
    troupe, killed = Troupe(places), list[str]()
    since = {service: records.head(service) for service in TYPES}
    dead = list(consistency.dead_letters(records))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "PATIENCE", PATIENCE)
        troupe.begin(PLAYERS)
        try:
            eventually(lambda: troupe.stories or troupe.failures, "a first story", 180)
            assert troupe.failures == []
            end = time.monotonic() + KILLING_SECONDS
            for program in sorted(stack.programs, key=lambda one: ORDER.index(one.stage)):
                if time.monotonic() > end:
                    break
                _kill(stack, program.name)
                killed.append(program.name)
        finally:
            troupe.end()
    stack.await_ready(deadline=120)
    eventually(lambda: consistency.is_quiet(records), "quiet after the storm", 150)
    return Aftermath(troupe, killed, since, dead)


def _kill(stack: Stack, program: str) -> None:
    """Kill a program that runs, and wait until another one in its place can be used."""
    assert wait_until(lambda: stack.pid(program) != 0, 60)
    before = stack.kill(program)
    assert wait_until(lambda: stack.pid(program) not in (0, before), 60), program
    stack.await_ready([program], deadline=120)


def test_every_process_was_killed(stack: Stack, aftermath: Aftermath) -> None:
    assert sorted(aftermath.killed) == sorted(program.name for program in stack.programs)


def test_every_story_ended_well(aftermath: Aftermath) -> None:
    assert aftermath.troupe.failures == []
    assert len(aftermath.troupe.stories) == aftermath.troupe.begun
    assert {story.hops[-1].status for story in aftermath.troupe.stories} == {"Đã trả kết quả"}


@pytest.mark.proves("L3", "L5")
def test_every_acknowledged_dossier_exists_and_no_other(
    aftermath: Aftermath, records: Records
) -> None:
    submitted = [
        record.event.code
        for record in records.since("dossier", aftermath.since["dossier"])
        if record.type == "DossierSubmitted"
    ]
    assert Counter(submitted) == Counter(story.code for story in aftermath.troupe.stories)


@pytest.mark.proves("L5")
def test_every_act_that_was_acknowledged_is_in_the_history_once(
    aftermath: Aftermath, records: Records
) -> None:
    once = (
        *("DossierSubmitted", "DossierAccepted", "SupplementRequested", "DossierSupplemented"),
        *("FeeRequested", "FeePaid", "ResultApproved", "DossierCompleted"),
        *("ResultDispatched", "ResultReceived"),
    )
    for story in aftermath.troupe.stories:
        types = Counter(records.dossier(story.code))
        assert {name: types[name] for name in once} == dict.fromkeys(once, 1), story.code
        (assigned, returned) = (types["OfficerAssigned"], types["StepReturned"])
        assert (assigned, returned) == (1, 0)


@pytest.mark.proves("L1", "L2", "L6")
def test_every_ledger_verifies(aftermath: Aftermath, records: Records) -> None:
    assert list(consistency.broken_chains(records)) == []


def test_every_view_equals_a_fresh_projection(aftermath: Aftermath, records: Records) -> None:
    assert list(consistency.stale_views(records)) == []


@pytest.mark.proves("L3")
def test_no_effect_happened_twice_or_not_at_all(aftermath: Aftermath, records: Records) -> None:
    assert list(consistency.repeated_effects(records)) == []


def test_there_are_no_more_dead_letters_than_before(aftermath: Aftermath, records: Records) -> None:
    assert list(consistency.dead_letters(records)) == list(aftermath.dead)


def test_every_message_came_as_one_mail(
    stack: Stack, aftermath: Aftermath, records: Records
) -> None:
    came = Counter(
        mail["message_id"]
        for story in aftermath.troupe.stories
        for mail in _mails(stack, story.code)
    )
    codes = {story.code for story in aftermath.troupe.stories}
    sent = [
        record.event.message_id
        for record in records.since("notify", aftermath.since["notify"])
        if record.type == "MessageSent"
        and record.event.channel == "mail"
        and record.event.dossier in codes
    ]
    assert set(came) == set(sent)
    # A mail that its server took in the moment of a kill may come again under the same
    # Message-ID, which its receiver can tell: one for each kill of who takes part, at most.
    again = {name: count - 1 for name, count in came.items() if count > 1}
    assert sum(again.values()) <= sum(
        name in aftermath.killed for name in ("notify", "mail", "database")
    )


def _mails(stack: Stack, code: str) -> list[dict[str, str]]:
    all_of_them = Mailbox(stack.url("mail")).to("congdan@demo.example", limit=2000)
    return [mail for mail in all_of_them if code in mail["subject"]]


def test_life_goes_on(stack: Stack, aftermath: Aftermath) -> None:
    citizen = System(stack).person("congdan")
    for story in aftermath.troupe.stories:
        assert expect(citizen.get(f"/dossiers/{story.code}"), 200)["status"] == 10
    assert requests.get(stack.url("portal"), timeout=60).status_code == 200
