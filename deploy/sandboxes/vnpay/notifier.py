"""Sends notifications (IPN) server to server, again and again until one is taken."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import requests

from deploy.sandboxes.vnpay.book import Book, Sent, Transaction
from deploy.sandboxes.vnpay.protocol import ENDS, OUTCOMES, now_stamp, signed_query

_DELAYS = (1, 2, 4, 8, 15, 30, 60, 60, 60, 60)
_TIMEOUT = 10.0
_IDLE = 0.5


class Notifier:
    """A thread that looks after every transaction that is decided and not acknowledged."""

    def __init__(self, book: Book, secret: str, ipn_url: str) -> None:
        self._book = book
        self._secret = secret
        self._ipn_url = ipn_url
        self._wake = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)
        self._copies = ThreadPoolExecutor(max_workers=16)

    def start(self) -> None:
        """Begin, also with what an earlier process left unsent."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the notification at hand."""
        self._stopped = True
        self._wake.set()
        self._thread.join(timeout=2)
        self._copies.shutdown(wait=False)

    def wake(self) -> None:
        """There is something to send."""
        self._wake.set()

    def send(self, transaction: Transaction, copies: int = 1) -> list[str]:
        """Send `copies` of a notification at once; return what each was answered with."""
        url = f"{self._ipn_url}?{signed_query(self._secret, notification(transaction))}"
        answers = list(self._copies.map(_get, [url] * copies))
        done = any(answer in ENDS for answer in answers)
        sent = tuple(Sent(now_stamp(), answer) for answer in answers)
        self._book.change(
            transaction.key,
            lambda known: replace(known, sent=(*known.sent, *sent), done=known.done or done),
        )
        return answers

    def _run(self) -> None:
        while not self._stopped:
            self._wake.wait(_IDLE)
            self._wake.clear()
            for transaction in self._book.all():
                if transaction.outcome and not transaction.done:
                    self._attend(transaction)

    def _attend(self, transaction: Transaction) -> None:
        behaviour = self._book.behaviour
        tries = len(transaction.sent)
        if behaviour.silent or time.time() < transaction.notify_at or tries >= len(_DELAYS):
            return
        self._book.change(
            transaction.key, lambda known: replace(known, notify_at=time.time() + _DELAYS[tries])
        )
        self.send(transaction, behaviour.copies)


def notification(transaction: Transaction) -> Mapping[str, str]:
    """Return the parameters of a transaction's notification and of its way back."""
    code, status = OUTCOMES[transaction.outcome]
    return {
        "vnp_TmnCode": transaction.terminal,
        "vnp_Amount": str(transaction.amount),
        "vnp_BankCode": "NCB",
        "vnp_CardType": "ATM",
        "vnp_OrderInfo": transaction.info,
        "vnp_PayDate": transaction.paid_at,
        "vnp_ResponseCode": code,
        "vnp_TransactionNo": transaction.number,
        "vnp_TransactionStatus": status,
        "vnp_TxnRef": transaction.ref,
    }


def _get(url: str) -> str:
    try:
        answer = requests.get(url, timeout=_TIMEOUT)
        return str(answer.json()["RspCode"])
    except (requests.RequestException, ValueError, LookupError, TypeError) as error:
        return f"{type(error).__name__}"
