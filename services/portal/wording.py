"""What closed sets are called on the pages; English here, translated with the rest."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from services.catalog import contract as catalog
from services.dossier import contract as dossier
from services.identity import contract as identity
from services.payment import contract as payment
from services.portal.language import gettext, mark

# by class first: members of two sets may have the same value
_WORDS: Mapping[type[Enum], Mapping[str, str]] = {
    identity.AccountKind: {
        "CITIZEN": mark("Citizen"),
        "ORGANISATION": mark("Organisation"),
        "ENTERPRISE": mark("Enterprise"),
        "OFFICER": mark("Officer"),
    },
    identity.IdentityDocument: {
        "PERSONAL_NUMBER": mark("Citizen identity card / personal number"),
        "OLD_IDENTITY_CARD": mark("Old identity card (9 digits)"),
        "PASSPORT": mark("Passport"),
        "TAX_CODE": mark("Tax code"),
    },
    identity.Sex: {
        "MALE": mark("Male"),
        "FEMALE": mark("Female"),
    },
    dossier.PersonKind: {
        "CITIZEN": mark("Citizen"),
        "ORGANISATION": mark("Organisation"),
        "ENTERPRISE": mark("Enterprise"),
    },
    dossier.ReturnBy: {
        "ONLINE": mark("Electronic copy, online"),
        "IN_PERSON": mark("In person at the one-stop counter"),
        "POST": mark("By post, to the applicant's address"),
    },
    dossier.Timing: {
        "EARLY": mark("early"),
        "ON_TIME": mark("on time"),
        "LATE": mark("late"),
    },
    dossier.FeeState: {
        "DUE": mark("To be paid"),
        "PAID": mark("Paid"),
        "CANCELLED": mark("No longer due"),
    },
    dossier.StepState: {
        "WAITING": mark("Not begun"),
        "CURRENT": mark("Under way"),
        "DONE": mark("Done"),
    },
    dossier.ClockState: {
        "NOT_STARTED": mark("Not started"),
        "RUNNING": mark("Running"),
        "PAUSED": mark("Paused"),
        "STOPPED": mark("Stopped"),
    },
    catalog.AgencyLevel: {
        "PROVINCE": mark("Province"),
        "DISTRICT": mark("District"),
        "COMMUNE": mark("Commune, ward"),
    },
    catalog.ServiceLevel: {
        "INFORMATION": mark("Information only"),
        "IN_PERSON": mark("In person"),
        "PARTIAL": mark("Partly online"),
        "FULL": mark("Fully online"),
    },
    catalog.Channel: {
        "IN_PERSON": mark("In person"),
        "ONLINE": mark("Online"),
        "POST": mark("By post"),
    },
    catalog.TimeUnit: {
        "WORKING_DAY": mark("working days"),
        "WORKING_HOUR": mark("working hours"),
        "DAY": mark("days"),
        "MONTH": mark("months"),
        "SAME_DAY": mark("the same working day"),
    },
    payment.PaymentState: {
        "PENDING": mark("Waiting for confirmation"),
        "PAID": mark("Paid"),
        "FAILED": mark("Not paid"),
        "FLAGGED": mark("To be refunded"),
    },
}


def word(value: Enum) -> str:
    """Return what a member of a closed set is called in the page's language."""
    return gettext(_WORDS[type(value)][value.name])


def options(kinds: type[Enum], *, without: tuple[Enum, ...] = ()) -> tuple[tuple[str, str], ...]:
    """Return (value, words) of a closed set, for radios and selects."""
    return tuple((str(kind.value), word(kind)) for kind in kinds if kind not in without)


# why a payment did not succeed, as the providers' adapters say
_PAYMENT_REASONS: Mapping[str, str] = {
    "account-locked": mark("The account or card is locked. Ask your bank."),
    "authentication-failed": mark("Your bank could not make sure that it was you."),
    "bank-maintenance": mark("Your bank is under maintenance. Please try again later."),
    "cancelled-by-payer": mark("You cancelled the payment. No money was taken."),
    "expired": mark("The time to pay was over. No money was taken."),
    "insufficient-funds": mark("There is not enough money in the account."),
    "online-banking-not-registered": mark(
        "The account or card is not registered for online banking."
    ),
    "over-daily-limit": mark("The account has reached its limit for today."),
    "suspected-fraud": mark("The bank holds the payment back to look at it. Call the hotline."),
    "wrong-one-time-password": mark("The one-time password was wrong."),
    "wrong-password": mark("The password of the account was wrong too often."),
}


def payment_reason(code: str) -> str:
    """Return why a payment did not succeed; the bank's reason is not always known."""
    words = _PAYMENT_REASONS.get(code, mark("The bank or the provider did not carry it out."))
    return gettext(words)


_STATUSES: Mapping[dossier.Status, str] = {
    dossier.Status.SUBMITTED: mark("New"),
    dossier.Status.ACCEPTED: mark("Accepted"),
    dossier.Status.REFUSED: mark("Refused"),
    dossier.Status.PROCESSING: mark("In progress"),
    dossier.Status.SUPPLEMENT_REQUESTED: mark("Supplement requested"),
    dossier.Status.FEE_DUE: mark("Fee due"),
    dossier.Status.WITHDRAWN: mark("Withdrawn"),
    dossier.Status.STOPPED: mark("Stopped"),
    dossier.Status.COMPLETED: mark("Completed"),
    dossier.Status.RETURNED: mark("Result returned"),
}


def status_name(status: dossier.Status) -> str:
    """Return what a status is called in a filter; a dossier's own status comes with its name."""
    return gettext(_STATUSES[status])
