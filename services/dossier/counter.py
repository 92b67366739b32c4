"""Who files at the counter or by post and has no account on the portal (domain §2, channels 1, 3).

Such an applicant's data is sealed like everybody's, under a subject that follows from the kind and
the identity number by the installation's own key: one person is one subject, and nobody can guess
it. It is not the account that may be registered with that number. An account proves its mail
address, not its number, so what the counter took would come into the hands of whoever typed
somebody's number. The applicant follows the dossier with the code and the PIN of the receipt.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from kernel.events import Recorded
from kernel.privacy import SubjectKeys, keyed_digest
from services.dossier.contract import WALK_IN, DossierSubmitted, DossierSupplemented, Person
from services.dossier.files import Files


@dataclass(frozen=True)
class Subjects:
    """Names persons without an account; `master` is the installation's key, `keys` the persons'."""

    master: bytes
    keys: SubjectKeys

    def of(self, applicant: Person) -> str:
        """Return the subject of an applicant, whose identity number is in its normal form.

        Who was erased and comes again is somebody new.
        """
        number = f"{applicant.kind}:{applicant.identity_number}"
        names = (
            f"{WALK_IN}{keyed_digest(self.master, 'applicant', f'{number}:{times}')}"
            for times in count()
        )
        return next(name for name in names if not self.keys.erased(name))


def give_scans(new: Iterable[Recorded], files: Files) -> None:
    """Make what an officer scanned the applicant's own; may be repeated at any time."""
    for record in new:
        match record.event:
            case DossierSubmitted() | DossierSupplemented() as event if event.officer is not None:
                scans = [document.file for document in event.documents]
                files.give(scans, event.officer.account, event.subject)
