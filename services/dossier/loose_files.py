"""What becomes of files that were sent: named by a commit and kept, in a draft, or deleted.

A form is given up, a document removed from it, a request refused: then nothing names the file, and
nobody will. It goes a day after it was sent, or within a day of the last draft that held it. What
an officer scanned is the applicant's from the commit on (`counter.give_scans`); where the process
ended between the two, it is given here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kernel import logs
from kernel.commits import Commit
from kernel.ledger import Ledger
from services.dossier.counter import give_scans
from services.dossier.drafts import Drafts
from services.dossier.files import LOOSE_FOR, Files, Loose

log = logs.get(__name__)


@dataclass(frozen=True)
class LooseFiles:
    """Looks at files in time; several processes may do so at once, and it may be repeated."""

    files: Files
    drafts: Drafts
    ledger: Ledger

    def look(self, now: datetime) -> None:
        """Settle, leave or delete every file that it is time for."""
        while due := self.files.loose(now):
            for loose in due:
                try:
                    self._look_at(loose, now)
                # whatever is wrong with one is told in the log: it stands first in every round, so
                # that nothing behind it would ever be looked at
                except Exception as fault:  # noqa: BLE001
                    log.error("loose file not looked at", file=loose.file, reason=str(fault))
                    self.files.look_again(loose, now + LOOSE_FOR)

    def _look_at(self, loose: Loose, now: datetime) -> None:
        named = next(self._commits(loose), None)
        if named is not None:
            give_scans(self.ledger.records(named), self.files)
            self.files.settle(loose)
        elif now < loose.received_at + LOOSE_FOR:
            self.files.look_again(loose, loose.received_at + LOOSE_FOR)
        elif self.drafts.mention(loose.file, loose.owner):
            self.files.look_again(loose, now + LOOSE_FOR)
        elif self.files.drop(loose):
            log.info("loose file deleted", file=loose.file)

    def _commits(self, loose: Loose) -> Iterator[Commit]:
        """Yield the commits that were to name the file and came about."""
        return (found for one in loose.commits if (found := self.ledger.find(one)))
