"""Accounts: registered, activated, logged in."""

from __future__ import annotations

from datetime import date

from page_samples.catalogue import PLACES
from page_samples.shown import CITIZEN, NOW, Shown
from services.identity import contract as identity
from services.portal.forms import Form
from services.portal.screens import accounts

FAULTY_REGISTRATION = Form(
    {"profile.name": "An"},
    {"profile.name": "Hãy nhập mục này.", "captcha_text": "Mã xác nhận không đúng."},
)
PROFILE = identity.Profile(
    "Nguyễn Thị An", identity.IdentityDocument.PERSONAL_NUMBER, "038190000123", "an@example.vn",
    "0912345678", date(1990, 2, 3), identity.Sex.FEMALE, "16594", "12 Lê Lợi",
)  # fmt: skip
ACCOUNT = identity.Account(
    "acc-1", "nguyenthian", identity.AccountKind.CITIZEN, True, True, "vi", PROFILE
)
# one white dot
CAPTCHA = identity.Captcha(
    "c-1",
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJg"
    "gg==",
    NOW,
)

PAGES: tuple[Shown, ...] = (
    Shown("register-kind", "register_kind.html", accounts.KindScreen(Form())),
    *(
        Shown(
            f"register-{kind.value}",
            "register.html",
            accounts.RegisterScreen(kind, FAULTY_REGISTRATION, CAPTCHA, PLACES),
        )
        for kind in (identity.AccountKind.CITIZEN, identity.AccountKind.ENTERPRISE)
    ),
    Shown("registered", "registered.html", accounts.RegisteredScreen("an@example.vn", "an")),
    Shown("activate", "activate.html", accounts.ActivationScreen("token")),
    Shown("activated", "activated.html", accounts.ActivatedScreen(ACCOUNT)),
    Shown("activation-failed", "activated.html", accounts.ActivatedScreen(None, "Đã hết hạn.")),
    Shown("login", "login.html", accounts.LogInScreen()),
    Shown("activation-again", "mail_wish.html", accounts.MailWishScreen()),
    Shown("password-forgotten", "mail_wish.html", accounts.MailWishScreen(password=True)),
    Shown("password-new", "new_password.html", accounts.NewPasswordScreen("t")),
    Shown(
        "password-dead",
        "new_password.html",
        accounts.NewPasswordScreen("t", Form(message="Liên kết đã hết hạn."), dead=True),
    ),
    Shown(
        "login-idle",
        "login.html",
        accounts.LogInScreen(Form(message="Sai mật khẩu."), "/dossiers", True),
    ),
    Shown("account", "account.html", accounts.AccountScreen(ACCOUNT), CITIZEN),
)
