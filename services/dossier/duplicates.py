"""A second dossier of the same person for the same procedure, while the first is open.

It can be meant (two stays, two copies), and is more often a mistake; so it is asked before it is
filed, and never forbidden. Only what the caller has filed counts, at a counter what was filed with
that agency: an answer about others' dossiers would tell about them.
"""

from __future__ import annotations

from kernel.errors import Conflict
from kernel.views import StreamView
from services.dossier.contract import SubmitDossier
from services.dossier.submission import normal


def refuse_second(
    request: SubmitDossier, subject: str, view: StreamView, agency: str | None = None
) -> None:
    """Raise `Conflict` (`already-open`) if such a dossier is open, and the caller does not know.

    `agency` is that of the officer who enters it.

    Two that are sent in the same moment do not see each other.
    """
    if request.although_open:
        return
    query = {
        "subject": subject,
        "open": True,
        "procedure": request.procedure,
        "picture.view.owner.identity_number": normal(request.owner).identity_number,
    }
    if agency is not None:
        query["agency"] = agency
    found = view.collection.find_one(query, {"_id": 1})
    if found is not None:
        raise already_open(str(found["_id"]))


def already_open(code: str) -> Conflict:
    """Return the question whether a second one is meant."""
    return Conflict(
        "already-open",
        f"Hồ sơ {code} của cùng người và cùng thủ tục này đang được giải quyết. "
        "Nếu vẫn muốn nộp thêm một hồ sơ, hãy xác nhận.",
        f"Dossier {code} of the same person and procedure is open. "
        "If you mean to file another one, confirm it.",
    )
