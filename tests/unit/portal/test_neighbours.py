"""Several services asked at once: their answers, their refusals, and what broke."""

from __future__ import annotations

from typing import Any

import flask
import pytest

from kernel.errors import NotFound
from services.portal import neighbours

REFUSAL = NotFound("unknown", "Không có.", "There is none.")


class Client:
    """Answers with what it is asked, or raises it."""

    def call(self, message: Any, **about: Any) -> Any:
        """Answer."""
        if isinstance(message, Exception):
            raise message
        return message


@pytest.fixture(autouse=True)
def asking(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Be within a request."""
    monkeypatch.setattr(neighbours, "current_client", Client)
    monkeypatch.setattr(neighbours, "locale", lambda: "vi")
    with flask.Flask("portal").test_request_context():
        yield


def test_answers_and_refusals_come_in_the_order_of_the_questions() -> None:
    asked = ["a", REFUSAL, "b"]
    assert neighbours.send_each(asked, token=None, timeout=1) == asked


def test_what_broke_comes_out_as_it_is() -> None:
    first, second = TypeError("no such answer"), ValueError("later")
    with pytest.raises(TypeError) as broken:
        neighbours.send_each(["a", first, REFUSAL, second], token=None, timeout=1)
    assert broken.value is first
