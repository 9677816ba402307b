"""How long does a whole genome's VCF take? Writes result.json beside this file; see README.md.

python benchmarks/genome_reading/run.py [--lines 5000000]
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

LENGTHS = {
    "1": 248956422, "2": 242193529, "3": 198295559, "4": 190214555, "5": 181538259, "6": 170805979, "7": 159345973, "8": 145138636, "9": 138394717,
    "10": 133797422, "11": 135086622, "12": 133275309, "13": 114364328, "14": 107043718, "15": 101991189, "16": 90338345, "17": 83257441,
    "18": 80373285, "19": 58617616, "20": 64444167, "21": 46709983, "22": 50818468, "X": 156040895,
}  # fmt: skip
RECORD = "\t.\tA\tG\t812.77\tPASS\tAC=1;AF=0.5;AN=2;DP=34;MQ=60.0\tGT:AD:DP:GQ\t0/1:16,18:34:99\n"
OURS = """
import json, resource, sys
from xinglin.intake.genomes import Stated, read
found = read(sys.argv[1], Stated(assembly="GRCh38"))
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"cpu_s": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024, "places": sum(s.state in {"called", "reference-block"} for s in found.sites)}))
"""
THEIRS = {
    "pysam": """
import json, resource, sys, pysam
count = 0
for record in pysam.VariantFile(sys.argv[1]):
    count += record.pos > 0 and record.samples[0]["GT"] != (None, None)
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"cpu_s": used.ru_utime + used.ru_stime, "records": count}))
""",
    "cyvcf2": """
import json, resource, sys
from cyvcf2 import VCF
count = 0
for record in VCF(sys.argv[1]):
    count += record.POS > 0 and record.gt_types[0] >= 0
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"cpu_s": used.ru_utime + used.ru_stime, "records": int(count)}))
""",
}


def write(path: Path, lines: int) -> None:
    """A made-up genome: places at even distances with a random shift, all heterozygous."""
    draw, whole = random.Random(1), sum(LENGTHS.values())
    with path.open("w", encoding="ascii") as file:
        file.write('##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n')
        for key, number, kind in (("AD", "R", "Integer"), ("DP", "1", "Integer"), ("GQ", "1", "Integer")):
            file.write(f'##FORMAT=<ID={key},Number={number},Type={kind},Description="{key}">\n')
        for key, number, kind in (
            ("AC", "A", "Integer"),
            ("AF", "A", "Float"),
            ("AN", "1", "Integer"),
            ("DP", "1", "Integer"),
            ("MQ", "1", "Float"),
        ):
            file.write(f'##INFO=<ID={key},Number={number},Type={kind},Description="{key}">\n')
        file.writelines(f"##contig=<ID=chr{name},length={length}>\n" for name, length in LENGTHS.items())
        file.write("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\n")
        kept = kept_places()
        for name, length in LENGTHS.items():
            count = int(lines * length / whole)
            step = length / count
            places = (int(i * step) + 1 + draw.randrange(int(step)) for i in range(count))
            taken = {place for start, end, _ in kept.get(name, ()) for place in range(start, end)}
            others = ((place, f"chr{name}\t{place}{RECORD}") for place in places if place not in taken)
            file.writelines(line for _, line in heapq.merge(others, ((start, line) for start, _, line in kept.get(name, ()))))


def kept_places() -> dict[str, list[tuple[int, int, str]]]:
    """Chromosome -> (first place, place behind the last, record) of a made-up person at the places that matter."""
    from xinglin.formats.vcf import vcf_of
    from xinglin.knowledge import pgx
    from xinglin.models.virtual_person import genome_of

    given = {gene.name: (gene.reference,) * 2 for gene in pgx.genes() if gene.method != "outside"} | {"CYP2C19": ("*2", "*17")}
    found: dict[str, list[tuple[int, int, str]]] = {}
    for line in vcf_of(genome_of(given, "GRCh38"), "GRCh38").decode().splitlines(keepends=True):
        if not line.startswith("#"):
            cells = line.split("\t")
            found.setdefault(cells[0].removeprefix("chr"), []).append((int(cells[1]), int(cells[1]) + len(cells[3]), line))
    return found


def ran(code: str, path: Path) -> dict[str, float] | None:
    """What a fresh interpreter measured; None where the library is not there."""
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    return {name: round(value, 2) for name, value in json.loads(done.stdout).items()}


def main() -> int:
    """0 when every reading stays within the bar."""
    import pysam
    from benchmarks.machine import described

    words = argparse.ArgumentParser()
    words.add_argument("--lines", type=int, default=5_000_000)
    lines = words.parse_args().lines
    with tempfile.TemporaryDirectory() as folder:
        plain, packed, indexed = (Path(folder) / name for name in ("genome.vcf", "packed.vcf.gz", "indexed.vcf.gz"))
        write(plain, lines)
        pysam.tabix_compress(str(plain), str(packed))
        indexed.hardlink_to(packed)
        pysam.tabix_index(str(indexed), preset="vcf")
        ours = {name: ran(OURS, path) for name, path in (("plain", plain), ("bgzip", packed), ("bgzip with index", indexed))}
        sizes = {"plain_mb": plain.stat().st_size >> 20, "bgzip_mb": packed.stat().st_size >> 20}
        plain.unlink()
        theirs = {name: ran(code, packed) for name, code in THEIRS.items()}
    result = {
        "question": "How long does a whole genome's VCF take?",
        "machine": described(),
        "lines": lines,
        **sizes,
        "ours": ours,
        "others_through_every_record": theirs,
        "bars": {"cpu_s": 20},
    }
    (HERE / "result.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0 if all(one is not None and one["cpu_s"] <= 20 for one in ours.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
