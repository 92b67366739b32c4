"""What the pay page says, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from deploy.sandboxes.vnpay.protocol import read_stamp

_WORDS: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "lang": "vi",
        "title": "Cổng thanh toán thử nghiệm",
        "warning": "Đây là môi trường thử nghiệm theo giao thức VNPAY. Không có tiền thật.",
        "amount": "Số tiền",
        "info": "Nội dung",
        "ref": "Mã giao dịch",
        "until": "Thanh toán trước",
        "pay": "Thanh toán",
        "cancel": "Huỷ",
        "refused": "Không thể thanh toán",
        "forged": "Chữ ký của yêu cầu thanh toán không đúng.",
        "terminal": "Mã website không đúng.",
        "malformed": "Yêu cầu thanh toán thiếu thông tin.",
        "expired": "Đã quá thời hạn thanh toán. Hãy quay lại trang hồ sơ và bắt đầu lại.",
        "finished": "Giao dịch này đã kết thúc. Hãy quay lại trang hồ sơ để xem kết quả.",
        "about": "Ở đây không có gì để mở trực tiếp. Người nộp được chuyển tới trang thanh toán từ "
        "mục «Thanh toán» của hồ sơ; thanh toán hoặc huỷ ở đó, rồi quay về cổng dịch vụ công.",
    },
    "en": {
        "lang": "en",
        "title": "Test payment gateway",
        "warning": "This is a test environment for the VNPAY protocol. No real money moves.",
        "amount": "Amount",
        "info": "For",
        "ref": "Transaction",
        "until": "Pay before",
        "pay": "Pay",
        "cancel": "Cancel",
        "refused": "Payment is not possible",
        "forged": "The signature of the payment request is wrong.",
        "terminal": "The merchant's terminal is wrong.",
        "malformed": "The payment request lacks something.",
        "expired": "The time to pay is over. Go back to the dossier's page and start again.",
        "finished": "This transaction has ended. Go back to the dossier's page to see the result.",
        "about": "There is nothing to open here directly. A payer is sent to the pay page from the "
        "fee of a dossier, pays or cancels there, and comes back to the portal.",
    },
}


LANGUAGES = tuple(_WORDS)


def of(locale: str) -> Mapping[str, str]:
    """Return the words of a language."""
    return _WORDS[locale]


def money(amount: int) -> str:
    """Return VND times 100 as people write it: `10.000 ₫`."""
    return f"{amount // 100:,}".replace(",", ".") + " ₫"


def clock(stamp: str) -> str:
    """Return a stamp as `HH:MM dd/MM/yyyy`."""
    return read_stamp(stamp).strftime("%H:%M %d/%m/%Y")
