"""`/accounts`, `/captchas`: register, activate, see oneself."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from kernel.requests import Done
from services.identity.contract import (
    Account,
    Activate,
    Captcha,
    NewCaptcha,
    ReadAccount,
    Register,
    RequestPasswordReset,
    ResendActivation,
    ResetPassword,
)
from services.portal.api.asking import ask
from services.portal.api.shapes import PUBLIC, answer, body

blueprint = Blueprint("api-accounts", __name__, description="Accounts: register, activate, see")


@blueprint.post("/captchas")
@blueprint.doc(**PUBLIC)
@blueprint.response(201, answer(Captcha))
def new_captcha() -> Captcha:
    """Get a picture of a random string, to be typed at registration."""
    captcha: Captcha = ask(NewCaptcha())
    return captcha


@blueprint.post("/accounts")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(body(Register))
@blueprint.response(201, answer(Done))
def register(given: dict[str, Any]) -> Done:
    """Register; the activation link is sent by mail."""
    done: Done = ask(Register(**given))
    return done


@blueprint.post("/accounts/activation")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(body(Activate))
@blueprint.response(200, answer(Account))
def activate(given: dict[str, Any]) -> Account:
    """Activate by the token in the mail's link."""
    account: Account = ask(Activate(**given))
    return account


@blueprint.post("/accounts/activation/resend")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(body(ResendActivation))
@blueprint.response(202, answer(Done))
def resend(given: dict[str, Any]) -> Done:
    """Have the activation mail sent again; the answer does not tell whether there is an account."""
    done: Done = ask(ResendActivation(**given))
    return done


@blueprint.post("/accounts/password/forgotten")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(body(RequestPasswordReset))
@blueprint.response(202, answer(Done))
def forgotten(given: dict[str, Any]) -> Done:
    """Have a link sent that sets another password; unknown user names get the same answer."""
    done: Done = ask(RequestPasswordReset(**given))
    return done


@blueprint.post("/accounts/password")
@blueprint.doc(**PUBLIC)
@blueprint.arguments(body(ResetPassword))
@blueprint.response(200, answer(Done))
def reset_password(given: dict[str, Any]) -> Done:
    """Set another password by the token in the mail's link; every session ends."""
    done: Done = ask(ResetPassword(**given))
    return done


@blueprint.get("/accounts/me")
@blueprint.response(200, answer(Account))
def me() -> Account:
    """See one's own account."""
    account: Account = ask(ReadAccount())
    return account
