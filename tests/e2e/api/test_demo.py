"""`motcua demo`: every story ends as it is told."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console
from stack import Stack

from motcua.demo import SCENARIOS, Stage, Story, tell
from motcua.person import Places
from services.identity.demo import read_demo_accounts

# "life" is played while the broker is restarted
ENDS = {
    "supplement": "Đang xử lý",
    "extension": "Đang xử lý",
    "transfer": "Mới đăng ký",
    "withdrawal": "Công dân yêu cầu rút hồ sơ",
    "counter": "Đã trả kết quả",
    "post": "Đã trả kết quả",
}


@pytest.mark.parametrize("scenario", ENDS)
def test_a_story_ends_as_it_is_told(stack: Stack, scenario: str) -> None:
    places = Places(stack.url("portal"), stack.url("mail"), stack.url("vnpay"))
    console = Console(record=True, file=StringIO(), width=200)
    story: Story = SCENARIOS[scenario](Stage(places, read_demo_accounts(), console))
    assert story.hops[-1].status == ENDS[scenario]
    assert story.mails
    tell(story, console)
    told = console.export_text()
    assert story.code in told
    assert all(hop.what in told for hop in story.hops)


def test_every_story_is_played() -> None:
    assert {*ENDS, "life"} == set(SCENARIOS)
