"""A forgotten password: the link in the mail, and the password that it sets.

The link names the credential that it replaces, so it is used once, and whatever changes the
password makes every link from before useless.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kernel.errors import Invalid, Unauthenticated
from kernel.requests import Call
from kernel.store import Store
from kernel.trust import Keyring
from services.identity.contract import PasswordResetNotice
from services.identity.credentials import Credentials
from services.identity.decider.accounts import (
    AccountState,
    ChangePassword,
    RequestPasswordReset,
    bad_reset_link,
)
from services.identity.decider.registration import faults_of_login, known_of, refusal
from services.identity.opening import execute, no_such_account, stream_of
from services.identity.sessions import Sessions
from services.identity.throttle import PER_ACCOUNT, Counted, Throttle

RESET = timedelta(hours=1)
_PURPOSE = "password-reset"
_ISSUER = "identity"


@dataclass(frozen=True)
class Resetting:
    """Lets who reads the account's mail set another password."""

    accounts: Store[AccountState]
    credentials: Credentials
    sessions: Sessions
    throttle: Throttle
    keyring: Keyring

    def request(self, account: str, call: Call) -> None:
        """Have the link sent, if there is such an account and somebody to write to."""
        if self.accounts.load(stream_of(account)).state.exists:
            execute(self.accounts, self.credentials, account, RequestPasswordReset(), call)

    def notice(self, account: str, now: datetime) -> PasswordResetNotice:
        """Return what the mail says, with a token of one hour."""
        state = self.accounts.load(stream_of(account)).state
        if state.contact is None:
            raise no_such_account()
        claims = {"account": account, "credential": state.credential}
        token = self.keyring.sign_text(_ISSUER, _PURPOSE, claims, RESET)
        return PasswordResetNotice(state.contact, token, now + RESET)

    def reset(self, token: str, password: str, call: Call) -> None:
        """Set the password, end every session, forgive the failures to log in.

        Raises `Invalid` for a link that is expired, forged or used, and for a weak password.
        """
        account, former = self._named_in(token)
        credential = ""
        # a repeated request has used the link up already: the store answers it as before
        if self.accounts.ledger.find(call.commit_id) is None:
            credential = self._credential(account, former, password)
        command = ChangePassword(former, credential)
        execute(self.accounts, self.credentials, account, command, call)
        self.credentials.discard(former)
        self.sessions.end_all(account)
        self.throttle.forgive(Counted(PER_ACCOUNT, account))

    def _credential(self, account: str, former: str, password: str) -> str:
        state = self.accounts.load(stream_of(account)).state
        if state.contact is None or state.credential != former:
            raise bad_reset_link()
        username = self.credentials.username(former)
        known = (state.contact.email,) if state.profile is None else known_of(state.profile)
        if faults := list(faults_of_login(username, password, known)):
            raise refusal(*faults)
        return self.credentials.create(account, username, password)

    def _named_in(self, token: str) -> tuple[str, str]:
        try:
            claims = self.keyring.read_text(token, _PURPOSE, issuer=_ISSUER)
            return str(claims["account"]), str(claims["credential"])
        except Unauthenticated as error:
            expired = error.code == "token-expired"
            raise (_expired_link() if expired else bad_reset_link()) from error
        except KeyError as error:
            raise bad_reset_link() from error


def _expired_link() -> Invalid:
    return Invalid(
        "reset-expired",
        "Liên kết đặt lại mật khẩu đã hết hạn sau 1 giờ. Hãy yêu cầu liên kết mới.",
        "The link to set a password expired after one hour. Ask for a new one.",
    )
