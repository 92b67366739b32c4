"""What neighbours report becomes a command; who may ask for anything at all."""

from __future__ import annotations

from datetime import timedelta

import dossier_samples as s
import pytest

from kernel.errors import Forbidden, Unauthenticated
from kernel.requests import ANONYMOUS, Call, Caller
from services.dossier.admission import NOTIFY, require_person, require_service
from services.dossier.decider import commands as do
from services.dossier.reactions import on_message, on_payment
from services.notify.contract import MessageFailed, MessageSent
from services.payment.contract import FeePaid, Method

PAID_AT = s.MONDAY + timedelta(hours=3)


def test_a_payment_is_recorded_with_its_receipt_and_the_moment_it_was_made() -> None:
    paid = FeePaid("fee-1", s.CODE, "pay-1", 8_000, Method.CASH, "BL-7", PAID_AT)
    assert on_payment(paid, s.CALENDAR) == do.RecordFeePaid(
        obligation="fee-1",
        payment="pay-1",
        amount=8_000,
        method="cash",
        receipt="BL-7",
        paid_at=PAID_AT,
        calendar=s.CALENDAR,
    )


def test_a_message_that_went_out_and_one_that_could_not_are_both_recorded() -> None:
    sent = MessageSent("m-1", "acc-an", "accepted", "mail", s.MONDAY, s.CODE)
    failed = MessageFailed("m-2", "acc-an", "accepted", "mail", s.MONDAY, "no such box", s.CODE)
    assert on_message(sent) == do.RecordNotification(
        message="m-1", template="accepted", channel="mail", delivered=True, at=s.MONDAY, reason=""
    )
    told = on_message(failed)
    assert (told.message, told.delivered, told.reason) == ("m-2", False, "no such box")


def test_people_and_services_are_let_in_to_what_is_for_them_and_no_further() -> None:
    person, nobody = (Call(who, "c", s.MONDAY, "") for who in (s.APPLICANT, ANONYMOUS))
    service = Call(Caller(NOTIFY, "service"), "c", s.MONDAY, "")
    require_person(person)
    require_service(NOTIFY, service)
    with pytest.raises(Unauthenticated):
        require_person(nobody)
    with pytest.raises(Forbidden) as refused:
        require_person(service)
    assert refused.value.code == "people-only"
    with pytest.raises(Forbidden) as refused:
        require_service(NOTIFY, person)
    assert refused.value.code == "notify-only"
