"""The stories: each another way through a dossier's life, one line a deed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from motcua.demo.stage import MARITAL_STATUS, Stage, Story, clock

Scenario = Callable[[Stage], Story]


def life(stage: Stage) -> Story:
    """The whole life: filed online, accepted, assigned, supplemented, paid, signed, sent online."""
    stage.file_online()
    stage.accept()
    stage.assign()
    stage.ask_for_a_clear_copy()
    stage.supplement("Người nộp bổ sung", stage.citizen.username)
    stage.act("Yêu cầu nộp phí", stage.matter.handler, "request-fee")
    stage.pay()
    stage.approve()
    stage.dispatch("Trả kết quả trực tuyến")
    return stage.end("ResultDispatched")


def supplement(stage: Stage) -> Story:
    """Something is missing: the clock stands still, and the due time moves by exactly that."""
    stage.file_online()
    stage.accept()
    stage.assign()
    stage.ask_for_a_clear_copy()
    stage.say(stage.explained())
    stage.supplement("Người nộp bổ sung", stage.citizen.username)
    stage.say(stage.explained())
    return stage.end("SupplementRequested")


def extension(stage: Stage) -> Story:
    """More time is needed: the leader extends once, with a reason and an apology (paper 04)."""
    stage.file_online()
    stage.accept()
    stage.assign()
    reason = "Chờ xác minh nơi cư trú cũ"
    stage.act("Gia hạn và xin lỗi", stage.matter.leader, "extend", days=2, reason=reason)
    stage.say(stage.explained())
    return stage.end("DeadlineExtended")


def transfer(stage: Stage) -> Story:
    """It is another agency's: code and due time stay, and the former officers see it no more."""
    stage.file_online()
    reason = "Nơi đăng ký tạm trú thuộc phường Nghi Sơn"
    # whoever sends it away sees it no more, so nobody here looks again
    stage.act(
        "Chuyển cơ quan khác", stage.matter.desk, "transfer", agency="ca-16654", reason=reason
    )
    return stage.end("DossierTransferred")


def withdrawal(stage: Stage) -> Story:
    """The applicant takes back what was accepted: the work goes on until the leader agrees."""
    stage.file_online()
    stage.accept()
    stage.assign()
    wish = "Không còn nhu cầu đăng ký"
    stage.act("Đề nghị rút", stage.citizen.username, "request-withdrawal", reason=wish)
    stage.act("Đồng ý cho rút", stage.matter.leader, "grant-withdrawal")
    return stage.end("DossierWithdrawn")


def counter(stage: Stage) -> Story:
    """Somebody without an account comes to the desk, and for the result again (channel 1)."""
    stage.enter("Nộp tại quầy", channel="in-person", return_by="in-person")
    found = stage.look_up()
    stage.say(f"Tra cứu bằng mã PIN: {found['applicant']}, {found['status_name']}")
    stage.assign()
    stage.ask_for_a_clear_copy()
    stage.supplement("Mang giấy tờ bổ sung đến quầy", stage.matter.desk)
    stage.approve()
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    stage.dispatch("Mời đến nhận kết quả", appointment_at=tomorrow)
    stage.act("Trả kết quả, ký nhận", stage.matter.desk, "hand-over")
    return stage.end("ResultReceived")


def post(stage: Stage) -> Story:
    """A letter: its time counts from the arrival; the result goes back by post (channel 3)."""
    stage.matter = MARITAL_STATUS
    arrived = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    stage.enter("Nhận qua bưu chính", channel="post", arrived_at=arrived, return_by="post")
    stage.say(f"Thư đến {clock(arrived)}; thời hạn tính từ lúc đó")
    stage.assign()
    stage.approve()
    stage.dispatch("Gửi kết quả qua bưu chính", tracking="EH123456789VN")
    stage.act("Bưu chính đã phát", stage.matter.desk, "hand-over", signed_by="Lò Thị Xuân")
    return stage.end("ResultReceived")


SCENARIOS: Mapping[str, Scenario] = {
    play.__name__: play
    for play in (life, supplement, extension, transfer, withdrawal, counter, post)
}
