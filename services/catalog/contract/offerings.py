"""What the portal offers at a service level (F01 to F04), for every service alike."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from services.catalog.contract.procedures import Channel, Procedure


class Offering(StrEnum):
    """What the portal offers at a service level (F01 to F04)."""

    INFORMATION = "information"  # all about the procedure, with its legal documents
    TEMPLATES = "templates"  # forms to download, filed in person or by post
    FILE_ONLINE = "file-online"  # fill in and send, and all dealings until the result
    PAY_ONLINE = "pay-online"
    RESULT_ONLINE = "result-online"
    RESULT_BY_POST = "result-by-post"
    RESULT_IN_PERSON = "result-in-person"


_LEVEL_1 = frozenset({Offering.INFORMATION})


_LEVEL_2 = _LEVEL_1 | {Offering.TEMPLATES, Offering.RESULT_IN_PERSON}


_LEVEL_3 = _LEVEL_2 | {Offering.FILE_ONLINE}


_LEVEL_4 = _LEVEL_3 | {Offering.PAY_ONLINE, Offering.RESULT_ONLINE, Offering.RESULT_BY_POST}


OFFERINGS: Mapping[int, frozenset[Offering]] = {1: _LEVEL_1, 2: _LEVEL_2, 3: _LEVEL_3, 4: _LEVEL_4}


def can_file_online(procedure: Procedure) -> bool:
    """Whether the portal takes a dossier of it: level 3 or 4, with the online channel open."""
    offered = OFFERINGS[procedure.legacy_level]
    return Offering.FILE_ONLINE in offered and Channel.ONLINE in procedure.channels


def can_pay_online(legacy_level: int) -> bool:
    """Whether the fee can be paid online: at level 4 (toàn trình), not below (F03, F04)."""
    return Offering.PAY_ONLINE in OFFERINGS[legacy_level]
