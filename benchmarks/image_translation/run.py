"""How much of a planted change of scanner CycleGAN takes away without a pair, and whether the anatomy stays, on chests drawn by formula.

Run: python benchmarks/image_translation/run.py [CPU-seconds, default 600] [kernel,dose] [work folder]     (writes result.json beside it; one thread)
Resumes: the sets, and a learning that was cut, are kept in the work folder.
Learnt from people seen by one scanner or the other; judged on test people, for whom the same slice by the other scanner is known. The shift removed is
1 - FRD(translated, real of that scanner) / FRD(untranslated, the same), the floor (two halves of real pictures) taken from both.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import msgspec
import numpy as np
import torch

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from benchmarks.image_learning_cost import Spent, steps_for
from benchmarks.image_learning_cost import told as so_far
from benchmarks.machine import described

from xinglin.models.image.cyclegan import MODEL
from xinglin.records.image_learning import LearningPlan, SampleRequest
from xinglin.training.image_judging.features import Scale, radiomics
from xinglin.training.image_judging.frechet import frechet
from xinglin.training.image_learning.fit import learnt
from xinglin.training.image_sets.image_set import ImageSet
from xinglin.training.phantom_sets import phantom_set

ASKED = {"shift_removed": 0.7, "anatomy": "SSIM to the true pair, told beside that of the untranslated slice"}
PEOPLE, SIZE, SLICES, SEED, BATCH = 120, 64, 12, 11, 8
RESAMPLED = 200


def main():
    budget = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
    shifts = sys.argv[2].split(",") if len(sys.argv) > 2 else ["kernel", "dose"]
    work = Path(sys.argv[3]) if len(sys.argv) > 3 else Path(tempfile.gettempdir()) / "xinglin-benchmark-translation"
    torch.set_num_threads(1)
    path = HERE / "result.json"
    for shift in shifts:
        pictures = the_set(shift, work)
        made, spent = translator(pictures, budget, work / f"{shift}-{budget:g}")
        result = {"people": PEOPLE, **spent}
        for here, there in (pictures.form.domains, pictures.form.domains[::-1]):
            result[f"{here} to {there}"] = judged(pictures, made, here, there)
            print(json.dumps(result[f"{here} to {there}"]), flush=True)
        sheet(pictures, made, work / f"{shift}-{budget:g}")
        kept = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps(kept | {"machine": described(), "asked": ASKED, "cpu_s_each": budget, shift: result}, indent=1) + "\n")


def the_set(shift, work):
    """Drawn once, then read again: two minutes of drawing."""
    place = work / "sets" / f"{shift}-{PEOPLE}-{SIZE}-{SLICES}-{SEED}"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        phantom_set(PEOPLE, SIZE, slices=SLICES, seed=SEED, shift=shift).save(place)
    return ImageSet.load(place)


def translator(pictures, budget, folder):
    """(what translates, what it cost)."""
    settings = {one.name: one.default for one in MODEL.settings}
    plan = LearningPlan(steps=1, batch=BATCH, seed=1, rate=3e-4, average=0.99, warm_up=20)
    folder.mkdir(parents=True, exist_ok=True)
    steps = steps_for(pictures, MODEL, settings, budget, folder, plan)
    spent = Spent(folder / "spent.json", lambda text: print(text, flush=True))
    made = learnt(pictures, MODEL, settings, msgspec.structs.replace(plan, steps=steps), folder / "whole", note=spent)
    cost = {"cpu_s": so_far(folder / "spent.json")["cpu_s"], "steps": made.steps}

    def run(name):
        def translate(pictures):
            with torch.no_grad():
                return made.networks[name].eval()(torch.as_tensor(pictures)).numpy()

        return translate

    graphs = {name: run(name) for name in ("there", "back")}
    return lambda shown, towards: MODEL.sample(
        graphs, pictures.form, made.settings, SampleRequest(len(shown), pictures=shown, towards=towards)
    ), cost


def judged(pictures, made, here, there):
    """The shift before and after, and the likeness to the true pair, on test and held-out people."""
    rows = {domain: np.concatenate([pictures.rows(split, domain) for split in ("test", "held-out")]) for domain in (here, there)}
    shown, truth, real = pictures.scaled(rows[here]), pictures.scaled_partners(rows[here]), pictures.scaled(rows[there])
    moved = made(shown, there)
    learnt_from = radiomics(pictures.scaled(pictures.rows("train", there)))
    scale = Scale.learnt(learnt_from)
    told = {name: scale(radiomics(one)) for name, one in (("before", shown), ("after", moved), ("real", real), ("pair", truth))}
    floor = frechet(told["pair"], told["real"])
    before, after = frechet(told["before"], told["real"]), frechet(told["after"], told["real"])
    draw, shares = np.random.default_rng(0), []
    for _ in range(RESAMPLED):
        a, b = draw.integers(len(shown), size=len(shown)), draw.integers(len(real), size=len(real))
        one, two = frechet(told["before"][a], told["real"][b]), frechet(told["after"][a], told["real"][b])
        shares.append(1 - two / one)
    return {
        "slices": len(shown), "frd_before": round(before, 2), "frd_after": round(after, 2), "frd_of_true_pairs": round(floor, 2),
        "removed": [round(float(one), 3) for one in (1 - after / before, *np.quantile(shares, [0.025, 0.975]))],
        "removed_above_true_pairs": round(1 - max(0.0, after - floor) / (before - floor), 3),
        "ssim_to_pair": round(likeness(moved, truth), 4), "ssim_to_pair_untranslated": round(likeness(shown, truth), 4),
    }  # fmt: skip


def likeness(one, other):
    """Mean SSIM (MONAI)."""
    from monai.losses.ssim_loss import SSIMLoss

    return float(1 - SSIMLoss(2, data_range=2.0)(torch.as_tensor(one), torch.as_tensor(other)))


def sheet(pictures, made, folder):
    """Five slices: as seen, translated, the truth."""
    from PIL import Image

    here, there = pictures.form.domains
    rows = pictures.rows("test", here)[::7][:6]
    shown = pictures.scaled(rows)
    lines = [np.concatenate(list(one[:, 0]), axis=1) for one in (shown, made(shown, there), pictures.scaled_partners(rows))]
    grey = ((np.concatenate(lines) + 1) * 127.5).clip(0, 255).astype(np.uint8)
    Image.fromarray(grey).resize((grey.shape[1] * 3, grey.shape[0] * 3), 0).save(folder / "translated.png")


if __name__ == "__main__":
    main()
