"""The clock, explained in words (domain §6): what is due when, and why it moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.dossier.clock import Calendar, timing
from services.dossier.contract import ClockState, ClockView, Status
from services.dossier.names import TIMING_NAMES, Name
from services.dossier.views.picture import Picture
from services.dossier.wording import moment, working_time

PAUSE_REASONS: Mapping[str, Name] = {
    "supplement": ("chờ bổ sung", "waiting for the supplement"),
    "fee": ("chờ nộp phí, lệ phí", "waiting for the fee"),
}


def explained(picture: Picture, now: datetime, calendar: Calendar) -> ClockView:
    """Return the clock with its story up to now."""
    view = picture.view.clock
    sentences = [*_standing(picture, now, calendar), *_extension(picture), *_pauses(picture)]
    return ClockView(
        state=view.state,
        explained="; ".join(vi for vi, _ in sentences),
        explained_en="; ".join(en for _, en in sentences),
        due=view.due,
        paused_minutes=view.paused_minutes,
    )


def _standing(picture: Picture, now: datetime, calendar: Calendar) -> list[Name]:
    due = picture.view.clock.due
    match picture.view.clock.state:
        case ClockState.NOT_STARTED:
            return _not_started(picture)
        case ClockState.STOPPED:
            return _stopped(picture)
        case _ if due is None:
            return []
        case ClockState.PAUSED if not picture.waiting_for:
            # between two events of one commit: what was waited for has come, nothing resumed yet
            return [_due(due)]
        case ClockState.PAUSED:
            since = moment(picture.waiting_since or now)
            vi, en = PAUSE_REASONS[picture.waiting_for]
            return [
                _due(due),
                (
                    f"đang tạm dừng từ {since} vì {vi}, hạn sẽ lùi đúng bằng thời gian tạm dừng",
                    f"paused since {since}, {en}; the due time will move by the time of the pause",
                ),
            ]
        case ClockState.RUNNING:
            late = calendar.minutes_between(due, now)
            vi, en = working_time(late)
            return [_due(due), *([(f"đã quá hạn {vi}", f"late by {en}")] if late else [])]


def _due(due: datetime) -> Name:
    return f"Hạn trả {moment(due)}", f"Due {moment(due)}"


def _not_started(picture: Picture) -> list[Name]:
    if picture.waiting_for:
        vi, en = PAUSE_REASONS[picture.waiting_for]
        return [
            (
                f"Chưa tính thời hạn: đang {vi}",
                f"The time has not started: {en}",
            )
        ]
    step = picture.view.step
    if step is None or step.due is None:  # between two events of one commit
        return [("Chưa tính thời hạn", "The time has not started")]
    check = moment(step.due)
    return [
        (
            f"Chưa tính thời hạn: bộ phận một cửa kiểm tra hồ sơ trước {check}",
            f"The time starts when the dossier is accepted; the desk checks it before {check}",
        )
    ]


_WITHOUT_RESULT: Mapping[Status, Name] = {
    Status.REFUSED: ("Hồ sơ không được tiếp nhận nên không tính thời hạn", "Refused: no due time"),
    Status.STOPPED: (
        "Cơ quan đã dừng giải quyết, thời hạn không còn tính",
        "The agency stopped processing it: no due time any more",
    ),
}
_ENDED: Name = ("Hồ sơ đã kết thúc, thời hạn không còn tính", "It ended: no due time any more")


def _stopped(picture: Picture) -> list[Name]:
    due, ended = picture.view.clock.due, picture.completed_at
    if ended is None or due is None:
        return [_WITHOUT_RESULT.get(picture.view.status, _ENDED)]
    vi, en = TIMING_NAMES[timing(ended, due)]
    return [
        _due(due),
        (f"xử lý xong {moment(ended)}, {vi}", f"completed {moment(ended)}, {en}"),
    ]


def _extension(picture: Picture) -> list[Name]:
    extension = picture.view.extension
    if extension is None:
        return []
    former = moment(extension.former_due)
    return [
        (
            f"đã gia hạn {extension.days} ngày làm việc, trước đó hẹn {former}",
            f"extended by {extension.days} working day(s), it was due {former} before",
        )
    ]


def _pauses(picture: Picture) -> list[Name]:
    told = []
    for reason, (vi, en) in PAUSE_REASONS.items():
        minutes = sum(pause.minutes for pause in picture.pauses if pause.reason == reason)
        if minutes:
            time_vi, time_en = working_time(minutes)
            told.append((f"đã tạm dừng {time_vi} vì {vi}", f"was paused for {time_en}, {en}"))
    return told
