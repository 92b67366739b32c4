"""What a person has from earlier dossiers, to be handed in again in place of an upload (F12).

Source: NĐ 45/2020/NĐ-CP, NĐ 107/2021/NĐ-CP (kho dữ liệu điện tử của tổ chức, cá nhân). Results are
reusable, and documents that an agency accepted and decided upon: those of dossiers that were
completed. They are read from the person's own status views, so that they are there at once, move
with nothing and are forgotten with the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kernel.errors import NotFound
from kernel.views import StreamView
from services.dossier.contract import Asset, Assets, Status, StoredFile
from services.dossier.files import Files

MOST_DOSSIERS = 200
"""So many of a person's dossiers, the newest, are looked at."""

_VIEW = "picture.view"
_NARROW = {"updated_at": 1} | {
    f"{_VIEW}.{name}": 1
    for name in ("code", "procedure.name", "procedure.name_en", "documents", "result")
}
_RESULT = ("Kết quả", "Result")

Document = dict[str, Any]


@dataclass(frozen=True)
class Shelf:
    """The assets of all persons."""

    status_view: StreamView
    files: Files

    def of(self, owner: str) -> Assets:
        """Return a person's assets, newest first; the same bytes once."""
        done = [int(Status.COMPLETED), int(Status.RETURNED)]
        query = {"subject": owner, "status": {"$in": done}}
        found = sorted(
            self.status_view.collection.find(query, _NARROW),
            key=lambda one: one["updated_at"],
            reverse=True,
        )
        named = [one for document in found[:MOST_DOSSIERS] for one in _named_in(document)]
        stored = self.files.stored(one.file for one in named)
        return Assets(tuple(_each_once(named, stored)))

    def reuse(self, owner: str, code: str, file: str) -> StoredFile:
        """Return one of them as a file of the owner's; `NotFound` for what is none of theirs."""
        if all((one.code, one.file) != (code, file) for one in self.of(owner).items):
            raise NotFound(
                "no-such-asset",
                "Kho giấy tờ của bạn không có giấy tờ này.",
                "There is no such paper among yours.",
            )
        return self.files.reuse(file, owner, code)


def _named_in(document: Document) -> Iterator[Asset]:
    """Yield what a dossier gives that came to its result, without what is known of the files."""
    view = document["picture"]["view"]
    result = view.get("result")
    if not result:
        return
    name, name_en = _RESULT
    papers = [{**result, "requirement": "", "name": name, "name_en": name_en}, *view["documents"]]
    for one in papers:
        if one["file"]:
            yield Asset(
                code=view["code"],
                file=one["file"],
                requirement=one["requirement"],
                name=one["name"],
                name_en=one["name_en"],
                procedure=view["procedure"]["name"],
                procedure_en=view["procedure"]["name_en"],
                file_name="",
                media_type="",
                size=0,
                completed_at=datetime.fromisoformat(result["dispatched_at"]),
                number=one.get("number", ""),
            )


def _each_once(named: Iterable[Asset], stored: Mapping[str, StoredFile]) -> Iterator[Asset]:
    """Yield those whose files are there, the same bytes once."""
    seen = set[str]()
    for asset in named:
        file = stored.get(asset.file)
        if file is not None and file.sha256 not in seen:
            seen.add(file.sha256)
            yield replace(asset, file_name=file.name, media_type=file.media_type, size=file.size)
