"""Generators learnt on real pictures at equal cost, judged in one run: how near, how varied, how many copies.

Run: python benchmarks/image_generators/run.py [CPU-seconds each, default 1200: ten minutes of two cores] [work folder] [sets] [models]
Resumes: a learning that was cut goes on, what was judged is kept. Sets: ../shared/data or XINGLIN_TEST_DATA (cxr-nih, us-breast-busi), 64 pixels.
Every model has its default settings and the default plan; steps are those that its own trial says fit into the budget. Writes result.json beside it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from benchmarks.image_learning_cost import Spent, steps_for
from benchmarks.machine import described

from xinglin.records.image_learning import LearningPlan, SampleRequest
from xinglin.shelf import Shelf
from xinglin.shelf.promises import AbstractImageModel
from xinglin.training.image_judging.judged import judged_in_full
from xinglin.training.image_learning.export import torch_graphs
from xinglin.training.image_learning.fit import learnt
from xinglin.training.image_sets.image_set import ImageSet

DATA = Path(os.environ.get("XINGLIN_TEST_DATA", HERE.parents[2] / "shared" / "data"))
ASKED = {"frd": "the champion at most half of the better of dcgan, wgan_gp and vae", "recall": 0.7, "near_copies": 0}
CHAMPION, BASELINES = "wavelet_flow", ("dcgan", "wgan_gp", "vae")
MODELS = (CHAMPION, *BASELINES)
SIZE, MADE, SEED = 64, 400, 1
TOLD = (
    "Fréchet radiomics distance",
    "Fréchet encoder distance",
    "recall",
    "recall, encoder",
    "precision",
    "near-copies",
    "membership inference AUC",
)


def main():
    budget = float(sys.argv[1]) if len(sys.argv) > 1 else 1200.0
    work = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.gettempdir()) / "xinglin-benchmark-generators"
    sets = sys.argv[3].split(",") if len(sys.argv) > 3 else ["cxr-nih", "us-breast-busi"]
    models = sys.argv[4].split(",") if len(sys.argv) > 4 else list(MODELS)
    path = HERE / "result.json"
    result = json.loads(path.read_text()) if path.exists() else {}
    result |= {"machine": described(), "asked": ASKED, "cpu_s_each": budget, "size": SIZE, "made": MADE}
    for name in sets:
        pictures = the_set(name, work)
        for model in models:
            found = result.setdefault(name, {}).setdefault("models", {})
            found[model] = of_model(pictures, model, budget, work / f"{name}-{model}-{budget:g}")
            print(name, model, json.dumps(found[model]), flush=True)
            result[name] |= summary(found)
            path.write_text(json.dumps(result, indent=1) + "\n")


def the_set(name, work):
    """The pictures of a folder, people kept apart, with the labels that stand beside them."""
    place = work / "sets" / name
    if not place.exists():
        from xinglin.flow.python_image_sets import collect_images

        more = {"table": DATA / name / "labels.csv"} if (DATA / name / "labels.csv").exists() else {"mirrored": True}
        collect_images(DATA / name, SIZE, place, name=name, home=work / "house", **more)
    return ImageSet.load(place)


def of_model(pictures, name, budget, folder):
    """Learnt for the budget, sampled, judged; or what was found before."""
    if (folder / "found.json").exists():
        return json.loads((folder / "found.json").read_text())
    model = Shelf("xinglin.models.image", "MODEL", AbstractImageModel)[name]
    settings = {one.name: one.default for one in model.settings}
    folder.mkdir(parents=True, exist_ok=True)
    steps = steps_for(pictures, model, settings, budget, folder, LearningPlan(steps=1, seed=SEED))
    spent = Spent(folder / "spent.json", lambda text: print(name, text, flush=True))
    made = learnt(pictures, model, settings, LearningPlan(steps=steps, seed=SEED), folder / "whole", note=spent)
    cost, began = spent.cpu_s, time.process_time()
    shown = sampled(model, made, pictures)
    each = (time.process_time() - began) / MADE
    np.save(folder / "made.npy", shown.astype(np.float16))
    sheet(shown, folder / "made.png")
    scores = scored(pictures, shown, name)
    found = {
        "steps": made.steps, "cpu_s": round(cost, 1), "sample_cpu_s": round(each, 4), "parameters": parameters(made),
        **{told: msgspec.to_builtins(scores[told].made) for told in TOLD if told in scores},
        "floor": {told: msgspec.to_builtins(scores[told].floor) for told in TOLD if told in scores and scores[told].floor},
    }  # fmt: skip
    if made.settings.get("noise_again"):  # the grain measured and added is ours: textbooks have none
        bare = scored(pictures, sampled(model, made, pictures, noise_again=False), name)
        found["as in textbooks"] = {told: msgspec.to_builtins(bare[told].made) for told in TOLD[:5] if told in bare}
    (folder / "found.json").write_text(json.dumps(found))
    return found


def sampled(model, made, pictures, **changed):
    """`MADE` pictures, by torch, asked to be what learnt-from ones drawn by chance are (as `xinglin evaluate image` asks)."""
    settings = {**made.settings, **changed}
    asked = pictures.conditions(np.random.default_rng(SEED).choice(pictures.rows("train"), MADE)) if pictures.form.conditions else None
    request = SampleRequest(MADE, SEED, conditions=asked)
    return model.sample(torch_graphs(model, made.networks, pictures.form, settings), pictures.form, settings, request)


def scored(pictures, shown, name):
    return {one.name: one for one in judged_in_full(pictures, shown, model=name, seed=SEED).judgement.scores}


def sheet(shown, path):
    """The first 64 as they are."""
    from PIL import Image

    lines = [np.concatenate(list(shown[at : at + 8, 0]), axis=1) for at in range(0, 64, 8)]
    Image.fromarray(((np.concatenate(lines) + 1) * 127.5).clip(0, 255).astype(np.uint8)).save(path)


def parameters(made):
    return sum(weight.numel() for weight in made.networks.parameters())


def summary(found):
    """The champion beside the better of the baselines."""
    told = "Fréchet radiomics distance"
    distance = {name: one[told]["value"] for name, one in found.items()}
    others = [distance[name] for name in BASELINES if name in distance]
    if CHAMPION not in distance or not others:
        return {}
    bare = [found[name].get("as in textbooks", found[name])[told]["value"] for name in BASELINES if name in found]
    return {
        "frd_ratio": round(distance[CHAMPION] / min(others), 3),
        "frd_ratio_to_textbook": round(distance[CHAMPION] / min(bare), 3),
        "recall": found[CHAMPION]["recall"]["value"],
        "near_copies": found[CHAMPION]["near-copies"]["value"],
    }


if __name__ == "__main__":
    main()
