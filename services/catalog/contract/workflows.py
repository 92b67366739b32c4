"""Which steps a dossier goes through, and whether they lead anywhere (domain §5).

One rule for publishing and for submitting: what is published takes dossiers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.catalog.contract import Procedure, Step, StepAction

_ONCE = (StepAction.RECEIVE, StepAction.DISPATCH, StepAction.HAND_OVER)
_ENDS = (StepAction.DISPATCH, StepAction.HAND_OVER)


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a workflow; `step` counts from 0, None: something is missing."""

    step: int | None
    vi: str
    en: str


def workflow_of(procedure: Procedure, case: str | None) -> tuple[Step, ...]:
    """Return the steps of a case: its own where it has any, else the procedure's."""
    own = next((one.workflow for one in procedure.cases if one.id == case), ())
    return own or procedure.workflow


def flaw(actions: Sequence[str]) -> Flaw | None:
    """Return the first thing that keeps steps with these actions from being worked through.

    They begin with the one reception, have an approval and end with the one dispatch and the one
    hand-over; who is assigned completes the step that follows.

    >>> flaw(["receive", "complete", "approve", "dispatch", "hand-over"]) is None
    True
    >>> flaw(["receive", "assign", "approve", "dispatch", "hand-over"]).step
    1
    """
    if tuple(actions[:1]) != (StepAction.RECEIVE,):
        return Flaw(None, "Bước đầu phải là tiếp nhận.", "The first step must be receiving.")
    if tuple(actions[-2:]) != _ENDS:
        return Flaw(
            None,
            "Hai bước cuối phải là chuyển kết quả và trả kết quả.",
            "The last two steps must be the dispatch of the result and its handing over.",
        )
    for number, action in enumerate(actions):
        if action in _ONCE and action in actions[:number]:
            return Flaw(
                number,
                "Tiếp nhận, chuyển kết quả và trả kết quả mỗi việc chỉ có một bước.",
                "Receiving, dispatch and handing over each have a single step.",
            )
    for number, (action, following) in enumerate(pairwise(actions)):
        if action == StepAction.ASSIGN and following != StepAction.COMPLETE:
            return Flaw(
                number,
                "Sau bước phân công phải là bước do người được phân công hoàn thành.",
                "After an assignment comes a step that the assigned officer completes.",
            )
    if StepAction.APPROVE not in actions:
        return Flaw(None, "Chưa có bước ký duyệt.", "There is no approval.")
    return None
