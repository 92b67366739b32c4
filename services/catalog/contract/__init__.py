"""What neighbours may know of the catalogue: what can be asked for, where, and how.

A procedure's published version is a whole: form, documents, tariffs and workflow travel in
`ProcedurePublished`, so that a neighbour can serve it while the catalogue is down.
"""

from services.catalog.contract.asking import AgencyPage as AgencyPage
from services.catalog.contract.asking import FieldsOfWork as FieldsOfWork
from services.catalog.contract.asking import FindAgencies as FindAgencies
from services.catalog.contract.asking import FindCompetentAgency as FindCompetentAgency
from services.catalog.contract.asking import FindPlaces as FindPlaces
from services.catalog.contract.asking import FindProcedures as FindProcedures
from services.catalog.contract.asking import ListFields as ListFields
from services.catalog.contract.asking import Offer as Offer
from services.catalog.contract.asking import PlacePage as PlacePage
from services.catalog.contract.asking import ProcedurePage as ProcedurePage
from services.catalog.contract.asking import ProcedureSummary as ProcedureSummary
from services.catalog.contract.asking import ReadAgency as ReadAgency
from services.catalog.contract.asking import ReadOffer as ReadOffer
from services.catalog.contract.asking import ReadPlace as ReadPlace
from services.catalog.contract.asking import ReadProcedure as ReadProcedure
from services.catalog.contract.events import EVENTS as EVENTS
from services.catalog.contract.events import AgencyClosed as AgencyClosed
from services.catalog.contract.events import AgencyOpened as AgencyOpened
from services.catalog.contract.events import PlacesRegistered as PlacesRegistered
from services.catalog.contract.events import ProcedurePublished as ProcedurePublished
from services.catalog.contract.forms import Answers as Answers
from services.catalog.contract.forms import FieldType as FieldType
from services.catalog.contract.forms import Form as Form
from services.catalog.contract.forms import FormField as FormField
from services.catalog.contract.forms import FormSection as FormSection
from services.catalog.contract.forms import Option as Option
from services.catalog.contract.forms import Prefill as Prefill
from services.catalog.contract.loading import CloseAgency as CloseAgency
from services.catalog.contract.loading import Holdings as Holdings
from services.catalog.contract.loading import Loaded as Loaded
from services.catalog.contract.loading import OpenAgencies as OpenAgencies
from services.catalog.contract.loading import PublishProcedures as PublishProcedures
from services.catalog.contract.loading import ReadHoldings as ReadHoldings
from services.catalog.contract.loading import RegisterPlaces as RegisterPlaces
from services.catalog.contract.offerings import OFFERINGS as OFFERINGS
from services.catalog.contract.offerings import Offering as Offering
from services.catalog.contract.offerings import can_file_online as can_file_online
from services.catalog.contract.offerings import can_pay_online as can_pay_online
from services.catalog.contract.office_hours import DayHours as DayHours
from services.catalog.contract.office_hours import OfficeHours as OfficeHours
from services.catalog.contract.procedures import Case as Case
from services.catalog.contract.procedures import Channel as Channel
from services.catalog.contract.procedures import Competence as Competence
from services.catalog.contract.procedures import DocumentRequirement as DocumentRequirement
from services.catalog.contract.procedures import FieldOfWork as FieldOfWork
from services.catalog.contract.procedures import GuideStep as GuideStep
from services.catalog.contract.procedures import Procedure as Procedure
from services.catalog.contract.procedures import ProcessingTime as ProcessingTime
from services.catalog.contract.procedures import ServiceLevel as ServiceLevel
from services.catalog.contract.procedures import Source as Source
from services.catalog.contract.procedures import Step as Step
from services.catalog.contract.procedures import StepAction as StepAction
from services.catalog.contract.procedures import Tariff as Tariff
from services.catalog.contract.procedures import TimeUnit as TimeUnit
from services.catalog.contract.territory import Agency as Agency
from services.catalog.contract.territory import AgencyKind as AgencyKind
from services.catalog.contract.territory import AgencyLevel as AgencyLevel
from services.catalog.contract.territory import Place as Place
from services.catalog.contract.territory import PlaceLevel as PlaceLevel
from services.catalog.contract.territory import Unit as Unit
