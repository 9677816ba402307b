"""Is every pair of star alleles found again, in both assemblies, and how fast? Writes result.json beside this file; see README.md.

python benchmarks/star_alleles/run.py
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from itertools import combinations_with_replacement
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

PERSONS = 200


def alleles(gene: str) -> list[str]:
    from xinglin.knowledge import pgx

    return [one.name for one in pgx.alleles(gene) if one.kind in {"reference", "defined", "core"}]


def pairs_of(gene: str) -> dict[str, int]:
    """How often each pair of one gene is among the answers, with and without known strands."""
    from xinglin.models.virtual_person.genome import sites_of
    from xinglin.records.genomics import Genome
    from xinglin.workup.genes import call_of
    from xinglin.workup.genes.matching import Read, matched

    names = alleles(gene)
    single = {name: sites_of(gene, (name,), "GRCh38") for name in names}
    found = {"pairs": 0, "strands_known": 0, "strands_unknown": 0, "same_bases_as_a_pair_of_more_places": 0}
    from msgspec.structs import replace

    for one, two in combinations_with_replacement(names, 2):
        found["pairs"] += 1
        for phased in (True, False):
            sites = tuple(
                replace(a, alleles=(*a.alleles, *b.alleles), phased=phased) for a, b in zip(single[one], single[two], strict=True)
            )
            call = call_of(gene, Genome("vcf/made", "one", "GRCh38", "germline", "0" * 64, sites=sites), "female")
            if call is not None and {one, two} in [set(pair.alleles) for pair in call.diplotypes]:
                found["strands_known" if phased else "strands_unknown"] += 1
            elif not phased:
                fitting = matched(gene, {site.id: Read(site.alleles) for site in sites}).fitting
                found["same_bases_as_a_pair_of_more_places"] += frozenset((one, two)) in {frozenset(name.split("/")) for name in fitting}
    return found


def persons() -> dict[str, float | int]:
    """Whole persons through files of both assemblies."""
    from xinglin.formats.vcf import vcf_of
    from xinglin.intake.genomes import Stated, read
    from xinglin.knowledge import pgx
    from xinglin.models.virtual_person import genome_of
    from xinglin.workup.genes import gene_calls

    draw, same, times = random.Random(5), 0, []
    genes = [gene.name for gene in pgx.genes() if gene.method != "outside"]
    with tempfile.TemporaryDirectory() as folder:
        for number in range(PERSONS):
            given = {gene: (draw.choice(alleles(gene)), draw.choice(alleles(gene))) for gene in genes}
            answers = []
            for assembly in ("GRCh37", "GRCh38"):
                path = Path(folder) / f"{number}.{assembly}.vcf"
                path.write_bytes(vcf_of(genome_of(given, assembly, phased=number % 2 == 0), assembly))
                begun = time.process_time()
                calls = gene_calls([read(path, Stated())], (), "female")
                times.append(time.process_time() - begun)
                answers.append([(call.gene, call.diplotypes, call.phenotypes) for call in calls])
                path.unlink()
            same += sum(one == two for one, two in zip(*answers, strict=True))
    ordered = sorted(times[2:])
    return {
        "persons": PERSONS, "genes": len(genes), "same_in_both_assemblies": same, "of": PERSONS * len(genes),
        "ms_median": round(ordered[len(ordered) // 2] * 1000, 1), "ms_slowest": round(ordered[-1] * 1000, 1),
    }  # fmt: skip


def main() -> int:
    """0 when every bar holds."""
    from benchmarks.machine import described

    from xinglin.knowledge import pgx

    genes = {gene.name: pairs_of(gene.name) for gene in pgx.genes() if gene.method == "named-alleles"}
    total = {name: sum(one[name] for one in genes.values()) for name in next(iter(genes.values()))}
    explained = total["strands_unknown"] + total["same_bases_as_a_pair_of_more_places"]
    whole = persons()
    result = {
        "question": "Is every pair of star alleles found again, in both assemblies, and how fast?",
        "machine": described(),
        "total": total,
        "share_strands_known": total["strands_known"] / total["pairs"],
        "share_strands_unknown": total["strands_unknown"] / total["pairs"],
        "share_strands_unknown_found_or_same_bases": explained / total["pairs"],
        "persons": whole,
        "genes": genes,
        "bars": {"share": 0.999, "same_in_both_assemblies": 1.0, "ms_median": 50},
    }
    (HERE / "result.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    held = total["strands_known"] / total["pairs"] >= 0.999 and whole["same_in_both_assemblies"] == whole["of"] and whole["ms_median"] <= 50
    return 0 if held and explained == total["pairs"] else 1


if __name__ == "__main__":
    sys.exit(main())
