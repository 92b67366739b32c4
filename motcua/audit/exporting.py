"""A dossier's bundle, taken out of the ledger into a file."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pymongo import MongoClient
from rich.console import Console

from kernel.commits import Document, Tampered
from kernel.config import Settings
from kernel.errors import Conflict, NotFound
from kernel.transparency.bundles import Bundle
from kernel.transparency.checkpoints import claimed_checkpoint
from kernel.transparency.examination import examine
from kernel.transparency.notes import VerifierKey
from kernel.transparency.public_log import PublicLog, origin_in
from motcua.audit.unusable import Unusable
from motcua.telling import Mark, say
from services.dossier.report import UntellableHistory, reported


def bundle_of(
    settings: Settings, client: MongoClient[Document], code: str, note: str | None
) -> Bundle:
    """Return a dossier's bundle, which proves that a kept checkpoint leads to the newest.

    `note` is that checkpoint. Raises `Unusable` where there is nothing to export or the checkpoint
    is of another log, and `Conflict` where the ledger is not what was signed or kept.
    """
    kept = claimed_checkpoint(note) if note else None
    log = PublicLog("dossier", settings, client)
    if not log.documents.of_stream(f"dossier-{code}"):
        raise Unusable(f"There is no dossier {code!r}.")
    try:
        newest = log.newest()
        if kept is not None and kept.origin != origin_in(newest):
            raise Unusable(f"The kept checkpoint is of another log: {kept.origin}.")
        if kept is not None and kept.size == 0:
            raise Unusable("The kept checkpoint is of an empty log: it leads to everything.")
        bundle = log.bundle(f"dossier-{code}", newest, kept.size if kept else None)
        if fault := examine(bundle, log.key(newest), note).fault:
            raise Conflict(
                "ledger-broken",
                f"Sổ sự kiện không còn đúng như đã ký hoặc đã giữ: {fault}.",
                f"The ledger is not what was signed, or not what you kept: {fault}.",
            )
        return reported(bundle)
    except (Tampered, UntellableHistory) as fault:
        raise Conflict(
            "ledger-broken",
            f"Sổ sự kiện không còn đúng như đã ký: {fault}. Hãy chạy `motcua audit verify`.",
            f"The ledger is not what was signed: {fault}. Run `motcua audit verify`.",
        ) from fault
    except NotFound as error:
        if error.code == "no-checkpoint":
            raise Unusable(error.en) from error
        if kept is None or error.code != "size-not-covered":
            raise
        raise Conflict(
            "ledger-shorter",
            f"Sổ sự kiện ngắn hơn điểm kiểm đã giữ ({kept.size} lần ghi).",
            f"The ledger is shorter than the kept checkpoint ({kept.size} commits): it was cut.",
        ) from error


def write(console: Console, bundle: Bundle, target: Path) -> None:
    """Write a bundle to a file, whole or not at all, and tell what is in it."""
    content = bundle.to_bytes()
    if target.is_dir():
        raise Unusable(f"{target} cannot be written: it is a folder.")
    draft = target.with_name(f".{target.name}.new")
    try:
        draft.write_bytes(content)
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise Unusable(f"{target} cannot be written: {error.strerror}.") from error
    size, key = claimed_checkpoint(bundle.note).size, VerifierKey.parse(bundle.vkey)
    waiting = sum(document["position"] > size for document in bundle.documents)
    say(console, Mark.GOOD, f"{target}: {len(bundle.documents)} commits of {bundle.stream}")
    say(console, Mark.GOOD, f"SHA-256 of the file: {hashlib.sha256(content).hexdigest()}")
    say(console, Mark.GOOD, f"its checkpoint is over {size} commits and signed with {key}")
    if waiting:
        say(
            console,
            Mark.OPEN,
            f"{waiting} of its commits are not covered by a checkpoint yet: "
            "`motcua audit checkpoint dossier` signs one",
        )
