"""Opening accounts: the registration form, the link in the mail, and what administrators do.

The only place that knows in which order the two ledger streams and the credential are written.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kernel.errors import Conflict, DomainError, Invalid, NotFound, Unauthenticated, Unavailable
from kernel.privacy import keyed_digest
from kernel.requests import Call
from kernel.store import Executed, Store
from kernel.trust import Keyring
from services.identity import contract
from services.identity.captcha import Captchas
from services.identity.contract import AccountKind, Contact, Profile
from services.identity.credentials import Credentials
from services.identity.decider.accounts import (
    AccountState,
    Activate,
    Appoint,
    Dismiss,
    Open,
    RequestActivation,
)
from services.identity.decider.number_claims import Claim, ClaimState, Release
from services.identity.decider.registration import (
    CONSENT_VERSION,
    fault,
    fault_of_email,
    fault_of_phone,
    faults_of_login,
    faults_of_profile,
    known_of,
    normal_phone,
    normal_profile,
    refusal,
)

ACTIVATION = timedelta(hours=48)
_PURPOSE = "activation"
_ISSUER = "identity"
_HERE = ZoneInfo("Asia/Ho_Chi_Minh")


class Opening:
    """Opens accounts in the ledger, with their credentials."""

    def __init__(
        self,
        accounts: Store[AccountState],
        claims: Store[ClaimState],
        credentials: Credentials,
        captchas: Captchas,
        keyring: Keyring,
    ) -> None:
        self._accounts = accounts
        self._claims = claims
        self._credentials = credentials
        self._captchas = captchas
        self._keyring = keyring

    def register(self, request: contract.Register, call: Call) -> Executed[AccountState]:
        """Open an account that waits for its link; raises `Invalid` with every fault at once."""
        account = self.account_of(request.username)
        profile = normal_profile(request.profile)
        command = Open(
            account, request.kind, request.locale, CONSENT_VERSION, profile, credential=""
        )
        # a repeated request has used its picture up already: the store answers it as before
        if self._accounts.ledger.find(call.commit_id) is None:
            self._check_form(request, profile, account)
            command = replace(command, credential=self._credential(account, request))
        return self._execute(account, command, call)

    def open_verified(
        self, request: contract.OpenVerifiedAccount, call: Call
    ) -> Executed[AccountState]:
        """Open an account that may file at once; opening the same one again changes nothing."""
        account = self.account_of(request.username)
        profile = normal_profile(request.profile)
        faults = [
            *faults_of_login(request.username, request.password, known_of(profile)),
            *faults_of_profile(request.kind, profile, _today()),
        ]
        if faults:
            raise refusal(*faults)
        command = Open(account, request.kind, request.locale, "", profile, "", verified=True)
        if not self._accounts.load(stream_of(account)).state.exists:
            self._claim_number(account, profile, call)
            command = replace(command, credential=self._credential(account, request))
        return self._execute(account, command, call)

    def appoint(self, request: contract.AppointOfficer, call: Call) -> Executed[AccountState]:
        """Give an officer a place; the account is opened with the password if there is none."""
        account = self.account_of(request.username)
        self._check_appointment(request)
        command = Appoint(
            account=account,
            credential="",
            name=request.name.strip(),
            title=request.title.strip(),
            agency=request.agency,
            unit=request.unit,
            roles=tuple(dict.fromkeys(request.roles)),
            contact=Contact(
                request.name.strip(), request.email.strip(), normal_phone(request.phone), "vi"
            ),
        )
        if not self._accounts.load(stream_of(account)).state.exists:
            command = replace(command, credential=self._credential(account, request))
        return self._execute(account, command, call)

    def dismiss(self, account: str, call: Call) -> Executed[AccountState]:
        """Take an officer's place back; raises `NotFound` where there is no such officer."""
        state = self._accounts.load(stream_of(account)).state
        if state.kind is not AccountKind.OFFICER:
            raise no_such_account()
        return self._execute(account, Dismiss(), call)

    def activate(self, token: str, call: Call) -> AccountState:
        """Activate by the token of the link: claim the identity number, then the account is active.

        Raises `Invalid` for a link that is expired or forged, `Conflict` for a number that
        belongs to another account. A second click is fine.
        """
        account = self._account_in(token)
        state = self._accounts.load(stream_of(account)).state
        if state.active:
            return state
        if state.profile is None:
            raise _bad_link()
        self._claim_number(account, state.profile, call)
        try:
            return self._execute(account, Activate(), call).state
        except Conflict:  # erased meanwhile: nobody would give the number back any more
            self.release_number(account, state.profile, call)
            raise

    def request_activation(self, username: str, call: Call) -> None:
        """Have the link sent again, if there is an account that waits for it."""
        account = self.account_of(username)
        if self._accounts.load(stream_of(account)).state.exists:
            self._execute(account, RequestActivation(), call)

    def activation(self, account: str, now: datetime) -> contract.ActivationNotice:
        """Return what the activation mail says, with a token of 48 hours.

        Raises `Conflict` (`already-active`) where no mail is due.
        """
        state = self._accounts.load(stream_of(account)).state
        if state.active:
            raise Conflict(
                "already-active",
                "Tài khoản này đã được kích hoạt.",
                "This account is active already.",
            )
        if state.contact is None:
            raise no_such_account()
        token = self._keyring.sign_text(_ISSUER, _PURPOSE, {"account": account}, ACTIVATION)
        return contract.ActivationNotice(state.contact, token, now + ACTIVATION)

    def account_of(self, username: str) -> str:
        """Return the account that a user name is or would be; capitals make no difference."""
        digest = keyed_digest(self._keyring.master, "username", username.strip().casefold())
        return f"acc-{digest[:20]}"

    def release_number(self, account: str, profile: Profile, call: Call) -> None:
        """Give up the claim on the profile's identity number, if the account has it."""
        self._on_number(profile, Release(account), call)

    def _check_form(self, request: contract.Register, profile: Profile, account: str) -> None:
        faults = [
            *faults_of_login(request.username, request.password, known_of(profile)),
            *faults_of_profile(request.kind, profile, _today()),
        ]
        if not request.consent:
            faults.append(fault("consent", "consent"))
        if not self._captchas.redeem(request.captcha, request.captcha_text, datetime.now(UTC)):
            faults.append(fault("captcha_text", "captcha"))
        # who has not typed the letters does not learn which names exist
        elif self._accounts.ledger.head_version(stream_of(account)):
            faults.append(fault("username", "username-taken"))
        if faults:
            raise refusal(*faults)

    def _check_appointment(self, request: contract.AppointOfficer) -> None:
        faults = list(faults_of_login(request.username, request.password, (request.email,)))
        if code := fault_of_email(request.email):
            faults.append(fault("email", code))
        if code := fault_of_phone(request.phone):
            faults.append(fault("phone", code))
        if not (request.agency.strip() and request.unit.strip()):
            faults.append(fault("unit", "unit"))
        if not request.roles:
            faults.append(fault("roles", "roles"))
        if faults:
            raise refusal(*faults)

    def _claim_number(self, account: str, profile: Profile, call: Call) -> None:
        self._on_number(profile, Claim(account), call)

    def _on_number(self, profile: Profile, command: Claim | Release, call: Call) -> None:
        number = f"{profile.identity_document}:{profile.identity_number}"
        digest = keyed_digest(self._keyring.master, "identity-number", number)
        without_key = replace(call, idempotency_key=None)
        self._claims.execute(f"identity-number-{digest}", command, without_key)

    def _credential(
        self,
        account: str,
        request: contract.Register | contract.OpenVerifiedAccount | contract.AppointOfficer,
    ) -> str:
        return self._credentials.create(account, request.username, request.password)

    def _execute(self, account: str, command: Any, call: Call) -> Executed[AccountState]:
        return execute(self._accounts, self._credentials, account, command, call)

    def _account_in(self, token: str) -> str:
        try:
            return str(self._keyring.read_text(token, _PURPOSE, issuer=_ISSUER)["account"])
        except Unauthenticated as error:
            raise (_expired_link() if error.code == "token-expired" else _bad_link()) from error
        except KeyError as error:
            raise _bad_link() from error


