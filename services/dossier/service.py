"""The thin shell of the dossier service: load, decide, append, answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kernel import logs
from kernel.commits import records
from kernel.config import read, setting
from kernel.container import CatchUp, DatabaseProvider, Storage, StoreProvider, ViewProvider, built
from kernel.decider import Decider
from kernel.errors import Forbidden, NotFound, Unauthenticated
from kernel.events import Recorded
from kernel.feed import Feed
from kernel.http import HttpServer
from kernel.privacy import SubjectKeys
from kernel.requests import ANONYMOUS, Call, Done
from kernel.rpc import Neighbours, serves
from kernel.store import Executed
from kernel.subscription import subscribes
from kernel.trust import Keyring
from services.catalog import contract as catalog
from services.dossier import contract, lists
from services.dossier.acting import Resolver
from services.dossier.clock import Calendar, vietnam
from services.dossier.contract import EVENTS, DossierStatus, FileTicket
from services.dossier.decider import commands as do
from services.dossier.decider import decide, dossier_code, evolve, initial
from services.dossier.drafts import Drafts
from services.dossier.files import MAX_BYTES, MEDIA_TYPES, Files
from services.dossier.http import DOWNLOAD, UPLOAD, build_app
from services.dossier.look_ups import LookUps, opened, recipients
from services.dossier.numbering import Numbering
from services.dossier.references import References
from services.dossier.submission import prepare
from services.dossier.views import masked, may_read, may_see, notice, project, status, trace
from services.dossier.views.document import picture_in
from services.identity import contract as identity
from services.identity.contract.identity_numbers import normal_number
from services.notify import contract as notify
from services.payment import contract as payment

log = logs.get(__name__)

CATEGORY = "dossier"
STATUS = ViewProvider(
    CATEGORY,
    project,
    indexes=[
        ("subject",),
        ("officer", "open"),
        ("agency", "unit", "open"),
        ("agency", "open", "updated_at"),
        ("picture.view.applicant.identity_number",),
        ("picture.view.owner.identity_number",),
    ],
)
_TICKET = timedelta(minutes=10)
_NOTIFY = "service:notify"


@dataclass(frozen=True)
class DossierSettings:
    """Settings of the dossier service."""

    files_url: str = setting(
        env="DOSSIER_HTTP_URL",
        default="http://127.0.0.1:8010",
        doc="where other processes reach the file entrypoint",
        pattern=r"^https?://[^/]+$",
    )


@dataclass(frozen=True)
class Cabinet:
    """What the service keeps beside its ledger and views."""

    references: References
    files: Files
    drafts: Drafts
    look_ups: LookUps
    numbering: Numbering
    keyring: Keyring
    settings: DossierSettings
    calendar: Calendar


def open_cabinet(storage: Storage) -> Cabinet:
    """Open the collections with their indexes."""
    database = storage.database
    for room in (References, Files, Drafts, LookUps):
        room.ensure_indexes(database)
    keyring = Keyring(storage.settings.keys)
    keys = SubjectKeys(database, keyring.master)
    return Cabinet(
        references=References(database),
        files=Files(database, keys),
        drafts=Drafts(database, keys),
        look_ups=LookUps(database, keyring.master),
        numbering=Numbering(),
        keyring=keyring,
        settings=read(DossierSettings),
        calendar=vietnam(),
    )


class DossierService:
    """Answers requests about dossiers, and follows what its neighbours report."""

    name = "dossier"

    database = DatabaseProvider()
    neighbours = Neighbours()
    feed = Feed()
    status_view = STATUS
    dossiers = StoreProvider(
        EVENTS,
        Decider(initial, decide, evolve, notes=(contract.CitizenNotified,)),
        views=[STATUS],
    )
    look_up_log = StoreProvider(EVENTS, Decider(False, lambda _, events: events, lambda *_: True))
    cabinet = built(open_cabinet)
    catch_up = CatchUp(EVENTS)
    http = HttpServer(build_app, port_variable="DOSSIER_HTTP_PORT", default_port=8010)

    # Commands

    @serves(contract.SubmitDossier)
    def submit_dossier(self, request: contract.SubmitDossier, call: Call) -> contract.Receipt:
        """Give the dossier its code and lay it at the competent agency's desk."""
        _require_known(call)
        done = self.dossiers.repeated(call) or self._submit(request, call)
        if request.draft is not None:
            self.cabinet.drafts.delete(request.draft, call.caller.id)
        submitted: contract.DossierSubmitted = done.new[0].event
        log.info("dossier submitted", code=submitted.code, version=done.version)
        return contract.Receipt(
            code=submitted.code,
            pin=submitted.pin or "",
            version=done.version,
            agency=submitted.agency,
            submitted_at=submitted.submitted_at,
        )

    @serves(*contract.ACTIONS.values())
    def act(self, request: Any, call: Call) -> DossierStatus:
        """Take one of the actions that applicants and officers may take (`contract.ACTIONS`)."""
        document = self._visible(request.code, call)
        done = self.dossiers.repeated(call)
        if done is None:
            command = self._resolver().command(request, picture_in(document).view, call)
            done = self.dossiers.execute(stream_of(request.code), command, call)
        log.info("command done", command=type(request).__name__, version=done.version)
        return self._status(project(done.history) or document, call)

    # Reading

    @serves(contract.ReadDossier)
    def read_dossier(self, request: contract.ReadDossier, call: Call) -> DossierStatus:
        """Return the status view."""
        return self._status(self._visible(request.code, call), call)

    @serves(contract.ReadTrace)
    def read_trace(self, request: contract.ReadTrace, call: Call) -> contract.Trace:
        """Return the history, without its personal parts for those who may not see them."""
        whole = may_see(self._visible(request.code, call), call.caller)
        stream = stream_of(request.code)
        return trace(self.dossiers.load(stream).history if whole else self._public(stream))

    @serves(contract.ListMyDossiers)
    def list_my_dossiers(
        self, request: contract.ListMyDossiers, call: Call
    ) -> contract.DossierPage:
        """Return the caller's own dossiers."""
        _require_known(call)
        return lists.mine(request, call.caller, self.status_view, _now(), self.cabinet.calendar)

    @serves(contract.ReadInbox)
    def read_inbox(self, request: contract.ReadInbox, call: Call) -> contract.DossierPage:
        """Return an officer's work list."""
        _require_known(call)
        if not call.caller.is_officer:
            raise Forbidden(
                "officers-only",
                "Danh sách công việc chỉ dành cho cán bộ.",
                "The work list is for officers only.",
            )
        return lists.inbox(request, call.caller, self.status_view, _now(), self.cabinet.calendar)

    @serves(contract.ReadNotice)
    def read_notice(self, request: contract.ReadNotice, call: Call) -> contract.Notice:
        """Return what a message needs; for notify only."""
        _require_notify(call)
        document = self.status_view.get(request.code)
        if document is None:
            raise _unknown_dossier()
        return notice(document)

    # Looking up without login

    @serves(contract.LookUp)
    def look_up(self, request: contract.LookUp, call: Call) -> contract.LookUpResult:
        """Return masked statuses; nothing for a wrong key as for a wrong factor."""
        look_ups = self.cabinet.look_ups
        look_ups.count_try(request.key, call.address)
        subjects = look_ups.subjects_of(request.key, request.factor)
        found = opened(self._found_by(request.key), request.factor, subjects)
        now, calendar = _now(), self.cabinet.calendar
        return contract.LookUpResult(tuple(masked(one, now, calendar) for one in found))

    @serves(contract.RequestLookUpCode)
    def request_look_up_code(self, request: contract.RequestLookUpCode, call: Call) -> Done:
        """Let notify send a one-time code to the contact on file of each account concerned."""
        look_ups = self.cabinet.look_ups
        look_ups.count_try(request.key, call.address)
        if self.look_up_log.repeated(call) is None:
            asked = [
                contract.LookUpCodeRequested(
                    look_ups.new_code(request.key, one["code"], one["subject"]), one["code"]
                )
                for one in recipients(self._found_by(request.key))
            ]
            if asked:
                self.look_up_log.execute(asked[0].look_up, asked, call)
        return Done("look-up", 0)

    @serves(contract.ReadLookUpNotice)
    def read_look_up_notice(
        self, request: contract.ReadLookUpNotice, call: Call
    ) -> contract.LookUpNotice:
        """Return what the mail with the one-time code says; for notify only."""
        _require_notify(call)
        code, one_time_code, expires_at = self.cabinet.look_ups.read_code(request.look_up)
        document = self.status_view.get(code)
        if document is None:
            raise _unknown_dossier()
        told = notice(document)
        return contract.LookUpNotice(told.email, told.locale, one_time_code, expires_at)

    # Drafts and files

    @serves(contract.SaveDraft)
    def save_draft(self, request: contract.SaveDraft, call: Call) -> contract.Draft:
        """Save a draft."""
        _require_known(call)
        return self.cabinet.drafts.save(request.draft, request.procedure, request.content, call)

    @serves(contract.ReadDraft)
    def read_draft(self, request: contract.ReadDraft, call: Call) -> contract.Draft:
        """Return a draft."""
        return self.cabinet.drafts.read(request.draft, call.caller.id)

    @serves(contract.ListDrafts)
    def list_drafts(self, request: contract.ListDrafts, call: Call) -> contract.Drafts:
        """Return all drafts of the caller."""
        _require_known(call)
        return contract.Drafts(self.cabinet.drafts.list(call.caller.id))

    @serves(contract.DeleteDraft)
    def delete_draft(self, request: contract.DeleteDraft, call: Call) -> Done:
        """Forget a draft."""
        self.cabinet.drafts.delete(request.draft, call.caller.id)
        return Done(request.draft, 0)

    @serves(contract.NewUploadTicket)
    def new_upload_ticket(self, request: contract.NewUploadTicket, call: Call) -> FileTicket:
        """Let the caller upload one file."""
        _require_known(call)
        return self._ticket(UPLOAD, {"owner": call.caller.id}, "/files")

    @serves(contract.NewDownloadTicket)
    def new_download_ticket(self, request: contract.NewDownloadTicket, call: Call) -> FileTicket:
        """Let the caller fetch an own file, or one of a dossier the caller may see."""
        if request.code is None:
            self.cabinet.files.owned(request.file, call.caller.id)
        else:
            document = self._visible(request.code, call)
            if not may_see(document, call.caller):
                raise _unknown_dossier()
            self._require_part_of(request.file, document)
        return self._ticket(DOWNLOAD, {"file": request.file}, f"/files/{request.file}")

    # What neighbours report

    @subscribes(catalog.EVENTS, catalog.ProcedurePublished)
    def on_procedure_published(self, record: Recorded) -> None:
        """Keep the version."""
        self.cabinet.references.keep_procedure(record)

    @subscribes(catalog.EVENTS, catalog.PlacesRegistered)
    def on_places_registered(self, record: Recorded) -> None:
        """Keep the places."""
        self.cabinet.references.keep_places(record)

    @subscribes(catalog.EVENTS, catalog.AgencyOpened)
    def on_agency_opened(self, record: Recorded) -> None:
        """Keep the agency."""
        self.cabinet.references.keep_agency(record)

    @subscribes(catalog.EVENTS, catalog.AgencyClosed)
    def on_agency_closed(self, record: Recorded) -> None:
        """Take nothing for it any more."""
        self.cabinet.references.close_agency(record)

    @subscribes(identity.EVENTS, identity.OfficerAppointed, identity.OfficerDismissed)
    def on_officer_changed(self, record: Recorded) -> None:
        """Keep the officer's place."""
        self.cabinet.references.keep_officer(record)

    @subscribes(payment.EVENTS, payment.FeePaid)
    def on_fee_paid(self, record: Recorded) -> None:
        """Record the payment in the dossier; its clock runs again."""
        paid: payment.FeePaid = record.event
        command = do.RecordFeePaid(
            obligation=paid.obligation,
            payment=paid.payment,
            amount=paid.amount,
            method=paid.method.value,
            receipt=paid.receipt,
            paid_at=paid.paid_at,
            calendar=self.cabinet.calendar,
        )
        self.dossiers.react(stream_of(paid.dossier), command, record)

    @subscribes(notify.EVENTS, notify.MessageSent, notify.MessageFailed)
    def on_message(self, record: Recorded) -> None:
        """Record in the dossier that its applicant was told, or could not be."""
        told: notify.MessageSent | notify.MessageFailed = record.event
        if not told.dossier:
            return
        failed = isinstance(told, notify.MessageFailed)
        command = do.RecordNotification(
            message=told.message,
            template=told.template,
            channel=told.channel,
            delivered=not failed,
            at=told.failed_at if isinstance(told, notify.MessageFailed) else told.sent_at,
            reason=told.reason if isinstance(told, notify.MessageFailed) else "",
        )
        self.dossiers.react(stream_of(told.dossier), command, record)

    # How

    def _submit(self, request: contract.SubmitDossier, call: Call) -> Executed[Any]:
        cabinet, at = self.cabinet, _now()
        sound = prepare(request, call, cabinet.references, cabinet.files, cabinet.calendar, at)
        series = dossier_code(sound.identifier, at, 0).rpartition("-")[0]

        def taken(number: int) -> bool:
            stream = stream_of(dossier_code(sound.identifier, at, number))
            return bool(self.dossiers.ledger.head_version(stream))

        streams = (
            stream_of(dossier_code(sound.identifier, at, number))
            for number in cabinet.numbering.free(series, taken)
        )
        with cabinet.numbering.turn(series, call.deadline):
            done: Executed[Any] = self.dossiers.execute_first(
                streams, lambda stream: sound.command(stream.removeprefix(f"{CATEGORY}-")), call
            )
            # of a repeated call, the series may be another
            taken_series, _, last = done.stream.removeprefix(f"{CATEGORY}-").rpartition("-")
            cabinet.numbering.took(taken_series, int(last))
        return done

    def _resolver(self) -> Resolver:
        cabinet = self.cabinet
        return Resolver(cabinet.references, cabinet.files, cabinet.calendar, _now())

    def _visible(self, code: str, call: Call) -> dict[str, Any]:
        """Return the document of a dossier that the caller may see; `NotFound` otherwise.

        Nobody without login may see any: `Unauthenticated` says that, whatever the code.
        """
        if call.caller == ANONYMOUS:
            raise _log_in_first()
        document: dict[str, Any] | None = self.status_view.get(code)
        if document is None or not may_read(document, call.caller):
            raise _unknown_dossier()
        return document

    def _status(self, document: dict[str, Any], call: Call) -> DossierStatus:
        view = document["picture"]["view"]
        names = self.cabinet.files.names(one["file"] for one in view["documents"])
        return status(document, call.caller, _now(), self.cabinet.calendar, names)

    def _public(self, stream: str) -> list[Recorded]:
        """Return a stream's events as they read without any key."""
        commits = self.dossiers.ledger.stream_commits(stream)
        return [record for commit in commits for record in records(commit, EVENTS, None)]

    def _found_by(self, key: str) -> list[dict[str, Any]]:
        """Return the documents with this code, or of a person with this identity number."""
        typed = key.strip().upper()
        by_code = self.status_view.get(typed)
        if by_code is not None:
            return [by_code]
        number, person = normal_number(key), "picture.view.{}.identity_number"
        query = {"$or": [{person.format(who): number} for who in ("applicant", "owner")]}
        return list(self.status_view.collection.find(query))

    def _require_part_of(self, file: str, document: dict[str, Any]) -> None:
        view = document["picture"]["view"]
        files = {one["file"] for one in view["documents"]}
        result = view["result"] or {}
        if file not in files | {result.get("file")}:
            raise NotFound("unknown-file", "Không tìm thấy tệp này.", "There is no such file.")

    def _ticket(self, purpose: str, claims: dict[str, Any], path: str) -> FileTicket:
        ticket = self.cabinet.keyring.sign_text(self.name, purpose, claims, _TICKET)
        url = f"{self.cabinet.settings.files_url}{path}"
        return FileTicket(ticket, url, _now() + _TICKET, MAX_BYTES, MEDIA_TYPES)


def stream_of(code: str) -> str:
    """Return the stream of a dossier."""
    return f"{CATEGORY}-{code}"


def _now() -> datetime:
    return datetime.now(UTC)


def _require_known(call: Call) -> None:
    if call.caller == ANONYMOUS:
        raise _log_in_first()
    if call.caller.is_service:
        raise Forbidden("people-only", "Chỉ dành cho người dùng.", "This is for people only.")


def _require_notify(call: Call) -> None:
    if call.caller.id != _NOTIFY:
        raise Forbidden("notify-only", "Không được phép.", "Only the notify service may ask this.")


def _log_in_first() -> Unauthenticated:
    return Unauthenticated("log-in-first", "Hãy đăng nhập trước.", "Log in first.")


def _unknown_dossier() -> NotFound:
    return NotFound(
        "unknown-dossier",
        "Không tìm thấy hồ sơ này trong số hồ sơ bạn được xem.",
        "There is no such dossier among those you may see.",
    )


SERVICE = DossierService
