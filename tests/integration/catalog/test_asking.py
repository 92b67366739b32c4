"""The service asked over the broker: search, competence, publishing, who may."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from catalogue_installation import Installation, eventually

from kernel.client import NO_TOKEN, Client, standalone_client
from kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from kernel.feed import feed_of
from kernel.requests import Caller
from services.catalog.contract import (
    Agency,
    CloseAgency,
    FindAgencies,
    FindCompetentAgency,
    FindPlaces,
    FindProcedures,
    ListFields,
    OpenAgencies,
    PlaceLevel,
    Procedure,
    PublishProcedures,
    ReadAgency,
    ReadHoldings,
    ReadProcedure,
    RegisterPlaces,
)

BEFORE = date(2024, 4, 12)


def _own(client: Client, code: str, **changes: Any) -> Procedure:
    """Return a procedure like tách hộ under a code of the test's own."""
    like: Procedure = client.call(ReadProcedure("1.010038"))
    slug = f"rieng-{code.replace('.', '-')}"
    return replace(like, code=code, slug=slug, version=0, other_codes=(), **changes)


@pytest.mark.proves("C03", "C12", "C24")
def test_anyone_may_search(client: Client) -> None:
    page = client.call(FindProcedures(q="dang ky thuong tru"), token=NO_TOKEN)
    assert page.items[0].name == "Đăng ký thường trú"
    assert client.call(ListFields(), token=NO_TOKEN).items
    assert len(client.call(FindPlaces(level=PlaceLevel.PROVINCE), token=NO_TOKEN).items) == 34
    assert client.call(ReadAgency("ubnd-16594"), token=NO_TOKEN).name == "UBND phường Tân Dân"


@pytest.mark.proves("C04", "C06", "C07", "C08", "C09")
def test_the_search_of_april_2024_in_the_town_of_nghi_son(client: Client) -> None:
    districts = client.call(FindPlaces(level=PlaceLevel.DISTRICT, parent="38", on=BEFORE)).items
    town = next(it for it in districts if it.name == "Thị xã Nghi Sơn")
    agencies = client.call(FindAgencies(place=town.code, on=BEFORE)).items
    ward = next(it for it in agencies if it.name == "UBND phường Hải An")
    fields = client.call(ListFields(on=BEFORE)).items
    field = next(it for it in fields if it.name == "Hộ tịch")
    found = client.call(
        FindProcedures(agency=ward.id, place=ward.place, field_of_work=field.code, on=BEFORE)
    )
    assert "dang-ky-khai-sinh" in [it.slug for it in found.items]


@pytest.mark.proves("C05", "C06", "C10", "A18")
def test_the_search_of_october_2024_in_the_commune_of_cam_minh(client: Client) -> None:
    communes = client.call(FindPlaces(q="cẩm minh", parent="446", on=BEFORE)).items
    commune = next(it for it in communes if it.name == "Xã Cẩm Minh")
    found = client.call(FindProcedures(place=commune.code, legacy_level=3, on=BEFORE))
    assert "dang-ky-khai-sinh" in [it.slug for it in found.items]
    agency = client.call(FindCompetentAgency("1.001193", commune.code, on=BEFORE))
    assert agency.name == "UBND xã Cẩm Minh"


@pytest.mark.proves("D13", "D14", "D15")
def test_the_competent_agency_is_found_for_today_s_and_former_places(client: Client) -> None:
    def competent(procedure: str, place: str) -> str:
        return str(client.call(FindCompetentAgency(procedure, place)).name)

    assert competent("1.004222", "16594") == "Công an phường Tân Dân"
    assert competent("1.001193", "16585") == "UBND phường Tân Dân"
    assert competent("1.001456", "16585") == "Công an tỉnh Thanh Hóa"


def test_a_publication_shows_at_once_and_soon_on_every_process(
    client: Client,
) -> None:
    first = _own(client, "9.100001")
    client.call(PublishProcedures((first,)))
    eventually(lambda: _all_say(client, first.code, 1), 10)
    client.call(PublishProcedures((replace(first, name="Tên mới của thủ tục riêng"),)))
    eventually(lambda: _all_say(client, first.code, 2), 10)
    found = client.call(FindProcedures(q="ten moi cua thu tuc rieng"))
    assert [it.code for it in found.items] == [first.code]


def _all_say(client: Client, code: str, version: int) -> bool:
    """Whether a row of questions, which the processes take in turn, gets this version."""
    try:
        return all(client.call(ReadProcedure(code)).version == version for _ in range(6))
    except NotFound:
        return False


def test_the_same_content_again_changes_nothing(client: Client, loaded: Installation) -> None:
    offered = _own(client, "9.100002")
    done = client.call(PublishProcedures((offered,)))
    assert (done.taken, done.changed, done.unchanged) == (1, 1, 0)
    before = loaded.ledger.head()
    again = client.call(PublishProcedures((offered,)))
    assert (again.taken, again.changed, again.unchanged) == (1, 0, 1)
    assert loaded.ledger.head() == before


