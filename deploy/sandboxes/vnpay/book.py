"""The sandbox's transactions, one file each, written whole or not at all.

They outlive a kill of the sandbox, so that what it owes (a notification) is still sent after it,
and a test can compare what was paid here with what is recorded there.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path


@dataclass(frozen=True)
class Sent:
    """One notification: when, and what it was answered with (a code, or what went wrong)."""

    at: str
    answer: str


@dataclass(frozen=True)
class Transaction:
    """A transaction; `amount` is VND times 100, times are stamps, `outcome` is empty while open."""

    ref: str
    terminal: str
    amount: int
    info: str
    locale: str
    created: str
    expires: str
    return_url: str
    number: str
    outcome: str = ""
    paid_at: str = ""
    notify_at: float = 0.0
    done: bool = False
    sent: tuple[Sent, ...] = field(default=())

    @property
    def key(self) -> str:
        """The transaction's name in addresses and files, whatever signs its reference has."""
        return key_of(self.ref)


@dataclass(frozen=True)
class Behaviour:
    """How notifications misbehave: how many copies, how late in seconds, or not at all."""

    copies: int = 1
    delay: float = 0.0
    silent: bool = False


class Book:
    """All transactions, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        folder.mkdir(parents=True, exist_ok=True)
        self._known = {
            transaction.key: transaction
            for path in sorted(folder.glob("transaction-*.json"))
            for transaction in (_read(path),)
        }

    def all(self) -> list[Transaction]:
        """Return all transactions in the order of their numbers."""
        with self._lock:
            return sorted(self._known.values(), key=lambda one: one.number)

    def find(self, key: str) -> Transaction | None:
        """Return the transaction of this key."""
        with self._lock:
            return self._known.get(key)

    def open(self, transaction: Transaction) -> Transaction:
        """Keep a new transaction, numbered; or return the one that has its reference."""
        with self._lock:
            if (known := self._known.get(transaction.key)) is not None:
                return known
            return self._keep(replace(transaction, number=str(14_000_001 + len(self._known))))

    def change(self, key: str, change: Callable[[Transaction], Transaction]) -> Transaction:
        """Replace a transaction by what `change` makes of it."""
        with self._lock:
            return self._keep(change(self._known[key]))

    @property
    def behaviour(self) -> Behaviour:
        """How notifications behave now."""
        path = self._folder / "behaviour.json"
        return Behaviour(**json.loads(path.read_text())) if path.exists() else Behaviour()

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        _write(self._folder / "behaviour.json", asdict(behaviour))

    def _keep(self, transaction: Transaction) -> Transaction:
        _write(self._folder / f"transaction-{transaction.key}.json", asdict(transaction))
        self._known[transaction.key] = transaction
        return transaction


def key_of(ref: str) -> str:
    """Return the key of a transaction's reference."""
    return hashlib.sha256(ref.encode()).hexdigest()[:24]


def _read(path: Path) -> Transaction:
    content = json.loads(path.read_text())
    content["sent"] = tuple(Sent(**one) for one in content["sent"])
    return Transaction(**content)


def _write(path: Path, content: object) -> None:
    partial = path.with_suffix(".new")
    with partial.open("w") as handle:
        json.dump(content, handle, ensure_ascii=False)
        handle.flush()
        os.fsync(handle.fileno())
    partial.rename(path)
