"""Makes the phantom: one call gives the scan as a Volume, and for every voxel what fills it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xinglin.models.thorax_phantom import imaging
from xinglin.models.thorax_phantom.chest import built
from xinglin.models.thorax_phantom.rendering import Painting, painted, slabs
from xinglin.records.errors import InvalidInput
from xinglin.records.volume import Volume

STRUCTURES = (
    "body", "table", "lung-left", "lung-right", "upper", "middle", "vessels", "airways",
    "heart", "aorta", "great-vessels", "ribs", "spine", "sternum", "liver", "blades",
)  # fmt: skip
PART_OF = {"column": "spine", "lung-left-upper": "upper", "lung-right-upper": "upper", "right-middle": "middle"}
AT_LEAST_MM = (1.2, 0.75, 0.75)  # fine voxels need not be smaller


@dataclass(frozen=True)
class Recipe:
    """All that decides the phantom's bytes."""

    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    seed: int
    blur_mm: tuple[float, float, float]
    noise_sd_hu: float
    noise_peak_per_mm: float
    noise_along_mm: float
    noise_seed: int
    center_mm: tuple[float, float, float]
    fineness: tuple[int, int, int]
    places_per_lung: int
    synthetic: bool
    acquired: str


@dataclass(frozen=True, eq=False)
class Phantom:
    """A scan and the truth about it.

    volume: the scan, int16 HU. noiseless: float32 HU before noise and rounding. truth: uint16, bit k of a voxel is set where at
    least half of it lies in STRUCTURES[k]. recipe: what it was made from.
    """

    volume: Volume
    noiseless: NDArray[np.float32]
    truth: NDArray[np.uint16]
    recipe: Recipe

    def mask(self, name: str) -> NDArray[np.bool_]:
        """Where a structure is. Beside STRUCTURES: "lungs", and the lobes "left-upper", "right-middle" ...

        Lungs are closed: vessels and airways in them belong to them.
        """
        if name == "lungs":
            return self.mask("lung-left") | self.mask("lung-right")
        if name in STRUCTURES:
            return (self.truth & (1 << STRUCTURES.index(name))) != 0
        side, _, lobe = name.partition("-")
        if f"lung-{side}" not in STRUCTURES or lobe not in ("upper", "middle", "lower"):
            raise InvalidInput(
                "XL-PHANTOM-002", f"the phantom has no {name!r}", fix=f"one of: lungs, left-upper, ..., {', '.join(STRUCTURES)}"
            )
        lung = self.mask(f"lung-{side}")
        if lobe == "upper":
            return lung & self.mask("upper")
        middle = self.mask("middle") & ~self.mask("upper")
        return lung & middle if lobe == "middle" else lung & ~middle & ~self.mask("upper")


def thorax(
    shape: tuple[int, int, int] = (120, 256, 256),
    spacing_mm: tuple[float, float, float] = (2.5, 1.4, 1.4),
    seed: int = 0,
    *,
    blur_mm: tuple[float, float, float] = (1.8, 1.2, 1.2),
    noise_sd_hu: float = 22.0,
    noise_peak_per_mm: float = 0.28,
    noise_along_mm: float = 1.5,
    noise_seed: int | None = None,
    center_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
    fineness: tuple[int, int, int] | None = None,
    places_per_lung: int = 900,
    synthetic: bool = True,
    acquired: str = "",
) -> Phantom:
    """A chest CT of nobody, and what fills each of its voxels; the same arguments give the same bytes.

    shape: slices (feet first), rows (front first), columns (patient's right first). spacing_mm: the same order; the whole chest
    needs about 300 x 260 x 350 mm. seed: of the anatomy. blur_mm: FWHM of the scanner's blur along slice, row, column, the voxel's
    own width not counted (a voxel is the mean over its box). noise_sd_hu: standard deviation of the noise (0: none), its power
    peaking at noise_peak_per_mm (cycles per mm) in the slice, correlated over noise_along_mm (FWHM) from slice to slice.
    noise_seed: default the seed. center_mm: LPS place of the grid's middle; (0, 0, 0) is the middle of the chest. fineness: fine
    voxels per voxel on which it is painted; default about 0.75 mm. places_per_lung: ends of the arteries of one lung.
    synthetic: what the Volume says of itself. acquired: the date it claims.
    Raises InvalidInput XL-PHANTOM-001 for a shape, spacing or blur it cannot draw.
    """
    if min(shape) < 4 or min(spacing_mm) <= 0 or min(blur_mm) < 0 or noise_sd_hu < 0 or places_per_lung < 4 or noise_peak_per_mm <= 0:
        raise InvalidInput(
            "XL-PHANTOM-001",
            "no phantom has this shape, spacing, blur or noise",
            fix="shape of at least 4, spacing above 0 mm, no negative blur or noise",
        )
    fine = fineness or tuple(_fineness(s, b, least) for s, b, least in zip(spacing_mm, blur_mm, AT_LEAST_MM, strict=True))
    recipe = Recipe(
        shape, spacing_mm, seed, blur_mm, noise_sd_hu, noise_peak_per_mm, noise_along_mm, seed if noise_seed is None else noise_seed,
        center_mm, (fine[0], fine[1], fine[2]), places_per_lung, synthetic, acquired,
    )  # fmt: skip
    noiseless, truth = _imaged(recipe)
    return _scanned(recipe, noiseless, truth)


