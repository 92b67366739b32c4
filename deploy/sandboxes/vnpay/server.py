"""The sandbox's pages and interfaces.

- `/`: what this is, for who looks.
- `/paymentv2/vpcpay.html`: the pay page, as the payer's browser is sent to it.
- `/merchant_webapi/api/transaction`: `querydr`.
- `/sandbox/…`: for tests and demonstrations only; VNPAY has nothing like it.
"""

from __future__ import annotations

import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

from flask import Flask, Response, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from deploy.sandboxes.serving import server_on
from deploy.sandboxes.vnpay import wording
from deploy.sandboxes.vnpay.book import Behaviour, Book, Transaction, key_of
from deploy.sandboxes.vnpay.notifier import Notifier, notification
from deploy.sandboxes.vnpay.protocol import (
    INQUIRY,
    INQUIRY_ANSWER,
    OPEN_STATUS,
    OUTCOMES,
    VIETNAM,
    hmac_sha512,
    is_signed,
    now_stamp,
    piped,
    read_stamp,
    signed_query,
)
from kernel.config import Settings, read, setting

IPN_PATH = "/api/v1/payments/vnpay/ipn"

_NUMBERS_REMEMBERED = 10_000
_PATIENCE = 3.0
_PAGE = "pay.html"


@dataclass(frozen=True)
class VnpaySandbox:
    """How the sandbox is set up; terminal and secret are those of the payment service."""

    port: int = setting(env="VNPAY_SANDBOX_PORT", default=8030, doc="where it listens")
    terminal: str = setting(env="VNPAY_TMN_CODE", default="MOTCUA01", doc="the merchant's terminal")
    secret: str = setting(env="VNPAY_HASH_SECRET", doc="the secret shared with the merchant")
    ipn_url: str = setting(
        env="VNPAY_IPN_URL", default="", doc="where notifications go; the portal's by default"
    )


class Refused(Exception):
    """A pay page's address that VNPAY would not accept; the text is a key of the wording."""


class Sandbox:
    """What the sandbox does, apart from HTTP."""

    def __init__(self, settings: VnpaySandbox, book: Book, notifier: Notifier) -> None:
        self.settings = settings
        self.book = book
        self.notifier = notifier
        self._asked: deque[str] = deque(maxlen=_NUMBERS_REMEMBERED)

    def arrive(self, parameters: Mapping[str, str]) -> Transaction:
        """Take a payer who comes with these parameters. Raises `Refused`."""
        if not is_signed(self.settings.secret, parameters):
            raise Refused("forged")
        if parameters.get("vnp_TmnCode") != self.settings.terminal:
            raise Refused("terminal")
        try:
            expires = read_stamp(parameters["vnp_ExpireDate"])
            transaction = Transaction(
                ref=parameters["vnp_TxnRef"],
                terminal=parameters["vnp_TmnCode"],
                amount=int(parameters["vnp_Amount"]),
                info=parameters["vnp_OrderInfo"],
                locale="en" if parameters.get("vnp_Locale") == "en" else "vi",
                created=parameters["vnp_CreateDate"],
                expires=parameters["vnp_ExpireDate"],
                return_url=parameters["vnp_ReturnUrl"],
                number="",
            )
        except (LookupError, ValueError) as error:
            raise Refused("malformed") from error
        if datetime.now(VIETNAM) > expires:
            raise Refused("expired")
        known = self.book.open(transaction)
        if known.outcome:
            raise Refused("finished")
        return known

    def decide(self, key: str, outcome: str) -> Transaction:
        """Give a transaction its outcome, once, and send the notification."""
        delay = self.book.behaviour.delay

        def end(known: Transaction) -> Transaction:
            if known.outcome:
                return known
            return replace(
                known, outcome=outcome, paid_at=now_stamp(), notify_at=time.time() + delay
            )

        decided = self.book.change(key, end)
        self.notifier.wake()
        return decided

    def way_back(self, transaction: Transaction) -> str:
        """Return where the payer's browser goes afterwards."""
        join = "&" if "?" in transaction.return_url else "?"
        query = signed_query(self.settings.secret, notification(transaction))
        return f"{transaction.return_url}{join}{query}"

    def inquire(self, content: Mapping[str, str]) -> dict[str, str]:
        """Answer a `querydr`."""
        expected = hmac_sha512(self.settings.secret, piped(content, INQUIRY))
        transaction = self.book.find(key_of(content.get("vnp_TxnRef", "")))
        if content.get("vnp_SecureHash", "").lower() != expected:
            code, message = "97", "Invalid checksum"
        elif content["vnp_RequestId"] in self._asked:
            code, message = "94", "Duplicate request"
        elif transaction is None:
            code, message = "91", "Transaction not found"
        else:
            code, message = "00", "QueryDR Success"
        self._asked.append(content.get("vnp_RequestId", ""))
        answer = {
            "vnp_ResponseId": uuid4().hex,
            "vnp_Command": "querydr",
            "vnp_ResponseCode": code,
            "vnp_Message": message,
            "vnp_TmnCode": self.settings.terminal,
            "vnp_TxnRef": content.get("vnp_TxnRef", ""),
            "vnp_OrderInfo": content.get("vnp_OrderInfo", ""),
        }
        if code == "00" and transaction is not None:
            status = OUTCOMES[transaction.outcome][1] if transaction.outcome else OPEN_STATUS
            answer |= {
                "vnp_Amount": str(transaction.amount),
                "vnp_BankCode": "NCB" if transaction.outcome else "",
                "vnp_PayDate": transaction.paid_at,
                "vnp_TransactionNo": transaction.number,
                "vnp_TransactionType": "01",
                "vnp_TransactionStatus": status,
            }
        secret = self.settings.secret
        return {**answer, "vnp_SecureHash": hmac_sha512(secret, piped(answer, INQUIRY_ANSWER))}


