"""What the dossier service keeps beside its ledger and views, and its settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kernel.config import read, setting
from kernel.container import Storage
from kernel.privacy import SubjectKeys
from kernel.trust import Keyring
from services.dossier.clock import Calendar, vietnam
from services.dossier.drafts import Drafts
from services.dossier.files import Files
from services.dossier.filters import Filters
from services.dossier.look_ups import LookUps
from services.dossier.numbering import Numbering
from services.dossier.papers.issuing import Issuing, certificates
from services.dossier.papers.signed import SignedPapers
from services.dossier.references import References
from services.dossier.seats import Seats
from services.dossier.succession import Successions


@dataclass(frozen=True)
class DossierSettings:
    """Settings of the dossier service."""

    files_url: str = setting(
        env="DOSSIER_HTTP_URL",
        default="http://127.0.0.1:8010",
        doc="where other processes reach the file entrypoint",
        pattern=r"^https?://[^/]+$",
    )
    certificates: Path | None = setting(
        env="DOSSIER_CERTIFICATES",
        default=None,
        doc="the folder with agencies' certificates to sign papers with, `<agency>.p12` and "
        "`<agency>.passphrase`; papers are not signed without it",
    )


@dataclass(frozen=True)
class Cabinet:
    """What the service keeps beside its ledger and views."""

    references: References
    files: Files
    drafts: Drafts
    look_ups: LookUps
    successions: Successions
    seats: Seats
    filters: Filters
    numbering: Numbering
    keyring: Keyring
    keys: SubjectKeys
    settings: DossierSettings
    calendar: Calendar
    issuing: Issuing


def open_cabinet(storage: Storage) -> Cabinet:
    """Open the collections with their indexes."""
    database = storage.database
    for room in (References, Files, Drafts, LookUps, Seats, SignedPapers):
        room.ensure_indexes(database)
    keyring, keys = Keyring(storage.settings.keys), storage.keys
    settings, known = read(DossierSettings), References(database)
    return Cabinet(
        references=known,
        files=Files(database, keys),
        drafts=Drafts(database, keys),
        look_ups=LookUps(database, keyring.master),
        successions=Successions(database),
        seats=Seats(database),
        filters=Filters(database),
        numbering=Numbering(),
        keyring=keyring,
        keys=keys,
        settings=settings,
        calendar=vietnam(),
        issuing=Issuing(
            references=known,
            signed=SignedPapers(database, keys),
            certificates=certificates(settings.certificates),
            public_url=storage.settings.public_url,
        ),
    )