def pair(phantom: Phantom, noise_seed: int, acquired: str = "") -> Phantom:
    """The same chest scanned again: the same anatomy and blur, other noise, a series of its own in the same frame of reference."""
    return _scanned(replace(phantom.recipe, noise_seed=noise_seed, acquired=acquired), phantom.noiseless, phantom.truth)


def _fineness(spacing_mm: float, blur_mm: float, least_mm: float) -> int:
    """Fine voxels per voxel: two where a voxel is wider than 1.4 standard deviations of the blur, so that edges keep their shape."""
    if blur_mm <= 0:
        return int(np.clip(round(spacing_mm / least_mm), 1, 3))
    return 2 if spacing_mm > 1.4 * blur_mm / imaging.FWHM else 1


def _places(recipe: Recipe, along: int, halo: int) -> NDArray[np.float32]:
    """Middles of the fine voxels of one array axis, in body millimetres."""
    count, fine, spacing = recipe.shape[along], recipe.fineness[along], recipe.spacing_mm[along]
    middle = recipe.center_mm[2 - along]
    step = spacing / fine
    at = (np.arange(-halo, count * fine + halo) + 0.5) * step - count * spacing / 2
    return (at + middle).astype(np.float32)


def _taps(recipe: Recipe, along: int) -> NDArray[np.float32]:
    steps = [s / f for s, f in zip(recipe.spacing_mm, recipe.fineness, strict=True)]
    return imaging.blur_taps(recipe.fineness[along], steps[along], recipe.blur_mm[along], float(np.prod(steps)) ** (1 / 3))


def _halo(recipe: Recipe, along: int) -> int:
    """Fine voxels needed outside the grid so that its edge is blurred rightly; a whole number of voxels."""
    fine = recipe.fineness[along]
    return int(np.ceil((len(_taps(recipe, along)) - fine) / 2 / fine)) * fine


