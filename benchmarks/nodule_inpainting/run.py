"""Is a nodule that a network filled in the nodule that was asked for, and can a classifier tell it from one drawn by formula and physics?

Run: python benchmarks/nodule_inpainting/run.py [CPU-seconds of learning, default 400] [as-it-stands]
(one thread; goes on where it was; writes result.json; as-it-stands: a learning that was interrupted is judged by its last checkpoint)
Learnt from nodules in phantom chests; judged in phantom chests it never saw, beside the same nodule by the parametric generator at the same place.
"""

from __future__ import annotations

import json
import pickle
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from benchmarks.lesion_features import Crop, depth_of, described
from benchmarks.machine import described as machine
from benchmarks.two_sample import told_apart

from xinglin.models.image.nodule_inpainting import MODEL
from xinglin.models.kept_images import KeptImages, read_folder
from xinglin.records.image_learning import LearningPlan, SampleRequest
from xinglin.training.image_learning.checkpoints import newest
from xinglin.training.image_learning.curves import Curves
from xinglin.training.image_learning.fit import LearntImages, learnt
from xinglin.training.image_learning.keeping import kept_of
from xinglin.training.image_learning.learner import Company, Learner, fresh_networks
from xinglin.training.image_learning.settings import settings_of
from xinglin.training.image_sets.image_set import ImageSet, scaled
from xinglin.training.nodule_patches import KINDS, NodulePatch, conditions_of, form_of, nodule_patches, patches_of_one

PEOPLE, SIZE, EACH, SEED, BATCH, SPACING_MM = 40, 24, 12, 11, 6, 1.0
JUDGED, JUDGED_EACH, UNSEEN = 8, 6, 9_001  # chests, nodules of each, the seed of chests that were not learnt from
SETTINGS, STEPS = {"width": 12}, 12
SECONDS_A_STEP, BAR_AUC = 0.15, 0.60  # of one core; decides the steps of a budget, so that a run can be repeated
BLUR_VOXELS = 0.5  # 1.2 mm FWHM


def main() -> None:
    budget = float(sys.argv[1]) if len(sys.argv) > 1 else 400.0
    torch.set_num_threads(1)
    place = Path(tempfile.gettempdir()) / "xinglin-benchmark-sets" / f"nodule-inpainting-{PEOPLE}-{SIZE}-{SEED}"
    patches = unseen(place)
    kept, spent = model_as_it_stands(place, budget) if "as-it-stands" in sys.argv else model(place, budget)
    result = {
        "machine": machine(), "bar_auc": BAR_AUC, **spent, **judged(kept, [one for _, one in patches], np.array([p for p, _ in patches])),
    }  # fmt: skip
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


def unseen(place: Path) -> list[tuple[int, NodulePatch]]:
    """(chest, nodule) of the chests that were not learnt from; drawn once."""
    path = place / f"unseen-{JUDGED}-{JUDGED_EACH}.pickle"
    if not path.exists():
        place.mkdir(parents=True, exist_ok=True)
        found = [(person, one) for person in range(JUDGED) for one in patches_of_one(person, SIZE, each=JUDGED_EACH, seed=UNSEEN)]
        path.write_bytes(pickle.dumps(found))
    return pickle.loads(path.read_bytes())


def model(place: Path, budget: float) -> tuple[KeptImages, dict[str, object]]:
    """The model, learnt once for this budget and then read again."""
    folder = place / f"model-{budget:g}"
    if not (folder / "card.json").is_file():
        if not (place / "set").is_dir():
            nodule_patches(PEOPLE, SIZE, each=EACH, spacing_mm=SPACING_MM, seed=SEED, note=lambda line: print(line, flush=True)).save(
                place / "set"
            )
        pictures = ImageSet.load(place / "set")
        steps = int(budget / SECONDS_A_STEP)
        found = learnt(pictures, MODEL, SETTINGS, plan(steps), place / f"learning-{budget:g}", note=lambda line: print(line, flush=True))
        spent = told_of(found.steps, pictures, found.curves)
        (place / f"spent-{budget:g}.json").write_text(json.dumps(spent))
        kept_of(found, name="nodules").write(folder)
    return read_folder(folder), json.loads((place / f"spent-{budget:g}.json").read_text())


def model_as_it_stands(place: Path, budget: float) -> tuple[KeptImages, dict[str, object]]:
    """The running mean of the weights at the last checkpoint of a learning that was interrupted."""
    folder, pictures, steps = place / f"learning-{budget:g}", ImageSet.load(place / "set"), int(budget / SECONDS_A_STEP)
    settings = settings_of(MODEL, SETTINGS)
    learner = Learner(
        pictures, MODEL, settings, plan(steps), fresh_networks(MODEL, pictures.form, settings, SEED), Company(torch.device("cpu"))
    )
    found = newest(folder / "checkpoints")
    if found is None:
        raise SystemExit(f"no checkpoint in {folder}")
    learner.go_on_from(*found)
    so_far = LearntImages(
        MODEL, pictures.form, pictures.card, learner.finished(), settings, plan(steps), learner.curves, learner.step, folder
    )
    return kept_of(so_far, name="nodules"), told_of(learner.step, pictures, learner.curves) | {"interrupted_of": steps}


