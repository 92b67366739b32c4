"""The forms of actions: one for each that the dossier service may offer, each its command."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from kernel.errors import Invalid
from services.dossier.contract import (
    ACTIONS,
    AssignOfficer,
    DispatchResult,
    FeeLine,
    RequestFee,
    RequestSupplement,
    StepState,
    SupplementItem,
)
from services.portal import actions
from services.portal.actions import FORMS


def test_every_action_has_its_form() -> None:
    # a supplement has a page of its own, with a place for each thing that is asked for
    assert {*FORMS, "supplement"} == set(ACTIONS)


def test_every_field_of_a_form_is_one_of_its_command() -> None:
    for action, form in FORMS.items():
        known = {item.name for item in fields(ACTIONS[action])}
        assert {field.name for field in form.fields} <= known


def test_a_form_becomes_its_command(status: Any) -> None:
    assert actions.command("assign", status, {"officer": "acc-7"}) == AssignOfficer(
        status.code, "acc-7"
    )
    sent = actions.command("dispatch", status, {"appointment_at": "4/12/2026 08:30", "number": ""})
    assert isinstance(sent, DispatchResult)
    assert sent.appointment_at is not None
    assert sent.appointment_at.isoformat() == "2026-12-04T08:30:00+07:00"


def test_what_a_form_lacks_is_named(status: Any) -> None:
    with pytest.raises(Invalid) as refused:
        actions.command("refuse", status, {"reason": ""})
    assert [item.field for item in refused.value.fields] == ["reason"]


@pytest.mark.proves("D19")
def test_a_supplement_is_asked_for_document_by_document(status: Any) -> None:
    typed = {"item.ct01": "Trang 2 mờ", "item-other": "Sai ngày sinh", "reason": "Không đọc được"}
    assert actions.command("request-supplement", status, typed) == RequestSupplement(
        status.code,
        (SupplementItem("Trang 2 mờ", requirement="ct01"), SupplementItem("Sai ngày sinh")),
        "Không đọc được",
    )
    with pytest.raises(Invalid):
        actions.command("request-supplement", status, {"reason": "Không đọc được"})


def test_a_fee_is_the_tariff_times_the_quantity_and_what_is_added(status: Any) -> None:
    typed = {"quantity-0": "3", "other-label": "Phí sao lục", "other-amount": "8.000"}
    assert actions.command("request-fee", status, typed) == RequestFee(
        status.code, (FeeLine("Lệ phí", 10_000, 3), FeeLine("Phí sao lục", 8_000))
    )


def test_what_is_wrong_in_a_list_is_named_by_its_input(status: Any) -> None:
    typed = {"item-other": "x" * 501, "reason": "Không đọc được"}
    with pytest.raises(Invalid) as refused:
        actions.command("request-supplement", status, typed)
    assert [one.field for one in refused.value.fields] == ["item-other"]

    # the first line is not wanted, so that the other one is the only one of the message
    typed = {"quantity-0": "0", "other-label": "Phí sao lục", "other-amount": "nhiều"}
    with pytest.raises(Invalid) as refused:
        actions.command("request-fee", status, typed)
    assert [one.field for one in refused.value.fields] == ["other-amount"]
    with pytest.raises(Invalid) as refused:
        actions.command("request-fee", status, {"quantity-0": "hai"})
    assert [one.field for one in refused.value.fields] == ["quantity-0"]


def test_it_can_go_back_to_steps_that_were_done_after_reception(status: Any) -> None:
    steps = tuple(replace(step, state=StepState.DONE) for step in status.steps)
    assert [it[0] for it in actions.earlier_steps(replace(status, steps=steps))] == [
        "step-2",
        "step-3",
    ]
