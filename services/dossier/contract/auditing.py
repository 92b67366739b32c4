"""A dossier through time, verified, and taken out with its proofs."""

from __future__ import annotations

from datetime import datetime

from kernel.requests import request
from kernel.schemas import JSON, field, frozen
from services.dossier.contract.status import DossierStatus


@frozen
class Change:
    """A field of the status view that an event changed; None where it is not there."""

    path: str = field(doc="as `steps.receive.state`; things in lists go by their ids")
    before: JSON = field(default=None)
    after: JSON = field(default=None)


@frozen
class RecordedFile:
    """A file as an event records it, by what it was given for: enough to know it again."""

    name: str
    name_en: str
    media_type: str
    size: int = field(doc="bytes")
    sha256: str


@frozen
class ReplayedEvent:
    """An event as an auditor reads it: who, when, where in the ledger, and what it changed."""

    version: int
    type: str
    title: str
    title_en: str
    actor: str = field(doc="the account's pseudonymous id, or `service:<name>`")
    actor_kind: str
    occurred_at: datetime
    recorded_at: datetime
    position: int = field(doc="of its commit in the ledger")
    changes: tuple[Change, ...] = field(doc="without the personal parts for those not entitled")
    actor_agency: str | None = field(default=None)
    actor_unit: str | None = field(default=None)
    files: tuple[RecordedFile, ...] = field(default=(), doc="that came with it")


@frozen
class Replay:
    """A dossier as it stood, folded from its events alone, and every event up to then."""

    code: str
    version: int
    at: datetime = field(doc="the moment that was asked for, or that of the last event")
    status: DossierStatus = field(doc="without actions")
    events: tuple[ReplayedEvent, ...] = field(doc="oldest first")


@frozen
class Verification:
    """What was verified of a dossier's stream; `fault` names the first thing that is wrong."""

    code: str
    commits: int = field(doc="whose hash and chain hold")
    events: int
    included: int = field(doc="commits proved to stand in the signed log")
    uncovered: tuple[int, ...] = field(doc="positions that no checkpoint covers yet")
    checkpoint: int = field(default=0, doc="its number; 0 where the newest cannot be read")
    size: int = field(default=0, doc="commits that it covers")
    root: str = field(default="", doc="base64")
    signed_at: datetime | None = field(default=None)
    origin: str = field(default="")
    key: str = field(default="", doc="the vkey that it is signed with")
    key_id: str = field(default="")
    fault: str = field(default="", doc="nothing where all is well")
    fault_position: int | None = field(default=None)


@frozen
class BundleFile:
    """A bundle: a zip file that can be checked anywhere (`motcua audit check`)."""

    name: str
    content: str = field(doc="base64")
    sha256: str


@request("dossier", answer=Replay)
@frozen
class ReplayDossier:
    """A dossier as it stood at a moment or after an event, for those who may read it."""

    code: str = field(max_length=64)
    at: datetime | None = field(default=None, doc="with its time zone")
    version: int | None = field(default=None, minimum=1, maximum=1_000_000)


@request("dossier", answer=Verification)
@frozen
class VerifyDossier:
    """Check a dossier's events against the signed log, for those who may read it."""

    code: str = field(max_length=64)


@request("dossier", answer=BundleFile)
@frozen
class ExportDossier:
    """A dossier's events with their proofs, for auditors; personal data as ciphertext."""

    code: str = field(max_length=64)
    kept_size: int | None = field(
        default=None,
        minimum=1,
        maximum=10**15,
        doc="prove also that a checkpoint over so many commits leads to the newest",
    )
