"""The payment service's shell: requests and events in, decisions in the core, answers out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from nameko.extensions import DependencyProvider
from pymongo.database import Database

from kernel import logs
from kernel.config import read, setting
from kernel.container import CatchUp, DatabaseProvider, StoreProvider, ViewProvider
from kernel.decider import Decider
from kernel.errors import DomainError, FieldError, Forbidden, Invalid, NotFound
from kernel.events import Recorded
from kernel.feed import Feed
from kernel.operations import Operations
from kernel.requests import Call, Caller
from kernel.rpc import serves
from kernel.store import Executed, Store
from kernel.subscription import subscribes
from kernel.timers import every
from kernel.transparency.answering import Transparency
from kernel.views import StreamView
from services.dossier import contract as dossier
from services.payment import contract, views
from services.payment.decider import (
    CATEGORY,
    Attempt,
    Cancel,
    Move,
    Owed,
    Raise,
    Report,
    Start,
    TakeCash,
    UnknownPayment,
    WrongAmount,
    decide,
    evolve,
    initial,
    stream_of,
    stream_of_payment,
)
from services.payment.endings import Endings
from services.payment.inquiries import ASK_AFTER, Inquiries, Rotation
from services.payment.providers.provider import (
    Forged,
    Payer,
    Provider,
    ProviderAway,
    Unreadable,
    Verdict,
)
from services.payment.providers.vnpay import Vnpay, VnpaySettings

log = logs.get(__name__)

DECIDER = Decider[Owed](initial, decide, evolve)
OBLIGATIONS = ViewProvider(CATEGORY, views.project, indexes=views.INDEXES)

_SWEEP_SECONDS = 5
_SWEEP_LIMIT = 200
_WEB_ADDRESS = re.compile(r"https?://[^\s@]+")


@dataclass(frozen=True)
class PaymentSettings:
    """Settings of payment itself; each provider has its own."""

    lifetime: timedelta = setting(
        env="PAYMENT_LIFETIME",
        default=timedelta(minutes=15),
        doc="seconds that a payer has at the provider",
    )
    ask_after: timedelta = setting(
        env="PAYMENT_ASK_AFTER",
        default=ASK_AFTER,
        doc="seconds after which the provider is asked about an attempt it is silent about",
    )


@dataclass(frozen=True)
class Till:
    """The settings and the providers of this process, and how far it has come in asking them."""

    settings: PaymentSettings
    providers: Mapping[str, Provider]
    rotation: Rotation = field(default_factory=lambda: Rotation(_SWEEP_LIMIT))


class TillProvider(DependencyProvider):  # type: ignore[misc]
    """Reads the settings of payment and its providers once, at start."""

    def setup(self) -> None:
        """Read them, or end the start with a sentence for each fault."""
        providers: tuple[Provider, ...] = (Vnpay(read(VnpaySettings)),)
        self.till = Till(read(PaymentSettings), {one.name: one for one in providers})

    def get_dependency(self, worker_ctx: Any) -> Till:
        """Return them."""
        return self.till


class PaymentService:
    """Obligations of dossiers, paid online or in cash."""

    name = "payment"

    database: Database[dict[str, Any]] = DatabaseProvider()
    view: StreamView = OBLIGATIONS
    obligations: Store[Owed] = StoreProvider(contract.EVENTS, DECIDER, views=[OBLIGATIONS])
    till: Till = TillProvider()
    catch_up = CatchUp(contract.EVENTS)
    feed: ClassVar[Any] = Feed()
    operations: ClassVar[Any] = Operations()
    transparency: ClassVar[Any] = Transparency()

    # The dossier's events

    @subscribes(dossier.EVENTS, dossier.FeeRequested)
    def on_fee_requested(self, record: Recorded) -> None:
        """A fee is due."""
        event: dossier.FeeRequested = record.event
        command = Raise(
            obligation=event.obligation,
            dossier=event.code,
            subject=event.subject,
            agency=event.agency,
            lines=tuple(
                contract.ObligationLine(line.label, line.unit_amount, line.quantity)
                for line in event.lines
            ),
            amount=event.amount,
            payable_online=event.payable_online,
            at=event.requested_at,
            officer=event.officer.account,
            ended=self._endings.of(event.code),
        )
        self.obligations.react(stream_of(event.obligation), command, record)

    @subscribes(dossier.EVENTS, dossier.DossierWithdrawn)
    def on_withdrawn(self, record: Recorded) -> None:
        """The applicant took the dossier back."""
        self._cancel(record.event.code, Cancel("withdrawn", record.event.withdrawn_at), record)

    @subscribes(dossier.EVENTS, dossier.DossierRefused)
    def on_refused(self, record: Recorded) -> None:
        """The dossier was not taken."""
        self._cancel(record.event.code, Cancel("refused", record.event.refused_at), record)

    @subscribes(dossier.EVENTS, dossier.ProcessingStopped)
    def on_stopped(self, record: Recorded) -> None:
        """The agency does not go on with the dossier."""
        self._cancel(record.event.code, Cancel("stopped", record.event.stopped_at), record)

    @subscribes(dossier.EVENTS, dossier.DossierTransferred)
    def on_transferred(self, record: Recorded) -> None:
        """Another agency holds the dossier."""
        event: dossier.DossierTransferred = record.event
        if event.to_another:
            self._tell_all(event.code, Move(event.to_agency.id, event.transferred_at), record)

    def _cancel(self, code: str, command: Cancel, record: Recorded) -> None:
        self._endings.remember(code, command)
        self._tell_all(code, command, record)

    def _tell_all(self, code: str, command: Cancel | Move, record: Recorded) -> None:
        # a dossier's events come in order, so that each of its fees is in the view by now
        for document in self.view.collection.find({"dossier": code}):
            self.obligations.react(stream_of(document["_id"]), command, record)

    @property
    def _endings(self) -> Endings:
        return Endings(self.database["endings"])

    # Reading

    @serves(contract.ReadObligations)
    def read_obligations(
        self, request: contract.ReadObligations, call: Call
    ) -> contract.Obligations:
        """Return those obligations of a dossier that the caller may see."""
        found = [
            views.read(document)
            for document in self.view.collection.find({"dossier": request.dossier})
            if views.may_see(
                call.caller, document["subject"], document["agency"], document.get("officer", "")
            )
        ]
        return contract.Obligations(tuple(sorted(found, key=lambda one: one.raised_at)))

    @serves(contract.ReadPayment)
    def read_payment(self, request: contract.ReadPayment, call: Call) -> contract.Payment:
        """Return an attempt to who made it."""
        owed = self.obligations.load(stream_of_payment(request.payment)).state
        attempt = owed.attempt(request.payment)
        if attempt is None or call.caller.id != owed.subject:
            raise _unknown()
        return views.payment_of(owed, attempt)

    # Paying

    @serves(contract.StartPayment)
    def start_payment(self, request: contract.StartPayment, call: Call) -> contract.Redirect:
        """Start an attempt and say where to send the payer."""
        provider = self._provider(request.provider)
        _check_return_url(request.return_url)
        stream = stream_of(request.obligation)
        owed = self.obligations.load(stream).state
        if call.caller.id != owed.subject or not owed.belongs_to(request.dossier):
            raise _unknown()
        command = Start(provider.name, datetime.now(UTC), self.till.settings.lifetime)
        done = self.obligations.execute(stream, command, call)
        attempt = _started(done)
        payer = Payer(call.address or "127.0.0.1", call.locale, request.return_url)
        url = provider.redirect(attempt, _description(done.state), payer)
        return contract.Redirect(attempt.payment, url, attempt.expires_at)

    @serves(contract.NotifyPayment)
    def notify_payment(
        self, request: contract.NotifyPayment, call: Call
    ) -> contract.ProviderAnswer:
        """Take a provider's notification; whatever comes, it is answered in its own codes."""
        provider = self._provider(request.provider)
        try:
            report = provider.read_notification(request.parameters, datetime.now(UTC))
        except Forged:
            log.warning("forged payment notification", provider=provider.name)
            return provider.answer(Verdict.FORGED)
        except Unreadable as fault:
            log.warning("unreadable payment notification", reason=str(fault))
            return provider.answer(Verdict.ERROR)
        return provider.answer(self._take(report, call))

    @serves(contract.RecordCash)
    def record_cash(self, request: contract.RecordCash, call: Call) -> contract.Obligation:
        """Enter cash that was taken at the counter."""
        stream = stream_of(request.obligation)
        owed = self.obligations.load(stream).state
        seen = owed.exists and views.may_see(call.caller, owed.subject, owed.agency, owed.officer)
        if not seen or not owed.belongs_to(request.dossier):
            raise _unknown()
        if not views.may_take_cash(call.caller, owed.agency):
            raise Forbidden(
                "not-the-counter",
                "Chỉ cán bộ tiếp nhận của cơ quan được ghi nhận tiền mặt.",
                "Only receiving officers of the agency may enter cash.",
            )
        command = TakeCash(call.caller.id, request.receipt, request.amount, datetime.now(UTC))
        done = self.obligations.execute(stream, command, call)
        return views.obligation_of(done.state, done.version)

    # Asking the provider

    @every(_SWEEP_SECONDS)
    def ask_about_open_payments(self) -> None:
        """Ask the providers about attempts they are silent about."""
        for obligation in self.till.rotation.next(self._pending_after):
            owed = self.obligations.load(stream_of(obligation)).state
            for attempt in owed.attempts:
                now = datetime.now(UTC)
                if attempt.state is not contract.PaymentState.PENDING:
                    continue
                if now < attempt.started_at + self.till.settings.ask_after:
                    continue
                tries = self._inquiries.claim(attempt.payment, now)
                if tries is None:
                    continue
                if not self._ask(owed, attempt, now):
                    self._inquiries.postpone(attempt.payment, tries, now)

    def _pending_after(self, last: str, limit: int) -> Sequence[str]:
        """Return obligations with an open attempt, in the order of their names."""
        query = {"pending": True, "_id": {"$gt": last}}
        found = self.view.collection.find(query, {"_id": 1}).sort("_id", 1).limit(limit)
        return [str(document["_id"]) for document in found]

    @property
    def _inquiries(self) -> Inquiries:
        return Inquiries(self.database["inquiries"])

    def _ask(self, owed: Owed, attempt: Attempt, now: datetime) -> bool:
        """Ask about one attempt; returns whether it has ended."""
        correlation = f"inquiry-{uuid4().hex}"
        logs.bind_correlation(correlation)
        provider = self.till.providers.get(attempt.provider)
        if provider is None:
            log.error("no such provider any more", provider=attempt.provider)
            return False
        try:
            report = provider.ask(attempt, _description(owed), now)
        except (ProviderAway, Forged, Unreadable) as fault:
            log.warning("payment inquiry failed", payment=attempt.payment, reason=str(fault))
            return False
        if report is None:
            return False
        call = Call(
            caller=Caller(f"service:{self.name}", "service"),
            correlation=correlation,
            deadline=now + timedelta(minutes=1),
            digest="",
        )
        verdict = self._take(report, call)
        return verdict in (Verdict.TAKEN, Verdict.REPEATED)

    def _take(self, report: Report, call: Call) -> Verdict:
        """Record what a provider reports."""
        try:
            done = self.obligations.execute(stream_of_payment(report.payment), report, call)
        except UnknownPayment:
            verdict = Verdict.UNKNOWN
        except WrongAmount:
            verdict = Verdict.WRONG_AMOUNT
        except DomainError as fault:
            log.error("payment report not recorded", payment=report.payment, reason=fault.code)
            verdict = Verdict.ERROR
        else:
            verdict = Verdict.TAKEN if done.new else Verdict.REPEATED
            self._inquiries.forget(report.payment)  # whatever is reported ends the attempt
        log.info("payment report", payment=report.payment, verdict=verdict.value)
        return verdict

    def _provider(self, name: str) -> Provider:
        try:
            return self.till.providers[name]
        except KeyError:
            raise NotFound(
                "provider-unknown", "Không có cổng thanh toán này.", "There is no such provider."
            ) from None


def _started(done: Executed[Owed]) -> Attempt:
    (event,) = (record.event for record in done.new)
    attempt = done.state.attempt(event.payment)
    if attempt is None:
        raise ValueError(f"{event.payment} was started and is not there")
    return attempt


def _description(owed: Owed) -> str:
    return f"Phí, lệ phí hồ sơ {owed.dossier}"


def _check_return_url(url: str) -> None:
    if not _WEB_ADDRESS.fullmatch(url):
        fault = FieldError(
            "return_url", "invalid", "Địa chỉ không hợp lệ.", "This is no web address."
        )
        raise Invalid("invalid", fault.vi, fault.en, fields=[fault])


def _unknown() -> NotFound:
    return NotFound(
        "payment-unknown", "Không có khoản thanh toán này.", "There is no such payment."
    )


SERVICE = PaymentService
