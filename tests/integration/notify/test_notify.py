"""The running service: from a neighbour's event to the mail in the box, once, whatever fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from installation import eventually, running
from post_office import AN, BINH, DESK, OFFICE, RECORDS, PostOffice, notify_process

from kernel.errors import Malformed, NotFound, Unauthenticated
from services.dossier import contract as dossier
from services.identity import contract as identity
from services.notify.contract import (
    MarkRead,
    MessageFailed,
    MessagePlanned,
    MessageSent,
    ReadMessages,
)

NOW = datetime.now(UTC)


# What is told, to whom


@pytest.mark.proves("D16", "H08")
def test_a_submission_is_confirmed_by_mail(office: PostOffice) -> None:
    notice = office.applicant()
    record = office.submit(notice)
    (mail,) = office.mails(notice, 1)
    assert mail.content["Subject"] == f"Hồ sơ {notice.code} đã được gửi"
    assert mail.content["X-Correlation-Id"] == record.correlation
    for form in (mail.text, mail.html):
        for expected in ("Đăng ký khai sinh", "UBND xã Cẩm Lạc", "4711", notice.code):
            assert expected in form


@pytest.mark.proves("D17")
def test_the_address_is_that_of_the_form_and_else_the_registered_one(office: PostOffice) -> None:
    in_form = office.applicant()
    registered = identity.Contact("Hoa", f"r-{uuid4().hex[:8]}@example.vn", "0912345678", "vi")
    not_in_form = office.applicant(email="")
    for notice in (in_form, not_in_form):
        office.known("identity", f"contact-{notice.account}", registered)
        office.submit(notice)
    office.mails(in_form, 1)
    office.mails(replace(not_in_form, email=registered.email), 1)


@pytest.mark.proves("D18")
def test_reception_processing_and_return_are_told_step_by_step(office: PostOffice) -> None:
    notice = office.applicant()
    entered = dossier.StepEntered(
        notice.code, "handle", OFFICE, NOW, NOW + timedelta(days=2), BINH, DESK, AN
    )
    office.submit(notice)
    office.tell(
        notice,
        dossier.DossierAccepted(notice.code, AN, DESK, NOW, NOW + timedelta(days=5)),
        entered,
    )
    office.tell(
        notice,
        dossier.ResultApproved(notice.code, BINH, OFFICE, NOW),
        replace(entered, unit=RECORDS, officer=None, from_unit=OFFICE, from_officer=BINH),
        dossier.DossierCompleted(notice.code, NOW, NOW, dossier.Timing.EARLY),
        dossier.ResultDispatched(
            notice.code,
            dossier.ReturnBy.IN_PERSON,
            AN,
            NOW,
            appointment_at=NOW + timedelta(days=1),
            appointment_place="Bộ phận một cửa",
        ),
    )
    mails = office.mails(notice, 6)
    subjects = {str(mail.content["Subject"]).split(",")[0].split(":")[0] for mail in mails}
    assert len(subjects) >= 5
    (step,) = [mail for mail in mails if "chuyển đến Phòng Tư pháp" in str(mail.content["Subject"])]
    for expected in ("Lê Thị Bình", "Thẩm định", "Hạn của bước này", f"/dossiers/{notice.code}"):
        assert expected in step.text
    in_app = office.inbox(notice.account)
    assert {item.template for item in in_app.items} == {
        "submitted",
        "accepted",
        "step-entered",
        "completed",
        "dispatched",
    }
    assert len(in_app.items) == 6


def test_a_request_for_a_supplement_says_what_is_missing(office: PostOffice) -> None:
    notice = office.applicant(locale="en")
    office.submit(notice)
    office.tell(
        notice,
        dossier.SupplementRequested(
            notice.code,
            AN,
            DESK,
            (dossier.SupplementItem("Bản sao giấy khai sinh"),),
            "Thành phần hồ sơ chưa đủ",
            "",
            NOW,
        ),
    )
    mails = office.mails(notice, 2)
    (supplement,) = [mail for mail in mails if "supplement" in str(mail.content["Subject"])]
    assert "Bản sao giấy khai sinh" in supplement.text
    kept = office.events(notice.code, MessagePlanned)
    assert "giấy khai sinh" not in str(kept)


def test_an_account_gets_its_activation_link(office: PostOffice) -> None:
    address = f"new-{uuid4().hex[:8]}@example.vn"
    office.registered(address)
    eventually(lambda: office.mail.to(address), office.process.log)
    (mail,) = office.mail.to(address)
    assert f"{office.settings.public_url}/activate?token=the.link.token" in mail.text


def test_a_look_up_code_goes_to_the_contact_on_file(office: PostOffice) -> None:
    notice = office.applicant()
    office.submit(notice)
    look_up = uuid4().hex
    expires_at = datetime.now(UTC) + timedelta(minutes=10)
    told = dossier.LookUpNotice(notice.email, "vi", "903114", expires_at)
    office.known("dossier", look_up, told)
    office.tellers["dossier"].tell(
        f"look-up-{look_up}", dossier.LookUpCodeRequested(look_up, notice.code)
    )
    mails = office.mails(notice, 2)
    assert any("903114" in mail.text for mail in mails)
    assert "903114" not in str(office.events(notice.code, MessagePlanned))


def test_a_sent_message_is_recorded_with_its_message_id(office: PostOffice) -> None:
    notice = office.applicant()
    office.submit(notice)
    (mail,) = office.mails(notice, 1)
    eventually(
        lambda: len(office.events(notice.code, MessageSent)) == 2, lambda: "not recorded as sent"
    )
    sent = {event.channel: event for event in office.events(notice.code, MessageSent)}
    assert sent["mail"].message_id == mail.content["Message-ID"]
    assert sent["mail"].message_id.endswith("@motcua.example>")


# The in-app inbox


def test_the_inbox_is_read_page_by_page_newest_first_and_marked(office: PostOffice) -> None:
    notice = office.applicant()
    office.submit(notice)
    office.mails(notice, 1)
    office.tell(notice, dossier.DossierWithdrawn(notice.code, notice.account, NOW))
    eventually(
        lambda: len(office.inbox(notice.account).items) == 2, lambda: "the inbox stays behind"
    )
    first = office.inbox(notice.account, limit=1)
    second = office.inbox(notice.account, limit=1, after=first.next)
    assert [item.template for item in (*first.items, *second.items)] == ["withdrawn", "submitted"]
    assert (first.unread, second.next) == (2, None)
    assert first.items[0].title == f"Hồ sơ {notice.code} đã được rút"
    assert first.items[0].title_en == f"Dossier {notice.code} was withdrawn"
    token = office.people.citizen(notice.account)
    message = MarkRead(first.items[0].message)
    office.portal.call(message, token=token)
    office.portal.call(message, token=token)
    seen = office.inbox(notice.account)
    assert (seen.unread, [item.read for item in seen.items]) == (1, [True, False])


def test_nobody_reads_anothers_messages(office: PostOffice) -> None:
    notice = office.applicant()
    office.submit(notice)
    office.mails(notice, 1)
    message = office.inbox(notice.account).items[0].message
    stranger = office.people.citizen("acc-stranger")
    assert office.inbox("acc-stranger").items == ()
    with pytest.raises(NotFound):
        office.portal.call(MarkRead(message), token=stranger)
    with pytest.raises(Unauthenticated):
        office.portal.call(ReadMessages(), token="")
    with pytest.raises(Malformed):
        office.inbox(notice.account, after="không phải con trỏ")


# What goes wrong


def test_a_mail_server_that_is_down_delays_and_loses_nothing(office: PostOffice) -> None:
    office.mail.down()
    notices = [office.applicant() for _ in range(5)]
    for notice in notices:
        office.submit(notice)
    eventually(
        lambda: all(office.inbox(notice.account).items for notice in notices),
        lambda: "the in-app inbox does not wait for mail",
    )
    assert all(office.mail.to(notice.email) == [] for notice in notices)
    office.mail.up()
    for notice in notices:
        office.mails(notice, 1)
    eventually(
        lambda: all(len(office.events(one.code, MessageSent)) == 2 for one in notices),
        lambda: "not recorded as sent",
    )
    assert [len(office.mail.to(notice.email)) for notice in notices] == [1] * 5


def test_a_service_that_is_killed_while_mail_is_down_sends_it_afterwards_once(
    office: PostOffice,
) -> None:
    office.mail.down()
    notices = [office.applicant() for _ in range(3)]
    for notice in notices:
        office.submit(notice)
    eventually(
        lambda: all(office.events(notice.code, MessagePlanned) for notice in notices),
        lambda: "nothing was planned",
    )
    office.process.kill()
    # working memory may be lost with the process: what is owed stands in the ledger
    office.client[office.settings.database("notify")]["deliveries"].delete_many({})
    office.mail.up()
    office.process.start()
    office.process.wait_ready()
    for notice in notices:
        office.mails(notice, 1)
    eventually(
        lambda: all(len(office.events(one.code, MessageSent)) == 2 for one in notices),
        lambda: "not recorded as sent",
    )
    assert [len(office.mail.to(notice.email)) for notice in notices] == [1] * 3


def test_two_processes_do_not_send_one_message_twice(office: PostOffice) -> None:
    with running(notify_process(office.settings, office.mail)):
        notices = [office.applicant() for _ in range(20)]
        for notice in notices:
            office.submit(notice)
        for notice in notices:
            office.mails(notice, 1)
        eventually(
            lambda: all(len(office.events(one.code, MessageSent)) == 2 for one in notices),
            lambda: "not recorded as sent",
        )
    assert [len(office.mail.to(notice.email)) for notice in notices] == [1] * 20


def test_an_undeliverable_address_fails_at_once_and_says_why(office: PostOffice) -> None:
    notice = office.applicant()
    office.mail.refusals[notice.email] = ["550 5.1.1 no such user"] * 10
    office.submit(notice)
    eventually(lambda: office.events(notice.code, MessageFailed), office.process.log)
    (failed,) = office.events(notice.code, MessageFailed)
    assert "550" in failed.reason
    assert notice.email not in failed.reason
    assert office.mail.tries.count(notice.email) == 1


def test_an_address_that_is_put_off_gets_its_mail_later(office: PostOffice) -> None:
    notice = office.applicant()
    office.mail.refusals[notice.email] = ["450 4.2.1 try again later"]
    office.submit(notice)
    office.mails(notice, 1)
    assert office.mail.tries.count(notice.email) == 2
    assert office.events(notice.code, MessageFailed) == []


def test_an_event_that_comes_twice_is_told_once(office: PostOffice) -> None:
    notice = office.applicant()
    office.submit(notice)
    office.mails(notice, 1)
    # not even a consumer that has forgotten what it has seen tells it twice
    cursors = office.client[office.settings.database("notify")]["cursors"]
    office.process.kill()
    cursors.delete_many({})
    office.process.start()
    office.deliver_again(notice)
    handled = {"_id": f"dossier/dossier-{notice.code}", "version": 1}
    eventually(lambda: cursors.find_one(handled), lambda: "it did not come again")
    other = office.applicant()
    office.submit(other)
    office.mails(other, 1)
    assert len(office.mail.to(notice.email)) == 1
    assert len(office.events(notice.code, MessagePlanned)) == 2