def told_of(steps: int, pictures: ImageSet, curves: Curves) -> dict[str, object]:
    """What was learnt from, for how long."""
    return {
        "steps": steps, "batch": BATCH, "cpu_seconds_learning_about": round(steps * SECONDS_A_STEP),
        "patches_learnt_from": len(pictures.rows("train")), "chests_learnt_from": pictures.card.persons["train"],
        "losses": {name: round(value, 4) for name, value in curves.last().items()},
    }  # fmt: skip


def plan(steps: int) -> LearningPlan:
    return LearningPlan(steps, batch=BATCH, average=0.99, keep_every=100, precision="float32", seed=SEED)


@dataclass(frozen=True, eq=False)
class Judgement:
    hu: np.ndarray  # (n, size, size, size) by one way
    outside: int  # voxels changed beyond what the way says it changes


def judged(kept: KeptImages, patches: list[NodulePatch], chests: np.ndarray) -> dict[str, object]:
    """Every way beside the parametric nodule of the same request, place and noise around it."""
    ways = {"learnt": filled(kept, patches), "learnt, type and mask alone": filled(kept, patches, density=False), "pasted": pasted(patches)}
    reference = np.stack([one.hu for one in patches])
    depth = [depth_of(one.mask > 0, (SPACING_MM,) * 3) for one in patches]
    tables = {name: table_of(hu, depth) for name, hu in {"reference": reference, **{n: w.hu for n, w in ways.items()}}.items()}
    found: dict[str, object] = {"nodules": len(patches), "chests": len(np.unique(chests)), "reference": density_off(reference, patches)}
    for name, way in ways.items():
        both = np.concatenate([tables["reference"][0], tables[name][0]])
        labels, groups = np.repeat([0, 1], len(patches)), np.concatenate([chests, chests])
        verdict = told_apart(both, labels, groups)
        found[name] = {
            **verdict.told(), **density_off(way.hu, patches), "changed_outside": way.outside,
            "noise_in_margin": noise_ratio(way.hu, reference, patches),
        }  # fmt: skip
    return found


def filled(kept: KeptImages, patches: list[NodulePatch], density: bool = True) -> Judgement:
    """The patches filled by the model, given all but the hole; outside counts the voxels beyond it that are not what was given, bit for bit."""
    pictures = scaled(np.stack([one.before_hu for one in patches])[:, None], form_of(SIZE, SPACING_MM))
    masks = np.stack([one.mask for one in patches])
    conditions = np.array([conditions_of(one.edit) for one in patches], np.float32)
    if not density:
        conditions[:, 2] = np.nan
    made = kept.sample(SampleRequest(len(patches), 5, conditions, pictures, masks, steps=STEPS))
    hole = kept.graphs["hole"](masks=masks.astype(np.float32)) > 0.5
    given = np.stack([one.before_hu for one in patches])[:, None]
    hu = np.where(hole, np.rint(kept.in_unit(made)), given)
    return Judgement(hu[:, 0], int(((made != pictures) & ~hole).sum()))


def pasted(patches: list[NodulePatch]) -> Judgement:
    """Voxels of the mask become the density asked for: no blur, no noise."""
    hu = np.stack([np.where(one.mask > 0, np.rint(one.edit.truth["mean_hu"]), one.before_hu) for one in patches])
    return Judgement(hu.astype(np.float32), 0)


def table_of(hu: np.ndarray, depth: list[np.ndarray]) -> tuple[np.ndarray, list[str]]:
    return described([Crop(one, far, (SPACING_MM,) * 3) for one, far in zip(hu, depth, strict=True)])


def density_of(hu: np.ndarray, patch: NodulePatch) -> float:
    """The density of the object behind the scanner's blur, by least squares with the share of each voxel that is seen of it."""
    from scipy import ndimage

    share = ndimage.gaussian_filter(patch.occupancy, BLUR_VOXELS)
    lung = float(np.median(patch.before_hu[(share < 0.01) & (patch.before_hu < -600)]))
    return lung + float((share * (hu - lung)).sum() / (share**2).sum()) if share.any() else float("nan")


def density_off(hu: np.ndarray, patches: list[NodulePatch]) -> dict[str, object]:
    """Made minus asked, in HU: the median of its size, its mean, and by kind."""
    off = np.array([density_of(one, patch) - patch.edit.truth["mean_hu"] for one, patch in zip(hu, patches, strict=True)])
    kinds = np.array([KINDS.index(one.edit.request.kind) for one in patches])
    return {
        "density_off_hu": {"median_size": round(float(np.median(np.abs(off))), 1), "mean": round(float(off.mean()), 1)},
        "by_kind": {kind: round(float(np.median(np.abs(off[kinds == n]))), 1) for n, kind in enumerate(KINDS)},
    }


def noise_ratio(hu: np.ndarray, reference: np.ndarray, patches: list[NodulePatch]) -> float:
    """Fine noise two to three voxels beyond the mask, where there is lung, over that of the reference."""
    from scipy import ndimage

    ratios = []
    for one, other, patch in zip(hu, reference, patches, strict=True):
        near = ndimage.binary_dilation(patch.mask > 0, iterations=3) & ~ndimage.binary_dilation(patch.mask > 0, iterations=1)
        fine = [values - ndimage.gaussian_filter(values, 1.0) for values in (one, other)]
        spread = [1.4826 * float(np.median(np.abs(rest[near] - np.median(rest[near])))) for rest in fine]
        ratios.append(spread[0] / spread[1])
    return round(float(np.median(ratios)), 3)


if __name__ == "__main__":
    main()
