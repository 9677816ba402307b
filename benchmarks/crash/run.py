"""Is anything lost or left half done when the machine's work is killed at a random moment?

Run: python benchmarks/crash/run.py     (200 kills; writes result.json beside it)
kill -9 is not a power failure: it shows that the steps are in the right order, not that the disk keeps its word.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from xinglin.review.release import export_again
from xinglin.store import Store

FILES = {"a.txt", "b.txt", "c.txt"}


def one_kill(folder: Path, draw: random.Random) -> tuple[str, float]:
    """Start the work, kill it at a random moment after it opened the house (one in ten: also while opening)."""
    acks = folder / "acks"
    before = acks.stat().st_size if acks.exists() else 0
    command = [sys.executable, str(Path(__file__).with_name("work.py")), *(str(folder / name) for name in ("house", "outs", "acks"))]
    with subprocess.Popen(command) as process:
        wanted = b"opening" if draw.random() < 0.1 else b"opened"
        limit = time.monotonic() + 60
        while not (acks.exists() and b'"%s"' % wanted in acks.read_bytes()[before:]):
            if process.poll() is not None or time.monotonic() > limit:
                process.kill()
                raise RuntimeError("the work did not start")
            time.sleep(0.002)
        time.sleep(draw.uniform(0, 0.35))
        process.kill()
    lines = acks.read_bytes()[before:].splitlines()
    return json.loads(lines[-1])["act"], time.monotonic()


def acknowledged(acks: Path) -> list[dict]:
    """Every acknowledged act so far."""
    return [json.loads(line) for line in acks.read_bytes().splitlines()]


def look(folder: Path, since: int) -> dict[str, int]:
    """What is lost or half done of the acts from number `since` on, and of everything released."""
    found = {"acknowledged_lost": 0, "half_released": 0, "partial_folders": 0, "ledger_broken": 0, "blobs_astray": 0}
    acts = acknowledged(folder / "acks")[since:]
    start = time.monotonic()
    with Store.open(folder / "house") as store:
        opened_s = time.monotonic() - start
        for act in acts:
            found["acknowledged_lost"] += not is_kept(store, act, folder)
        for name in store.releases()[-5:]:
            found["half_released"] += not is_whole(store, name, folder)
        for out in (folder / "outs").glob("[!.]*"):
            found["partial_folders"] += {path.name for path in out.iterdir()} != FILES
        found["ledger_broken"] += not store.verify().whole
        with store._database.read() as connection:
            known = {row[0] for row in connection.exec_driver_sql("SELECT name FROM blobs")}
        found["blobs_astray"] += len({path.name for path in (folder / "house" / "blobs").rglob("*") if path.is_file()} ^ known)
    return found | {"open_ms": round(opened_s * 1000)}


def is_kept(store: Store, act: dict, folder: Path) -> bool:
    """Whether an acknowledged act is there as it was acknowledged."""
    if act["act"] == "took in":
        return store.version(act["chart"]) == act["version"] and len(store.resources(act["chart"])) == 40
    if act["act"] == "signed":
        return len(store.signatures(act["draft"], 1)) == 1 and store.history_problems(act["draft"]) == ()
    if act["act"] == "released":
        out = folder / "outs" / act["draft"]
        there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir()}
        return there == act["files"] == {file.path: file.sha256 for file in store.release(act["release"]).release.files}
    return True


def is_whole(store: Store, name: str, folder: Path) -> bool:
    """Whether a release has all its files, and can be written out anew."""
    kept = store.release(name)
    hashes = [hashlib.sha256(content).hexdigest() for content in store.release_contents(name)]
    again = folder / "again"
    export_again(store, name, again)
    written = {path.name for path in again.iterdir()}
    for path in again.iterdir():
        path.unlink()
    again.rmdir()
    signed = store.draft_row(kept.release.draft).state == "released" and len(store.signatures(kept.release.draft, kept.revision)) >= 1
    return signed and written == FILES and hashes == [file.sha256 for file in kept.release.files]


def run(folder: Path, kills: int, seed: int = 0) -> dict:
    """Kill so many times, look after each."""
    draw = random.Random(seed)
    total: dict[str, int] = {}
    last_acts: dict[str, int] = {}
    slowest = since = 0
    for _ in range(kills):
        act, _ = one_kill(folder, draw)
        last_acts[act] = last_acts.get(act, 0) + 1
        found = look(folder, since)
        since = len(acknowledged(folder / "acks"))
        slowest = max(slowest, found.pop("open_ms"))
        total = {name: total.get(name, 0) + count for name, count in found.items()}
    acts = [act["act"] for act in acknowledged(folder / "acks")]
    counts = {name: acts.count(name) for name in ("took in", "signed", "released")}
    return {"kills": kills, **total, "acknowledged": counts, "killed_after": last_acts, "slowest_restart_ms": slowest}


def main() -> None:
    """Two hundred kills."""
    start = time.time()
    with tempfile.TemporaryDirectory() as folder:
        result = run(Path(folder), int(os.environ.get("KILLS", "200")))
    result |= {"seconds": round(time.time() - start), "machine": platform.platform(), "python": platform.python_version()}
    Path(__file__).with_name("result.json").write_text(json.dumps(result, indent=2) + "\n")
    sys.stdout.write(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
