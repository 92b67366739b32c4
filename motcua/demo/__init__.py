"""`motcua demo`: a dossier's life through the REST interface, told as a timeline."""

from motcua.demo.scenarios import SCENARIOS as SCENARIOS
from motcua.demo.stage import Stage as Stage
from motcua.demo.stage import Story as Story
from motcua.demo.telling import tell as tell
