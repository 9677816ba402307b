"""Chronic multi-morbidity: what most adults live with, so that a virtual person has a life."""

from __future__ import annotations

from xinglin.diseases.chronic.disease import Chronic

DISEASE = Chronic()
