"""The two ends of the sandbox: SMTP in, pages and JSON out."""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask, Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from deploy.sandboxes.mail.mailbox import Mail, Mailbox
from deploy.sandboxes.serving import server_on
from kernel.config import setting
from kernel.health import listen

_REFUSALS = {
    451: "451 4.3.0 Refused by the sandbox for now, try again later",
    550: "550 5.1.1 Refused by the sandbox for good",
}


@dataclass(frozen=True)
class MailSandbox:
    """How the sandbox is set up."""

    smtp_port: int = setting(env="SMTP_PORT", default=1025, doc="where mail is taken")
    page_port: int = setting(env="MAIL_PORT", default=8025, doc="where mail is shown")
    limit: int = setting(env="MAIL_LIMIT", default=2000, minimum=1, doc="how many are kept")


@dataclass
class Refusal:
    """The switch that makes the server refuse mail: None takes it, else a code of `_REFUSALS`."""

    code: int | None = None


class Catcher:
    """What aiosmtpd asks: takes every message of every recipient, unless told to refuse."""

    def __init__(self, mailbox: Mailbox, refusal: Refusal) -> None:
        self._mailbox = mailbox
        self._refusal = refusal

    async def handle_DATA(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep one message, or refuse it."""
        if self._refusal.code is not None:
            return _REFUSALS[self._refusal.code]
        content = envelope.original_content or b""
        self._mailbox.keep(envelope.mail_from or "", envelope.rcpt_tos, content)
        return "250 2.0.0 Kept"


def create_app(mailbox: Mailbox, refusal: Refusal) -> Flask:
    """Return the pages (`/`, `/mail/<id>`) and the JSON interface (`/messages`, `/refusal`)."""
    app = Flask(__name__)

    @app.get("/")
    def inbox() -> str:
        recipient = request.args.get("to", "").strip() or None
        return render_template("inbox.html", mails=mailbox.latest(recipient), to=recipient or "")

    @app.get("/mail/<identifier>")
    def show(identifier: str) -> str:
        return render_template("mail.html", mail=_found(identifier))

    @app.get("/mail/<identifier>/raw")
    def raw(identifier: str) -> Response:
        return Response(_found(identifier).raw, mimetype="text/plain")

    @app.post("/clear")
    def clear() -> BaseResponse:
        mailbox.clear()
        return redirect(url_for("inbox"))

    @app.get("/messages")
    def messages() -> Response:
        limit = request.args.get("limit", default=100, type=int)
        found = mailbox.latest(request.args.get("to") or None, limit)
        return jsonify(items=[_summary(mail) for mail in found])

    @app.get("/messages/<identifier>")
    def message(identifier: str) -> Response:
        return jsonify(_whole(_found(identifier)))

    @app.delete("/messages")
    def forget() -> tuple[str, int]:
        mailbox.clear()
        return "", 204

    @app.get("/refusal")
    def refusing() -> Response:
        return jsonify(code=refusal.code)

    @app.put("/refusal")
    def refuse() -> Response:
        code = (request.get_json(silent=True) or {}).get("code")
        if code is not None and code not in _REFUSALS:
            abort(422, f"code is null or one of {sorted(_REFUSALS)}")
        refusal.code = code
        return jsonify(code=code)

    @app.get("/health/<kind>")
    def health(kind: str) -> Response:
        return jsonify(status="ok", kind=kind)

    def _found(identifier: str) -> Mail:
        mail = mailbox.read(identifier)
        if mail is None:
            abort(404)
        return mail

    return app


def serve(settings: MailSandbox, folder: Path, host: str) -> None:
    """Run both servers until SIGTERM or SIGINT; the mail is kept in `folder`."""
    mailbox, refusal = Mailbox(folder, settings.limit), Refusal()
    smtp = Controller(Catcher(mailbox, refusal), hostname=host, port=settings.smtp_port)
    pages = server_on(host, settings.page_port, "MAIL_PORT", create_app(mailbox, refusal))

    def stop(number: int, frame: object) -> None:
        # shutdown waits for serve_forever, which this signal has interrupted
        threading.Thread(target=pages.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    listen(host, settings.smtp_port, "SMTP_PORT").close()  # its own refusal is no sentence
    smtp.start()
    try:
        pages.serve_forever()
    finally:
        smtp.stop()
        pages.server_close()


def _summary(mail: Mail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "received_at": mail.received_at.isoformat(),
        "from": mail.sender,
        "to": list(mail.recipients),
        "subject": mail.subject,
        "message_id": mail.message_id,
    }


def _whole(mail: Mail) -> dict[str, Any]:
    return {
        **_summary(mail),
        "headers": {name: str(value) for name, value in mail.message.items()},
        "text": mail.text,
        "html": mail.html,
        "attachments": list(mail.attachments),
        "raw": mail.raw.decode(errors="replace"),
    }
