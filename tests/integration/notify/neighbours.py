"""The neighbours that notify asks: each answers from a document that the test has written."""

from __future__ import annotations

from typing import Any, ClassVar

from kernel import schemas
from kernel.container import DatabaseProvider
from kernel.errors import Forbidden, NotFound
from kernel.feed import Feed
from kernel.requests import Call
from kernel.rpc import serves
from services.dossier import contract as dossier
from services.identity import contract as identity


def _answer(database: Any, cls: type[Any], key: str, call: Call) -> Any:
    if call.caller.id != "service:notify":
        raise Forbidden("notify-only", "Không được phép.", "Not allowed.")
    found = database["notices"].find_one({"_id": key})
    if found is None:
        raise NotFound("unknown", "Không có.", "There is none.")
    return schemas.load(cls, found["content"])


class Dossier:
    """Answers what notify asks the dossier service."""

    name = "dossier"

    database: Any = DatabaseProvider()
    feed: ClassVar[Any] = Feed()

    @serves(dossier.ReadNotice)
    def read_notice(self, request: dossier.ReadNotice, call: Call) -> Any:
        """Return whom to write to about a dossier."""
        return _answer(self.database, dossier.Notice, request.code, call)

    @serves(dossier.ReadLookUpNotice)
    def read_look_up_notice(self, request: dossier.ReadLookUpNotice, call: Call) -> Any:
        """Return what the mail with a one-time code says."""
        return _answer(self.database, dossier.LookUpNotice, request.look_up, call)


class Identity:
    """Answers what notify asks the identity service."""

    name = "identity"

    database: Any = DatabaseProvider()
    feed: ClassVar[Any] = Feed()

    @serves(identity.ReadContact)
    def read_contact(self, request: identity.ReadContact, call: Call) -> Any:
        """Return the registered contact of an account."""
        return _answer(self.database, identity.Contact, f"contact-{request.account}", call)

    @serves(identity.ReadActivation)
    def read_activation(self, request: identity.ReadActivation, call: Call) -> Any:
        """Return what the activation mail says."""
        return _answer(self.database, identity.ActivationNotice, request.account, call)
