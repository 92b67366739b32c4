"""The identity service: who may act, and as whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from nameko.extensions import DependencyProvider
from pymongo.write_concern import WriteConcern

from kernel.container import CatchUp, Storage, StoreProvider, ViewProvider
from kernel.erasure import Erasing
from kernel.errors import Conflict, Forbidden, Unauthenticated
from kernel.feed import Feed
from kernel.operations import Operations
from kernel.privacy import SubjectKeys
from kernel.requests import SETUP, Call, Done
from kernel.rpc import Neighbours, serves
from kernel.runner import offload
from kernel.store import Executed
from kernel.transparency.answering import Transparency
from kernel.trust import Keyring
from services.dossier import contract as dossier
from services.identity import contract
from services.identity.captcha import Captchas
from services.identity.contract import EVENTS
from services.identity.credentials import Credentials
from services.identity.decider.accounts import ACCOUNTS, AccountState, Erase
from services.identity.decider.number_claims import NUMBERS
from services.identity.decider.offices import may_appoint, may_dismiss
from services.identity.entrance import Entrance
from services.identity.forgetting import Forgetting
from services.identity.opening import Opening, no_such_account, stream_of
from services.identity.resetting import Resetting
from services.identity.sessions import Sessions
from services.identity.throttle import PER_RESEND, PER_RESET, Throttle
from services.identity.views import (
    DIRECTORY,
    DIRECTORY_INDEXES,
    ERASED,
    ERASED_INDEXES,
    account_answer,
    directory_answer,
    directory_query,
    erased_page,
    officer_answer,
    project_erased,
    project_officer,
    subject_answer,
)

_NOTIFY = "service:notify"


@dataclass(frozen=True)
class Secrets:
    """What identity keeps beside its ledger: things that must change, expire and be forgotten."""

    credentials: Credentials
    sessions: Sessions
    captchas: Captchas
    throttle: Throttle
    keyring: Keyring
    keys: SubjectKeys


class SecretsProvider(DependencyProvider):  # type: ignore[misc]
    """Gives the `Secrets` of the service."""

    storage = Storage()

    def start(self) -> None:
        """Make the indexes."""
        kept = self.secrets
        kept.credentials.ensure_indexes()
        kept.sessions.ensure_indexes()
        kept.captchas.ensure_indexes()
        kept.throttle.ensure_indexes()

    def get_dependency(self, worker_ctx: Any) -> Secrets:
        """Return them."""
        return self.secrets

    @cached_property
    def secrets(self) -> Secrets:
        """The collections, at the first use: extensions start in no certain order."""
        database = self.storage.database.with_options(
            write_concern=WriteConcern("majority", j=True)
        )
        keyring, keys = Keyring(self.storage.settings.keys), self.storage.keys
        return Secrets(
            Credentials(database["credentials"], keys, offload),
            Sessions(database["sessions"]),
            Captchas(database["captchas"], offload),
            Throttle(database["failures"]),
            keyring,
            keys,
        )


class IdentityService:
    """Answers for accounts, sessions and officers."""

    name = "identity"

    directory = ViewProvider("account", project_officer, name=DIRECTORY, indexes=DIRECTORY_INDEXES)
    erased = ViewProvider("account", project_erased, name=ERASED, indexes=ERASED_INDEXES)
    accounts = StoreProvider(EVENTS, ACCOUNTS, views=[directory, erased])
    numbers = StoreProvider(EVENTS, NUMBERS)
    neighbours = Neighbours()
    erasing = Erasing(EVENTS, contract.SubjectErased)
    secrets = SecretsProvider()
    catch_up = CatchUp(EVENTS)
    feed = Feed()
    operations = Operations()
    transparency = Transparency()

    # Opening accounts

    @serves(contract.NewCaptcha)
    def new_captcha(self, request: contract.NewCaptcha, call: Call) -> contract.Captcha:
        """Give a fresh captcha to anyone."""
        captchas: Captchas = self.secrets.captchas
        return captchas.issue(datetime.now(UTC))

    @serves(contract.Register)
    def register(self, request: contract.Register, call: Call) -> Done:
        """Open an account that waits for its link."""
        return _done(self._opening.register(request, call))

    @serves(contract.Activate)
    def activate(self, request: contract.Activate, call: Call) -> contract.Account:
        """Activate by the link; whoever holds the link is not shown the person's data."""
        state = self._opening.activate(request.token, call)
        username = self.secrets.credentials.username(state.credential)
        return account_answer(state, username, with_profile=False)

    @serves(contract.ResendActivation)
    def resend_activation(self, request: contract.ResendActivation, call: Call) -> Done:
        """Have the mail sent again; the answer is the same whether there is an account."""
        opening = self._opening
        self._entrance.count_wish(PER_RESEND, opening.account_of(request.username), call)
        opening.request_activation(request.username, call)
        return Done("activation", 0)

    @serves(contract.OpenVerifiedAccount)
    def open_verified_account(self, request: contract.OpenVerifiedAccount, call: Call) -> Done:
        """Open a verified account, for the installation's own set-up."""
        _only(call.caller.id == SETUP)
        return _done(self._opening.open_verified(request, call))

    @serves(contract.AppointOfficer)
    def appoint_officer(self, request: contract.AppointOfficer, call: Call) -> contract.Officer:
        """Give an officer a place."""
        present = self._account(self._opening.account_of(request.username))
        _only(may_appoint(call.caller, request.agency, present, request.roles))
        return officer_answer(self._opening.appoint(request, call).state)

    @serves(contract.DismissOfficer)
    def dismiss_officer(self, request: contract.DismissOfficer, call: Call) -> Done:
        """Take the place back and end the sessions."""
        _only(may_dismiss(call.caller, self._account(request.account)))
        executed = self._opening.dismiss(request.account, call)
        self.secrets.sessions.end_all(request.account)
        return _done(executed)

    # Sessions

    @serves(contract.LogIn)
    def log_in(self, request: contract.LogIn, call: Call) -> contract.Session:
        """Begin a session."""
        account = self._opening.account_of(request.username)
        return self._entrance.log_in(account, request.password, call)

    @serves(contract.RenewSession)
    def renew_session(self, request: contract.RenewSession, call: Call) -> contract.Session:
        """Keep a session and give a fresh access token."""
        return self._entrance.renew(request.session_token)

    @serves(contract.LogOut)
    def log_out(self, request: contract.LogOut, call: Call) -> Done:
        """End a session."""
        self.secrets.sessions.end(request.session_token)
        return Done("session", 0)

    # A forgotten password

    @serves(contract.RequestPasswordReset)
    def request_password_reset(self, request: contract.RequestPasswordReset, call: Call) -> Done:
        """Have the link sent; the answer is the same whether there is an account."""
        account = self._opening.account_of(request.username)
        self._entrance.count_wish(PER_RESET, account, call)
        self._resetting.request(account, call)
        return Done("password", 0)

    @serves(contract.ResetPassword)
    def reset_password(self, request: contract.ResetPassword, call: Call) -> Done:
        """Set another password by the link."""
        self._resetting.reset(request.token, request.password, call)
        return Done("password", 0)

    @serves(contract.ReadPasswordReset)
    def read_password_reset(
        self, request: contract.ReadPasswordReset, call: Call
    ) -> contract.PasswordResetNotice:
        """Give notify what the mail about a forgotten password says."""
        _only(call.caller.id == _NOTIFY)
        return self._resetting.notice(request.account, datetime.now(UTC))

    # Reading

    @serves(contract.ReadAccount)
    def read_account(self, request: contract.ReadAccount, call: Call) -> contract.Account:
        """Give the caller's own account."""
        state = self._account(call.caller.id)
        if not state.exists:
            raise _log_in_first()
        return account_answer(state, self.secrets.credentials.username(state.credential))

    @serves(contract.ReadContact)
    def read_contact(self, request: contract.ReadContact, call: Call) -> contract.Contact:
        """Give notify the address of an account."""
        _only(call.caller.id == _NOTIFY)
        contact = self._account(request.account).contact
        if contact is None:
            raise no_such_account()
        return contact

    @serves(contract.ReadActivation)
    def read_activation(
        self, request: contract.ReadActivation, call: Call
    ) -> contract.ActivationNotice:
        """Give notify what the activation mail says."""
        _only(call.caller.id == _NOTIFY)
        return self._opening.activation(request.account, datetime.now(UTC))

    @serves(contract.FindOfficers)
    def find_officers(self, request: contract.FindOfficers, call: Call) -> contract.Officers:
        """Give officers and services those who serve in an agency."""
        _only(call.caller.is_officer or call.caller.is_service)
        query = directory_query(request.agency, request.unit, request.role)
        return directory_answer(list(self.directory.collection.find(query)))

    # Erasing

    @serves(contract.FindSubject)
    def find_subject(self, request: contract.FindSubject, call: Call) -> contract.Subject:
        """Give the set-up somebody by the id, the user name or a dossier."""
        _only(call.caller.id == SETUP)
        if request.dossier is not None:
            filed = dossier.ReadApplicant(request.dossier)
            applicant: dossier.Applicant = self.neighbours.call(filed)
            return self._subject(applicant.subject)
        return self._subject(request.subject or self._opening.account_of(request.username or ""))

    @serves(contract.EraseSubject)
    def erase_subject(self, request: contract.EraseSubject, call: Call) -> contract.Subject:
        """Erase a person, unless dossiers are still open."""
        _only(call.caller.id == SETUP)
        if self._subject(request.subject).erased_at is None and not request.even_open:
            self._refuse_while_open(request.subject)
        walk_in = "" if dossier.has_account(request.subject) else request.subject
        command = Erase(request.even_open, walk_in)
        done = self.accounts.execute(stream_of(request.subject), command, call)
        return subject_answer(request.subject, done.history)

    @serves(contract.ListErased)
    def list_erased(self, request: contract.ListErased, call: Call) -> contract.ErasedSubjects:
        """Give the set-up a page of those who were erased."""
        _only(call.caller.id == SETUP)
        return erased_page(self.erased.collection, request, datetime.now(UTC))

    def forget(self, subject: str) -> Mapping[str, int]:
        """Forget an erased account."""
        kept = self.secrets
        return Forgetting(
            self.accounts, self._opening, kept.keys, kept.credentials, kept.sessions, kept.throttle
        ).forget(subject)

    def _refuse_while_open(self, subject: str) -> None:
        found: dossier.OpenDossiers = self.neighbours.call(dossier.ReadOpenDossiers(subject))
        if found.codes:
            codes = ", ".join(found.codes)
            raise Conflict(
                "open-dossiers",
                f"Chưa thể xóa: còn hồ sơ đang giải quyết ({codes}). Hãy chờ giải quyết xong.",
                f"Not erased: dossiers are still open ({codes}). Wait until they have ended, or "
                "say that it is to be done nevertheless (`motcua privacy erase --even-open`).",
            )

    def _subject(self, subject: str) -> contract.Subject:
        loaded = self.accounts.load(stream_of(subject))
        if not loaded.state.exists and dossier.has_account(subject):
            raise no_such_account()
        return subject_answer(subject, loaded.history)

    @property
    def _opening(self) -> Opening:
        kept = self.secrets
        return Opening(self.accounts, self.numbers, kept.credentials, kept.captchas, kept.keyring)

    @property
    def _entrance(self) -> Entrance:
        kept = self.secrets
        return Entrance(self.accounts, kept.credentials, kept.sessions, kept.throttle, kept.keyring)

    @property
    def _resetting(self) -> Resetting:
        kept = self.secrets
        return Resetting(
            self.accounts, kept.credentials, kept.sessions, kept.throttle, kept.keyring
        )

    def _account(self, account: str) -> AccountState:
        state: AccountState = self.accounts.load(stream_of(account)).state
        return state


SERVICE = IdentityService


def _done(executed: Executed[AccountState]) -> Done:
    return Done(executed.stream, executed.version)


def _only(allowed: bool) -> None:
    if not allowed:
        raise Forbidden(
            "not-allowed", "Bạn không có quyền thực hiện việc này.", "You may not do this."
        )


def _log_in_first() -> Unauthenticated:
    return Unauthenticated("log-in", "Hãy đăng nhập.", "Log in first.")
