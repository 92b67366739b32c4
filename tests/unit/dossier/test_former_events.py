"""Events that were recorded before their schema changed read as what they meant."""

from __future__ import annotations

import dossier_samples as s
import pytest

from kernel.events import Encoded
from services.dossier import contract


def test_a_dossier_filed_before_it_was_kept_has_nothing_to_do_in_person():
    (record, *_) = s.UNTIL["submitted"]().history()
    stored = contract.EVENTS.encode(record.event, "event-1", _Plain())
    former = stored.data.replace('"in_person":"",', "")
    read = contract.EVENTS.decode(Encoded("event-1", "DossierSubmitted", 1, former), _Plain())
    assert former != stored.data
    assert read == record.event


@pytest.mark.parametrize(
    ("name", "schema", "stage"),
    [
        ("DossierSubmitted", 3, s.UNTIL["submitted"]),
        (
            "DossierSupplemented",
            2,
            lambda: s.Story(s.submit(), s.request_supplement(), s.supplement()),
        ),
        ("ResultDispatched", 1, s.UNTIL["completed"]),
    ],
)
def test_papers_of_before_are_not_taken_from_an_earlier_dossier(name, schema, stage):
    record = next(one for one in stage().history() if one.type == name)
    stored = contract.EVENTS.encode(record.event, "event-1", _Plain())
    former = stored.data.replace(',"reused_from":null', "")
    read = contract.EVENTS.decode(Encoded("event-1", name, schema, former), _Plain())
    assert former != stored.data
    assert read == record.event


class _Plain:
    """Seals nothing."""

    def seal(self, subject: str, context: str, plaintext: str) -> str:
        return plaintext

    def unseal(self, subject: str, context: str, ciphertext: str) -> str | None:
        return ciphertext
