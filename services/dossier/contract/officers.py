"""What officers may do, from the desk to the result."""

from __future__ import annotations

from datetime import datetime

from kernel.requests import command
from kernel.schemas import field, frozen
from services.dossier.contract.status import DossierStatus
from services.dossier.contract.vocabulary import FeeLine, SupplementItem


@command("dossier", answer=DossierStatus)
@frozen
class AcceptDossier:
    """Take it; the clock starts."""

    code: str
    note: str = field(default="", max_length=1000)


@command("dossier", answer=DossierStatus)
@frozen
class RefuseDossier:
    """Do not take it."""

    code: str
    reason: str = field(min_length=1, max_length=2000)
    legal_basis: str = field(default="", max_length=500)


@command("dossier", answer=DossierStatus)
@frozen
class GrantWithdrawal:
    """Let the applicant take it back, as asked for; it ends."""

    code: str


@command("dossier", answer=DossierStatus)
@frozen
class RefuseWithdrawal:
    """Do not let the applicant take it back; the work goes on."""

    code: str
    reason: str = field(min_length=1, max_length=2000)


@command("dossier", answer=DossierStatus)
@frozen
class StopProcessing:
    """Do not go on with what was accepted; it ends, with the law's reason for it."""

    code: str
    reason: str = field(min_length=1, max_length=2000)
    legal_basis: str = field(min_length=1, max_length=500)


@command("dossier", answer=DossierStatus)
@frozen
class ExtendDeadline:
    """Ask the applicant for more time, with an apology: a day before it is due at least, once."""

    code: str
    days: int = field(minimum=1, maximum=60, doc="working days")
    reason: str = field(min_length=1, max_length=2000)


@command("dossier", answer=DossierStatus)
@frozen
class TransferDossier:
    """Send it to another agency that resolves the procedure; its officers act from then on."""

    code: str
    agency: str = field(min_length=1, max_length=100, doc="id of the agency that gets it")
    reason: str = field(min_length=1, max_length=2000)
    legal_basis: str = field(default="", max_length=500)


@command("dossier", answer=DossierStatus)
@frozen
class RequestSupplement:
    """Ask for what is missing."""

    code: str
    items: tuple[SupplementItem, ...] = field(min_length=1, max_length=50)
    reason: str = field(min_length=1, max_length=2000)
    legal_basis: str = field(default="", max_length=500)


@command("dossier", answer=DossierStatus)
@frozen
class AssignOfficer:
    """Put it into an officer's hands (phân công)."""

    code: str
    officer: str = field(doc="the officer's account")


@command("dossier", answer=DossierStatus)
@frozen
class CompleteStep:
    """The work of the step is done; it moves on."""

    code: str
    note: str = field(default="", max_length=2000)


@command("dossier", answer=DossierStatus)
@frozen
class ConsultUnit:
    """Ask another unit of the agency for its opinion; the step goes on meanwhile (lấy ý kiến)."""

    code: str
    unit: str = field(min_length=1, max_length=100, doc="id of the unit")
    question: str = field(min_length=1, max_length=2000)
    hours: int = field(default=16, minimum=1, maximum=400, doc="working hours that it has")


@command("dossier", answer=DossierStatus)
@frozen
class AnswerConsultation:
    """Give the opinion of one's own unit, which was asked for it."""

    code: str
    opinion: str = field(min_length=1, max_length=4000)


@command("dossier", answer=DossierStatus)
@frozen
class CallOffConsultation:
    """Do without a unit's answer."""

    code: str
    unit: str = field(min_length=1, max_length=100, doc="id of a unit that was asked")


@command("dossier", answer=DossierStatus)
@frozen
class ReturnStep:
    """Send it back to an earlier step."""

    code: str
    to: str = field(doc="id of an earlier step")
    reason: str = field(min_length=1, max_length=2000)


@command("dossier", answer=DossierStatus)
@frozen
class RequestFee:
    """Ask for the fee; without lines, that of the procedure's tariff."""

    code: str
    lines: tuple[FeeLine, ...] = field(default=(), max_length=50)


@command("dossier", answer=DossierStatus)
@frozen
class ApproveResult:
    """The leader approves."""

    code: str
    note: str = field(default="", max_length=2000)


@command("dossier", answer=DossierStatus)
@frozen
class DispatchResult:
    """Number, stamp and send the result."""

    code: str
    number: str = field(default="", max_length=100)
    file: str | None = field(default=None, doc="id of the uploaded result; needed online")
    tracking: str = field(default="", max_length=100, doc="needed by post")
    appointment_at: datetime | None = field(default=None, doc="needed in person")


@command("dossier", answer=DossierStatus)
@frozen
class HandOver:
    """The applicant signed for the result at the desk, or the post delivered it."""

    code: str
    signed_by: str = field(
        default="", max_length=200, doc="who signed for it, where not the applicant"
    )
