"""A story told as tables: who held the dossier, its history, the mails."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from motcua.demo.stage import Story, clock


def tell(story: Story, console: Console) -> None:
    """Print the timeline of a story."""
    hops = Table(title=f"Hồ sơ {story.code}: ai giữ, ở bước nào, đến bao giờ", expand=False)
    for heading in ("Việc", "Trạng thái", "Đơn vị", "Cán bộ", "Bước", "Hạn bước", "Hạn trả"):
        hops.add_column(heading)
    for hop in story.hops:
        hops.add_row(hop.what, hop.status, hop.unit, hop.officer, hop.step, hop.step_due, hop.due)
    console.print(hops)
    events = Table(title="Nhật ký sự kiện", expand=False)
    for heading in ("#", "Lúc", "Sự kiện", "Ai", "Nội dung"):
        events.add_column(heading)
    for entry in story.trace:
        events.add_row(
            str(entry["version"]), clock(entry["at"]), entry["type"], entry["who"], entry["title"]
        )
    console.print(events)
    mails = Table(title="Thư đã gửi cho người nộp", expand=False)
    mails.add_column("Tiêu đề")
    for mail in reversed(story.mails):
        mails.add_row(mail["subject"])
    console.print(mails)
