"""Non-small-cell lung cancer: one tumour burden with a sensitive and a resistant part, from diagnosis under treatment to death or cure."""

from xinglin.diseases.nsclc.card import CARD
from xinglin.models.simulator.course import CardDisease

DISEASE = CardDisease(CARD)
