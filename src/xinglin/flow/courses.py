"""The illnesses a house can run, and what was run or fitted for a chart: kept sealed with it, and read back unchanged."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from xinglin.records import Draft
from xinglin.records.errors import NotFound, Refused, one_of
from xinglin.records.simulation import Estimate, Measurement, Posterior, Regimen, Simulation, SimulationCase
from xinglin.shelf.promises import AbstractDisease

if TYPE_CHECKING:
    from xinglin.flow.house import House

KEPT_SIMULATION, KEPT_TWIN = "simulation/", "twin/"
LABEL = "SIMULATION, for research (AI-generated)"


class _KeptTwin(msgspec.Struct, frozen=True):
    """A posterior as it is kept: its numbers as little-endian float64."""

    disease: str
    version: str
    names: tuple[str, ...]
    draws: tuple[bytes, ...]
    effective: float
    method: str
    rounds: int
    simulations: int
    seed: int
    fit: float
    regimen: Regimen
    measured: tuple[Measurement, ...]
    estimates: tuple[Estimate, ...]
    notes: tuple[str, ...]
    card: str = ""  # SHA-256 of the card it was fitted to; "" of twins kept before it was noted


class CourseRoom:
    """Diseases by name, simulations kept with drafts, twins kept with charts."""

    def __init__(self, house: House) -> None:
        self._house = house

    def disease(self, word: str) -> AbstractDisease:
        """The disease of that name, or a variant of one: "pharmacokinetics:vancomycin". Raises NotFound."""
        name, _, variant = word.replace("-", "_").partition(":")
        disease = self._house.diseases[name]
        if not variant:
            return disease
        variants = disease.variants
        if variant not in variants:
            raise NotFound("XL-SIM-901", f"{name} has no variant {variant!r}", fix=one_of(variant, sorted(variants)))
        return variants[variant]

    def case(self, simulation: Simulation | None) -> SimulationCase | None:
        """What the simulation checks look at."""
        return SimulationCase(self.disease(simulation.disease).card, simulation, LABEL) if simulation else None

    def kept_name(self, simulation: Simulation) -> tuple[str, bytes]:
        """(file name, bytes) under which a simulation is kept; the draft's provenance carries the same digest."""
        content = msgspec.msgpack.encode(simulation)
        return KEPT_SIMULATION + hashlib.sha256(content).hexdigest(), content

    def simulation(self, draft: Draft) -> Simulation | None:
        """The simulation a draft speaks of, None for a draft without one. Raises when it is not the one the draft speaks of."""
        names = [name for name in draft.provenance.images if name.startswith(KEPT_SIMULATION)]
        if not names:
            return None
        content = self._house.store.file(draft.chart, names[0])
        if hashlib.sha256(content).hexdigest() != draft.provenance.images[names[0]]:
            raise Refused("XL-SIM-902", "the kept simulation is not the one the draft speaks of", where=draft.id, fix="make the draft anew")
        return msgspec.msgpack.decode(content, type=Simulation)

    def keep_twin(self, chart: str, posterior: Posterior) -> None:
        """Keep what a person's readings said about a disease; the newest counts, those before stay kept."""
        import numpy as np

        from xinglin.models.simulator.summary import card_digest

        names = tuple(posterior.draws)
        draws = tuple(np.ascontiguousarray(posterior.draws[name], "<f8").tobytes() for name in names)
        kept = _KeptTwin(
            posterior.disease, posterior.version, names, draws, posterior.effective, posterior.method, posterior.rounds,
            posterior.simulations, posterior.seed, posterior.fit, posterior.regimen, posterior.measured, posterior.estimates, posterior.notes,
            card_digest(self.disease(posterior.disease).card),
        )  # fmt: skip
        number = len(self._twins(chart, posterior.disease)) + 1
        self._house.store.keep_file(chart, f"{KEPT_TWIN}{posterior.disease}/{number}", msgspec.msgpack.encode(kept))

    def _twins(self, chart: str, disease: str) -> list[str]:
        """The names of the twins kept, oldest first."""
        mine = f"{KEPT_TWIN}{disease}/"
        return sorted(
            (name for name in self._house.store.files(chart) if name.startswith(mine)), key=lambda name: int(name.removeprefix(mine))
        )

    def outdated(self, chart: str, disease: str) -> bool:
        """Whether a twin is kept that was fitted to another version of the model, and so does not count."""
        kept = self._newest(chart, disease)
        return kept is not None and not self._of_this_card(kept)

    def _newest(self, chart: str, disease: str) -> _KeptTwin | None:
        names = self._twins(chart, disease)
        return msgspec.msgpack.decode(self._house.store.file(chart, names[-1]), type=_KeptTwin) if names else None

    def _of_this_card(self, kept: _KeptTwin) -> bool:
        from xinglin.models.simulator.summary import card_digest

        card = self.disease(kept.disease).card
        return kept.version == card.version and kept.card == card_digest(card)

    def twin(self, chart: str, disease: str) -> Posterior | None:
        """The twin kept with a chart, None when there is none, or when it was fitted to another card: see `outdated`."""
        kept = self._newest(chart, disease)
        if kept is None or not self._of_this_card(kept):
            return None
        import numpy as np

        draws = {one: np.frombuffer(raw, "<f8") for one, raw in zip(kept.names, kept.draws, strict=True)}
        return Posterior(
            kept.disease, kept.version, draws, kept.effective, kept.method, kept.rounds, kept.simulations, kept.seed, kept.fit,
            kept.regimen, kept.measured, kept.estimates, kept.notes,
        )  # fmt: skip
