"""The thin shell of the dossier service: load, decide, append, answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from kernel import logs
from kernel.commits import records
from kernel.container import CatchUp, DatabaseProvider, StoreProvider, built
from kernel.decider import Decider
from kernel.erasure import Erasing
from kernel.errors import Forbidden, NotFound
from kernel.events import Recorded
from kernel.feed import Feed
from kernel.http import HttpServer
from kernel.operations import Operations
from kernel.requests import ANONYMOUS, Call, Done, keyed_commit_id
from kernel.rpc import Neighbours, serves
from kernel.store import Executed
from kernel.subscription import subscribes
from kernel.timers import every
from kernel.transparency.answering import Transparency, require_auditor
from kernel.transparency.public_log import PublicLog
from services.catalog import contract as catalog
from services.dossier import contract, lists, reactions
from services.dossier.acting import Resolver
from services.dossier.admission import (
    IDENTITY,
    NOTIFY,
    broken_log,
    log_in_first,
    require_officer,
    require_person,
    require_service,
    unknown_dossier,
)
from services.dossier.assets import Shelf
from services.dossier.auditing import exported, verified
from services.dossier.cabinet import open_cabinet
from services.dossier.clock import at_agency, day_of
from services.dossier.contract import EVENTS, DossierStatus, FileTicket
from services.dossier.counter import Subjects, give_scans
from services.dossier.decider import decide, delegation, dossier_code, evolve, initial, stream_of
from services.dossier.decider.codes import CATEGORY
from services.dossier.delegating import Delegating
from services.dossier.derived import DELEGATIONS, FIGURES, LISTED, REFERENCES, STATUS, WORK
from services.dossier.draft_notices import DraftNotices
from services.dossier.duplicates import refuse_second
from services.dossier.exchange import Exchange, require_exchange
from services.dossier.file_rules import MAX_BYTES, MEDIA_TYPES
from services.dossier.forgetting import Forgetting
from services.dossier.http import DOWNLOAD, UPLOAD, build_app
from services.dossier.leafing import Leafing
from services.dossier.looking_up import LookingUp
from services.dossier.loose_files import LooseFiles
from services.dossier.papers import register
from services.dossier.papers.issuing import Asked
from services.dossier.statistics import Books, behind, processing_times, statistics
from services.dossier.submission import prepare
from services.dossier.upkeep import Upkeep
from services.dossier.views import (
    files_in,
    may_read,
    may_see,
    notice,
    project,
    replay,
    serves_there,
    status,
    trace,
    until,
)
from services.dossier.views.document import picture_in
from services.identity import contract as identity
from services.notify import contract as notify
from services.payment import contract as payment

log = logs.get(__name__)

_SUCCESSION_SECONDS = 5
_REMINDER_SECONDS = 20
_DRAFTS_SECONDS = 600
_FILES_SECONDS = 60
_DEPUTIES_SECONDS = 10
_TICKET = timedelta(minutes=10)


class DossierService:
    """Answers requests about dossiers, and follows what its neighbours report."""

    name = "dossier"

    database = DatabaseProvider()
    neighbours = Neighbours()
    feed = Feed()
    operations = Operations()
    transparency: PublicLog = Transparency()
    status_view = STATUS
    work_view = WORK
    listed = LISTED
    figures = FIGURES
    dossiers = StoreProvider(
        EVENTS,
        Decider(initial, decide, evolve, notes=(contract.CitizenNotified, contract.StepReminded)),
        views=[STATUS, WORK],
    )
    delegations_view = DELEGATIONS
    delegations = StoreProvider(EVENTS, delegation.DELEGATIONS, views=[DELEGATIONS])
    apart = StoreProvider(EVENTS, Decider(False, lambda _, events: events, lambda *_: True))
    cabinet = built(open_cabinet)
    erasing = Erasing(identity.EVENTS, identity.SubjectErased)
    kept = (REFERENCES,)
    catch_up = CatchUp(EVENTS)
    http = HttpServer(build_app, port_variable="DOSSIER_HTTP_PORT", default_port=8010)

    # Commands

    @serves(contract.SubmitDossier)
    def submit_dossier(self, request: contract.SubmitDossier, call: Call) -> contract.Receipt:
        """Give the dossier its code and lay it at the competent agency's desk."""
        require_person(call)
        done = self.dossiers.repeated(call) or self._submit(request, call)
        give_scans(done.new, self.cabinet.files)
        if request.draft is not None:
            self.cabinet.drafts.delete(request.draft, call.caller.id)
        receipt = _receipt(done.new)
        log.info("dossier submitted", code=receipt.code, version=receipt.version)
        return receipt

    @serves(contract.ReadReceipt)
    def read_receipt(self, request: contract.ReadReceipt, call: Call) -> contract.Receipt:
        """Return the receipt of a draft that the caller sent; `NotFound` otherwise."""
        require_person(call)
        ledger = self.dossiers.ledger
        made = ledger.find(keyed_commit_id(call.caller.id, contract.key_of_draft(request.draft)))
        new = ledger.records(made) if made else []
        if not new or not isinstance(new[0].event, contract.DossierSubmitted):
            raise _not_sent()
        return _receipt(new)

    @serves(*contract.ACTIONS.values())
    def act(self, request: Any, call: Call) -> DossierStatus:
        """Take one of the actions that applicants and officers may take (`contract.ACTIONS`)."""
        done = self.dossiers.repeated(call)  # first: what it did may have put it out of sight
        if done is None:
            view = picture_in(self._visible(request.code, call)).view
            command = self._resolver().command(request, view, call)
            done = self.dossiers.execute(stream_of(request.code), command, call)
        give_scans(done.new, self.cabinet.files)
        log.info("command done", command=type(request).__name__, version=done.version)
        return self._status(project(done.history) or {}, call)

    # Reading

    @serves(contract.ReadDossier)
    def read_dossier(self, request: contract.ReadDossier, call: Call) -> DossierStatus:
        """Return the status view."""
        return self._status(self._visible(request.code, call), call)

    @serves(contract.ReadTrace)
    def read_trace(self, request: contract.ReadTrace, call: Call) -> contract.Trace:
        """Return the history, without its personal parts for those who may not see them."""
        document = self._visible(request.code, call)
        return trace(self._history(document, call), erased=picture_in(document).view.erased)

    @serves(contract.ListSlots)
    def list_slots(self, request: contract.ListSlots, call: Call) -> contract.Slots:
        """Return when the applicant can come to the desk."""
        dossier = picture_in(self._visible(request.code, call)).view
        cabinet = self.cabinet
        return cabinet.seats.free(dossier, cabinet.calendar, self.status_view, _now())

    @serves(contract.ReplayDossier)
    def replay_dossier(self, request: contract.ReplayDossier, call: Call) -> contract.Replay:
        """Return the dossier as it stood, with its personal parts for those who may see them."""
        history = self._history(self._visible(request.code, call), call)
        past = until(history, request.at, request.version)
        if not past or (request.version is not None and past[-1].version < request.version):
            raise _not_then()
        names = self.cabinet.files.names(files_in(past))
        return replay(past, call.caller, self.cabinet.calendar, request.at, names)

    @serves(contract.VerifyDossier)
    def verify_dossier(self, request: contract.VerifyDossier, call: Call) -> contract.Verification:
        """Check the dossier's commits, their chain and their place in the signed log."""
        self._visible(request.code, call)
        return verified(request.code, stream_of(request.code), self.transparency)

    @serves(contract.ExportDossier)
    def export_dossier(self, request: contract.ExportDossier, call: Call) -> contract.BundleFile:
        """Return the dossier's bundle."""
        self._visible(request.code, call)
        require_auditor(call.caller)
        stream = stream_of(request.code)
        return exported(request.code, stream, self.transparency, request.kept_size)

    # Papers

    @serves(contract.ReadPaper)
    def read_paper(self, request: contract.ReadPaper, call: Call) -> contract.PaperFile:
        """Return an official paper."""
        document = self._visible(request.code, call)
        if not may_see(document, call.caller):
            raise unknown_dossier()
        history = self.dossiers.load(stream_of(request.code)).history
        applicant = call.caller.id == document["subject"]
        asked = Asked(request.number, request.version, applicant)
        return self.cabinet.issuing.paper(asked, history, picture_in(document).view)

    @serves(contract.ReadRegister)
    def read_register(self, request: contract.ReadRegister, call: Call) -> contract.PaperFile:
        """Return the register of the officer's agency."""
        require_person(call)
        agency = call.caller.agency or ""
        if not serves_there(agency, call.caller):
            raise _officers_only()
        query = register.received_between(agency, request.since, request.until)
        found = self.status_view.collection.find(query, register.NARROW)
        return self.cabinet.issuing.register(
            found.limit(register.MOST_ROWS + 1), agency, request.since, request.until
        )

    @serves(contract.ReadChecklist)
    def read_checklist(self, request: contract.ReadChecklist, call: Call) -> contract.PaperFile:
        """Return what to bring to the counter."""
        return self.cabinet.issuing.checklist(request.procedure, request.case, day_of(_now()))

    @serves(contract.PrintDeclaration)
    def print_declaration(
        self, request: contract.PrintDeclaration, call: Call
    ) -> contract.PaperFile:
        """Return the declaration of a procedure, blank or filled in."""
        if request.answers or request.declarer:
            require_person(call)
        return self.cabinet.issuing.declaration(
            request.procedure, request.answers, request.declarer, day_of(_now())
        )

    @serves(contract.ListMyDossiers)
    def list_my_dossiers(
        self, request: contract.ListMyDossiers, call: Call
    ) -> contract.DossierPage:
        """Return the caller's own dossiers."""
        require_person(call)
        return lists.mine(request, self._looker(call), self._leafing())

    @serves(contract.ReadInbox)
    def read_inbox(self, request: contract.ReadInbox, call: Call) -> contract.DossierPage:
        """Return an officer's work list."""
        require_officer(call)
        return lists.inbox(request, self._looker(call), self._leafing())

    @serves(contract.ReadStatistics)
    def read_statistics(self, request: contract.ReadStatistics, call: Call) -> contract.Statistics:
        """Return the figures of a period; the public part for who is no officer."""
        books = Books(self.figures, self._leafing(), self.cabinet.references)
        return statistics(request, self._looker(call), books)

    @serves(contract.ListBehind)
    def list_behind(self, request: contract.ListBehind, call: Call) -> contract.DossierPage:
        """Return the dossiers behind a figure."""
        require_officer(call)
        return behind(request, self._looker(call), self._leafing())

    @serves(contract.ReadProcessingTimes)
    def read_processing_times(
        self, request: contract.ReadProcessingTimes, call: Call
    ) -> contract.ProcessingTimes:
        """Return how long a procedure takes."""
        return processing_times(request.procedure, _now(), self.figures)

    @serves(contract.Delegate)
    def delegate(self, request: contract.Delegate, call: Call) -> contract.Delegations:
        """Name who stands in for an officer."""
        require_officer(call)
        self._delegating.name(request, call, _now())
        return self._delegating.of_agency(call.caller.agency or "", _now())

    @serves(contract.EndDelegation)
    def end_delegation(self, request: contract.EndDelegation, call: Call) -> contract.Delegations:
        """End a delegation."""
        require_officer(call)
        self._delegating.end(request, call, _now())
        return self._delegating.of_agency(call.caller.agency or "", _now())

    @serves(contract.ListDelegations)
    def list_delegations(
        self, request: contract.ListDelegations, call: Call
    ) -> contract.Delegations:
        """Return those of the officer's agency."""
        require_officer(call)
        return self._delegating.of_agency(call.caller.agency or "", _now())

    @serves(contract.PullExports)
    def pull_exports(self, request: contract.PullExports, call: Call) -> contract.ExportPage:
        """Return what has changed, in the words of the national portal."""
        require_person(call)
        require_exchange(call.caller)
        return Exchange(self.dossiers).pull(request)

    @serves(contract.SaveFilter)
    def save_filter(self, request: contract.SaveFilter, call: Call) -> contract.SavedFilters:
        """Keep a work list under a name."""
        require_officer(call)
        return self.cabinet.filters.save(call.caller.id, request.filter)

    @serves(contract.DeleteFilter)
    def delete_filter(self, request: contract.DeleteFilter, call: Call) -> contract.SavedFilters:
        """Forget a saved filter."""
        require_officer(call)
        return self.cabinet.filters.delete(call.caller.id, request.name)

    @serves(contract.ListFilters)
    def list_filters(self, request: contract.ListFilters, call: Call) -> contract.SavedFilters:
        """Return the officer's saved filters."""
        require_officer(call)
        return self.cabinet.filters.list(call.caller.id)

    @serves(contract.ReadNotice)
    def read_notice(self, request: contract.ReadNotice, call: Call) -> contract.Notice:
        """Return what a message needs; for notify only."""
        require_service(NOTIFY, call)
        document = self.status_view.get(request.code)
        if document is None:
            raise unknown_dossier()
        return notice(document)

    @serves(contract.ReadOpenDossiers)
    def read_open_dossiers(
        self, request: contract.ReadOpenDossiers, call: Call
    ) -> contract.OpenDossiers:
        """Return what is still handled for an account; for identity only."""
        require_service(IDENTITY, call)
        query = {"subject": request.account, "open": True}
        found = self.status_view.collection.find(query, {"_id": 1})
        return contract.OpenDossiers(tuple(sorted(str(document["_id"]) for document in found)))

    @serves(contract.ReadApplicant)
    def read_applicant(self, request: contract.ReadApplicant, call: Call) -> contract.Applicant:
        """Return whose a dossier is; for identity only."""
        require_service(IDENTITY, call)
        document = self.status_view.get(request.code)
        if document is None:
            raise unknown_dossier()
        return contract.Applicant(document["subject"])

    # Looking up without login

    @serves(contract.LookUp)
    def look_up(self, request: contract.LookUp, call: Call) -> contract.LookUpResult:
        """Return masked statuses; nothing for a wrong key as for a wrong factor."""
        return self._looking_up.statuses(request, call, _now(), self.cabinet.calendar)

    @serves(contract.RequestLookUpCode)
    def request_look_up_code(self, request: contract.RequestLookUpCode, call: Call) -> Done:
        """Let notify send a one-time code to the contact on file of each account concerned."""
        self._looking_up.request_code(request, call)
        return Done("look-up", 0)

    @serves(contract.ReadLookUpNotice)
    def read_look_up_notice(
        self, request: contract.ReadLookUpNotice, call: Call
    ) -> contract.LookUpNotice:
        """Return what the mail with the one-time code says; for notify only."""
        require_service(NOTIFY, call)
        return self._looking_up.notice(request)

    # Drafts and files

    @serves(contract.SaveDraft)
    def save_draft(self, request: contract.SaveDraft, call: Call) -> contract.Draft:
        """Save a draft."""
        require_person(call)
        return self.cabinet.drafts.save(request.draft, request.procedure, request.content, call)

    @serves(contract.ReadDraft)
    def read_draft(self, request: contract.ReadDraft, call: Call) -> contract.Draft:
        """Return a draft."""
        return self.cabinet.drafts.read(request.draft, call.caller.id)

    @serves(contract.ListDrafts)
    def list_drafts(self, request: contract.ListDrafts, call: Call) -> contract.Drafts:
        """Return all drafts of the caller."""
        require_person(call)
        return contract.Drafts(self.cabinet.drafts.list(call.caller.id))

    @serves(contract.DeleteDraft)
    def delete_draft(self, request: contract.DeleteDraft, call: Call) -> Done:
        """Forget a draft."""
        self.cabinet.drafts.delete(request.draft, call.caller.id)
        return Done(request.draft, 0)

    @serves(contract.ListAssets)
    def list_assets(self, request: contract.ListAssets, call: Call) -> contract.Assets:
        """Return what the caller may hand in again."""
        require_person(call)
        return Shelf(self.status_view, self.cabinet.files).of(call.caller.id)

    @serves(contract.ReuseAsset)
    def reuse_asset(self, request: contract.ReuseAsset, call: Call) -> contract.StoredFile:
        """Take one of them as a file of the caller's own."""
        require_person(call)
        shelf = Shelf(self.status_view, self.cabinet.files)
        return shelf.reuse(call.caller.id, request.code, request.file)

    @serves(contract.NewUploadTicket)
    def new_upload_ticket(self, request: contract.NewUploadTicket, call: Call) -> FileTicket:
        """Let the caller upload one file."""
        require_person(call)
        return self._ticket(UPLOAD, {"owner": call.caller.id}, "/files")

    @serves(contract.NewDownloadTicket)
    def new_download_ticket(self, request: contract.NewDownloadTicket, call: Call) -> FileTicket:
        """Let the caller fetch an own file, or one of a dossier the caller may see."""
        if request.code is None:
            self.cabinet.files.owned(request.file, call.caller.id)
        else:
            document = self._visible(request.code, call)
            if not may_see(document, call.caller):
                raise unknown_dossier()
            self._require_part_of(request.file, document)
        return self._ticket(DOWNLOAD, {"file": request.file}, f"/files/{request.file}")

    # What neighbours report

    @subscribes(
        catalog.EVENTS,
        catalog.ProcedurePublished,
        catalog.PlacesRegistered,
        catalog.AgencyOpened,
        catalog.AgencyClosed,
    )
    def on_catalogue_changed(self, record: Recorded) -> None:
        """Keep procedures, places and agencies; what a closed one holds is moved in time."""
        self.cabinet.references.take(record)
        self.cabinet.successions.note(record)

    @every(_SUCCESSION_SECONDS)
    def move_to_successors(self) -> None:
        """Move what closed agencies and units hold to their successors, once they are known."""
        self._upkeep.move_to_successors(_now())

    @every(_REMINDER_SECONDS)
    def remind(self) -> None:
        """Remind officers of the steps whose time runs out."""
        self._upkeep.remind(_now())

    @every(_DEPUTIES_SECONDS)
    def stand_in(self) -> None:
        """Put what officers who are away have in hand into the hands of their deputies."""
        self._upkeep.stand_in(self._delegating, _now())

    @every(_DRAFTS_SECONDS)
    def warn_of_drafts(self) -> None:
        """Let the owners of drafts be told that these are soon forgotten."""
        DraftNotices(self.cabinet.drafts, self.cabinet.references, self.apart).send(_now())

    @every(_FILES_SECONDS)
    def look_at_loose_files(self) -> None:
        """Delete files that nothing names, in time."""
        cabinet = self.cabinet
        LooseFiles(cabinet.files, cabinet.drafts, self.dossiers.ledger).look(_now())

    @subscribes(identity.EVENTS, identity.OfficerAppointed, identity.OfficerDismissed)
    def on_officer_changed(self, record: Recorded) -> None:
        """Keep the officer's place."""
        self.cabinet.references.take(record)

    @subscribes(payment.EVENTS, payment.FeePaid)
    def on_fee_paid(self, record: Recorded) -> None:
        """Record the payment in the dossier; its clock runs again."""
        paid: payment.FeePaid = record.event
        command = reactions.on_payment(paid, self.cabinet.calendar)
        self.dossiers.react(stream_of(paid.dossier), command, record)

    @subscribes(notify.EVENTS, notify.MessageSent, notify.MessageFailed)
    def on_message(self, record: Recorded) -> None:
        """Record in the dossier that its applicant was told, or could not be."""
        told: notify.MessageSent | notify.MessageFailed = record.event
        if told.dossier and told.template not in notify.TO_OFFICERS:
            self.dossiers.react(stream_of(told.dossier), reactions.on_message(told), record)

    def forget(self, subject: str) -> Mapping[str, int]:
        """Forget an erased person."""
        cabinet = self.cabinet
        return Forgetting(
            cabinet.keys,
            self.dossiers.ledger,
            self.status_view,
            self.work_view,
            cabinet.files,
            cabinet.drafts,
            cabinet.look_ups,
            cabinet.issuing.signed,
            cabinet.filters,
        ).forget(subject)

    # How

    def _submit(self, request: contract.SubmitDossier, call: Call) -> Executed[Any]:
        cabinet, at = self.cabinet, _now()
        sound = prepare(
            request,
            call,
            cabinet.references,
            cabinet.files,
            cabinet.calendar,
            at,
            Subjects(cabinet.keyring.master, cabinet.keys),
        )
        refuse_second(request, sound.subject, self.status_view, call.caller.agency)
        series = dossier_code(sound.identifier, at, 0).rpartition("-")[0]

        def taken(number: int) -> bool:
            stream = stream_of(dossier_code(sound.identifier, at, number))
            return bool(self.dossiers.ledger.exists(stream))

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

    @property
    def _looking_up(self) -> LookingUp:
        return LookingUp(self.cabinet.look_ups, self.status_view, self.apart)

    @property
    def _delegating(self) -> Delegating:
        return Delegating(
            self.delegations, self.delegations_view, self.work_view, self.cabinet.references
        )

    @property
    def _upkeep(self) -> Upkeep:
        return Upkeep(
            dossiers=self.dossiers,
            references=self.cabinet.references,
            successions=self.cabinet.successions,
            status_view=self.status_view,
            work_view=self.work_view,
            calendar=self.cabinet.calendar,
        )

    def _looker(self, call: Call) -> lists.Looker:
        own = self.cabinet.references.known_agency(call.caller.agency or "")
        calendar = at_agency(self.cabinet.calendar, own.office_hours if own else None)
        return lists.Looker(call.caller, _now(), calendar)

    def _leafing(self) -> Leafing:
        return Leafing(self.work_view.collection, self.listed)

    def _resolver(self) -> Resolver:
        cabinet = self.cabinet
        return Resolver(
            references=cabinet.references,
            files=cabinet.files,
            seats=cabinet.seats,
            status_view=self.status_view,
            calendar=cabinet.calendar,
            at=_now(),
        )

    def _visible(self, code: str, call: Call) -> dict[str, Any]:
        """Return the document of a dossier that the caller may see; `NotFound` otherwise.

        Nobody without login may see any: `Unauthenticated` says that, whatever the code.
        """
        if call.caller == ANONYMOUS:
            raise log_in_first()
        document: dict[str, Any] | None = self.status_view.get(code)
        if document is None or not may_read(document, call.caller):
            raise unknown_dossier()
        return document

    def _status(self, document: dict[str, Any], call: Call) -> DossierStatus:
        view = document["picture"]["view"]
        files = [*view["documents"], *filter(None, [view["result"]])]
        names = self.cabinet.files.names(one["file"] for one in files if one["file"])
        return status(document, call.caller, _now(), self.cabinet.calendar, names)

    def _history(self, document: dict[str, Any], call: Call) -> Sequence[Recorded]:
        """Return a dossier's events, with personal parts for whom may see them.

        Raises `Internal` where the ledger holds less than its view was folded from: half a history
        would be taken for the whole.
        """
        view = picture_in(document).view
        stream = stream_of(view.code)
        history: Sequence[Recorded]
        if may_see(document, call.caller):
            history = self.dossiers.load(stream).history
        else:
            commits = self.dossiers.ledger.stream_commits(stream)
            history = [record for commit in commits for record in records(commit, EVENTS, None)]
        if not history or history[-1].version < view.version:
            raise broken_log(view.code)
        return history

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


def _now() -> datetime:
    return datetime.now(UTC)


def _receipt(new: Sequence[Recorded]) -> contract.Receipt:
    submitted: contract.DossierSubmitted = new[0].event
    return contract.Receipt(
        code=submitted.code,
        pin=submitted.pin or "",
        version=new[-1].version,
        agency=submitted.agency,
        submitted_at=submitted.submitted_at,
    )


def _not_sent() -> NotFound:
    return NotFound(
        "not-sent",
        "Bạn chưa gửi hồ sơ nào từ bản nháp này.",
        "You have sent no dossier from this draft.",
    )


def _officers_only() -> Forbidden:
    return Forbidden(
        "officers-only",
        "Sổ theo dõi hồ sơ chỉ dành cho cán bộ của cơ quan.",
        "The register is for officers of the agency only.",
    )


def _not_then() -> NotFound:
    return NotFound(
        "not-then",
        "Hồ sơ chưa có vào thời điểm hoặc ở phiên bản này.",
        "The dossier did not exist at this moment, or has no such version.",
    )


SERVICE = DossierService
