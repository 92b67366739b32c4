"""The check of whole ledgers, told on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from pymongo import MongoClient
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from kernel.commits import Document
from kernel.config import Settings
from kernel.ledger_reader import ledger_collection
from kernel.transparency.checkpoint_log import CheckpointLog
from kernel.transparency.checkpoints import Checkpoint, claimed_checkpoint, to_base64
from kernel.transparency.inspection import By, Fault, Inspected, inspect
from kernel.transparency.notes import InvalidNote, VerifierKey
from kernel.transparency.stored import LedgerDocuments, stored
from kernel.trust import log_public_key
from motcua.audit.unusable import Unusable
from motcua.reading import require_ledger
from motcua.telling import Mark, say

Kept = Sequence[tuple[str, str]]
_EVERY = 256  # commits between two steps of the bar


def kept_by_log(files: Sequence[tuple[Path, str]], services: Sequence[str]) -> Mapping[str, Kept]:
    """Return kept checkpoints, as (name, note), by the service whose ledger they are of."""
    read = [(claimed(path, note), path, note) for path, note in files]
    for checkpoint, path, _ in read:
        if checkpoint.size == 0:
            raise Unusable(f"{path} is a checkpoint over no commits: it says nothing.")
    named = [(_service_in(one.origin, str(path), services), path, note) for one, path, note in read]
    named.sort(key=lambda one: one[0])
    return {
        service: [(str(path), note) for _, path, note in group]
        for service, group in groupby(named, key=lambda one: one[0])
    }


def keys_by_log(vkeys: Sequence[str], services: Sequence[str], folder: Path) -> Mapping[str, bytes]:
    """Return the public key of each service's log: the given one, else that of the folder.

    Raises `Unusable` for a key of none of these logs, or a second one of the same, and
    `ConfigError` where there is none.
    """
    given: dict[str, bytes] = {}
    for vkey in vkeys:
        try:
            key = VerifierKey.parse(vkey)
        except InvalidNote as error:
            raise Unusable(f"--key: {error}.") from error
        service = _service_in(key.name, "--key", services)
        if service in given:
            raise Unusable(f"--key: there are two for {service}.")
        given[service] = key.public
    return {one: given.get(one) or log_public_key(folder, one) for one in services}


def claimed(path: Path, note: str) -> Checkpoint:
    """Return what a kept checkpoint says; raises `Unusable` where the file holds none."""
    try:
        return claimed_checkpoint(note)
    except InvalidNote as error:
        raise Unusable(f"{path} holds no checkpoint: {error}.") from error


def verify_one(
    console: Console,
    settings: Settings,
    client: MongoClient[Document],
    service: str,
    kept: Kept,
    public: bytes,
) -> bool:
    """Check one ledger and tell what was found; return whether all is well.

    Raises `Unavailable` where there is no ledger, and nothing that says there ever was one.
    """
    collection = ledger_collection(client, settings.namespace, service)
    checkpoints = CheckpointLog(client, settings.namespace, service).documents()
    if not checkpoints and not kept:
        require_ledger(settings, client, service)
    count = collection.count_documents({})
    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(service, total=count)

        def seen(position: int) -> None:
            if position % _EVERY == 0:
                progress.update(task, completed=position)

        documents = stored(LedgerDocuments(collection))
        inspected = inspect(documents, checkpoints, kept, public, seen)
    _tell(console, service, inspected, fault := inspected.fault or _beyond(inspected, count))
    return fault is None


def _beyond(inspected: Inspected, count: int) -> Fault | None:
    """Whether there are documents that no position leads to."""
    if inspected.commits >= count:
        return None
    more = count - inspected.commits
    reason = f"the commit is missing, and {more} documents are there that cannot be reached"
    return Fault(By.CHAIN, reason, inspected.commits + 1)


def _tell(console: Console, service: str, inspected: Inspected, fault: Fault | None) -> None:
    if fault is not None:
        say(console, Mark.BAD, f"{service}: {fault}")
        return
    by = {by: [one for one in inspected.promises if one.by is by] for by in By}
    covered = max((one.size for one in inspected.promises), default=0)
    say(
        console,
        Mark.GOOD,
        f"{service}: {inspected.commits} commits, root {to_base64(inspected.root)}; "
        f"{len(by[By.STORED])} stored and {len(by[By.KEPT])} kept checkpoints agree, "
        f"up to position {covered}",
    )


def _service_in(origin: str, given: str, services: Sequence[str]) -> str:
    service = origin.rpartition("/")[2]
    if service not in services:
        raise Unusable(f"{given} is of {origin}, and that ledger is not checked here.")
    return service
