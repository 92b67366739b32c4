"""Mail that waits for its server, a conversation that is followed, an event that makes no sense."""

from __future__ import annotations

import json
from uuid import uuid4

import pika
import pytest
from filing import file, stay
from interface import Json, System, eventually, expect, new_key
from records import Records
from stack import Stack

from kernel import deadletters
from kernel.publisher import connection_parameters
from kernel.topology import Consumer


@pytest.mark.proves("D16", "H08")
def test_mail_written_while_the_mail_server_is_away_arrives_once(
    system: System, stack: Stack, records: Records
) -> None:
    stack.pause("mail")
    try:
        filed = file(system, stay())
        planned = eventually(lambda: _planned(records, filed.code), "the mail to be planned")
        assert records.types("notify", f"message-{planned}") == ["MessagePlanned"]
    finally:
        stack.resume("mail")
    stack.await_ready(["mail"])
    system.mailbox.await_one(filed.email, "đã được gửi", seconds=120)

    def told() -> list[Json]:
        entries = [entry for entry in filed.trace() if entry["type"] == "CitizenNotified"]
        return entries if len(entries) == 2 else []

    assert any("mail" in entry["title_en"] for entry in eventually(told, "the history to tell it"))
    assert records.types("notify", f"message-{planned}") == ["MessagePlanned", "MessageSent"]
    assert len(system.mailbox.to(filed.email)) == 1


def _planned(records: Records, code: str) -> str | None:
    found = records.database("notify")["message"].find_one({"dossier": code, "channel": "mail"})
    return None if found is None else str(found["_id"]).removeprefix("message-")


def test_one_id_follows_a_submission_from_the_request_to_the_mail(
    system: System, stack: Stack, records: Records
) -> None:
    correlation, sent = f"hoi-thoai-{uuid4().hex[:12]}", stay()
    answer = system.person("congdan").post(
        "/dossiers", sent, key=new_key(), headers={"X-Correlation-Id": correlation}
    )
    receipt = expect(answer, 201)
    assert answer.headers["X-Correlation-Id"] == correlation
    mail = system.mailbox.await_one(sent["applicant"]["email"], receipt["code"])
    assert mail["headers"]["X-Correlation-Id"] == correlation
    submitted = records.stream("dossier", f"dossier-{receipt['code']}")[0]
    assert submitted.correlation == correlation
    for service in ("portal", "dossier", "notify"):
        eventually(lambda name=service: _logged(stack, name, correlation), f"{service}'s log")


def _logged(stack: Stack, service: str, correlation: str) -> bool:
    lines = stack.log(service).read_text(errors="replace").splitlines()
    told = [json.loads(line) for line in lines if correlation in line and line.startswith("{")]
    return any(line.get("correlation") == correlation for line in told)


class TestUndecodableEvents:
    """An event that cannot be read goes to the dead letters with the reason; others flow on."""

    @pytest.mark.parametrize(
        ("headers", "body", "reason"),
        [
            ({}, b"\x00\xff", "UTF-8"),
            ({"version": 1}, b"{}", "`position`"),
            (None, b'{"code": 7}', "code"),
        ],
    )
    @pytest.mark.parametrize("service", ["notify", "payment"])
    def test_die_with_their_reason(
        self,
        system: System,
        records: Records,
        service: str,
        headers: Json | None,
        body: bytes,
        reason: str,
    ) -> None:
        settings = records.settings
        inbox = Consumer(service, (), settings).inbox
        name = f"strange-{uuid4().hex[:12]}"
        properties = pika.BasicProperties(
            message_id=name,
            headers=_envelope(name) if headers is None else headers,
            delivery_mode=2,
        )
        connection = pika.BlockingConnection(connection_parameters(settings.amqp_uri))
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish("", inbox, body, properties, mandatory=True)
        connection.close()

        def dead() -> list[deadletters.DeadLetter]:
            return [one for one in deadletters.letters(settings, service) if one.id == name]

        (letter,) = eventually(dead, "the dead letter")
        assert reason in letter.message + letter.traceback
        assert letter.traceback
        assert letter.body.encode() == body or "\ufffd" in letter.body

        filed = file(system, stay())
        system.mailbox.await_one(filed.email, "đã được gửi")
        assert deadletters.discard(settings, service, [name]) == 1


def _envelope(name: str) -> Json:
    """Return the headers of an event whose content is not what its type says."""
    return {
        "cloudEvents_specversion": "1.0",
        "cloudEvents_id": name,
        "cloudEvents_type": "FeeRequested",
        "cloudEvents_source": "/services/dossier",
        "cloudEvents_time": "2026-09-07T02:00:00.000000Z",
        "stream": f"dossier-{name}",
        "version": 1,
        "position": 1,
        "schema": 1,
        "recorded_at": "2026-09-07T02:00:00.000000Z",
        "actor": "service:dossier",
        "actor_kind": "service",
    }
