"""Events: their stored form, older schemas, and personal data that only its owner reads."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785

from kernel.errors import Unavailable, database_away
from kernel.events import Encoded, EventTypes, UndecodableEvent, UnknownEvent, event
from kernel.schemas import field, frozen


@event()
@frozen
class FeeRequested:
    code: str
    amount: int = field(minimum=0)


@event(schema=3)
@frozen
class DossierAccepted:
    code: str
    unit: str
    officer: str | None = field(default=None)


@event()
@frozen
class ApplicantNamed:
    subject: str
    name: str | None = field(default=None, personal=True)
    places: tuple[str, ...] | None = field(default=None, personal=True)


UPCASTERS = {
    ("DossierAccepted", 1): lambda data: {"code": data["number"], "office": data["office"]},
    ("DossierAccepted", 2): lambda data: {"code": data["code"], "unit": data["office"]},
}
EVENTS = EventTypes("dossier", (FeeRequested, DossierAccepted, ApplicantNamed), UPCASTERS)


class ReadableSealer:
    """A sealer whose ciphertext a test can read, and whose keys it can destroy."""

    def __init__(self) -> None:
        self.erased: set[str] = set()

    def seal(self, subject: str, context: str, plaintext: str) -> str:
        return json.dumps([subject, context, plaintext])

    def unseal(self, subject: str, context: str, ciphertext: str) -> str | None:
        owner, sealed_for, plaintext = json.loads(ciphertext)
        assert (owner, sealed_for) == (subject, context)
        return None if subject in self.erased else str(plaintext)


def stored(type_name: str, schema: int, data: dict[str, Any]) -> Encoded:
    return Encoded("e1", type_name, schema, rfc8785.dumps(data).decode())


def test_the_stored_form_is_canonical_and_comes_back() -> None:
    fee = FeeRequested("H56-1", 10_000)

    encoded = EVENTS.encode(fee, "e1")

    assert encoded == Encoded("e1", "FeeRequested", 1, '{"amount":10000,"code":"H56-1"}')
    assert EVENTS.decode(encoded) == fee


def test_an_older_event_is_read_as_todays() -> None:
    today = DossierAccepted("H56-1", "u1")

    assert EVENTS.decode(stored("DossierAccepted", 1, {"number": "H56-1", "office": "u1"})) == today
    assert EVENTS.decode(stored("DossierAccepted", 2, {"code": "H56-1", "office": "u1"})) == today
    assert EVENTS.encode(today, "e1").schema == 3


def test_what_a_newer_writer_added_is_passed_over() -> None:
    newer = stored("FeeRequested", 1, {"code": "H56-1", "amount": 1, "channel": "post"})

    assert EVENTS.decode(newer) == FeeRequested("H56-1", 1)


@pytest.mark.parametrize(
    ("type_name", "schema"), [("FeeForgiven", 1), ("FeeRequested", 2), ("DossierAccepted", 4)]
)
def test_what_this_code_does_not_know_is_told_apart_from_what_is_broken(
    type_name: str, schema: int
) -> None:
    with pytest.raises(UnknownEvent):
        EVENTS.decode(stored(type_name, schema, {"code": "H56-1"}))


@pytest.mark.parametrize(
    "data",
    [
        "",
        "{",
        "[]",
        "null",
        '{"code":"H56-1"}',
        '{"code":"H56-1","amount":-1}',
        '{"code":7,"amount":1}',
    ],
)
def test_what_is_broken_is_undecodable(data: str) -> None:
    with pytest.raises(UndecodableEvent, match="dossier FeeRequested e1"):
        EVENTS.decode(Encoded("e1", "FeeRequested", 1, data))


def test_an_upcaster_that_meets_the_unexpected_makes_the_event_undecodable() -> None:
    with pytest.raises(UndecodableEvent):
        EVENTS.decode(stored("DossierAccepted", 1, {"no": "number"}))


def test_personal_data_is_stored_sealed_for_its_event_and_field() -> None:
    named = ApplicantNamed("acc-1", "Trần Thị Hoa", ("Hà Nội", "Huế"))
    sealer = ReadableSealer()

    encoded = EVENTS.encode(named, "e1", sealer)

    content = json.loads(encoded.data)
    assert content["subject"] == "acc-1"
    assert set(content["name"]) == {"sealed"}
    assert json.loads(content["name"]["sealed"])[:2] == ["acc-1", "e1/name"]
    assert EVENTS.decode(encoded, sealer) == named


def test_a_key_that_cannot_be_asked_for_says_nothing_about_the_event() -> None:
    class Away(ReadableSealer):
        def unseal(self, subject: str, context: str, ciphertext: str) -> str | None:
            raise database_away(ConnectionError("closed"))

    encoded = EVENTS.encode(ApplicantNamed("acc-1", "Trần Thị Hoa"), "e1", ReadableSealer())
    with pytest.raises(Unavailable):
        EVENTS.decode(encoded, Away())


def test_without_the_key_personal_data_reads_as_none() -> None:
    sealer = ReadableSealer()
    encoded = EVENTS.encode(ApplicantNamed("acc-1", "Trần Thị Hoa"), "e1", sealer)

    assert EVENTS.decode(encoded) == ApplicantNamed("acc-1")
    sealer.erased.add("acc-1")
    assert EVENTS.decode(encoded, sealer) == ApplicantNamed("acc-1")


def test_personal_data_is_never_stored_in_clear() -> None:
    with pytest.raises(TypeError, match="personal and no keys"):
        EVENTS.encode(ApplicantNamed("acc-1", "Trần Thị Hoa"), "e1")


def test_an_event_without_personal_data_needs_no_keys() -> None:
    assert EVENTS.decode(EVENTS.encode(ApplicantNamed("acc-1"), "e1")) == ApplicantNamed("acc-1")


def test_a_class_that_is_no_event_is_refused() -> None:
    @frozen
    class Plain:
        code: str

    with pytest.raises(TypeError, match="lacks @event"):
        EventTypes("dossier", (Plain,))


def test_personal_data_needs_a_subject() -> None:
    @event()
    @frozen
    class Nobodys:
        name: str | None = field(default=None, personal=True)

    with pytest.raises(TypeError, match="no `subject`"):
        EventTypes("dossier", (Nobodys,))


def test_an_event_of_another_service_cannot_be_stored() -> None:
    with pytest.raises(UnknownEvent, match="payment publishes no FeeRequested"):
        EventTypes("payment", ()).encode(FeeRequested("H56-1", 1), "e1")
