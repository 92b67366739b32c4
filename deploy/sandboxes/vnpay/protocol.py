"""VNPAY's side of protocol 2.1.0: signatures, times and codes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import quote_plus
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_STAMP = "%Y%m%d%H%M%S"

# What became of a transaction: (vnp_ResponseCode, vnp_TransactionStatus) of its notification.
OUTCOMES: Mapping[str, tuple[str, str]] = {
    "paid": ("00", "00"),
    "cancelled": ("24", "02"),
    "failed": ("51", "02"),
    "suspected": ("07", "07"),
}
OPEN_STATUS = "01"

# Answers that end the notifications of a transaction; after any other one they go on.
ENDS = frozenset({"00", "02"})


def form(parameters: Mapping[str, str]) -> str:
    """Return parameters sorted by name and form-encoded, without empty ones."""
    pairs = sorted((name, value) for name, value in parameters.items() if value != "")
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)


def hmac_sha512(secret: str, text: str) -> str:
    """Return the signature of a text."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha512).hexdigest()


def signed_query(secret: str, parameters: Mapping[str, str]) -> str:
    """Return a query string with its signature at the end."""
    text = form(parameters)
    return f"{text}&vnp_SecureHash={hmac_sha512(secret, text)}"


def is_signed(secret: str, parameters: Mapping[str, str]) -> bool:
    """Return whether a query's parameters carry the right signature."""
    unsigned = {k: v for k, v in parameters.items() if k != "vnp_SecureHash"}
    given = parameters.get("vnp_SecureHash", "").lower()
    return hmac.compare_digest(hmac_sha512(secret, form(unsigned)).encode(), given.encode())


def piped(content: Mapping[str, str], names: Iterable[str]) -> str:
    """Return values joined as the interface for inquiries signs them."""
    return "|".join(content.get(name, "") for name in names)


INQUIRY = (
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
INQUIRY_ANSWER = (
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


def now_stamp() -> str:
    """Return the present as `yyyyMMddHHmmss` in GMT+7."""
    return datetime.now(VIETNAM).strftime(_STAMP)


def read_stamp(text: str) -> datetime:
    """Return the moment of a stamp; raises ValueError."""
    return datetime.strptime(text, _STAMP).replace(tzinfo=VIETNAM)