def execute(
    accounts: Store[AccountState],
    credentials: Credentials,
    account: str,
    command: Any,
    call: Call,
) -> Executed[AccountState]:
    """Execute, and forget the command's new credential unless the account came to name it."""
    credential = getattr(command, "credential", "")
    try:
        executed = accounts.execute(stream_of(account), command, call)
    except Unavailable:
        raise  # the database did not answer: the event may or may not be there, so keep it
    except DomainError:
        credentials.discard(credential)
        raise
    if executed.state.credential != credential:
        credentials.discard(credential)
    return executed


def stream_of(account: str) -> str:
    """Return the name of an account's stream."""
    return f"account-{account}"


def no_such_account() -> NotFound:
    """Return the refusal of an account that is not there, or no more."""
    return NotFound("no-such-account", "Không có tài khoản này.", "There is no such account.")


def _today() -> date:
    return datetime.now(_HERE).date()


def _expired_link() -> Invalid:
    return Invalid(
        "activation-expired",
        "Liên kết kích hoạt đã hết hạn sau 48 giờ. Hãy yêu cầu gửi lại thư kích hoạt.",
        "The activation link expired after 48 hours. Ask for a new activation mail.",
    )


def _bad_link() -> Invalid:
    return Invalid(
        "activation-invalid",
        "Liên kết kích hoạt không hợp lệ. Hãy mở đúng liên kết trong thư hoặc yêu cầu gửi lại.",
        "The activation link is not valid. Open the link in the mail, or ask for a new one.",
    )
