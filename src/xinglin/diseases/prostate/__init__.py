"""Castration-resistant prostate cancer: PSA under abiraterone, continuous or adaptive; `variants["chemotherapy"]`: PSA and survival under chemotherapy."""

from __future__ import annotations

from collections.abc import Mapping

from xinglin.diseases.prostate.card import CARD
from xinglin.diseases.prostate.chemotherapy import CARD as CHEMOTHERAPY
from xinglin.models.simulator.course import CardDisease
from xinglin.records.simulation import DiseaseCard
from xinglin.shelf.promises import AbstractDisease


class ProstateDisease(CardDisease):
    """The card, and the other models of the same illness by name."""

    def __init__(self, card: DiseaseCard, variants: Mapping[str, AbstractDisease]) -> None:
        super().__init__(card)
        self.variants = variants


DISEASE = ProstateDisease(CARD, {"chemotherapy": CardDisease(CHEMOTHERAPY)})
