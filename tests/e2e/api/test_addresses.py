"""Addresses, methods and headers that are not as they should be."""

from __future__ import annotations

import pytest
from interface import System, expect, refused


@pytest.mark.parametrize("path", ["/nothing", "/dossiers/x/y/z", "/%00", "/payments"])
def test_an_unknown_address_is_not_found(system: System, path: str) -> None:
    refused(system.anybody.get(path), 404, "unknown-address")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/dossiers", {"GET", "POST"}),
        ("PUT", "/procedures", {"GET"}),
        ("GET", "/sessions", {"POST"}),
        ("PATCH", "/drafts/x", {"GET", "PUT", "DELETE"}),
    ],
)
def test_another_method_is_told_which_are_allowed(
    system: System, method: str, path: str, allowed: set[str]
) -> None:
    answer = system.anybody.call(method, path)
    refused(answer, 405, "method-not-allowed")
    told = {name.strip() for name in answer.headers["Allow"].split(",")}
    assert told - {"HEAD", "OPTIONS"} == allowed


@pytest.mark.parametrize("given", ["17", 'W/"17"', '"x"', '"-1"', '"1", "2"'])
def test_an_if_match_that_is_no_etag_of_ours_is_malformed(system: System, given: str) -> None:
    citizen = system.person("congdan")
    refused(citizen.get("/accounts/me", headers={"If-Match": given}), 400, "if-match")


@pytest.mark.parametrize("given", ["", "two words", "x" * 256])
def test_an_idempotency_key_that_is_none_is_malformed(system: System, given: str) -> None:
    citizen = system.person("congdan")
    refused(citizen.get("/drafts", headers={"Idempotency-Key": given}), 400, "idempotency-key")


def test_a_correlation_id_comes_back_and_a_strange_one_is_replaced(system: System) -> None:
    named = system.anybody.get("/fields", headers={"X-Correlation-Id": "hoi-thoai-0001"})
    assert named.headers["X-Correlation-Id"] == "hoi-thoai-0001"
    strange = system.anybody.get("/fields", headers={"X-Correlation-Id": "a b\t<script>"})
    assert strange.headers["X-Correlation-Id"].isalnum()


def test_a_cursor_that_is_none_of_ours_is_refused(system: System) -> None:
    citizen = system.person("congdan")
    for path in ("/dossiers", "/notifications"):
        assert citizen.get(path, params={"after": "bm9uc2Vuc2U"}).status_code in (400, 422)
    assert system.anybody.get("/procedures", params={"after": "?"}).status_code in (400, 422)


def test_the_document_of_the_interface_is_served(system: System) -> None:
    document = expect(system.anybody.get("/openapi.json"), 200)
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/dossiers/{code}" in document["paths"]
