"""What payment's tests do, in the words of the people who do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from installation import Neighbour, People, eventually
from kombu import Connection, Exchange, Queue
from provider_sandbox import SECRET, Sandbox

from kernel.client import NO_TOKEN, Client
from kernel.config import Settings
from services.dossier import contract as dossier
from services.payment import contract
from services.payment.providers.vnpay import canonical, sign

AGENCY = "ag-cam-lac"
CITIZEN = "acc-citizen"
OFFICER = dossier.OfficerRef("acc-officer", "Trần Văn An", "cán bộ tiếp nhận")
UNIT = dossier.UnitRef("desk", "Bộ phận một cửa", "One-stop desk")
BACK = "http://127.0.0.1:8000/payments/return"


@dataclass(frozen=True)
class Cashier:
    """The way to a running payment service."""

    settings: Settings
    portal: Client
    dossiers: Neighbour
    people: People
    provider: Sandbox
    connection: Connection

    def requested(
        self, *, amount: int = 10_000, online: bool = True, subject: str = CITIZEN
    ) -> dossier.FeeRequested:
        """Let a dossier ask for a fee, and wait until it is owed."""
        code = f"H56-{uuid4().hex[:8]}"
        event = dossier.FeeRequested(
            code=code,
            subject=subject,
            agency=AGENCY,
            obligation=f"ob-{uuid4().hex[:12]}",
            lines=(dossier.FeeLine("Lệ phí", amount, 1),),
            amount=amount,
            payable_online=online,
            officer=OFFICER,
            requested_at=datetime.now(UTC),
        )
        self.dossiers.tell(f"dossier-{code}", event)
        eventually(lambda: self.owed(code, subject), lambda: f"{code} is not owed")
        return event

    def withdrawn(self, fee: dossier.FeeRequested) -> None:
        """Let the applicant take the dossier back, and wait until the fee is cancelled."""
        event = dossier.DossierWithdrawn(fee.code, fee.subject, datetime.now(UTC))
        self.dossiers.tell(f"dossier-{fee.code}", event)
        self.becomes(fee, contract.ObligationState.CANCELLED)

    def owed(self, code: str, subject: str = CITIZEN) -> tuple[contract.Obligation, ...]:
        """Return a dossier's obligations as its applicant sees them."""
        return self.seen(code, self.people.citizen(subject))

    def seen(self, code: str, token: str) -> tuple[contract.Obligation, ...]:
        """Return a dossier's obligations as the bearer of a token sees them."""
        found: contract.Obligations = self.portal.call(contract.ReadObligations(code), token=token)
        return found.items

    def becomes(self, fee: dossier.FeeRequested, state: contract.ObligationState) -> None:
        """Wait until an obligation is in a state."""
        eventually(
            lambda: self.owed(fee.code)[0].state is state,
            lambda: f"{fee.obligation} is {self.owed(fee.code)[0]}",
        )

    def start(self, fee: dossier.FeeRequested, **how: Any) -> contract.Redirect:
        """Start to pay online as the applicant."""
        message = contract.StartPayment(fee.obligation, BACK)
        redirect: contract.Redirect = self.portal.call(
            message, token=self.people.citizen(fee.subject), **how
        )
        return redirect

    def payment(self, payment: str) -> contract.Payment:
        """Return an attempt as the page shows it that the payer comes back to."""
        found: contract.Payment = self.portal.call(
            contract.ReadPayment(payment), token=self.people.citizen(CITIZEN)
        )
        return found

    def notify(self, parameters: Mapping[str, str]) -> str:
        """Send a notification and return the code of the answer."""
        message = contract.NotifyPayment("vnpay", dict(parameters))
        answer: contract.ProviderAnswer = self.portal.call(message, token=NO_TOKEN)
        return answer.code

    def cash(self, fee: dossier.FeeRequested, token: str, **changes: Any) -> contract.Obligation:
        """Enter cash with a token."""
        content = {"receipt": "BL-0042", "amount": fee.amount, **changes}
        message = contract.RecordCash(obligation=fee.obligation, **content)
        paid: contract.Obligation = self.portal.call(message, token=token)
        return paid

    def receiving_officer(self, agency: str = AGENCY) -> str:
        """Return the token of an officer at the counter."""
        return self.people.officer("acc-officer", agency, "receiving")

    def listen(self, event: str) -> Queue:
        """Return a queue that gets payment's events of a type from now on."""
        exchange = Exchange(self.settings.amqp_name("payment.events"), "topic", passive=True)
        queue = Queue(f"listen-{uuid4().hex}", exchange, event, exclusive=True, durable=False)
        bound = queue(self.connection.default_channel)
        bound.declare()
        return bound

    def heard(self, queue: Queue, dossier_code: str, seconds: float = 10) -> list[dict[str, Any]]:
        """Return the events about a dossier in a queue, when there is at least one."""
        found: list[dict[str, Any]] = []

        def any_came() -> bool:
            while (message := queue.get(no_ack=True)) is not None:
                content = message.decode()
                if content["dossier"] == dossier_code:
                    found.append(content)
            return bool(found)

        eventually(any_came, lambda: f"nothing about {dossier_code}", seconds)
        return found


def signed(**changes: str) -> dict[str, str]:
    """Return a notification that is rightly signed."""
    parameters = {
        "vnp_Amount": "1000000",
        "vnp_BankCode": "NCB",
        "vnp_PayDate": "20261122103000",
        "vnp_ResponseCode": "00",
        "vnp_TmnCode": "MOTCUA01",
        "vnp_TransactionNo": "14226112",
        "vnp_TransactionStatus": "00",
        "vnp_TxnRef": "nobody-1",
        **changes,
    }
    return {**parameters, "vnp_SecureHash": sign(SECRET, canonical(parameters))}