def _imaged(recipe: Recipe) -> tuple[NDArray[np.float32], NDArray[np.uint16]]:
    halo = tuple(_halo(recipe, k) for k in range(3))
    z, y, x = (_places(recipe, k, halo[k]) for k in range(3))
    extent = (float(z[0]), float(z[-1])), (float(y[0]), float(y[-1])), (float(x[0]), float(x[-1]))
    chest = built(recipe.seed, extent, recipe.places_per_lung)
    taps = [_taps(recipe, k) for k in range(3)]
    blurred = np.zeros(recipe.shape, np.float32)
    truth = np.zeros(recipe.shape, np.uint16)
    fine = recipe.fineness[0]
    for start, slab in slabs(z, y, x, fine * max(1, 6 // fine), recipe.fineness):
        painting = painted(chest, slab)
        rows = imaging.sampled(painting.hu, taps[1], recipe.fineness[1], halo[1], 1)
        flat = imaging.sampled(rows, taps[2], recipe.fineness[2], halo[2], 2)
        _add_slices(blurred, flat, start - halo[0], taps[0], fine)
        _note(truth, painting, recipe, (start - halo[0]) // fine, halo)
    return blurred, truth


def _add_slices(blurred: NDArray[np.float32], flat: NDArray[np.float32], first: int, taps: NDArray[np.float32], fine: int) -> None:
    """Gives each fine slice to the slices that it counts for; `first` is the number of the first fine one (0: the grid's own first)."""
    before = (len(taps) - fine) // 2
    for n, plane in enumerate(flat):
        at = first + n + before  # weight of this fine slice in slice k is taps[at - k * fine]
        for k in range(max(0, -(-(at - len(taps) + 1) // fine)), min(len(blurred) - 1, at // fine) + 1):
            blurred[k] += plane * taps[at - k * fine]


def _note(truth: NDArray[np.uint16], painting: Painting, recipe: Recipe, first: int, halo: tuple[int, ...]) -> None:
    """Sets the bits of the slices that this slab covers."""
    fine = recipe.fineness
    count = painting.slab.shape[0] // fine[0]
    if first < 0 or first >= recipe.shape[0]:
        return
    onto = np.zeros((count, recipe.shape[1] + 2 * halo[1] // fine[1], recipe.shape[2] + 2 * halo[2] // fine[2]), np.uint16)
    for name, (box, part) in painting.parts.items():
        bit = STRUCTURES.index(PART_OF.get(name, name)) if PART_OF.get(name, name) in STRUCTURES else -1
        if bit >= 0:
            where = tuple(
                slice((b.start or 0) // f, (n if b.stop is None else b.stop) // f)
                for b, f, n in zip(box, fine, painting.slab.shape, strict=True)
            )
            onto[where] |= (_filled(part, fine)).astype(np.uint16) << np.uint16(bit)
    last = min(first + count, recipe.shape[0])
    rows, columns = halo[1] // fine[1], halo[2] // fine[2]
    truth[first:last] = onto[: last - first, rows : rows + recipe.shape[1], columns : columns + recipe.shape[2]]


def _filled(part: NDArray[np.float32], fine: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Voxels of which a structure fills at least half."""
    fz, fy, fx = fine
    total = part[::fz, ::fy, ::fx].copy()
    for a, b, c in np.ndindex(fz, fy, fx):
        if a or b or c:
            total += part[a::fz, b::fy, c::fx]
    return total >= 0.5 * fz * fy * fx


def _scanned(recipe: Recipe, noiseless: NDArray[np.float32], truth: NDArray[np.uint16]) -> Phantom:
    hu = noiseless
    if recipe.noise_sd_hu > 0:
        noise = imaging.noise(
            recipe.shape, recipe.spacing_mm, recipe.noise_sd_hu, recipe.noise_peak_per_mm, recipe.noise_along_mm, recipe.noise_seed
        )
        noise += noiseless
        hu = noise
    voxels = np.clip(np.rint(hu), -1500, 3071).astype(np.int16)
    return Phantom(_volume(recipe, voxels), noiseless, truth, recipe)


def _volume(recipe: Recipe, voxels: NDArray[np.int16]) -> Volume:
    affine = np.zeros((4, 4))
    for along in range(3):
        affine[2 - along, along] = recipe.spacing_mm[along]
        affine[2 - along, 3] = recipe.center_mm[2 - along] - (recipe.shape[along] - 1) / 2 * recipe.spacing_mm[along]
    affine[3, 3] = 1
    series = _uid("series", recipe)
    return Volume(
        voxels=voxels, affine=affine, unit="HU", modality="CT",
        frame_of_reference=_uid("frame", recipe.seed), study_uid=_uid("study", recipe.seed, recipe.acquired, recipe.noise_seed), series_uid=series,
        instances=tuple(_uid(series, k) for k in range(recipe.shape[0])), acquired=recipe.acquired, details=_details(recipe), synthetic=recipe.synthetic,
    )  # fmt: skip


def _details(recipe: Recipe) -> dict[str, str]:
    # what a slice shows in all: the blur and the voxel's own box, as the width of a Gaussian
    thickness_mm = imaging.FWHM * float(np.sqrt((recipe.blur_mm[0] / imaging.FWHM) ** 2 + recipe.spacing_mm[0] ** 2 / 12))
    return {
        "manufacturer": "Xinglin", "model": "thorax phantom 1", "description": "Thorax phantom (artificial chest)", "body_part": "CHEST",
        "patient_position": "HFS", "kvp": "120", "kernel": "PHANTOM", "slice_thickness_mm": f"{thickness_mm:.2f}",
    }  # fmt: skip


def _uid(*what: object) -> str:
    """A DICOM UID under 2.25 made from what it names, the same every time."""
    number = int.from_bytes(hashlib.sha256(repr(what).encode()).digest()[:15], "big")
    return f"2.25.{number}"
