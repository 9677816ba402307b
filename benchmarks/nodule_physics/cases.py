"""The lesions of one phantom chest, put in by every method, cut out as crops with the depth of each voxel in the lesion.

One anatomy, three noises: the reference is imaged with the first, insertion happens in a scan with the second, and what is cut
out to be pasted elsewhere comes from a scan with the third.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from benchmarks.lesion_features import Crop
from benchmarks.nodule_physics import methods
from benchmarks.nodule_physics.chests import Chest, Drawn, Scanner, chest, drawn_before_imaging, places

from xinglin.models.scanner import measure_blur
from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import NoduleRequest
from xinglin.records.volume import Volume

KINDS = ("solid", "part-solid", "ground-glass")
MARGINS = ("smooth", "lobulated", "spiculated")
SMALLEST_MM, LARGEST_MM = 5.0, 15.0
UNFIT = ("XL-NODULE-006", "XL-NODULE-007", "XL-NODULE-015")
TIMES = {"blur x 0.5": 0.5, "blur x 2": 2.0}
SPREAD_OVER = 20  # anatomies over which the sizes are spread


@dataclass(frozen=True, eq=False)
class Case:
    """One lesion: its picture by each method ("reference" is the one imaged with its anatomy), and noise ratios inside."""

    anatomy: int
    lesion: Drawn
    crops: dict[str, Crop]
    noise_ratio: dict[str, float] = field(default_factory=dict)
    measured_blur_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)


def requests(anatomy: int, count: int) -> list[NoduleRequest]:
    """Kinds in turn, margins at random, sizes evenly from 5 to 15 mm over twenty anatomies; places come later."""
    rng = np.random.default_rng([anatomy, 41])
    sizes = np.linspace(SMALLEST_MM, LARGEST_MM, SPREAD_OVER * count)[np.random.default_rng(40).permutation(SPREAD_OVER * count)]
    return [
        NoduleRequest(kind=KINDS[n % 3], margin=MARGINS[rng.integers(3)], diameter_mm=float(sizes[(anatomy * count + n) % len(sizes)]),
                      seed=int(rng.integers(2**31)))
        for n in range(count)
    ]  # fmt: skip


def cases_of(anatomy: int, scanner: Scanner, count: int) -> list[Case]:
    """All lesions of one anatomy."""
    of = chest(500 + anatomy, scanner)
    target, elsewhere = of.scan(20_000 + anatomy), of.scan(30_000 + anatomy)
    measured = measure_blur(target).fwhm_mm
    lesions = _placed(of, target, requests(anatomy, count), scanner)
    found = []
    for n, (lesion, put) in enumerate(lesions):
        donor = lesions[(n + 3) % len(lesions)][0]  # of the same kind, another size
        found.append(_case(anatomy, n, of, target, elsewhere, lesion, put, donor, scanner, measured))
    return found


def _placed(of: Chest, target: Volume, wanted: list[NoduleRequest], scanner: Scanner) -> list[tuple[Drawn, methods.Put]]:
    """Each request at the first free place that the generator takes; the reference is drawn at the same place."""
    import msgspec

    free = places(of, np.random.default_rng([of.recipe.seed, 42]))
    found = []
    for request in wanted:
        for index in free:
            here = msgspec.structs.replace(request, center_mm=target.point_mm(index))
            lesion = drawn_before_imaging(of, here)
            try:
                methods.ours(target, lesion, scanner.blur_mm, max(TIMES.values()))  # the widest must fit too
                found.append((lesion, methods.ours(target, lesion, scanner.blur_mm)))
            except InvalidInput as refused:
                if refused.code not in UNFIT:
                    raise
                continue
            free.remove(index)
            break
    return found


def _case(
    anatomy: int, number: int, of: Chest, target: Volume, elsewhere: Volume, lesion: Drawn, given: methods.Put, donor: Drawn,
    scanner: Scanner, measured: tuple[float, float, float],
) -> Case:  # fmt: skip
    """The crops of one lesion by every method."""
    spacing = scanner.spacing_mm
    whole = of.noiseless.copy()
    whole[lesion.box] += lesion.change
    with_reference, without = of.scan(100_000 + 50 * anatomy + number, whole), of.scan(100_000 + 50 * anatomy + number)
    own = {"reference": methods.Put(with_reference.voxels[lesion.box].astype(np.float32), lesion.start), "ours, blur given": given}
    own["ours, blur measured"] = methods.ours(target, lesion, measured)
    own |= {name: methods.ours(target, lesion, scanner.blur_mm, times) for name, times in TIMES.items()}
    own["noise removed"] = methods.without_noise(given, target, of.noiseless, lesion, spacing)
    own["voxel paste"] = methods.voxel_paste(target, lesion)
    crops = {name: Crop(put.hu, lesion.depth_mm, spacing) for name, put in own.items()}
    ratios = {
        name: methods.noise_ratio(put.hu, (without if name == "reference" else target).voxels[lesion.box], lesion.depth_mm, spacing)
        for name, put in own.items()
    }
    donor_hu = (elsewhere.voxels[donor.box] + np.rint(donor.change)).astype(np.float32)
    there = methods.moved(target, donor, lesion.request.center_mm)
    for name, put in {
        "cut and paste": methods.cut_and_paste(there, donor_hu, donor),
        "Poisson blending": methods.poisson(there, donor_hu, donor),
    }.items():
        crops[name] = Crop(put.hu, donor.depth_mm, spacing)
        ratios[name] = methods.noise_ratio(put.hu, there.hu, donor.depth_mm, spacing)
    return Case(anatomy, lesion, crops, ratios, measured)
