"""What the load sent and what was acknowledged, kept outside the system that is hurt."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from interface import Json

from kernel.requests import Call, Caller
from motcua.person import Person, Refused

_AGAIN_SECONDS = 0.5


@dataclass(frozen=True)
class Act:
    """One command: who sent it where, under which key, and what it was answered with.

    `code` and `version` are those of the answer; as long as it is not acknowledged, there is none.
    """

    life: int
    who: str
    account: str
    path: str
    key: str
    acknowledged: bool = False
    code: str = ""
    version: int | None = None

    @property
    def action(self) -> str:
        """What it asks for, such as `accept`."""
        return self.path.rpartition("/")[2]

    @property
    def commit_id(self) -> str:
        """The id of the commit that this command makes, which is its key scoped to its author."""
        caller = Caller(self.account, "account")
        moment = datetime.now(UTC) + timedelta(minutes=1)
        return Call(caller, "", moment, "", idempotency_key=self.key).commit_id


@dataclass(frozen=True)
class Broken:
    """An answer that says that something broke, where at most “try again” may be said."""

    life: int
    path: str
    answer: str


@dataclass
class Journal:
    """Everything that was sent, by its key; a line of a file for each, before and after."""

    path: Path
    patience: float
    acts: dict[str, Act] = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("w")
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    @property
    def acknowledged(self) -> Sequence[Act]:
        """The commands that were answered with success."""
        return [act for act in self.acts.values() if act.acknowledged]

    def send(self, life: int, person: Person, path: str, body: Json, version: int | None) -> Json:
        """Let somebody do something once; repeat it under its key until it is answered.

        Raises `Refused` on a refusal, `Unavailable` when patience ends.
        """
        key = uuid4().hex
        act = Act(life, person.username, person.account["account"], path, key)
        self._keep(act)
        answer = self._insist(act, person, body, version)
        code = answer.get("code") or answer.get("dossier") or path.split("/")[2]
        self._keep(Act(life, act.who, act.account, path, key, True, code, answer.get("version")))
        return answer

    def _insist(self, act: Act, person: Person, body: Json, version: int | None) -> Json:
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return person.post(act.path, body, version, act.key)
            except Refused as refused:
                if refused.answer < 500:
                    raise
                with self._lock:
                    self.broken.append(Broken(act.life, act.path, refused.en))
                if time.monotonic() > deadline:
                    raise
                time.sleep(_AGAIN_SECONDS)

    def _keep(self, act: Act) -> None:
        line = json.dumps({"at": datetime.now(UTC).isoformat(), **asdict(act)})
        with self._lock:
            self.acts[act.key] = act
            self._file.write(f"{line}\n")
            self._file.flush()
