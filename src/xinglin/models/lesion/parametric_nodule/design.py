"""What exactly is to be drawn: the request, with everything it leaves open drawn from its seed.

Each open value has its own stream of random numbers, so that giving one does not change the others, and nothing here
looks at the scan: the same request is the same nodule in every scan.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import NoduleRequest

METHOD = "parametric_nodule@1"
TISSUE_HU = 40.0  # soft tissue without contrast medium: what ground glass is a thin share of
SMALLEST_MM, LARGEST_MM = 2.0, 40.0
CALCIUM_HU_FROM = 130.0

# Ranges that open values are drawn from (uniform). Densities: the model card says where they come from.
SOLID_HU = (15.0, 60.0)
GLASS_HU = {"ground-glass": (-680.0, -480.0), "part-solid": (-680.0, -500.0)}
CALCIUM_HU = {"diffuse": (300.0, 700.0), "central": (400.0, 900.0), "laminated": (350.0, 800.0), "popcorn": (300.0, 700.0)}
CALCIUM_FRACTION = {"diffuse": (1.0, 1.0), "central": (0.10, 0.25), "laminated": (0.35, 0.50), "popcorn": (0.18, 0.32)}
SOLID_FRACTION = (0.08, 0.40)
LOBULATION = {"smooth": (0.02, 0.04), "lobulated": (0.10, 0.15), "spiculated": (0.05, 0.10)}
SPICULES = {"smooth": (0, 0), "lobulated": (0, 0), "spiculated": (24, 44)}
TEXTURE_HU = {"solid": (8.0, 16.0), "part-solid": (15.0, 30.0), "ground-glass": (20.0, 40.0), "calcified": (10.0, 25.0)}


@dataclass(frozen=True, eq=False)
class Design:
    """A nodule, fully said. Lengths mm, densities HU; `axes` along the patient's z, y, x before `rotation`."""

    request: NoduleRequest
    diameter_mm: float
    solid_hu: float
    glass_hu: float | None  # of the glass around it, None where there is none
    inner_fraction: float  # of the volume: solid part of a part-solid, calcium of a calcified nodule; 0 where there is none
    calcium_hu: float | None
    lobulation: float
    spicules: int
    texture_hu: float
    axes: NDArray[np.float64] | None  # None: drawn
    drawn: tuple[str, ...]  # which values came from the seed

    @property
    def volume_mm3(self) -> float:
        """Of the sphere of that diameter."""
        return float(np.pi / 6 * self.diameter_mm**3)

    @property
    def inner_volume_mm3(self) -> float:
        """Of the solid part, or of the calcium."""
        return self.volume_mm3 * self.inner_fraction

    def random(self, what: str) -> np.random.Generator:
        """The stream of random numbers for one purpose."""
        return stream(self.request.seed, what)


def stream(seed: int, what: str) -> np.random.Generator:
    """Random numbers that depend on the seed and on what they are for, and on nothing else."""
    return np.random.Generator(np.random.PCG64(int.from_bytes(hashlib.sha256(f"{METHOD}:{what}:{seed}".encode()).digest(), "big")))


