"""What a mail says and to whom: the event, and what its owner tells at this moment. Pure.

Nothing of it is kept: names, addresses, PINs and codes are in the letter and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from services.dossier.contract import (
    DossierSubmitted,
    DraftExpiring,
    LookUpNotice,
    Notice,
    StepEntered,
    StepReminded,
    has_account,
)
from services.identity.contract import ActivationNotice, Contact, PasswordResetNotice
from services.notify import rendering
from services.notify.channels.channel import Letter, Undeliverable
from services.notify.contract import MessagePlanned
from services.notify.occasions import BY_EVENT, Facts

Told = Notice | Contact | LookUpNotice | ActivationNotice | PasswordResetNotice


@dataclass(frozen=True)
class Source:
    """What a letter is written from.

    `cause` is the event, `told` what its owner says now, `submission` the first event of the
    dossier, where the names of its steps are.
    """

    planned: MessagePlanned
    cause: Any
    told: Told
    correlation: str
    submission: DossierSubmitted | None = None


@dataclass(frozen=True)
class Pages:
    """The portal's pages that letters lead to."""

    public_url: str

    def dossier(self, code: str) -> str:
        """Return the tracking page of a dossier."""
        return f"{self.public_url}/dossiers/{quote(code)}"

    def draft(self, draft: str) -> str:
        """Return the page on which a draft is gone on with."""
        return f"{self.public_url}/drafts/{quote(draft)}"

    def activation(self, token: str) -> str:
        """Return the page that activates an account."""
        return f"{self.public_url}/activate?token={quote(token)}"

    def password(self, token: str) -> str:
        """Return the page that sets another password."""
        return f"{self.public_url}/password?token={quote(token)}"

    def look_up(self) -> str:
        """Return the page for looking up without login."""
        return f"{self.public_url}/lookup"


def write(source: Source, message_id: str, pages: Pages, now: datetime) -> Letter:
    """Return the letter. Raises `Undeliverable` where there is nobody or nothing to write to."""
    name, recipient, locale = _whom(source.told)
    if not recipient:
        raise Undeliverable("no address on file")
    if not isinstance(source.told, Notice | Contact) and source.told.expires_at <= now:
        raise Undeliverable("what it was to say has expired")
    facts = {**_told_facts(source, locale, pages), **_cause_facts(source, locale)}
    words = rendering.mail(source.planned.template, locale, facts)
    return Letter(
        message_id=message_id,
        recipient=recipient,
        name=name,
        locale=locale,
        subject=words.subject,
        text=words.text,
        html=words.html,
        correlation=source.correlation,
    )


def _whom(told: Told) -> tuple[str, str, str]:
    match told:
        case Notice() | Contact():
            return told.name, told.email, told.locale
        case LookUpNotice():
            return "", told.email, told.locale
        case ActivationNotice() | PasswordResetNotice():
            return told.contact.name, told.contact.email, told.contact.locale


def _told_facts(source: Source, locale: str, pages: Pages) -> Facts:
    match told := source.told:
        case Notice():
            english = locale == "en"
            return {
                "name": told.name,
                "pin": told.pin,
                "hotline": told.hotline,
                "procedure": told.procedure_en if english else told.procedure,
                "agency": told.agency_en if english else told.agency,
                "unit": told.unit_en if english else told.unit,
                "officer": told.officer,
                "step": told.step_en if english else told.step,
                "due": told.due,
                "link": pages.dossier(told.code) if has_account(told.account) else pages.look_up(),
            }
        case Contact():
            code = source.planned.dossier
            if isinstance(source.cause, DraftExpiring):
                return {"name": told.name, "link": pages.draft(source.cause.draft)}
            return {"name": told.name, "code": code, "link": pages.dossier(code)}
        case LookUpNotice():
            return {
                "one_time_code": told.one_time_code,
                "expires_at": told.expires_at,
                "look_up_link": pages.look_up(),
            }
        case ActivationNotice():
            return {
                "name": told.contact.name,
                "expires_at": told.expires_at,
                "link": pages.activation(told.token),
            }
        case PasswordResetNotice():
            return {
                "name": told.contact.name,
                "expires_at": told.expires_at,
                "link": pages.password(told.token),
            }


def _cause_facts(source: Source, locale: str) -> Facts:
    facts = dict(BY_EVENT[type(source.cause)].facts(source.cause, locale))
    if isinstance(source.told, Notice):
        facts["code"] = source.told.code
    if isinstance(source.cause, StepEntered | StepReminded) and source.submission is not None:
        # the owner names the step of now; this letter tells of the step of then
        for step in source.submission.route:
            if step.id == source.cause.step:
                facts["step"] = step.name_en if locale == "en" and step.name_en else step.name
    return facts
