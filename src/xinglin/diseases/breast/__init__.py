"""Breast cancer: one tumour that grows more slowly as it grows, under hormone therapy or chemotherapy before surgery."""

from xinglin.diseases.breast.card import CARD
from xinglin.models.simulator.course import CardDisease

DISEASE = CardDisease(CARD)
