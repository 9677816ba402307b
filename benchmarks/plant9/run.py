"""Plant errors in drafts made from many records and count what the checks notice (T1), in English and Chinese.

Records: the FHIR sets of a data folder where present (Synthea, MIMIC demo, Taiwan) and made-up people, at least 200 together.
Every altered sentence is judged on its own, so nothing is owed to the sentences around it. Writes result.json.
`run.py --people 30 --quick` looks at made-up people only.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from machine import described
from msgspec.structs import replace
from plant import plant_draft
from score import score

from xinglin import intake
from xinglin.flow import verify
from xinglin.flow.demo.person import bundle
from xinglin.flow.house import House
from xinglin.flow.settings import Settings
from xinglin.models.reader import Reader
from xinglin.records import Chart, CheckCase, ContentRequest, Draft, Fact

DATA = HERE.parents[1] / "../shared/data"
SETS = ("fhir-synthea-r4/bundles", "fhir-synthea-r4/big", "fhir-zh-tw-nhi-pas", "fhir-mimic-iv-demo/ndjson")
FLAGGED = ("unsupported", "contradicted")


def charts(people: int, quick: bool) -> Iterator[tuple[str, Chart]]:
    """(where from, chart) of every record."""
    for name in () if quick else SETS:
        folder = DATA / name
        files = sorted(folder.glob("*.json")) if "mimic" not in name else [folder]
        for source in files if folder.exists() else ():
            for person in intake.read([source]).people:
                yield name.split("/")[0], intake.chart_of(person.resources)
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(people):
            path = Path(folder) / "person.json"
            path.write_text(json.dumps(bundle(seed)), encoding="utf-8")
            (person,) = intake.read([path]).people
            yield "made up", intake.chart_of(person.resources)


def judged_alone(
    house: House, draft: Draft, facts: tuple[Fact, ...], chart: Chart, sentences: list[tuple[str, str]], reader: Reader
) -> list[str]:
    """The verdict of each (statement id, text) as if it were the only sentence of the draft."""
    checks = [house.checks[c] for c in house.kinds[draft.kind].checks if c != verify.OMISSION]
    cited = {s.id: s.facts for s in draft.statements}
    out = []
    for sentence, (name, _) in zip(reader.read_statements(sentences), sentences, strict=True):
        case = CheckCase(draft.language, (sentence,), facts, {name: cited[name]}, chart, draft, "", draft.provenance.as_of)
        issues = [i for c in checks for i in c.run(case)]
        worst = next((i.verdict for i in issues if i.verdict in FLAGGED), None) or next(
            (i.check for i in issues if i.severity == "stop"), ""
        )
        out.append("contradicted" if worst else "supported")
    return out


def run(people: int, quick: bool, show: int) -> dict:
    """All figures, per language and together."""
    rows: dict[str, list[dict]] = {"en": [], "zh": []}
    counts: dict[str, int] = {}
    shown: dict[str, int] = {}
    spent, sentences = 0.0, 0
    with tempfile.TemporaryDirectory() as home:
        house = House(Settings(home=Path(home)))
        before: tuple[Fact, ...] = ()
        for number, (where, chart) in enumerate(charts(people, quick)):
            counts[where] = counts.get(where, 0) + 1
            as_of, _ = house.as_of(chart, "")
            from xinglin.workup import work_up

            facts = work_up(chart, as_of)
            for language in rows:
                reader = Reader(facts, language, chart.identity, as_of)
                for kind in house.kinds.names():
                    if house.kinds[kind].prepare is not None:  # made from pictures, which these records have none of
                        continue
                    draft = house.draft(ContentRequest(kind, f"chart-{number}", language, as_of), chart)  # type: ignore[arg-type]
                    clean = [(s.id, s.text) for s in draft.statements]
                    start = time.process_time()
                    verdicts = judged_alone(house, draft, facts, chart, clean, reader)
                    spent, sentences = spent + time.process_time() - start, sentences + len(clean)
                    rows[language] += [
                        {"class": "clean", "verdict": "contradicted" if s.faithful in FLAGGED else "supported"} for s in draft.statements
                    ]
                    for s in draft.statements:
                        _show(
                            shown,
                            show,
                            f"false alarm {language}",
                            s.text if s.faithful in FLAGGED else "",
                            [i.check for i in draft.issues if i.statement == s.id],
                        )
                    plants = plant_draft(draft, facts, before or facts, number)
                    said = [(name, p.text) for name, p in plants if p.class_name != "omission"]
                    wrong = [(name, p) for name, p in plants if p.class_name != "omission"]
                    verdicts = judged_alone(house, draft, facts, chart, said, reader)
                    for (_, p), verdict in zip(wrong, verdicts, strict=True):
                        rows[language].append({"class": p.class_name, "verdict": verdict})
                        _show(shown, show, f"missed {p.class_name} {language}", p.text if verdict == "supported" else "", [p.note])
                    for name, _ in ((n, p) for n, p in plants if p.class_name == "omission"):
                        less = replace(draft, statements=tuple(s for s in draft.statements if s.id != name))
                        noticed = bool(verify.judge_draft(less, facts, chart, [house.checks[verify.OMISSION]]).omissions)
                        rows[language].append({"class": "omission", "verdict": "omission" if noticed else "supported"})
            before = facts
    figures = {name: {k: {"found": r.hits, "of": r.total, "rate": round(r.rate, 5), "interval": [round(x, 5) for x in r.interval]} for k, r in score(part).items()}
               for name, part in (*rows.items(), ("together", rows["en"] + rows["zh"]))}  # fmt: skip
    return {"records": counts, "figures": figures, "sentences_per_cpu_second": round(sentences / spent), "machine": described()}


def _show(shown: dict[str, int], most: int, name: str, text: str, why: list[str]) -> None:
    if text and shown.get(name, 0) < most:
        shown[name] = shown.get(name, 0) + 1
        print(f"{name}: {text}  {why}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=150)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--show", type=int, default=0, help="print that many misses of each class (synthetic records only)")
    chosen = parser.parse_args()
    result = run(chosen.people, chosen.quick, chosen.show)
    for name, figures in result["figures"].items():
        print(name, {k: f"{f['found']}/{f['of']}" for k, f in figures.items()})
    print(result["records"], result["sentences_per_cpu_second"], "sentences per CPU-second")
    if not chosen.quick:
        (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
