"""The dossier's functional core: `decide(state, command) -> events`, `evolve(state, event)`.

Pure: no clock, no ids, no I/O. `decide` returns no events where there is nothing to do, and raises
a `DomainError` where the command is refused.
"""

from services.dossier.decider import commands
from services.dossier.decider.actions import TABLE, allowed_actions
from services.dossier.decider.codes import dossier_code, stream_of
from services.dossier.decider.commands import Command
from services.dossier.decider.decision import decide
from services.dossier.decider.standing import Standing, standing
from services.dossier.decider.state import Dossier, State, evolve, initial

__all__ = [
    "TABLE",
    "Command",
    "Dossier",
    "Standing",
    "State",
    "allowed_actions",
    "commands",
    "decide",
    "dossier_code",
    "evolve",
    "initial",
    "standing",
    "stream_of",
]
