"""Errors of the domain cross processes as data and are raised again as what they were."""

from __future__ import annotations

import json

import pytest

from kernel import errors
from kernel.errors import DomainError, FieldError, Forbidden, TooMany

STATUSES = {
    "Conflict": 409,
    "DomainError": 422,
    "Forbidden": 403,
    "Internal": 500,
    "Invalid": 422,
    "Malformed": 400,
    "NotFound": 404,
    "Stale": 412,
    "TooLarge": 413,
    "TooMany": 429,
    "Unauthenticated": 401,
    "Unavailable": 503,
    "UnsupportedType": 415,
}


def _kinds() -> dict[str, type[DomainError]]:
    return {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, DomainError)
    }


def test_every_class_of_refusal_has_its_http_status() -> None:
    assert {name: kind.status for name, kind in _kinds().items()} == STATUSES


@pytest.mark.parametrize("kind", _kinds().values())
def test_an_error_comes_back_as_it_went(kind: type[DomainError]) -> None:
    sent = kind(
        "too-often",
        "Quá nhiều lần.",
        "Too often.",
        fields=[FieldError("lines.0.name", "required", "Hãy nhập mục này.", "Enter this field.")],
        retry_after=30,
    )

    came = DomainError.from_wire(json.loads(json.dumps(sent.to_wire())))

    assert type(came) is kind
    assert vars(came) == vars(sent)


def test_a_class_that_is_not_known_here_is_still_a_refusal() -> None:
    data = TooMany("too-often", "v", "e").to_wire() | {"class": "FromTheFuture"}

    assert type(DomainError.from_wire(data)) is DomainError


def test_a_service_may_have_classes_of_its_own() -> None:
    class NotYourDossier(Forbidden):
        """A test's own."""

    assert type(DomainError.from_wire(NotYourDossier("c", "v", "e").to_wire())) is NotYourDossier


def test_an_error_reads_well_in_a_log() -> None:
    assert str(Forbidden("not-yours", "Không phải của bạn.", "Not yours.")) == (
        "not-yours: Not yours."
    )
