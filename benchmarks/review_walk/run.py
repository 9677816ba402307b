"""Is anything ever released that was not signed as it stands? A hundred thousand random steps by three users.

Run: python benchmarks/review_walk/run.py     (writes result.json beside it)
For speed the database is in memory, the folder on a memory disk where there is one, and passphrases are
stretched with the cheapest setting (scrypt n=2): none of these takes part in the question.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import random
import sys
import tempfile
import time
from pathlib import Path

_spec = importlib.util.spec_from_file_location("review_walk", Path(__file__).with_name("walk.py"))
walk = importlib.util.module_from_spec(_spec)
sys.modules["review_walk"] = walk
_spec.loader.exec_module(walk)

STEPS_PER_HOUSE = 400


def step(house: walk.Walk, draw: random.Random) -> None:
    """One random act."""
    names = list(house.known)
    if not names or draw.random() < 0.06:
        house.make(tuple(draw.choice((0, 0, 0, 1, 2, 3)) for _ in range(draw.randint(1, 3))), draw.choice((1, 1, 2)))
        return
    name, user = draw.choice(names[-5:]), draw.choice(walk.USERS)
    sentence = draw.choice([*house.known[name].texts, "s1"])
    acts = {
        "accept": (10, lambda: house.accept(name, user, sentence, draw.choice(("", "told today")))),
        "edit": (8, lambda: house.edit(name, user, sentence, draw.randrange(4))),
        "reject": (4, lambda: house.reject(name, user, sentence)),
        "reject all": (1, lambda: house.reject(name, user, "")),
        "sign": (30, lambda: house.sign(name, user, right=True)),
        "sign wrong": (4, lambda: house.sign(name, user, right=False)),
        "sign as another": (1, lambda: house.sign_as_another(name, user)),
        "forge": (2, lambda: house.forge(name, user)),
        "meddle": (2, lambda: house.meddle(name, draw.choice(names), draw.randrange(len(walk.MEDDLING)))),
        "wait": (2, house.wait),
        "amend": (4, lambda: house.amend(name, user)),
        "release": (28, lambda: house.release(name)),
    }
    [act] = draw.choices(list(acts), [weight for weight, _ in acts.values()])
    acts[act][1]()


def run(folder: Path, steps: int, seed: int = 0, url: str = "sqlite://") -> dict:
    """Counts of what happened over so many steps; a house in which a promise was broken is counted and left."""
    draw = random.Random(seed)
    happened: dict[str, int] = {}
    done = houses = unsigned = other = 0
    while done < steps:
        house = walk.Walk(folder / f"walk-{houses}", url)
        try:
            for _ in range(min(STEPS_PER_HOUSE, steps - done)):
                done += 1
                step(house, draw)
        except walk.Unsigned:
            unsigned += 1
        except walk.Broken:
            other += 1
        happened = {name: happened.get(name, 0) + house.happened.get(name, 0) for name in {**happened, **house.happened}}
        houses += 1
        house.close()
    counts = {"steps": done, "houses": houses, "unsigned_released": unsigned, "other_disagreements": other}
    return counts | {"happened": dict(sorted(happened.items()))}


def main() -> None:
    """A hundred thousand steps."""
    start, cpu = time.time(), time.process_time()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        result = run(Path(folder), int(os.environ.get("STEPS", "100000")))
    result |= {"passphrase_cost": "scrypt n=2 r=1 p=1 (for speed)", "database": "SQLite in memory (for speed)"}
    result |= {"seconds": round(time.time() - start), "cpu_seconds": round(time.process_time() - cpu)}
    result |= {"machine": platform.platform(), "python": platform.python_version()}
    Path(__file__).with_name("result.json").write_text(json.dumps(result, indent=2) + "\n")
    sys.stdout.write(json.dumps(result, indent=2) + "\n")
    sys.exit(bool(result["unsigned_released"] or result["other_disagreements"]))


if __name__ == "__main__":
    main()
