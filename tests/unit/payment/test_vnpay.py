"""VNPAY's protocol. The signatures here were made with OpenSSL, apart from the code:

printf '%s' "$TEXT" | openssl dgst -sha512 -hmac 'chuoi-bi-mat-chi-de-thu-nghiem'
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from kernel.config import ConfigError, read
from services.payment.contract import ProviderAnswer
from services.payment.decider import Attempt, Outcome
from services.payment.providers.provider import Forged, Payer, Unreadable, Verdict
from services.payment.providers.vnpay import (
    GRACE,
    Vnpay,
    VnpaySettings,
    canonical,
    joined,
    plain,
    sign,
    stamp,
)

SECRET = "chuoi-bi-mat-chi-de-thu-nghiem"
SETTINGS = VnpaySettings(
    url="https://pay.example/paymentv2/vpcpay.html",
    api_url="https://pay.example/merchant_webapi/api/transaction",
    tmn_code="MOTCUA01",
    hash_secret=SECRET,
)
VNPAY = Vnpay(SETTINGS)
NOW = datetime(2026, 11, 22, 3, 40, tzinfo=UTC)
ATTEMPT = Attempt(
    "obl-1-1",
    "vnpay",
    10_000,
    datetime(2026, 11, 22, 3, 0, tzinfo=UTC),
    datetime(2026, 11, 22, 3, 15, tzinfo=UTC),
)

NOTIFIED = (
    "vnp_Amount=1000000&vnp_BankCode=NCB&vnp_OrderInfo=Le+phi+ho+so+000.00.14.H56-200203-0118"
    "&vnp_PayDate=20261122103000&vnp_ResponseCode=00&vnp_TmnCode=MOTCUA01"
    "&vnp_TransactionNo=14226112&vnp_TransactionStatus=00&vnp_TxnRef=obl-1-1"
)
NOTIFIED_SIGNATURE = (
    "d32c31594a36bf9c987842207df95db0ef7920669b47b7721b2364ed37ac1938"
    "9f850024440af1191bfdc7d41154110a66e6754661dbc875263ba1afa2a7a49f"
)
INQUIRY = "R1|2.1.0|querydr|MOTCUA01|obl-1-1|20261122100000|20261122100200|127.0.0.1|Le phi ho so 1"
INQUIRY_SIGNATURE = (
    "8ee3b27ef2fb34147e821c02c89d02633307d83574522b45846b0ad6258bbe7e"
    "37eeea4ffbec37f766011dbf35e5d16f69ed46abff354633cf6f741f43d15ef8"
)


def notification(**changes: str) -> dict[str, str]:
    """Return a rightly signed notification with some parameters changed."""
    parameters = {**dict(parse_qsl(NOTIFIED)), **changes}
    return {**parameters, "vnp_SecureHash": sign(SECRET, canonical(parameters))}


def answer(**changes: str) -> Mapping[str, str]:
    """Return a rightly signed answer to an inquiry."""
    content = {
        "vnp_ResponseId": "A1",
        "vnp_Command": "querydr",
        "vnp_ResponseCode": "00",
        "vnp_Message": "QueryDR Success",
        "vnp_TmnCode": "MOTCUA01",
        "vnp_TxnRef": "obl-1-1",
        "vnp_Amount": "1000000",
        "vnp_TransactionNo": "14226112",
        "vnp_TransactionStatus": "00",
        "vnp_PayDate": "20261122100400",
        **changes,
    }
    names = [
        "vnp_ResponseId",
        "vnp_Command",
        "vnp_ResponseCode",
        "vnp_Message",
        "vnp_TmnCode",
        "vnp_TxnRef",
        "vnp_Amount",
        "vnp_BankCode",
        "vnp_PayDate",
        "vnp_TransactionNo",
        "vnp_TransactionType",
        "vnp_TransactionStatus",
        "vnp_OrderInfo",
        "vnp_PromotionCode",
        "vnp_PromotionAmount",
    ]
    return {**content, "vnp_SecureHash": sign(SECRET, joined(content, names))}


# Signatures


def test_parameters_are_sorted_encoded_and_signed_as_openssl_signs_them() -> None:
    shuffled = dict(reversed(parse_qsl(NOTIFIED)))
    assert canonical(shuffled) == NOTIFIED
    assert sign(SECRET, NOTIFIED) == NOTIFIED_SIGNATURE


def test_an_inquiry_signs_its_values_in_the_published_order() -> None:
    assert sign(SECRET, INQUIRY) == INQUIRY_SIGNATURE
    content = VNPAY.inquiry(ATTEMPT, "Lệ phí hồ sơ 1", NOW)
    names = [
        "vnp_RequestId",
        "vnp_Version",
        "vnp_Command",
        "vnp_TmnCode",
        "vnp_TxnRef",
        "vnp_TransactionDate",
        "vnp_CreateDate",
        "vnp_IpAddr",
        "vnp_OrderInfo",
    ]
    assert content["vnp_SecureHash"] == sign(SECRET, joined(content, names))
    assert content["vnp_TransactionDate"] == "20261122100000"
    assert len(content["vnp_RequestId"]) <= 32


# The address of the pay page


def test_the_payer_is_sent_to_a_signed_address_with_amount_and_times() -> None:
    url = VNPAY.redirect(
        ATTEMPT,
        "Lệ phí hồ sơ 000.00.14.H56-261122-0001",
        Payer("203.0.113.5", "vi", "https://motcua.example/tra-ve"),
    )
    parts = urlsplit(url)
    parameters = dict(parse_qsl(parts.query))
    signature = parameters.pop("vnp_SecureHash")
    assert url.startswith("https://pay.example/paymentv2/vpcpay.html?")
    assert signature == sign(SECRET, canonical(parameters))
    assert parameters == {
        "vnp_Version": "2.1.0",
        "vnp_Command": "pay",
        "vnp_TmnCode": "MOTCUA01",
        "vnp_Amount": "1000000",
        "vnp_CurrCode": "VND",
        "vnp_TxnRef": "obl-1-1",
        "vnp_OrderInfo": "Le phi ho so 000.00.14.H56-261122-0001",
        "vnp_OrderType": "other",
        "vnp_Locale": "vn",
        "vnp_ReturnUrl": "https://motcua.example/tra-ve",
        "vnp_IpAddr": "203.0.113.5",
        "vnp_CreateDate": "20261122100000",
        "vnp_ExpireDate": "20261122101500",
    }


def test_times_are_vietnams() -> None:
    assert stamp(datetime(2026, 12, 31, 17, 0, 1, tzinfo=UTC)) == "20270101000001"


def test_the_description_has_no_diacritics_and_no_special_signs() -> None:
    assert plain("Lệ phí «Đăng ký thường trú» & 2 bản/đợt") == (
        "Le phi Dang ky thuong tru 2 ban dot"
    )


# Notifications


def test_a_notification_is_read_with_the_banks_own_time() -> None:
    report = VNPAY.read_notification(notification(), NOW)
    assert (report.payment, report.outcome, report.amount) == ("obl-1-1", Outcome.PAID, 10_000)
    assert (report.reference, report.reason) == ("14226112", "")
    assert report.at == datetime(2026, 11, 22, 3, 30, tzinfo=UTC)


def test_money_is_never_dated_ahead_of_its_notification() -> None:
    assert VNPAY.read_notification(notification(vnp_PayDate="20991231235959"), NOW).at == NOW


@pytest.mark.parametrize(
    ("code", "status", "outcome", "reason"),
    [
        ("00", "00", Outcome.PAID, ""),
        ("24", "02", Outcome.FAILED, "cancelled-by-payer"),
        ("11", "02", Outcome.FAILED, "expired"),
        ("51", "02", Outcome.FAILED, "insufficient-funds"),
        ("99", "02", Outcome.FAILED, "vnpay-99"),
        ("07", "07", Outcome.SUSPECTED, "suspected-fraud"),
        ("07", "00", Outcome.SUSPECTED, "suspected-fraud"),
        ("24", "00", Outcome.FAILED, "cancelled-by-payer"),
        ("00", "", Outcome.PAID, ""),
        ("24", "", Outcome.FAILED, "cancelled-by-payer"),
    ],
)
def test_only_a_success_by_both_codes_is_a_payment(
    code: str, status: str, outcome: Outcome, reason: str
) -> None:
    parameters = notification(vnp_ResponseCode=code, vnp_TransactionStatus=status)
    report = VNPAY.read_notification(parameters, NOW)
    assert (report.outcome, report.reason) == (outcome, reason)


@pytest.mark.parametrize(
    "change",
    [
        {"vnp_Amount": "1000001"},
        {"vnp_TxnRef": "obl-2-1"},
        {"vnp_ResponseCode": "24"},
        {"vnp_Extra": "1"},
        {"vnp_SecureHash": "0" * 128},
        {"vnp_SecureHash": ""},
        {"vnp_SecureHash": "không phải chữ số"},
    ],
)
def test_any_change_after_signing_is_found(change: dict[str, str]) -> None:
    with pytest.raises(Forged):
        VNPAY.read_notification({**notification(), **change}, NOW)


def test_a_signature_under_another_secret_is_forged() -> None:
    parameters = dict(parse_qsl(NOTIFIED))
    parameters["vnp_SecureHash"] = sign("another secret", canonical(parameters))
    with pytest.raises(Forged):
        VNPAY.read_notification(parameters, NOW)


def test_what_is_not_vnpays_own_is_no_part_of_the_signature() -> None:
    report = VNPAY.read_notification({**notification(), "utm_source": "x"}, NOW)
    assert report.outcome is Outcome.PAID


@pytest.mark.parametrize("missing", ["vnp_TxnRef", "vnp_Amount", "vnp_ResponseCode"])
def test_a_signed_notification_without_what_it_must_say_is_unreadable(missing: str) -> None:
    with pytest.raises(Unreadable):
        VNPAY.read_notification(notification(**{missing: ""}), NOW)


@pytest.mark.parametrize(
    ("code", "status"), [("00", "01"), ("00", "88"), ("88", "00"), ("88", ""), ("24", "01")]
)
def test_an_unknown_code_leaves_the_attempt_open(code: str, status: str) -> None:
    parameters = notification(vnp_ResponseCode=code, vnp_TransactionStatus=status)
    with pytest.raises(Unreadable, match="no end is known"):
        VNPAY.read_notification(parameters, NOW)
    assert VNPAY.answer(Verdict.ERROR) == ProviderAnswer("99", "Unknown error")


@pytest.mark.parametrize("amount", ["mười nghìn", "-1000000", "1e6", "１０００"])
def test_an_amount_is_digits(amount: str) -> None:
    with pytest.raises(Unreadable):
        VNPAY.read_notification(notification(vnp_Amount=amount), NOW)


def test_a_part_of_a_dong_is_the_amount_of_no_attempt() -> None:
    assert VNPAY.read_notification(notification(vnp_Amount="1000050"), NOW).amount == 0


def test_each_verdict_has_the_published_code() -> None:
    assert {verdict: VNPAY.answer(verdict).code for verdict in Verdict} == {
        Verdict.FORGED: "97",
        Verdict.UNKNOWN: "01",
        Verdict.WRONG_AMOUNT: "04",
        Verdict.REPEATED: "02",
        Verdict.TAKEN: "00",
        Verdict.ERROR: "99",
    }
    assert VNPAY.answer(Verdict.TAKEN) == ProviderAnswer("00", "Confirm success")


# Inquiries


def test_an_inquiry_tells_of_a_payment_whose_notification_was_lost() -> None:
    report = VNPAY.read_inquiry(ATTEMPT, answer(), NOW)
    assert report is not None
    assert (report.outcome, report.amount, report.reference) == (Outcome.PAID, 10_000, "14226112")


@pytest.mark.parametrize(
    "open_answer",
    [
        {"vnp_TransactionStatus": "01"},
        {"vnp_ResponseCode": "91", "vnp_TransactionStatus": "", "vnp_Amount": ""},
    ],
)
def test_an_open_attempt_stays_open_until_it_can_no_longer_be_paid(
    open_answer: dict[str, str],
) -> None:
    last = ATTEMPT.expires_at + GRACE
    before = VNPAY.read_inquiry(ATTEMPT, answer(**open_answer), last - timedelta(seconds=1))
    after = VNPAY.read_inquiry(ATTEMPT, answer(**open_answer), last)
    assert before is None
    assert after is not None
    assert (after.outcome, after.reason, after.amount) == (Outcome.FAILED, "expired", 10_000)


def test_a_failed_transaction_fails_without_the_inquirys_own_code_as_its_reason() -> None:
    report = VNPAY.read_inquiry(ATTEMPT, answer(vnp_TransactionStatus="02"), NOW)
    assert report is not None
    assert (report.outcome, report.reason) == (Outcome.FAILED, "vnpay-failed")


def test_an_inquirys_answer_must_be_signed() -> None:
    with pytest.raises(Forged):
        VNPAY.read_inquiry(ATTEMPT, {**answer(), "vnp_TransactionStatus": "02"}, NOW)


def test_an_answer_about_another_transaction_is_not_believed() -> None:
    with pytest.raises(Unreadable, match="another transaction"):
        VNPAY.read_inquiry(ATTEMPT, answer(vnp_TxnRef="obl-2-1"), NOW)


def test_a_refused_inquiry_says_nothing_about_the_attempt() -> None:
    with pytest.raises(Unreadable, match="94"):
        VNPAY.read_inquiry(ATTEMPT, answer(vnp_ResponseCode="94"), NOW)


# Settings


def test_the_shared_secret_has_no_default_and_is_never_shown() -> None:
    with pytest.raises(ConfigError, match="VNPAY_HASH_SECRET is not set"):
        read(VnpaySettings, {})
    assert SECRET not in repr(SETTINGS)
