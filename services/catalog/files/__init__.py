"""The catalogue's own files: procedures and agencies in YAML, places in CSV.

They are read whole and checked whole before anything is sent; every fault names the file, the
thing in it and the field.
"""

from services.catalog.files.agencies import read_agencies
from services.catalog.files.faults import Fault, FaultyFiles
from services.catalog.files.places import read_places
from services.catalog.files.procedures import read_procedures

__all__ = [
    "Fault",
    "FaultyFiles",
    "read_agencies",
    "read_places",
    "read_procedures",
]
