"""VNPAY, protocol 2.1.0 (`pay` and `querydr`), as published for merchants.

Parameters are sorted by name and form-encoded; the HMAC-SHA512 of that text under the merchant's
secret is the signature. Amounts are VND times 100, times are `yyyyMMddHHmmss` in GMT+7. The
return address only displays; the notification (IPN) changes state. Notifications are checked in
the order signature, order, amount, already confirmed, update.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

import requests

from kernel.config import setting
from services.payment.contract import ProviderAnswer
from services.payment.decider import Attempt, Outcome, Report
from services.payment.providers.provider import Forged, Payer, ProviderAway, Unreadable, Verdict

VERSION = "2.1.0"
TIME_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

# A bank may still settle shortly after the pay page closed; only then is an attempt written off.
GRACE = timedelta(minutes=5)

ANSWERS: Mapping[Verdict, ProviderAnswer] = {
    Verdict.FORGED: ProviderAnswer("97", "Invalid signature"),
    Verdict.UNKNOWN: ProviderAnswer("01", "Order not found"),
    Verdict.WRONG_AMOUNT: ProviderAnswer("04", "Invalid amount"),
    Verdict.REPEATED: ProviderAnswer("02", "Order already confirmed"),
    Verdict.TAKEN: ProviderAnswer("00", "Confirm success"),
    Verdict.ERROR: ProviderAnswer("99", "Unknown error"),
}

# `vnp_TransactionStatus`; a code that is not here leaves the attempt open.
STATUSES: Mapping[str, Outcome] = {
    "00": Outcome.PAID,
    "02": Outcome.FAILED,
    "04": Outcome.SUSPECTED,  # the bank took the money, VNPAY did not complete
    "07": Outcome.SUSPECTED,
}

# `vnp_ResponseCode` of a payment that did not succeed, as the reason in the event.
REASONS: Mapping[str, str] = {
    "07": "suspected-fraud",
    "09": "online-banking-not-registered",
    "10": "authentication-failed",
    "11": "expired",
    "12": "account-locked",
    "13": "wrong-one-time-password",
    "24": "cancelled-by-payer",
    "51": "insufficient-funds",
    "65": "over-daily-limit",
    "75": "bank-maintenance",
    "79": "wrong-password",
}

_INQUIRY_SIGNED = (
    "vnp_RequestId",
    "vnp_Version",
    "vnp_Command",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_TransactionDate",
    "vnp_CreateDate",
    "vnp_IpAddr",
    "vnp_OrderInfo",
)
_INQUIRY_ANSWER_SIGNED = (
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
)
_FOUND, _NOT_FOUND = "00", "91"


@dataclass(frozen=True)
class VnpaySettings:
    """The merchant's account at VNPAY. The secret has no default: a known one could be forged."""

    url: str = setting(
        env="VNPAY_URL",
        default="http://127.0.0.1:8030/paymentv2/vpcpay.html",
        doc="the pay page",
        pattern=r"^https?://.+",
    )
    api_url: str = setting(
        env="VNPAY_API_URL",
        default="http://127.0.0.1:8030/merchant_webapi/api/transaction",
        doc="the interface for inquiries",
        pattern=r"^https?://.+",
    )
    tmn_code: str = setting(
        env="VNPAY_TMN_CODE",
        default="MOTCUA01",
        doc="the merchant's terminal",
        pattern=r"^[A-Za-z0-9]{8}$",
    )
    hash_secret: str = setting(
        env="VNPAY_HASH_SECRET", doc="the secret shared with VNPAY", secret=True, pattern=r"^.{16,}"
    )
    timeout: timedelta = setting(
        env="VNPAY_TIMEOUT", default=timedelta(seconds=10), doc="seconds that an inquiry may take"
    )


