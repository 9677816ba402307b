"""How often is each way of tampering with the ledger noticed? Eight ways, sixty times each, at random places.

Run: python benchmarks/ledger/run.py     (writes result.json beside it)
The attacker may write the database and drop its triggers, but has neither the house key nor the anchor file.
"""

from __future__ import annotations

import hashlib
import json
import platform
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from xinglin.store import Store

KINDS = ("edit", "delete", "insert", "swap", "edit+rechain", "delete+rechain", "truncate", "full rewrite")
ENTRIES = 200


def rechained(rows: list[tuple[int, str, str, str]], start: int) -> list[tuple[int, str, str, str]]:
    """The rows renumbered and rehashed from `start` on, as a careful attacker would."""
    done = rows[:start]
    previous = done[-1][3] if done else "0" * 64
    for _, about, body, _ in rows[start:]:
        entry = json.loads(body) | {"seq": len(done) + 1, "previous": previous}
        body = json.dumps(entry, sort_keys=True, separators=(",", ":"))
        previous = hashlib.sha256(body.encode()).hexdigest()
        done.append((len(done) + 1, about, body, previous))
    return done


def edited(row: tuple[int, str, str, str]) -> tuple[int, str, str, str]:
    """The same entry, by somebody else."""
    return row[0], row[1], row[2].replace('"who":"dr-li"', '"who":"dr-wu"'), row[3]


def tampered(rows: list[tuple[int, str, str, str]], kind: str, place: int) -> list[tuple[int, str, str, str]]:
    """The book after one act of tampering at `place` (0-based)."""
    rows = list(rows)
    if kind.startswith("edit"):
        rows[place] = edited(rows[place])
    elif kind.startswith("delete"):
        del rows[place]
    elif kind == "insert":
        rows.insert(place, (rows[place][0], *rows[place - 1][1:]))
        rows = [(number, *row[1:]) for number, row in enumerate(rows, start=1)]
    elif kind == "swap":
        one, two = rows[place], rows[place - 1]
        rows[place], rows[place - 1] = (one[0], *two[1:]), (two[0], *one[1:])
    elif kind == "truncate":
        rows = rows[:place]
    elif kind == "full rewrite":
        rows = [edited(row) for row in rows]
    return rechained(rows, 0 if kind == "full rewrite" else place) if kind.endswith(("rechain", "rewrite")) else rows


def put(database: Path, rows: list[tuple[int, str, str, str]], drop_checkpoints_after: int | None) -> None:
    """Write the tampered book over the true one."""
    outside = sqlite3.connect(database)
    for table in ("ledger", "checkpoints"):
        for act in ("update", "delete"):
            outside.execute(f"DROP TRIGGER IF EXISTS {table}_no_{act}")
    outside.execute("DELETE FROM ledger")
    outside.executemany("INSERT INTO ledger VALUES (?, ?, ?, ?)", rows)
    if drop_checkpoints_after is not None:
        outside.execute("DELETE FROM checkpoints WHERE seq > ?", (drop_checkpoints_after,))
    outside.commit()
    outside.close()


def run(folder: Path, times: int) -> dict:
    """Counts per way of tampering; half of the attacks also remove the checkpoints that would give them away."""
    with Store.open(folder / "house") as store:
        with store.together():
            for number in range(ENTRIES // 2):
                store.note("dr-li", f"act {number}", f"draft-{number % 9}")
        for number in range(ENTRIES // 2):
            store.note("dr-li", f"act {number}", f"draft-{number % 9}")
        false_alarms = int(not store.verify().whole)
    outside = sqlite3.connect(folder / "house" / "xinglin.db")
    rows = outside.execute("SELECT seq, about, body, hash FROM ledger ORDER BY seq").fetchall()
    outside.close()
    draw = random.Random(0)
    noticed = dict.fromkeys(KINDS, 0)
    for kind in KINDS:
        for _ in range(times):
            copy = folder / "copy"
            shutil.copytree(folder / "house", copy)
            place = draw.randrange(2, len(rows))
            put(copy / "xinglin.db", tampered(rows, kind, place), place if draw.random() < 0.5 else None)
            with Store.open(copy) as store:
                noticed[kind] += not store.verify().whole
            shutil.rmtree(copy)
    with Store.open(folder / "house") as store:
        false_alarms += int(not store.verify().whole)
    return {"times_each": times, "entries": len(rows), "noticed": noticed, "false_alarms": false_alarms}


def main() -> None:
    """Sixty of each."""
    start = time.time()
    with tempfile.TemporaryDirectory() as folder:
        result = run(Path(folder), 60)
    result |= {"seconds": round(time.time() - start), "machine": platform.platform(), "python": platform.python_version()}
    Path(__file__).with_name("result.json").write_text(json.dumps(result, indent=2) + "\n")
    sys.stdout.write(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
