"""Fidelity and variety: how near made pictures are to real ones, and how much of what is real they cover; each beside its real-against-real floor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from xinglin.records.image_learning import ImageScore, Spread
from xinglin.training.image_judging import spectra
from xinglin.training.image_judging.encoder import encoded
from xinglin.training.image_judging.features import Scale, radiomics
from xinglin.training.image_judging.frechet import frechet, kernel_distance
from xinglin.training.image_judging.halves import Halving, over_halvings, spread_of
from xinglin.training.image_judging.likeness import structural_likeness
from xinglin.training.image_judging.nearness import NEIGHBOURS, by_distances, distances

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pictures = NDArray[np.floating]
    Rows = NDArray[np.intp]

    Area = Literal["fidelity", "variety"]

PAIRS = 200
SCORES: Mapping[str, tuple[Area, Literal["lower", "higher"], float, float, str]] = {
    "Fréchet radiomics distance": ("fidelity", "lower", 0, np.inf, "grey and texture counts, in units of their spread among real pictures"),
    "Fréchet encoder distance": ("fidelity", "lower", 0, np.inf, "where edges of which size and direction lie, by a scattering network"),
    "kernel distance (KID), encoder": ("fidelity", "lower", -np.inf, np.inf, "0 on average for two sets of one kind"),
    "precision": ("fidelity", "higher", 0, 1, "share of made pictures that lie among real ones, by texture"),
    "precision, encoder": ("fidelity", "higher", 0, 1, "the same by the encoder"),
    "density": ("fidelity", "higher", 0, np.inf, "how deep among real ones made pictures lie"),
    "spectrum distance (dB)": ("fidelity", "lower", 0, np.inf, "coarse and fine detail"),
    "histogram distance": ("fidelity", "lower", 0, np.inf, "values, in the unit of the form"),
    "recall": ("variety", "higher", 0, 1, "share of real pictures that lie among made ones, by texture, at equal counts"),
    "recall, encoder": ("variety", "higher", 0, 1, "the same by the encoder"),
    "coverage": ("variety", "higher", 0, 1, "share of real pictures with a made one nearer than their fifth real neighbour"),
}


@dataclass(frozen=True, eq=False)
class Described:
    """What is counted of each picture of a set: texture, encoder, spectrum, values; the first two brought to one scale."""

    texture: NDArray[np.floating]
    layout: NDArray[np.floating]
    spectrum: NDArray[np.floating]
    values: NDArray[np.floating]

    @classmethod
    def of(cls, pictures: Pictures) -> Described:
        """Of pictures (n, channels, ...) in [-1, 1], not yet on one scale."""
        return cls(radiomics(pictures), encoded(pictures), spectra.spectra(pictures), spectra.histograms(pictures))

    def on(self, texture: Scale, layout: Scale) -> Described:
        """On the scale of the pictures that were learnt from."""
        return Described(texture(self.texture), layout(self.layout), self.spectrum, self.values)


def closeness(real: Described, made: Described, drawn: Sequence[Halving], unit: float) -> list[ImageScore]:
    """Scores of `SCORES`, each with its floor and intervals. unit: how many units of the form are 1 in [-1, 1]."""

    def measure(here: Rows, there: Rows, of_made: bool) -> dict[str, float]:
        other = made if of_made else real
        texture, layout = (real.texture[here], other.texture[there]), (real.layout[here], other.layout[there])
        near, near_layout = _near(*texture), _near(*layout)
        return {
            "Fréchet radiomics distance": frechet(*texture), "Fréchet encoder distance": frechet(*layout),
            "kernel distance (KID), encoder": kernel_distance(*layout), "precision": near.precision, "precision, encoder": near_layout.precision,
            "density": near.density, "recall": near.recall, "recall, encoder": near_layout.recall, "coverage": near.coverage,
            "spectrum distance (dB)": spectra.spectrum_distance(real.spectrum[here], other.spectrum[there]),
            "histogram distance": unit * spectra.histogram_distance(real.values[here], other.values[there]),
        }  # fmt: skip

    found, count = over_halvings(drawn, measure), len(drawn[0].one)
    return [
        ImageScore(name, area, spread_of(found[name][0], low, high), spread_of(found[name][1], low, high), better, count, about)
        for name, (area, better, low, high, about) in SCORES.items()
    ]


def _near(real: NDArray[np.floating], made: NDArray[np.floating]):
    return by_distances(distances(real, real), distances(made, made), distances(real, made))


def likeness_within(real: Pictures, persons: Sequence[str], made: Pictures, seed: int) -> ImageScore:
    """MS-SSIM among made pictures, the floor that among real ones of different people; 200 pairs of each."""
    chance, whose = np.random.default_rng(seed), np.asarray(persons)
    made_pairs, real_pairs = (chance.integers(0, len(one), (4 * PAIRS, 2)) for one in (made, real))
    made_pairs = made_pairs[made_pairs[:, 0] != made_pairs[:, 1]][:PAIRS]
    real_pairs = real_pairs[whose[real_pairs[:, 0]] != whose[real_pairs[:, 1]]][:PAIRS]
    told = [_mean(structural_likeness(one[pairs[:, 0]], one[pairs[:, 1]])) for one, pairs in ((made, made_pairs), (real, real_pairs))]
    about = "how alike pairs are; above the floor: less varied than real ones; far below: noise"
    return ImageScore("MS-SSIM among pictures", "variety", told[0], told[1], "lower", len(made_pairs), about)


def _mean(values: NDArray[np.floating]) -> Spread:
    middle, reach = float(values.mean()), float(1.96 * values.std(ddof=1) / np.sqrt(len(values)))
    return Spread(middle, middle - reach, middle + reach)


def by_group(real: Described, made: Described, drawn: Sequence[Halving], groups: Mapping[str, Rows]) -> dict[str, dict[str, float]]:
    """For each group of real pictures, how many there are and which share of them lies among made ones (recall) or has one near (coverage)."""
    inside, near, seen = (np.zeros(len(real.texture)) for _ in range(3))
    for one in drawn:
        within = distances(made.texture[one.made], made.texture[one.made])
        reach = np.partition(within, NEIGHBOURS, axis=1)[:, NEIGHBOURS]
        own = np.partition(distances(real.texture[one.one], real.texture[one.one]), NEIGHBOURS, axis=1)[:, NEIGHBOURS]
        between = distances(real.texture[one.one], made.texture[one.made])
        seen[one.one] += 1
        inside[one.one] += (between <= reach[None, :]).any(axis=1)
        near[one.one] += between.min(axis=1) <= own
    told = {name: rows[seen[rows] > 0] for name, rows in groups.items()}
    return {
        name: {"pictures": float(len(groups[name])), "recall": _share(inside, seen, rows), "coverage": _share(near, seen, rows)}
        for name, rows in told.items()
        if len(rows)
    }


def _share(hits: NDArray[np.floating], seen: NDArray[np.floating], rows: Rows) -> float:
    return float((hits[rows] / seen[rows]).mean())