class Vnpay:
    """The provider `vnpay`."""

    name = "vnpay"

    def __init__(self, settings: VnpaySettings) -> None:
        self._settings = settings

    def redirect(self, attempt: Attempt, description: str, payer: Payer) -> str:
        """Return the signed address of the pay page; the same attempt gives the same address."""
        parameters = {
            "vnp_Version": VERSION,
            "vnp_Command": "pay",
            "vnp_TmnCode": self._settings.tmn_code,
            "vnp_Amount": str(attempt.amount * 100),
            "vnp_CurrCode": "VND",
            "vnp_TxnRef": attempt.payment,
            "vnp_OrderInfo": plain(description),
            "vnp_OrderType": "other",
            "vnp_Locale": "en" if payer.locale == "en" else "vn",
            "vnp_ReturnUrl": payer.return_url,
            "vnp_IpAddr": payer.address,
            "vnp_CreateDate": stamp(attempt.started_at),
            "vnp_ExpireDate": stamp(attempt.expires_at),
        }
        signature = sign(self._settings.hash_secret, canonical(parameters))
        return f"{self._settings.url}?{canonical(parameters)}&vnp_SecureHash={signature}"

    def read_notification(self, parameters: Mapping[str, str], at: datetime) -> Report:
        """Return what an IPN says; `at` is the time of its arrival."""
        signed = {
            name: value
            for name, value in parameters.items()
            if name.startswith("vnp_") and name not in ("vnp_SecureHash", "vnp_SecureHashType")
        }
        self._verify(canonical(signed), parameters.get("vnp_SecureHash", ""))
        code = _text(parameters, "vnp_ResponseCode")
        outcome = _outcome(code, parameters.get("vnp_TransactionStatus", ""))
        return self._report(parameters, outcome, code, at)

    def ask(self, attempt: Attempt, description: str, at: datetime) -> Report | None:
        """Ask by `querydr`."""
        inquiry = self.inquiry(attempt, description, at)
        try:
            answer = requests.post(
                self._settings.api_url,
                json=inquiry,
                timeout=self._settings.timeout.total_seconds(),
            )
            answer.raise_for_status()
            content = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise ProviderAway(f"vnpay does not answer: {error}") from error
        if not isinstance(content, dict):
            raise Unreadable("vnpay answers with something else than an object")
        return self.read_inquiry(
            attempt, {k: "" if v is None else str(v) for k, v in content.items()}, at
        )

    def inquiry(self, attempt: Attempt, description: str, at: datetime) -> dict[str, str]:
        """Return the content of a `querydr` request."""
        content = {
            "vnp_RequestId": uuid4().hex,
            "vnp_Version": VERSION,
            "vnp_Command": "querydr",
            "vnp_TmnCode": self._settings.tmn_code,
            "vnp_TxnRef": attempt.payment,
            "vnp_OrderInfo": plain(description),
            "vnp_TransactionDate": stamp(attempt.started_at),
            "vnp_CreateDate": stamp(at),
            "vnp_IpAddr": "127.0.0.1",
        }
        signature = sign(self._settings.hash_secret, joined(content, _INQUIRY_SIGNED))
        return {**content, "vnp_SecureHash": signature}

    def read_inquiry(
        self, attempt: Attempt, answer: Mapping[str, str], at: datetime
    ) -> Report | None:
        """Return what the answer to an inquiry says; None while the attempt is open."""
        self._verify(joined(answer, _INQUIRY_ANSWER_SIGNED), answer.get("vnp_SecureHash", ""))
        code = _text(answer, "vnp_ResponseCode")
        if code not in (_FOUND, _NOT_FOUND):
            raise Unreadable(f"vnpay refuses the inquiry with code {code}")
        if code == _FOUND and answer.get("vnp_TxnRef") != attempt.payment:
            raise Unreadable("vnpay answers about another transaction")
        outcome = STATUSES.get(answer.get("vnp_TransactionStatus", "")) if code == _FOUND else None
        if outcome is not None:
            # the response code is that of the inquiry here, not that of the payment
            return self._report(answer, outcome, "", at)
        if at < attempt.expires_at + GRACE:
            return None
        return Report(
            payment=attempt.payment,
            provider=self.name,
            outcome=Outcome.FAILED,
            amount=attempt.amount,
            at=at,
            reason="expired",
        )

    def answer(self, verdict: Verdict) -> ProviderAnswer:
        """Return `RspCode` and `Message`."""
        return ANSWERS[verdict]

    def _verify(self, text: str, signature: str) -> None:
        expected = sign(self._settings.hash_secret, text)
        if not hmac.compare_digest(expected.encode(), signature.lower().encode()):
            raise Forged("the signature is not VNPAY's")

    def _report(
        self, parameters: Mapping[str, str], outcome: Outcome, code: str, at: datetime
    ) -> Report:
        return Report(
            payment=_text(parameters, "vnp_TxnRef"),
            provider=self.name,
            outcome=outcome,
            amount=_amount(_text(parameters, "vnp_Amount")),
            at=min(at, _moment(parameters.get("vnp_PayDate", "")) or at),
            reference=parameters.get("vnp_TransactionNo", ""),
            reason=""
            if outcome is Outcome.PAID
            else REASONS.get(code, f"vnpay-{code or 'failed'}"),
        )


# The protocol's own forms


def canonical(parameters: Mapping[str, str]) -> str:
    """Return the form-encoded parameters sorted by name, without empty ones."""
    return urlencode(sorted((name, value) for name, value in parameters.items() if value))


def joined(content: Mapping[str, str], names: Sequence[str]) -> str:
    """Return values in the order that the interface for inquiries signs."""
    return "|".join(content.get(name, "") for name in names)


def sign(secret: str, text: str) -> str:
    """Return the HMAC-SHA512 as lower-case hexadecimal digits."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha512).hexdigest()


def stamp(moment: datetime) -> str:
    """Return a moment as `yyyyMMddHHmmss` in GMT+7."""
    return moment.astimezone(TIME_ZONE).strftime("%Y%m%d%H%M%S")


def plain(text: str) -> str:
    """Return Vietnamese without diacritics and special signs, as `vnp_OrderInfo` must be."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    kept = (
        c if c.isascii() and (c.isalnum() or c in " .:-") else " "
        for c in letters
        if not unicodedata.combining(c)
    )
    return " ".join("".join(kept).split())[:255]


def _outcome(code: str, status: str) -> Outcome:
    """Return what a notification's two codes mean; a success is one only by both."""
    outcome = STATUSES.get(status or "00")
    if outcome is Outcome.PAID and code != "00":
        outcome = STATUSES.get(code, Outcome.FAILED if code in REASONS else None)
    if outcome is None:
        # answered with 99, it is sent again; if it says no more then, the inquiry decides
        raise Unreadable(f"no end is known by status {status!r} and code {code!r}")
    return outcome


def _text(parameters: Mapping[str, str], name: str) -> str:
    value = parameters.get(name, "")
    if not value:
        raise Unreadable(f"{name} is missing")
    return value


def _amount(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Unreadable(f"vnp_Amount is {text!r}")
    whole, rest = divmod(int(text), 100)
    # a part of a đồng does not exist: 0 is the amount of no attempt, so that it is answered with 04
    return 0 if rest else whole


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=TIME_ZONE)
    except ValueError:
        return None
