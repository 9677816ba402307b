"""Neutropenia under chemotherapy: how neutrophils fall and come back after docetaxel, with what the body does with the drug."""

from xinglin.diseases.neutropenia.card import CARD
from xinglin.models.simulator.course import CardDisease

DISEASE = CardDisease(CARD)
