"""The catalogue service: what can be asked for, of whom, and how."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from nameko.extensions import DependencyProvider

from kernel.container import Storage, StoreProvider
from kernel.decider import Decider
from kernel.errors import Forbidden
from kernel.feed import Feed
from kernel.operations import Operations
from kernel.requests import ADMINISTRATOR, SETUP, Call, Done
from kernel.rpc import serves
from kernel.store import Store
from kernel.transparency.answering import Transparency
from services.catalog import contract, views
from services.catalog.contract import EVENTS
from services.catalog.decider import (
    AGENCIES,
    PLACES,
    PROCEDURES,
    Close,
    Open,
    Publish,
    Register,
    agency_stream,
    procedure_stream,
)
from services.catalog.replica import Replica
from services.catalog.views.catalogue import Catalogue, by_stream

_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class ReplicaProvider(DependencyProvider):  # type: ignore[misc]
    """Gives the process's `Replica`."""

    storage = Storage()

    def start(self) -> None:
        """Read the catalogue before the first request."""
        self._replica = Replica(self.storage.ledger(EVENTS))
        self._replica.catalogue()

    def get_dependency(self, worker_ctx: Any) -> Replica:
        """Return it."""
        return self._replica


class CatalogService:
    """Answers for procedures, places and agencies."""

    name = "catalog"

    procedures = StoreProvider(EVENTS, PROCEDURES)
    places = StoreProvider(EVENTS, PLACES)
    agencies = StoreProvider(EVENTS, AGENCIES)
    replica = ReplicaProvider()
    feed = Feed()
    operations = Operations()
    transparency = Transparency()

    # Questions, open to anyone: the catalogue is public

    @serves(contract.FindProcedures)
    def find_procedures(
        self, request: contract.FindProcedures, call: Call
    ) -> contract.ProcedurePage:
        """Find procedures by words and filters."""
        return views.find_procedures(self._catalogue, request, _today())

    @serves(contract.ReadProcedure)
    def read_procedure(self, request: contract.ReadProcedure, call: Call) -> contract.Procedure:
        """Give a version of a procedure."""
        return views.read_procedure(self._catalogue, request, _today())

    @serves(contract.ListFields)
    def list_fields(self, request: contract.ListFields, call: Call) -> contract.FieldsOfWork:
        """List the fields of work."""
        return views.list_fields(self._catalogue, request, _today())

    @serves(contract.ReadOffer)
    def read_offer(self, request: contract.ReadOffer, call: Call) -> contract.Offer:
        """Count what is offered online."""
        return views.read_offer(self._catalogue, request, _today())

    @serves(contract.FindAgencies)
    def find_agencies(self, request: contract.FindAgencies, call: Call) -> contract.AgencyPage:
        """Find agencies."""
        return views.find_agencies(self._catalogue, request, _today())

    @serves(contract.ReadAgency)
    def read_agency(self, request: contract.ReadAgency, call: Call) -> contract.Agency:
        """Give an agency."""
        return views.read_agency(self._catalogue, request)

    @serves(contract.FindPlaces)
    def find_places(self, request: contract.FindPlaces, call: Call) -> contract.PlacePage:
        """Find places."""
        return views.find_places(self._catalogue, request, _today())

    @serves(contract.ReadPlace)
    def read_place(self, request: contract.ReadPlace, call: Call) -> contract.Place:
        """Give the place that a code means."""
        return views.read_place(self._catalogue, request, _today())

    @serves(contract.FindCompetentAgency)
    def find_competent_agency(
        self, request: contract.FindCompetentAgency, call: Call
    ) -> contract.Agency:
        """Give the agency that resolves a procedure for a place."""
        return views.find_competent_agency(self._catalogue, request, _today())

    @serves(contract.ReadHoldings)
    def read_holdings(self, request: contract.ReadHoldings, call: Call) -> contract.Holdings:
        """Give the digests of what is held, up to the last commit."""
        replica: Replica = self.replica
        return replica.catch_up().holdings

    # Commands, for administrators and the installation itself

    @serves(contract.PublishProcedures)
    def publish_procedures(
        self, request: contract.PublishProcedures, call: Call
    ) -> contract.Loaded:
        """Publish versions."""
        commands = {procedure_stream(it.code): Publish(it) for it in request.procedures}
        return self._carry_out(self.procedures, PROCEDURES, commands, call)

    @serves(contract.RegisterPlaces)
    def register_places(self, request: contract.RegisterPlaces, call: Call) -> contract.Loaded:
        """Register administrative units; counted by the streams that hold them."""
        streams = by_stream(request.places)
        commands = {stream: Register(places) for stream, places in streams.items()}
        return self._carry_out(self.places, PLACES, commands, call)

    @serves(contract.OpenAgencies)
    def open_agencies(self, request: contract.OpenAgencies, call: Call) -> contract.Loaded:
        """Open agencies, or change them."""
        commands = {agency_stream(it.id): Open(it) for it in request.agencies}
        return self._carry_out(self.agencies, AGENCIES, commands, call)

    @serves(contract.CloseAgency)
    def close_agency(self, request: contract.CloseAgency, call: Call) -> Done:
        """Close an agency."""
        _require_administrator(call)
        agencies: Store[Any] = self.agencies
        command = Close(request.on, request.successors)
        done = agencies.execute(agency_stream(request.agency), command, call)
        self.replica.catch_up()
        return Done(done.stream, done.version)

    @property
    def _catalogue(self) -> Catalogue:
        replica: Replica = self.replica
        return replica.catalogue()

    def _carry_out(
        self, store: Store[Any], decider: Decider[Any], commands: dict[str, Any], call: Call
    ) -> contract.Loaded:
        _require_administrator(call)
        for command in commands.values():
            # an unsound one is refused before any other of the same request is taken
            decider.decide(decider.initial, command)
        changed = 0
        for stream, command in commands.items():
            part = _part_of(call, stream, alone=len(commands) == 1)
            changed += bool(store.execute(stream, command, part).new)
        self.replica.catch_up()
        return contract.Loaded(len(commands), changed, len(commands) - changed)


def _part_of(call: Call, stream: str, *, alone: bool) -> Call:
    """Return the call for one of the streams that it is about: each is a commit of its own."""
    key = None if call.idempotency_key is None else f"{call.idempotency_key}\n{stream}"
    expected = call.expected_version if alone else None
    return replace(call, idempotency_key=key, expected_version=expected)


def _require_administrator(call: Call) -> None:
    caller = call.caller
    if caller.id != SETUP and not (caller.is_officer and ADMINISTRATOR in caller.roles):
        raise Forbidden(
            "not-an-administrator",
            "Chỉ quản trị viên được thay đổi danh mục.",
            "Only an administrator may change the catalogue.",
        )


def _today() -> date:
    return datetime.now(_VIETNAM).date()


SERVICE = CatalogService
