"""Logging in and out: passwords, sessions and access tokens."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog

from kernel.errors import Forbidden, Unauthenticated
from kernel.privacy import keyed_digest
from kernel.requests import Call, Caller
from kernel.store import Store
from kernel.trust import Keyring
from services.identity import contract
from services.identity.credentials import Credentials
from services.identity.decider.accounts import AccountState
from services.identity.opening import stream_of
from services.identity.sessions import ACCESS, Live, Sessions
from services.identity.throttle import PER_ACCOUNT, PER_ADDRESS, Counted, Rule, Throttle
from services.identity.views import account_answer

log = structlog.get_logger(__name__)


class Entrance:
    """Lets people in who prove who they are, and no faster than a person types."""

    def __init__(
        self,
        accounts: Store[AccountState],
        credentials: Credentials,
        sessions: Sessions,
        throttle: Throttle,
        keyring: Keyring,
    ) -> None:
        self._accounts = accounts
        self._credentials = credentials
        self._sessions = sessions
        self._throttle = throttle
        self._keyring = keyring

    def log_in(self, account: str, password: str, call: Call) -> contract.Session:
        """Begin a session. Raises `TooMany`, `Unauthenticated`, or `Forbidden` (`not-activated`).

        An account that does not exist takes the same path and time as a wrong password.
        """
        now = datetime.now(UTC)
        counted = self._counted(PER_ACCOUNT, PER_ADDRESS, account, call.address)
        self._throttle.enter(counted, now)
        state = self._accounts.load(stream_of(account)).state
        if not self._credentials.opens(state.credential, password) or state.erased:
            log.info("log-in refused", account=account, known=state.exists)
            raise _wrong()
        for one in counted:
            if one.rule is PER_ACCOUNT:
                self._throttle.forgive(one)
            else:
                self._throttle.take_back(one)
        if not state.active:
            raise _not_activated()
        if not state.may_log_in:
            raise _dismissed()
        return self._session(state, self._sessions.begin(account, now))

    def renew(self, session_token: str) -> contract.Session:
        """Give a fresh access token for a live session; raises `Unauthenticated` after its end."""
        live = self._sessions.renew(session_token, datetime.now(UTC))
        if live is None:
            raise _ended()
        state = self._accounts.load(stream_of(live.account)).state
        if not state.may_log_in:
            self._sessions.end(session_token)
            raise _ended()
        return self._session(state, live)

    def count_wish(self, rule: Rule, account: str, call: Call) -> None:
        """Count a wish for a mail; raises `TooMany` when they are too many."""
        counted = self._counted(rule, PER_ADDRESS, account, call.address)
        self._throttle.enter(counted, datetime.now(UTC))

    def _counted(
        self, per_account: Rule, per_address: Rule, account: str, address: str | None
    ) -> tuple[Counted, ...]:
        of_account = Counted(per_account, account)
        if address is None:
            return (of_account,)
        digest = keyed_digest(self._keyring.master, "address", address)
        return Counted(per_address, digest), of_account

    def _session(self, state: AccountState, live: Live) -> contract.Session:
        token = self._keyring.issue(caller_of(state, live), issuer="identity", lifetime=ACCESS)
        username = self._credentials.username(state.credential)
        return contract.Session(
            access_token=token,
            session_token=live.token,
            expires_in=int(ACCESS.total_seconds()),
            account=account_answer(state, username),
        )


def caller_of(state: AccountState, live: Live) -> Caller:
    """Return whom an access token speaks of: no personal data, but an officer's public name."""
    place = state.officer
    kind = str(state.kind)
    if place is None:
        return Caller(live.account, kind, verified=state.active, session=live.session)
    return Caller(
        id=live.account,
        kind=kind,
        name=place.name,
        roles=tuple(str(role) for role in place.roles),
        agency=place.agency,
        unit=place.unit,
        verified=state.active,
        session=live.session,
    )


def _wrong() -> Unauthenticated:
    return Unauthenticated(
        "wrong-credentials",
        "Tên đăng nhập hoặc mật khẩu không đúng.",
        "The user name or the password is wrong.",
    )


def _not_activated() -> Forbidden:
    return Forbidden(
        "not-activated",
        "Tài khoản chưa được kích hoạt. Hãy mở liên kết trong thư kích hoạt hoặc yêu cầu gửi lại.",
        "The account is not activated yet. Open the link in the mail, or ask for a new one.",
    )


def _dismissed() -> Forbidden:
    return Forbidden(
        "not-appointed",
        "Tài khoản cán bộ này không còn được phân công. Hãy liên hệ quản trị viên.",
        "This officer's account has no appointment any more. Ask an administrator.",
    )


def _ended() -> Unauthenticated:
    return Unauthenticated(
        "session-ended",
        "Phiên làm việc đã kết thúc. Hãy đăng nhập lại.",
        "The session has ended. Log in again.",
    )