def test_one_unsound_procedure_refuses_the_whole_request(
    client: Client, loaded: Installation
) -> None:
    before = loaded.ledger.head()
    sound = _own(client, "9.100003")
    unsound = _own(client, "9.100004", legacy_level=4)
    with pytest.raises(Invalid) as refused:
        client.call(PublishProcedures((sound, unsound)))
    assert [it.field for it in refused.value.fields] == ["legacy_level"]
    assert loaded.ledger.head() == before


def test_a_repeated_key_does_nothing_twice_and_another_body_under_it_is_refused(
    client: Client, loaded: Installation
) -> None:
    agency = _agency(client, "thu-1")
    client.call(OpenAgencies((agency,)), idempotency_key="open-thu-1")
    before = loaded.ledger.head()
    client.call(OpenAgencies((agency,)), idempotency_key="open-thu-1")
    assert loaded.ledger.head() == before
    changed = replace(agency, hotline="0237 0000099")
    with pytest.raises(Conflict) as refused:
        client.call(OpenAgencies((changed,)), idempotency_key="open-thu-1")
    assert refused.value.code == "idempotency-key-reused"


def test_a_closed_agency_takes_nothing_any_more(client: Client) -> None:
    agency = _agency(client, "thu-2")
    client.call(OpenAgencies((agency,)))
    client.call(CloseAgency(agency.id, date(2026, 1, 1), ("ubnd-16594",)))

    def is_closed() -> bool:
        last_days = {client.call(ReadAgency(agency.id)).valid_to for _ in range(6)}
        return last_days == {date(2025, 12, 31)}

    eventually(is_closed, 10)
    assert client.call(ReadAgency(agency.id)).successors == ("ubnd-16594",)
    assert agency.id not in [it.id for it in client.call(FindAgencies(q=agency.name)).items]
    then = client.call(FindAgencies(q=agency.name, on=date(2025, 12, 31))).items
    assert then[0].id == agency.id


def _agency(client: Client, name: str) -> Agency:
    like: Agency = client.call(ReadAgency("ubnd-16594"))
    return replace(like, id=name, name=f"Cơ quan {name}", identifier=f"000.00.{name}", place="x")


COMMANDS: dict[str, Callable[[Client], Any]] = {
    "publish": lambda client: PublishProcedures((_own(client, "9.100009"),)),
    "register": lambda client: RegisterPlaces(
        client.call(FindPlaces(level=PlaceLevel.PROVINCE)).items
    ),
    "open": lambda client: OpenAgencies((client.call(ReadAgency("ubnd-16594")),)),
    "close": lambda client: CloseAgency("ubnd-16594", date(2027, 1, 1)),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_only_an_administrator_or_the_set_up_may_change_the_catalogue(
    client: Client, loaded: Installation, command: str
) -> None:
    before = loaded.ledger.head()
    asked = COMMANDS[command](client)
    citizen = loaded.token(Caller("acc-1", "citizen", verified=True))
    officer = loaded.token(Caller("acc-2", "officer", roles=("receiving",), agency="ubnd-16594"))
    for token in (NO_TOKEN, citizen, officer):
        with pytest.raises(Forbidden):
            client.call(asked, token=token)
    with standalone_client(loaded.settings, "dossier") as neighbour, pytest.raises(Forbidden):
        neighbour.call(asked)
    assert loaded.ledger.head() == before


def test_an_administrator_publishes_and_is_named_in_the_commit(
    client: Client, loaded: Installation
) -> None:
    token = loaded.token(Caller("acc-9", "officer", roles=("administrator",)))
    client.call(PublishProcedures((_own(client, "9.100010"),)), token=token)
    commit = loaded.ledger.stream_commits("procedure-9.100010")[-1]
    assert commit.meta.actor.id == "acc-9"


@pytest.mark.parametrize(
    "asked",
    [
        ReadProcedure("9.999999"),
        ReadAgency("nowhere"),
        FindCompetentAgency("1.004222", "99999"),
        FindProcedures(after="not ours"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_both_languages(client: Client, asked: Any) -> None:
    with pytest.raises(DomainError) as refused:
        client.call(asked)
    assert isinstance(refused.value, NotFound | Invalid)
    assert refused.value.vi
    assert refused.value.en


def test_a_neighbour_reads_the_feed(client: Client, loaded: Installation) -> None:
    read_feed = feed_of("catalog")
    page = client.call(read_feed("procedure-1.004222", after=0))
    assert [it.version for it in page.events] == [1]


def test_a_new_process_knows_everything_from_the_ledger(
    client: Client, loaded: Installation
) -> None:
    held = client.call(ReadHoldings(), timeout=30).digests
    began = time.monotonic()
    with loaded.catalogue_process():
        assert time.monotonic() - began < 30
        # three processes take the questions in turn
        for _ in range(3):
            assert client.call(ReadHoldings(), timeout=30).digests == held
