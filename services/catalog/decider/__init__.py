"""The functional core of the catalogue: procedures, places and agencies, each a decider."""

from services.catalog.decider.agencies import AGENCIES, Close, Open, agency_stream
from services.catalog.decider.places import PLACES, Register, places_stream
from services.catalog.decider.procedures import PROCEDURES, Publish, procedure_stream

__all__ = [
    "AGENCIES",
    "PLACES",
    "PROCEDURES",
    "Close",
    "Open",
    "Publish",
    "Register",
    "agency_stream",
    "places_stream",
    "procedure_stream",
]
