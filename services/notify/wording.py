"""The words that all mails share, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "system": "Một Cửa – Cổng dịch vụ công",
        "greeting": "Kính gửi",
        "code": "Mã hồ sơ",
        "procedure": "Thủ tục",
        "agency": "Cơ quan",
        "unit": "Đơn vị đang giữ hồ sơ",
        "officer": "Cán bộ",
        "step": "Bước",
        "step_due": "Hạn của bước này",
        "due": "Hẹn trả kết quả",
        "open": "Xem hồ sơ",
        "copy_link": "Nếu nút không mở được, hãy sao chép địa chỉ này vào trình duyệt",
        "hotline": "Cần giúp đỡ? Gọi đường dây nóng",
        "footer": (
            "Thư này được gửi tự động vì có hồ sơ hoặc tài khoản dùng địa chỉ này. "
            "Xin không trả lời thư. Cơ quan nhà nước không bao giờ hỏi mật khẩu qua thư."
        ),
    },
    "en": {
        "system": "Một Cửa – Public service portal",
        "greeting": "Dear",
        "code": "Dossier",
        "procedure": "Procedure",
        "agency": "Agency",
        "unit": "Unit that holds it",
        "officer": "Officer",
        "step": "Step",
        "step_due": "This step is due",
        "due": "Result due",
        "open": "See the dossier",
        "copy_link": "If the button does not open, copy this address into your browser",
        "hotline": "Do you need help? Call",
        "footer": (
            "This message was sent automatically because a dossier or account uses this address. "
            "Please do not reply. A public authority never asks for a password by mail."
        ),
    },
}