def design_of(request: NoduleRequest) -> Design:
    """The nodule that a request asks for. Raises InvalidInput XL-NODULE-003, 009, 010, 011 or 013 for what cannot be."""
    diameter_mm = diameter_then(request)
    drawn: list[str] = []

    def open_value(what: str, given: float | None, span: tuple[float, float]) -> float:
        if given is not None:
            return float(given)
        if span[0] != span[1]:
            drawn.append(what)
        return float(stream(request.seed, what).uniform(*span))

    kind, pattern = request.kind, request.calcification
    glass = kind in GLASS_HU
    calcium_hu = open_value("calcium_hu", request.hu, CALCIUM_HU[pattern]) if kind == "calcified" else None
    glass_hu = open_value("glass_hu", request.hu if kind == "ground-glass" else None, GLASS_HU[kind]) if glass else None
    solid_hu = open_value("solid_hu", request.hu if kind in ("solid", "part-solid") else None, SOLID_HU)
    inner = 0.0
    if kind == "part-solid":
        inner = open_value("solid_fraction", request.solid_fraction, SOLID_FRACTION)
    elif kind == "calcified":
        inner = open_value("calcified_fraction", None, CALCIUM_FRACTION[pattern])
    first, last = SPICULES[request.margin]
    spicules = request.spicules
    if spicules is None:
        spicules = int(stream(request.seed, "spicules").integers(first, last + 1))
        drawn += ["spicules"] if last else []
    made = Design(
        request=request,
        diameter_mm=diameter_mm,
        solid_hu=solid_hu,
        glass_hu=glass_hu,
        inner_fraction=inner,
        calcium_hu=calcium_hu,
        lobulation=open_value("lobulation", request.lobulation, LOBULATION[request.margin]),
        spicules=spicules,
        texture_hu=open_value("texture_hu", request.texture_hu, TEXTURE_HU[kind]),
        axes=None if request.axes is None else np.array(request.axes, dtype=np.float64),
        drawn=tuple(drawn + (["axes"] if request.axes is None else [])),
    )
    _must_be_possible(made)
    return made


def diameter_then(request: NoduleRequest) -> float:
    """Diameter at `days`: V(t) = V0 * 2 ** (t / doubling time). Raises InvalidInput XL-NODULE-003, 013."""
    diameter_mm = float(request.diameter_mm)
    if request.days:
        if request.doubling_days is None or request.doubling_days == 0 or not np.isfinite(request.doubling_days):
            raise InvalidInput("XL-NODULE-013", "days without a doubling time", where="NoduleRequest.doubling_days", fix="give both")
        exponent = request.days / (3 * request.doubling_days)
        diameter_mm = diameter_mm * 2.0**exponent if abs(exponent) < 30 else float("inf")
    if not SMALLEST_MM <= diameter_mm <= LARGEST_MM:
        why = "after growth it is smaller than 2 mm or larger than 40 mm" if request.days else "diameters go from 2 to 40 mm"
        raise InvalidInput("XL-NODULE-003", "the diameter is out of range", where="NoduleRequest.diameter_mm", why=why, fix="2 to 40 mm")
    return diameter_mm


def _must_be_possible(design: Design) -> None:
    """Raises InvalidInput for densities, shares and shapes that no nodule of that kind has."""
    request = design.request
    spans = {
        "solid": (-100.0, 300.0),
        "part-solid": (-100.0, 300.0),
        "ground-glass": (-800.0, -300.0),
        "calcified": (CALCIUM_HU_FROM, 3000.0),
    }
    low, high = spans[request.kind]
    if request.hu is not None and not low <= request.hu <= high:
        what = f"a {request.kind} nodule has no such density"
        raise InvalidInput("XL-NODULE-009", what, where="NoduleRequest.hu", fix=f"{low:.0f} to {high:.0f} HU")
    if request.solid_fraction is not None and (request.kind != "part-solid" or not 0.01 <= request.solid_fraction <= 0.95):
        raise InvalidInput(
            "XL-NODULE-010", "no such solid share", where="NoduleRequest.solid_fraction", fix="part-solid only, 0.01 to 0.95"
        )
    limits = {
        "lobulation": (design.lobulation, 0.0, 0.25), "spicules": (design.spicules, 0, 60), "texture_hu": (design.texture_hu, 0.0, 100.0),
        "texture_mm": (request.texture_mm, 0.5, 10.0), "seed": (request.seed, 0, 2**53),
    }  # fmt: skip
    for name, (value, least, most) in limits.items():
        if not least <= value <= most:
            raise InvalidInput("XL-NODULE-011", f"{name} is out of range", where=f"NoduleRequest.{name}", fix=f"{least} to {most}")
    axes = request.axes
    if axes is not None and (min(axes) <= 0 or max(axes) / min(axes) > 3 or not np.all(np.isfinite(axes))):
        raise InvalidInput("XL-NODULE-011", "the axes are out of range", where="NoduleRequest.axes", fix="positive, at most 3 to 1")
