"""The reading side: the catalogue folded from the ledger into memory, and the questions to it."""

from services.catalog.views.catalogue import Catalogue
from services.catalog.views.procedures import (
    find_procedures,
    list_fields,
    read_offer,
    read_procedure,
)
from services.catalog.views.territory import (
    find_agencies,
    find_competent_agency,
    find_places,
    read_agency,
    read_place,
)

__all__ = [
    "Catalogue",
    "find_agencies",
    "find_competent_agency",
    "find_places",
    "find_procedures",
    "list_fields",
    "read_agency",
    "read_offer",
    "read_place",
    "read_procedure",
]
