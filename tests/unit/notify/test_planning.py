"""Which events owe messages to whom, and what of them is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from notify_events import (
    AGENCY,
    AN,
    DESK,
    ENTERED,
    EXPIRING,
    FORGOTTEN,
    IN_PERSON,
    LOOK_UP,
    NOW,
    OFFICE,
    ONLINE,
    RECEIVED,
    REGISTERED,
    REMINDED,
    RESENT,
    SECRET_TEXT,
    SUBMITTED,
    TOLD_OF_ALL,
    TRANSFERRED,
    recorded,
)

from kernel import schemas
from services.dossier import contract as dossier
from services.identity import contract as identity
from services.notify.contract import TO_OFFICERS, MessagePlanned
from services.notify.decider import Channel
from services.notify.occasions import DOSSIER_EVENTS, IDENTITY_EVENTS, OCCASIONS
from services.notify.planning import plan


def planned(event: Any, event_id: str = "e-1", about: str = "acc-1") -> list[MessagePlanned]:
    """Return what an event plans for an account."""
    return list(plan(recorded(event, event_id), lambda: about, NOW))


def test_there_is_a_message_for_reception_processing_and_return() -> None:
    assert [(one.event.__name__, one.template) for one in OCCASIONS] == [
        ("DossierSubmitted", "submitted"),
        ("DossierAccepted", "accepted"),
        ("DossierRefused", "refused"),
        ("SupplementRequested", "supplement-requested"),
        ("FeeRequested", "fee-due"),
        ("FeePaid", "fee-paid"),
        ("StepEntered", "step-entered"),
        ("DossierCompleted", "completed"),
        ("ResultDispatched", "dispatched"),
        ("AppointmentBooked", "appointment"),
        ("ResultReceived", "received"),
        ("DossierTransferred", "transferred"),
        ("DeadlineExtended", "extended"),
        ("WithdrawalRefused", "withdrawal-refused"),
        ("ProcessingStopped", "stopped"),
        ("DossierWithdrawn", "withdrawn"),
        ("StepReminded", "step-reminder"),
        ("DraftExpiring", "draft-expiring"),
        ("LookUpCodeRequested", "look-up-code"),
        ("AccountRegistered", "activation"),
        ("ActivationRequested", "activation"),
        ("PasswordResetRequested", "password-reset"),
    ]


def test_every_occasion_is_an_event_of_a_neighbour() -> None:
    assert set(DOSSIER_EVENTS) <= set(dossier.EVENTS.types.values())
    assert set(IDENTITY_EVENTS) <= set(identity.EVENTS.types.values())
    assert len(DOSSIER_EVENTS) + len(IDENTITY_EVENTS) == len(OCCASIONS)


@pytest.mark.parametrize("event", TOLD_OF_ALL, ids=lambda event: type(event).__name__)
def test_what_happens_to_a_dossier_is_told_by_mail_and_in_the_app(event: Any) -> None:
    messages = planned(event)
    assert [one.channel for one in messages] == [Channel.MAIL, Channel.INBOX]
    in_app = messages[1]
    assert in_app.account == "acc-1"
    assert in_app.dossier == event.code
    assert event.code in in_app.subject_vi
    assert event.code in in_app.subject_en
    assert in_app.body_vi
    assert in_app.body_en
    assert in_app.subject_vi != in_app.subject_en


@pytest.mark.parametrize(
    "event", [LOOK_UP, REGISTERED, RESENT, FORGOTTEN], ids=lambda event: type(event).__name__
)
def test_what_is_meant_for_who_is_not_logged_in_goes_by_mail_only(event: Any) -> None:
    assert [one.channel for one in planned(event)] == [Channel.MAIL]


def test_an_event_for_several_plans_messages_for_each_of_them() -> None:
    messages = planned(REMINDED)
    assert [(one.account, one.channel) for one in messages] == [
        ("acc-an", "mail"),
        ("acc-an", "inbox"),
        ("acc-binh", "mail"),
        ("acc-binh", "inbox"),
    ]
    assert len({one.message for one in messages}) == 4
    assert {one.template for one in OCCASIONS if one.recipients} == TO_OFFICERS
    assert planned(replace(REMINDED, recipients=())) == []
    assert "80 %" in messages[1].subject_vi
    assert "12:30 23/11/2026" in messages[1].body_en


def test_the_owner_of_a_draft_is_told_by_mail_and_in_the_app_before_it_is_forgotten() -> None:
    mail, in_app = planned(EXPIRING)
    assert (mail.account, mail.channel, mail.dossier) == ("acc-1", Channel.MAIL, "")
    assert "«Đăng ký khai sinh»" in in_app.body_vi
    assert "“Birth registration”" in in_app.body_en


def test_who_has_no_account_gets_mail_only() -> None:
    walk_in = replace(SUBMITTED, subject="person-1")
    assert [one.channel for one in planned(walk_in, about="person-1")] == [Channel.MAIL]


def test_what_came_online_or_was_confirmed_needs_no_message_that_it_was_received() -> None:
    assert planned(replace(RECEIVED, officer=None)) == []


def test_units_that_were_reorganised_are_not_told_as_a_transfer() -> None:
    assert planned(replace(TRANSFERRED, to_agency=AGENCY)) == []


def test_an_account_that_is_active_from_the_start_is_owed_no_link() -> None:
    assert planned(replace(REGISTERED, consent_version="")) == []


def test_an_event_plans_the_same_messages_however_often_it_comes() -> None:
    assert planned(SUBMITTED) == planned(SUBMITTED)
    names = [one.message for one in (*planned(SUBMITTED), *planned(SUBMITTED, "e-2"))]
    assert len(set(names)) == 4


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (ENTERED, True),
        (replace(ENTERED, officer=None), True),
        (replace(ENTERED, unit=DESK), True),
        (replace(ENTERED, unit=DESK, officer=AN), False),
        (replace(ENTERED, from_unit=None, from_officer=None), False),
    ],
    ids=["unit and officer", "no officer yet", "officer only", "nobody new", "nobody before"],
)
def test_a_step_is_told_when_it_changes_who_holds_the_dossier(
    step: dossier.StepEntered, told: bool
) -> None:
    assert bool(planned(step)) is told


@pytest.mark.parametrize("event", TOLD_OF_ALL, ids=lambda event: type(event).__name__)
def test_free_text_of_officers_is_never_kept(event: Any) -> None:
    for message in planned(event):
        assert SECRET_TEXT not in str(schemas.dump(message))


@pytest.mark.parametrize(
    ("step", "title"),
    [
        (ENTERED, "đã chuyển đến Phòng Tư pháp"),
        (replace(ENTERED, from_unit=OFFICE), "đã giao cho Lê Thị Bình (chuyên viên)"),
        (replace(ENTERED, from_unit=OFFICE, officer=None), "bước tiếp theo tại Phòng Tư pháp"),
    ],
)
def test_a_step_is_told_by_what_is_new_about_the_holder(
    step: dossier.StepEntered, title: str
) -> None:
    assert title in planned(step)[1].subject_vi


def test_the_appointment_is_told_in_the_app_too() -> None:
    in_app = planned(IN_PERSON)[1]
    assert "09:30 24/11/2026" in in_app.subject_vi
    assert "Bộ phận một cửa, UBND xã Cẩm Lạc" in in_app.body_vi
    assert "trực tuyến" in planned(ONLINE)[1].subject_vi


def test_other_events_owe_nothing() -> None:
    assert planned(dossier.ClockPaused(SUBMITTED.code, "fee", NOW, NOW)) == []


def test_a_plan_says_which_event_it_tells_of() -> None:
    message = planned(SUBMITTED)[0]
    assert (message.cause_stream, message.cause_version) == (f"dossier-{SUBMITTED.code}", 3)
