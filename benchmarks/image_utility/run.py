"""Does learning first from made pictures help on a real task? Malignant beside benign on ultrasound, a finding on chest films; people kept apart.

Run: python benchmarks/image_utility/run.py [CPU-seconds of each generator, default 1200] [work folder] [tasks: us-breast-busi,cxr-nih]
Resumes: what was learnt and what each seed said is kept. Sets: ../shared/data or XINGLIN_TEST_DATA, 64 pixels, 30 % of people for the test.
The generator (wavelet_flow, its default settings, asked for a class) learns from people of the training side alone. Writes result.json beside it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

import numpy as np
import torch
from benchmarks.image_learning_cost import Spent, steps_for, told
from benchmarks.image_utility import arms
from benchmarks.image_utility.intervals import Drawn
from benchmarks.machine import described

from xinglin.records.image_learning import LearningPlan, SampleRequest
from xinglin.shelf import Shelf
from xinglin.shelf.promises import AbstractImageModel
from xinglin.training.image_learning.export import torch_graphs
from xinglin.training.image_learning.fit import learnt
from xinglin.training.image_sets.image_set import ImageSet

DATA = Path(os.environ.get("XINGLIN_TEST_DATA", HERE.parents[2] / "shared" / "data"))
ASKED = {"gain of made first, real after": "lower limit above -0.02; told with its interval"}
GENERATOR, SIZE, MADE, SEED, SEEDS = "wavelet_flow", 64, 1000, 1, 8
HELD_OUT, TEST, WORSE = 0.15, 0.3, -0.02
TASKS = {  # how the set is asked for, and which level is told from which
    "us-breast-busi": ({"label_from": "folder", "mirrored": True}, "label", "malignant", "benign"),
    "cxr-nih": ({"table": "labels.csv", "conditions": ("finding=label",)}, "finding", "Pneumonia", "No_findings"),
}


def main():
    budget = float(sys.argv[1]) if len(sys.argv) > 1 else 1200.0
    work = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.gettempdir()) / "xinglin-benchmark-utility"
    tasks = sys.argv[3].split(",") if len(sys.argv) > 3 else list(TASKS)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    for task in tasks:
        found = of_task(task, budget, work)
        path = HERE / "result.json"
        result = json.loads(path.read_text()) if path.exists() else {}
        result |= {"machine": described(), "asked": ASKED, "size": SIZE, "made": MADE, "seeds": SEEDS, "generator": GENERATOR}
        result["steps"] = {"made first": arms.FIRST, "real": arms.REAL, "between looks": arms.LOOK, "batch": arms.BATCH}
        path.write_text(json.dumps(result | {task: found}, indent=1) + "\n")
        print(task, json.dumps(found, indent=1), flush=True)


def of_task(task, budget, work):
    """Learnt, made, tried by every seed, counted."""
    _, condition, yes, no = TASKS[task]
    pictures, folder = the_set(task, work), work / f"{task}-{budget:g}"
    folder.mkdir(parents=True, exist_ok=True)
    made, asked, cost = made_pictures(pictures, condition, (no, yes), budget, folder)
    data, spent, seeds = sides(pictures, condition, (no, yes)), Spent(folder / "trying.json"), []
    for seed in range(SEEDS):
        seeds.append(kept(folder / f"seed-{seed}.json", lambda seed=seed: arms.of_seed(data, (made, asked), seed)))
        spent.keep(seed + 1, SEEDS)
        print(task, f"seed {seed + 1} of {SEEDS}, {spent.cpu_s:.0f} CPU-seconds", flush=True)
    people = {side: len(set(data[side][2])) for side in ("train", "held-out", "test")}
    counts = {side: [int((data[side][1] == one).sum()) for one in (0, 1)] for side in people}
    return {
        "told apart": [no, yes], "people": people, "pictures": counts, "generator": cost, **counted(seeds, data["test"]),
        "cpu_s_of_trying": round(told(folder / "trying.json")["cpu_s"], 1),
    }  # fmt: skip


def the_set(task, work):
    """Collected as a user would, people kept apart."""
    place = work / "sets" / task
    if not place.exists():
        from xinglin.flow.python_image_sets import collect_images

        asked = dict(TASKS[task][0])
        if "table" in asked:
            asked["table"] = DATA / task / asked["table"]
        collect_images(DATA / task, SIZE, place, name=task, home=work / "house", held_out=HELD_OUT, test=TEST, **asked)
    return ImageSet.load(place)


def made_pictures(pictures, condition, levels, budget, folder):
    """(made (n, 1, 64, 64), their labels 0 and 1 in equal shares, what the generator cost)."""
    model = Shelf("xinglin.models.image", "MODEL", AbstractImageModel)[GENERATOR]
    settings = {one.name: one.default for one in model.settings}
    names = [one.name for one in pictures.form.conditions]
    labels = (np.arange(MADE) % 2).astype(np.float32)
    place = {side: pictures.form.conditions[names.index(condition)].levels.index(level) for side, level in enumerate(levels)}
    if not (folder / "made.npy").exists():
        plan = LearningPlan(steps=1, seed=SEED)
        plan = LearningPlan(steps=steps_for(pictures, model, settings, budget, folder, plan), seed=SEED)
        spent = Spent(folder / "spent.json", lambda text: print(GENERATOR, text, flush=True))
        made = learnt(pictures, model, settings, plan, folder / "whole", note=spent)
        spent.keep(made.steps, made.steps)
        began = time.process_time()
        conditions = np.full((MADE, len(names)), np.nan, np.float32)
        conditions[:, names.index(condition)] = [place[int(one)] for one in labels]
        graphs = torch_graphs(model, made.networks, pictures.form, made.settings)
        shown = model.sample(graphs, pictures.form, made.settings, SampleRequest(MADE, SEED, conditions=conditions))
        (folder / "sampling.json").write_text(json.dumps(round(time.process_time() - began, 1)))
        sheet(shown, folder / "made.png")
        aside = folder / "made.being-written.npy"
        np.save(aside, np.clip(shown, -1, 1).astype(np.float16))
        os.replace(aside, folder / "made.npy")
    one = told(folder / "spent.json")
    cost = {"steps": one["of"], "cpu_s": round(one["cpu_s"], 1), "cpu_s_of_sampling": json.loads((folder / "sampling.json").read_text())}
    return np.load(folder / "made.npy").astype(np.float32), labels, cost


def sides(pictures, condition, levels):
    """Of each side: pictures, labels 0 and 1, people; other levels are left out."""
    names = [one.name for one in pictures.form.conditions]
    column = names.index(condition)
    no, yes = (pictures.form.conditions[column].levels.index(level) for level in levels)
    found = {"mirrored": pictures.form.mirrored}
    for side in ("train", "held-out", "test"):
        rows = pictures.rows(side)
        known = pictures.conditions(rows)[:, column]
        rows, known = rows[np.isin(known, (no, yes))], known[np.isin(known, (no, yes))]
        found[side] = (pictures.scaled(rows), (known == yes).astype(np.float32), pictures.persons(rows))
    return found


def kept(path, make):
    """What one seed said, made once."""
    if not path.exists():
        found = {way: {**one, "test": [round(value, 5) for value in one["test"]]} for way, one in make().items()}
        aside = path.with_suffix(".new")
        aside.write_text(json.dumps(found))
        os.replace(aside, path)
    return json.loads(path.read_text())


def counted(seeds, test):
    """AUC of every way, gains over real pictures alone at the same steps, and whether real alone had learnt all it could."""
    _, labels, persons = test
    drawn = Drawn(labels, persons, len(seeds))

    def answers(way):
        return np.array([seed[way]["test"] for seed in seeds])

    found = {"made alone": drawn.auc(answers("made alone")), "shares of the training people": {}}
    for share in arms.SHARES:
        real, first, longer = f"{share:g} real", f"{share:g} made first", f"{share:g} real, longer"
        one = {
            "real alone": drawn.auc(answers(real)),
            "made first, real after": drawn.auc(answers(first)),
            "gain": drawn.gain(answers(first), answers(real)),
            "at equal steps in all": drawn.auc(answers(first + ", shorter")),
            "gain at equal steps in all": drawn.gain(answers(first + ", shorter"), answers(real)),
            "step at which real alone was best": middle([seed[real]["best"] for seed in seeds]),
        }
        if longer in seeds[0]:
            one["real alone, with the steps of both"] = drawn.auc(answers(longer))
            one["gain over real alone with the steps of both"] = drawn.gain(answers(first), answers(longer))
            one["real alone learns on held-out people"] = converged([seed[longer]["course"] for seed in seeds])
        found["shares of the training people"][f"{share:g}"] = one
    gain = found["shares of the training people"]["1"]["gain"]
    return found | {"not worse": gain[1] > WORSE}


def middle(steps):
    """Quartiles."""
    return np.quantile(steps, [0.25, 0.5, 0.75]).tolist()


def converged(courses):
    """Mean held-out AUC in each third of the steps, and the best of the best look until then: no more is gained where these stand still."""
    course = np.array(courses)
    return {
        "steps": int(course.shape[1] * arms.LOOK),
        "mean AUC by thirds": [round(float(one.mean()), 4) for one in np.array_split(course, 3, axis=1)],
        "best AUC until then": [round(float(course[:, : course.shape[1] * part // 3].max(axis=1).mean()), 4) for part in (1, 2, 3)],
    }


def sheet(shown, path):
    """The first 64; classes in turns."""
    from PIL import Image

    lines = [np.concatenate(list(shown[at : at + 8, 0]), axis=1) for at in range(0, 64, 8)]
    Image.fromarray(((np.concatenate(lines) + 1) * 127.5).clip(0, 255).astype(np.uint8)).save(path)


if __name__ == "__main__":
    main()
