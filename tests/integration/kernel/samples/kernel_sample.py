"""A small service, run by the tests as a process of its own."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import datetime

import eventlet
from pymongo.errors import AutoReconnect

from kernel import logs
from kernel.errors import Conflict, NotFound
from kernel.requests import Call, command, request
from kernel.rpc import Neighbours, serves
from kernel.runner import offload
from kernel.schemas import field, frozen


@frozen
class Echoed:
    text: str
    caller: str
    kind: str
    correlation: str
    deadline: datetime
    locale: str
    address: str | None = field(default=None)
    idempotency_key: str | None = field(default=None)
    expected_version: int | None = field(default=None)
    process: int = field(default=0)


@request("sample", answer=Echoed)
@frozen
class Echo:
    text: str = field(max_length=200_000)


@command("sample", answer=Echoed)
@frozen
class Change:
    text: str


@request("sample", answer=Echoed)
@frozen
class EchoBehind:
    """Asks the service itself, as a neighbour would, for `timeout` milliseconds."""

    text: str
    timeout: int


@frozen
class Slept:
    text: str


@request("sample", answer=Slept)
@frozen
class Sleep:
    milliseconds: int
    text: str = field(default="")


@request("sample", answer=Slept)
@frozen
class Compute:
    """Keeps the processor busy beside the green threads."""

    seconds: int


@request("sample", answer=Slept)
@frozen
class Break:
    how: str


@request("sample", answer=Slept)
@frozen
class CountWork:
    """How often `Sleep` has begun in this process."""


@request("sample", answer=Slept)
@frozen
class NotServed:
    """A request that the service does not answer."""


@request("nowhere", answer=Slept)
@frozen
class AskNowhere:
    """A request to a service that does not exist."""


begun = 0


class Sample:
    """Answers what the tests ask."""

    name = "sample"
    neighbours = Neighbours()

    @serves(Echo)
    def echo(self, message: Echo, call: Call) -> Echoed:
        return _echoed(message.text, call)

    @serves(Change)
    def change(self, message: Change, call: Call) -> Echoed:
        return _echoed(message.text, call)

    @serves(EchoBehind)
    def echo_behind(self, message: EchoBehind, call: Call) -> Echoed:
        answer: Echoed = self.neighbours.call(Echo(message.text), timeout=message.timeout / 1000)
        return answer

    @serves(Sleep)
    def sleep(self, message: Sleep, call: Call) -> Slept:
        global begun
        begun += 1
        logs.get(__name__).info("sleep begun")
        eventlet.sleep(message.milliseconds / 1000)
        return Slept(message.text)

    @serves(CountWork)
    def count_work(self, message: CountWork, call: Call) -> Slept:
        return Slept(str(begun))

    @serves(Compute)
    def compute(self, message: Compute, call: Call) -> Slept:
        offload(_compute, message.seconds)
        return Slept("computed")

    @serves(Break)
    def break_(self, message: Break, call: Call) -> Slept:
        match message.how:
            case "not-found":
                raise NotFound("no-dossier", "Không tìm thấy hồ sơ.", "No such dossier.")
            case "conflict":
                raise Conflict("closed", "Đã đóng.", "Closed.", retry_after=3)
            case "database-away":
                raise AutoReconnect("127.0.0.1:27017: connection closed")
            case "answer":
                return "no answer at all"  # type: ignore[return-value]
            case "exit":
                os._exit(9)
            case _:
                raise RuntimeError("the handler broke")


def _compute(seconds: int) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 200_000)


def _echoed(text: str, call: Call) -> Echoed:
    return Echoed(
        text=text,
        caller=call.caller.id,
        kind=call.caller.kind,
        correlation=logs.correlation() or "",
        deadline=call.deadline,
        locale=call.locale,
        address=call.address,
        idempotency_key=call.idempotency_key,
        expected_version=call.expected_version,
        process=os.getpid(),
    )
