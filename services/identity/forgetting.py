"""What identity itself forgets of an erased person, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from kernel.privacy import SubjectKeys
from kernel.requests import Call, Caller
from kernel.store import Store
from services.identity.contract import AccountRegistered
from services.identity.credentials import Credentials
from services.identity.decider.accounts import AccountState
from services.identity.opening import Opening, stream_of
from services.identity.sessions import Sessions
from services.identity.throttle import PER_PERSON, Counted, Throttle


@dataclass(frozen=True)
class Forgetting:
    """Forgets erased accounts; may be repeated at any time."""

    accounts: Store[AccountState]
    opening: Opening
    keys: SubjectKeys
    credentials: Credentials
    sessions: Sessions
    throttle: Throttle

    def forget(self, account: str) -> Mapping[str, int]:
        """Release the identity number, destroy the key, delete credentials, sessions and tries.

        The number first: it is sealed under the key. Returns how many things were found.
        """
        self._release_number(account)
        key = self.keys.erase(account)
        for rule in PER_PERSON:
            self.throttle.forgive(Counted(rule, account))
        return {
            "keys": int(key),
            "credentials": self.credentials.erase(account),
            "sessions": self.sessions.end_all(account),
        }

    def _release_number(self, account: str) -> None:
        call = Call(
            caller=Caller("service:identity", "service"),
            correlation=f"erasure-{uuid4().hex}",
            deadline=datetime.now(UTC) + timedelta(minutes=1),
            digest="",
        )
        for record in self.accounts.load(stream_of(account)).history:
            registered = record.event
            if isinstance(registered, AccountRegistered) and registered.profile is not None:
                self.opening.release_number(account, registered.profile, call)
