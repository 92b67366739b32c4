"""Which events are worth a message, and what each of them has to say: one table.

`facts` are taken from the event alone, so that planning waits for nobody; what else a mail needs
(a name, an address, a PIN) is asked of its owner when it is sent. The subject and the summary of
a template use only what is no personal data: they are kept. Free text of officers is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.dossier import contract as dossier
from services.identity import contract as identity
from services.notify.decider import Channel

Facts = Mapping[str, Any]

BOTH = (Channel.MAIL, Channel.INBOX)
MAIL_ONLY = (Channel.MAIL,)
SOURCES = (dossier.EVENTS, identity.EVENTS)


@dataclass(frozen=True)
class Occasion:
    """An event type that causes a message.

    `facts(event, locale)` names what the event says; `applies` leaves single events out;
    `recipients` are the accounts that the event itself names, instead of the one it is about.
    """

    event: type[Any]
    template: str
    facts: Callable[[Any, str], Facts]
    channels: tuple[Channel, ...] = BOTH
    applies: Callable[[Any], bool] = lambda event: True
    recipients: Callable[[Any], tuple[str, ...]] | None = None

    @property
    def owner(self) -> str:
        """The service whose event it is."""
        return next(one.source for one in SOURCES if self.event in one.types.values())


def _in(locale: str, vi: str, en: str) -> str:
    return en if locale == "en" and en else vi


def _by(event: Any, locale: str) -> Facts:
    """Who did it, which need not be who holds the dossier when the mail is written."""
    unit: dossier.UnitRef = event.unit
    return {
        "by_unit": _in(locale, unit.name, unit.name_en),
        "by_officer": _named(event.officer),
    }


def _named(officer: dossier.OfficerRef | None) -> str:
    return f"{officer.name} ({officer.title})" if officer else ""


def _submitted(event: dossier.DossierSubmitted, locale: str) -> Facts:
    return {
        "procedure": _in(locale, event.procedure.name, event.procedure.name_en),
        "agency": _in(locale, event.agency.name, event.agency.name_en),
        "check_due": event.check_due,
    }


def _accepted(event: dossier.DossierAccepted, locale: str) -> Facts:
    return {**_by(event, locale), "due": event.due}


def _grounds(event: dossier.DossierRefused | dossier.ProcessingStopped, locale: str) -> Facts:
    return {
        **_by(event, locale),
        "reason": event.reason,
        "legal_basis": event.legal_basis,
    }


def _withdrawal_refused(event: dossier.WithdrawalRefused, locale: str) -> Facts:
    return {**_by(event, locale), "reason": event.reason}


def _extended(event: dossier.DeadlineExtended, locale: str) -> Facts:
    return {
        "by_officer": _named(event.officer),
        "former_due": event.former_due,
        "due": event.due,
        "reason": event.reason,
    }


def _transferred(event: dossier.DossierTransferred, locale: str) -> Facts:
    source, target = event.from_agency, event.to_agency
    return {
        "from_agency": _in(locale, source.name, source.name_en),
        "to_agency": _in(locale, target.name, target.name_en),
        "reason": event.reason,
    }


def _supplement(event: dossier.SupplementRequested, locale: str) -> Facts:
    return {
        **_by(event, locale),
        "items": [item.note for item in event.items],
        "reason": event.reason,
        "legal_basis": event.legal_basis,
    }


def _fee_due(event: dossier.FeeRequested, locale: str) -> Facts:
    return {
        "amount": event.amount,
        "lines": [(line.label, line.quantity, line.amount) for line in event.lines],
        "payable_online": event.payable_online,
    }


def _fee_paid(event: dossier.FeePaid, locale: str) -> Facts:
    return {
        "amount": event.amount,
        "receipt": event.receipt,
        "method": event.method,
        "paid_at": event.paid_at,
    }


def _entered(event: dossier.StepEntered, locale: str) -> Facts:
    return {
        "unit": _in(locale, event.unit.name, event.unit.name_en),
        "officer": _named(event.officer),
        "same_unit": event.from_unit is not None and event.from_unit.id == event.unit.id,
        "step_due": event.due,
    }


def changes_holder(event: dossier.StepEntered) -> bool:
    """Whether it came to another unit or officer than those who had it.

    The first step of all has nobody before it: that is told as the submission.
    """
    if event.from_unit is None:
        return False
    before = (event.from_unit.id, event.from_officer and event.from_officer.account)
    return before != (event.unit.id, event.officer and event.officer.account)


def _dispatched(event: dossier.ResultDispatched, locale: str) -> Facts:
    return {
        "by": event.by.value,
        "number": event.number,
        "tracking": event.tracking,
        "appointment_at": event.appointment_at,
        "appointment_place": event.appointment_place,
    }


def _booked(event: dossier.AppointmentBooked, locale: str) -> Facts:
    return {
        "starts_at": event.starts_at,
        "unit": _in(locale, event.unit.name, event.unit.name_en),
        "agency": _in(locale, event.agency.name, event.agency.name_en),
        "purpose": event.purpose,
    }


def _received(event: dossier.ResultReceived, locale: str) -> Facts:
    return {"by": event.by.value, "received_at": event.received_at}


def _draft_expiring(event: dossier.DraftExpiring, locale: str) -> Facts:
    return {
        "procedure": _in(locale, event.procedure, event.procedure_en),
        "expires_at": event.expires_at,
    }


def _nothing(event: Any, locale: str) -> Facts:
    return {}


def _reminded(event: dossier.StepReminded, locale: str) -> Facts:
    return {
        "urgency": event.urgency.value,
        "unit": _in(locale, event.unit.name, event.unit.name_en),
        "step_due": event.due,
    }


OCCASIONS: tuple[Occasion, ...] = (
    Occasion(dossier.DossierSubmitted, "submitted", _submitted),
    Occasion(dossier.DossierAccepted, "accepted", _accepted),
    Occasion(dossier.DossierRefused, "refused", _grounds),
    Occasion(dossier.SupplementRequested, "supplement-requested", _supplement),
    Occasion(dossier.FeeRequested, "fee-due", _fee_due),
    Occasion(dossier.FeePaid, "fee-paid", _fee_paid),
    Occasion(dossier.StepEntered, "step-entered", _entered, applies=changes_holder),
    Occasion(dossier.DossierCompleted, "completed", _nothing),
    Occasion(dossier.ResultDispatched, "dispatched", _dispatched),
    Occasion(dossier.AppointmentBooked, "appointment", _booked),
    Occasion(
        dossier.ResultReceived,
        "received",
        _received,
        applies=lambda event: event.officer is not None,
    ),
    Occasion(
        dossier.DossierTransferred,
        "transferred",
        _transferred,
        applies=lambda event: event.to_another,
    ),
    Occasion(dossier.DeadlineExtended, "extended", _extended),
    Occasion(dossier.WithdrawalRefused, "withdrawal-refused", _withdrawal_refused),
    Occasion(dossier.ProcessingStopped, "stopped", _grounds),
    Occasion(dossier.DossierWithdrawn, "withdrawn", _nothing),
    Occasion(
        dossier.StepReminded,
        "step-reminder",
        _reminded,
        recipients=lambda event: tuple(officer.account for officer in event.recipients),
    ),
    Occasion(dossier.DraftExpiring, "draft-expiring", _draft_expiring),
    Occasion(dossier.LookUpCodeRequested, "look-up-code", _nothing, MAIL_ONLY),
    Occasion(
        identity.AccountRegistered,
        "activation",
        _nothing,
        MAIL_ONLY,
        applies=identity.waits_for_link,
    ),
    Occasion(identity.ActivationRequested, "activation", _nothing, MAIL_ONLY),
    Occasion(identity.PasswordResetRequested, "password-reset", _nothing, MAIL_ONLY),
)

BY_EVENT: Mapping[type[Any], Occasion] = {occasion.event: occasion for occasion in OCCASIONS}
BY_TEMPLATE: Mapping[str, Occasion] = {occasion.template: occasion for occasion in OCCASIONS}

DOSSIER_EVENTS = tuple(one.event for one in OCCASIONS if one.owner == "dossier")
IDENTITY_EVENTS = tuple(one.event for one in OCCASIONS if one.owner == "identity")