def create_app(sandbox: Sandbox) -> Flask:
    """Return the pages and interfaces."""
    app = Flask(__name__)
    app.add_template_filter(wording.money, "money")
    app.add_template_filter(wording.clock, "clock")

    @app.get("/")
    def about() -> str:
        locale = request.accept_languages.best_match(wording.LANGUAGES) or "vi"
        return render_template(_PAGE, words=wording.of(locale), about=True)

    @app.get("/paymentv2/vpcpay.html")
    def pay() -> tuple[str, int]:
        locale = "en" if request.args.get("vnp_Locale") == "en" else "vi"
        try:
            transaction = sandbox.arrive(request.args.to_dict())
        except Refused as refused:
            words = wording.of(locale)
            return render_template(_PAGE, words=words, refused=words[str(refused)]), 400
        words = wording.of(transaction.locale)
        return render_template(_PAGE, words=words, transaction=transaction), 200

    @app.post("/paymentv2/<key>")
    def decide(key: str) -> BaseResponse:
        outcome = request.form.get("outcome", "")
        if sandbox.book.find(key) is None or outcome not in OUTCOMES:
            abort(404)
        decided = sandbox.decide(key, outcome)
        _wait(lambda: bool((known := sandbox.book.find(key)) and known.done))
        return redirect(sandbox.way_back(decided), 303)

    @app.post("/merchant_webapi/api/transaction")
    def inquire() -> Response:
        content = request.get_json(silent=True)
        if not isinstance(content, dict):
            abort(400)
        return jsonify(sandbox.inquire({str(k): str(v) for k, v in content.items()}))

    @app.get("/health/<kind>")
    def health(kind: str) -> Response:
        return jsonify(status="ok", kind=kind)

    _add_switches(app, sandbox)
    return app


def _add_switches(app: Flask, sandbox: Sandbox) -> None:
    @app.get("/sandbox/transactions")
    def transactions() -> Response:
        return jsonify(items=[asdict(one) for one in sandbox.book.all()])

    @app.get("/sandbox/transactions/<ref>")
    def transaction(ref: str) -> Response:
        return jsonify(asdict(found(ref)))

    @app.post("/sandbox/transactions/<ref>/ipn")
    def notify(ref: str) -> Response:
        copies = _whole_number((request.get_json(silent=True) or {}).get("copies", 1))
        decided = found(ref)
        if not decided.outcome:
            abort(409, "the transaction is open")
        return jsonify(answers=sandbox.notifier.send(decided, copies))

    @app.post("/sandbox/payments")
    def pay_at_once() -> Response:
        """Do what a payer does at the pay page `url`; answers with the way back."""
        content = request.get_json(silent=True) or {}
        outcome = content.get("outcome", "paid")
        if outcome not in OUTCOMES:
            abort(422, f"outcome is one of {sorted(OUTCOMES)}")
        try:
            arrived = sandbox.arrive(dict(parse_qsl(urlsplit(str(content.get("url"))).query)))
        except Refused as refused:
            abort(422, str(refused))
        decided = sandbox.decide(arrived.key, outcome)
        return jsonify(return_url=sandbox.way_back(decided), transaction=asdict(decided))

    @app.get("/sandbox/behaviour")
    def behaviour() -> Response:
        return jsonify(asdict(sandbox.book.behaviour))

    @app.put("/sandbox/behaviour")
    def behave() -> Response:
        content = request.get_json(silent=True) or {}
        sandbox.book.behaviour = Behaviour(
            copies=_whole_number(content.get("copies", 1)),
            delay=float(content.get("delay", 0)),
            silent=bool(content.get("silent", False)),
        )
        sandbox.notifier.wake()
        return jsonify(asdict(sandbox.book.behaviour))

    def found(ref: str) -> Transaction:
        transaction = sandbox.book.find(key_of(ref))
        if transaction is None:
            abort(404)
        return transaction


def serve() -> None:
    """Run the sandbox, as the environment sets it up, until SIGTERM or SIGINT."""
    run(read(VnpaySandbox), read(Settings))


def run(sandbox_settings: VnpaySandbox, settings: Settings) -> None:
    """Run the sandbox; its transactions are kept in `vnpay` below the home."""
    book = Book(settings.home / "vnpay")
    ipn_url = sandbox_settings.ipn_url or f"{settings.public_url}{IPN_PATH}"
    notifier = Notifier(book, sandbox_settings.secret, ipn_url)
    app = create_app(Sandbox(sandbox_settings, book, notifier))
    server = server_on(settings.http_host, sandbox_settings.port, "VNPAY_SANDBOX_PORT", app)

    def stop(number: int, frame: object) -> None:
        # shutdown waits for serve_forever, which this signal has interrupted
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    notifier.start()
    try:
        server.serve_forever()
    finally:
        notifier.stop()
        server.server_close()


def _wait(condition: Callable[[], bool]) -> None:
    # the payer comes back to a page that already knows, if the merchant is quick
    end = time.monotonic() + _PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)


def _whole_number(value: Any) -> int:
    if not isinstance(value, int) or not 1 <= value <= 100:
        abort(422, "a whole number from 1 to 100 is expected")
    return value
