"""What the dossier service forgets of an erased person, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kernel.errors import Unavailable
from kernel.ledger import Ledger
from kernel.privacy import SubjectKeys
from kernel.views import StreamView
from services.dossier.drafts import Drafts
from services.dossier.files import Files
from services.dossier.filters import Filters
from services.dossier.look_ups import LookUps
from services.dossier.papers.signed import SignedPapers

RESULT_FILE = "picture.view.result.file"
DOCUMENT_FILE = "picture.view.documents.file"
_TRIES = 5


@dataclass(frozen=True)
class Forgetting:
    """Forgets erased people; may be repeated at any time.

    Of an officer only what is the officer's own: the results that he or she sent for applicants
    stay with their dossiers.
    """

    keys: SubjectKeys
    ledger: Ledger
    status_view: StreamView
    work_view: StreamView
    files: Files
    drafts: Drafts
    look_ups: LookUps
    papers: SignedPapers
    filters: Filters

    def forget(self, subject: str) -> Mapping[str, int]:
        """Destroy the key, delete files, drafts, codes, papers, fold the status views without it.

        Returns how many things were found. A dossier that cannot be read so far as its view has it
        keeps nothing else from being forgotten; its fault is raised at the end, `Unavailable` or
        what its ledger says: then all is to be done again.
        """
        gone = {
            "keys": int(self.keys.erase(subject)),
            "drafts": self.drafts.erase(subject),
            "one-time codes": self.look_ups.erase(subject),
            "signed papers": self.papers.erase(subject),
            "saved filters": self.filters.erase(subject),
            "files": self.files.erase(self._files_of(subject), subject),
        }
        return {**gone, "dossiers": self._fold_all_anew(subject)}

    def _dossiers(self, subject: str) -> list[dict[str, Any]]:
        narrow = {"picture.view.erased": 1, RESULT_FILE: 1, DOCUMENT_FILE: 1}
        return list(self.status_view.collection.find({"subject": subject}, narrow))

    def _fold_all_anew(self, subject: str) -> int:
        """Write the views of a person's dossiers anew; returns how many held personal parts."""
        folded, faults = 0, list[Exception]()
        for one in self._dossiers(subject):
            try:
                folded += self._fold_anew(one)
            except Exception as fault:  # noqa: BLE001 - whatever is wrong with one is raised below
                faults.append(fault)
        if faults:
            raise faults[0]
        return folded

    def _fold_anew(self, known: dict[str, Any]) -> bool:
        """Write a dossier's view anew; returns whether it held personal parts until now."""
        stream = f"{self.status_view.category}-{known['_id']}"
        for _ in range(_TRIES):
            # what happened to the dossier meanwhile is there the next time
            history = self.ledger.read_stream(stream)
            views = (self.work_view, self.status_view)
            if history and all(view.rewrite(stream, history) for view in views):
                return not known["picture"]["view"].get("erased", False)
        raise Unavailable(
            "view-ahead",
            "Dữ liệu của hệ thống chưa đầy đủ. Hãy thử lại sau ít phút.",
            f"The view of {stream} is newer than what can be read of its ledger; the person's data "
            "stays in it until that is mended. It is tried again by itself.",
        )

    def _files_of(self, subject: str) -> set[str]:
        """Return the files that the person sent, and those of the person's dossiers.

        Of an officer not what was sent for others: results, and scans of their papers.
        """
        own = {file for one in self._dossiers(subject) for file in _files_in(one)}
        files = self.files.owned_by(subject) | own
        return files - self._of_others(files, subject)

    def _of_others(self, files: set[str], subject: str) -> set[str]:
        of_these = {"$in": sorted(files)}
        query = {
            "$or": [{RESULT_FILE: of_these}, {DOCUMENT_FILE: of_these}],
            "subject": {"$ne": subject},
        }
        found = self.status_view.collection.find(query, {RESULT_FILE: 1, DOCUMENT_FILE: 1})
        return {file for one in found for file in _files_in(one)}


def _files_in(document: dict[str, Any]) -> Iterator[str]:
    """Yield the files of a dossier: its documents, and its result."""
    view = document["picture"]["view"]
    for held in (*view["documents"], view.get("result")):
        if held and held.get("file"):
            yield held["file"]
