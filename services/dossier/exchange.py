"""Gives the national portal's synchronisation what has changed, page by page (domain §9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kernel.errors import Forbidden
from kernel.events import Recorded
from kernel.requests import Caller
from kernel.store import Store
from services.dossier.admission import broken_log
from services.dossier.contract.national import ExportPage, PullExports
from services.dossier.decider.codes import CATEGORY
from services.dossier.views.national import exported
from services.identity.contract import Role


@dataclass(frozen=True)
class Exchange:
    """Follows the ledger, and gives each dossier that it names as it stands now."""

    dossiers: Store[Any]

    def pull(self, request: PullExports) -> ExportPage:
        """Return what the next commits behind a cursor are about; each dossier once."""
        commits = self.dossiers.ledger.read(request.after, request.limit)
        lasts = {
            commit.stream: commit.last
            for commit in commits
            if commit.stream.startswith(f"{CATEGORY}-")
        }
        return ExportPage(
            items=tuple(exported(self._whole(*one)) for one in lasts.items()),
            next=commits[-1].position if commits else request.after,
            more=len(commits) == request.limit,
        )

    def _whole(self, stream: str, last: int) -> Sequence[Recorded]:
        """Return a history that goes to a version at least; half of one is never given away."""
        history: Sequence[Recorded] = self.dossiers.load(stream).history
        if not history or history[-1].version < last:
            raise broken_log(stream.removeprefix(f"{CATEGORY}-"))
        return history


def require_exchange(who: Caller) -> None:
    """Raise `Forbidden` unless `who` exchanges dossiers with the national portal."""
    if not (who.is_officer and Role.EXCHANGE in who.roles):
        raise Forbidden(
            "exchange-only",
            "Chỉ tài khoản liên thông với Cổng dịch vụ công quốc gia được lấy dữ liệu này.",
            "This is for the account that exchanges dossiers with the national portal only.",
        )
