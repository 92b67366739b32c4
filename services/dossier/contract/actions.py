"""The actions of a dossier by name, and the command behind each."""

from __future__ import annotations

from collections.abc import Mapping

from services.dossier.contract.applicants import (
    BookAppointment,
    ConfirmReceipt,
    RateDossier,
    RequestWithdrawal,
    SupplementDossier,
    WithdrawDossier,
)
from services.dossier.contract.officers import (
    AcceptDossier,
    AnswerConsultation,
    ApproveResult,
    AssignOfficer,
    CallOffConsultation,
    CompleteStep,
    ConsultUnit,
    DispatchResult,
    ExtendDeadline,
    GrantWithdrawal,
    HandOver,
    RefuseDossier,
    RefuseWithdrawal,
    RequestFee,
    RequestSupplement,
    ReturnStep,
    StopProcessing,
    TransferDossier,
)

ACTIONS: Mapping[str, type] = {
    "accept": AcceptDossier,
    "refuse": RefuseDossier,
    "request-supplement": RequestSupplement,
    "supplement": SupplementDossier,
    "assign": AssignOfficer,
    "complete-step": CompleteStep,
    "consult": ConsultUnit,
    "answer-consultation": AnswerConsultation,
    "call-off-consultation": CallOffConsultation,
    "return-step": ReturnStep,
    "request-fee": RequestFee,
    "approve": ApproveResult,
    "dispatch": DispatchResult,
    "hand-over": HandOver,
    "book-appointment": BookAppointment,
    "confirm-receipt": ConfirmReceipt,
    "rate": RateDossier,
    "withdraw": WithdrawDossier,
    "request-withdrawal": RequestWithdrawal,
    "grant-withdrawal": GrantWithdrawal,
    "refuse-withdrawal": RefuseWithdrawal,
    "extend": ExtendDeadline,
    "stop": StopProcessing,
    "transfer": TransferDossier,
}
