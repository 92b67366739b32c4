"""What neighbours may know of identity: who may act, and as whom.

Accounts are pseudonymous (`acc-…`). Personal data is sealed under the account's own key and is
given only to its owner, to officers who handle the owner's dossier (through the dossier), and to
services that need it at the moment of use.
"""

from services.identity.contract.accounts import Account as Account
from services.identity.contract.accounts import Activate as Activate
from services.identity.contract.accounts import ActivationNotice as ActivationNotice
from services.identity.contract.accounts import Captcha as Captcha
from services.identity.contract.accounts import LogIn as LogIn
from services.identity.contract.accounts import LogOut as LogOut
from services.identity.contract.accounts import NewCaptcha as NewCaptcha
from services.identity.contract.accounts import OpenVerifiedAccount as OpenVerifiedAccount
from services.identity.contract.accounts import PasswordResetNotice as PasswordResetNotice
from services.identity.contract.accounts import ReadAccount as ReadAccount
from services.identity.contract.accounts import ReadActivation as ReadActivation
from services.identity.contract.accounts import ReadContact as ReadContact
from services.identity.contract.accounts import ReadPasswordReset as ReadPasswordReset
from services.identity.contract.accounts import Register as Register
from services.identity.contract.accounts import RenewSession as RenewSession
from services.identity.contract.accounts import RequestPasswordReset as RequestPasswordReset
from services.identity.contract.accounts import ResendActivation as ResendActivation
from services.identity.contract.accounts import ResetPassword as ResetPassword
from services.identity.contract.accounts import Session as Session
from services.identity.contract.erasing import ErasedSubject as ErasedSubject
from services.identity.contract.erasing import ErasedSubjects as ErasedSubjects
from services.identity.contract.erasing import EraseSubject as EraseSubject
from services.identity.contract.erasing import FindSubject as FindSubject
from services.identity.contract.erasing import ListErased as ListErased
from services.identity.contract.erasing import Subject as Subject
from services.identity.contract.events import EVENTS as EVENTS
from services.identity.contract.events import AccountActivated as AccountActivated
from services.identity.contract.events import AccountRegistered as AccountRegistered
from services.identity.contract.events import ActivationRequested as ActivationRequested
from services.identity.contract.events import IdentityNumberClaimed as IdentityNumberClaimed
from services.identity.contract.events import IdentityNumberReleased as IdentityNumberReleased
from services.identity.contract.events import OfficerAppointed as OfficerAppointed
from services.identity.contract.events import OfficerDismissed as OfficerDismissed
from services.identity.contract.events import PasswordChanged as PasswordChanged
from services.identity.contract.events import PasswordResetRequested as PasswordResetRequested
from services.identity.contract.events import SubjectErased as SubjectErased
from services.identity.contract.events import waits_for_link as waits_for_link
from services.identity.contract.officers import AppointOfficer as AppointOfficer
from services.identity.contract.officers import DismissOfficer as DismissOfficer
from services.identity.contract.officers import FindOfficers as FindOfficers
from services.identity.contract.officers import Officer as Officer
from services.identity.contract.officers import Officers as Officers
from services.identity.contract.people import WORKING as WORKING
from services.identity.contract.people import AccountKind as AccountKind
from services.identity.contract.people import Contact as Contact
from services.identity.contract.people import IdentityDocument as IdentityDocument
from services.identity.contract.people import Profile as Profile
from services.identity.contract.people import Role as Role
from services.identity.contract.people import Sex as Sex
