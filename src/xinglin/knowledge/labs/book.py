"""The tables of laboratory analytes, read once from `data/` and found by LOINC code, key or name.

A table that contradicts itself (a code twice, a name for two analytes, an unknown key or source) stops the program.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files

from xinglin.knowledge.labs.analyte import Analyte, Interval

_HERE = files("xinglin.knowledge.labs")


def _rows(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader((_HERE / "data" / name).read_text(encoding="utf-8").splitlines())


@lru_cache(maxsize=1)
def sources() -> dict[str, dict[str, str]]:
    """SOURCE.toml: `title`, `source_read` and `level` (primary, secondary, definition, judgement, unverified) per key."""
    return {k: v for k, v in tomllib.loads((_HERE / "SOURCE.toml").read_text(encoding="utf-8")).items() if isinstance(v, dict)}


@lru_cache(maxsize=1)
def version() -> str:
    """The version of the topic, as it appears in Evidence ("knowledge/labs@2026.1")."""
    return str(tomllib.loads((_HERE / "SOURCE.toml").read_text(encoding="utf-8"))["version"])


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _interval(row: dict[str, str]) -> Interval:
    source = sources()[row["source"]]
    return Interval(
        low=_number(row["low"]),
        high=_number(row["high"]),
        unit=row["unit"],
        source=row["source"],
        source_title=source["title"],
        source_read=source["source_read"],
        locator=row.get("locator", ""),
        version=version(),
        verified=row.get("verified", "yes") == "yes",
        population=row.get("population", ""),
        note=row.get("note", ""),
        sex=row.get("sex", "any"),
        age_from=_number(row.get("age_from", "")),
        age_to=_number(row.get("age_to", "")),
    )


def _analyte(row: dict[str, str], codes: dict[str, str], intervals: tuple[Interval, ...], critical: Interval | None) -> Analyte:
    limits = {"low": row["plausible_low"], "high": row["plausible_high"], "unit": row["unit"], "source": row["plausible_source"]}
    return Analyte(
        key=row["key"],
        loincs=codes,
        names={"en": tuple(row["en"].split("|")), "zh": tuple(row["zh"].split("|"))},
        unit=row["unit"],
        units=tuple(dict.fromkeys([row["unit"], *codes.values(), *filter(None, row["units"].split("|"))])),
        group=row["group"],
        decimals=int(row["decimals"]),
        worse=row["worse"],  # type: ignore[arg-type]  # the table's own test holds it to high, low, both
        plausible=_interval(limits),
        critical=critical,
        intervals=intervals,
        molar_mass_g_per_mol=_number(row["molar_mass"]),
        molar_mass_source=row["mass_source"],
        valence=int(row["valence"]) if row["valence"] else None,
    )


@lru_cache(maxsize=1)
def analytes() -> tuple[Analyte, ...]:
    """Every analyte, in the order of the table."""
    codes: dict[str, dict[str, str]] = defaultdict(dict)
    intervals: dict[str, list[Interval]] = defaultdict(list)
    for row in _rows("codes.csv"):
        codes[row["key"]][row["loinc"]] = row["unit"]
    for row in _rows("intervals.csv"):
        intervals[row["key"]].append(_interval(row))
    critical = {row["key"]: _interval(row) for row in _rows("critical.csv")}
    rows = list(_rows("analytes.csv"))
    unknown = (set(codes) | set(intervals) | set(critical)) - {row["key"] for row in rows}
    if unknown:
        raise ValueError(f"knowledge/labs: rows for analytes that are not in analytes.csv: {sorted(unknown)}")
    return tuple(_analyte(r, codes[r["key"]], tuple(intervals[r["key"]]), critical.get(r["key"])) for r in rows)


@lru_cache(maxsize=1)
def long_names() -> dict[str, tuple[str, str]]:
    """LOINC long common name and the source it was read in, per code; the name is "" where none was read."""
    return {row["loinc"]: (row["long_name"], row["name_source"]) for row in _rows("codes.csv")}


@lru_cache(maxsize=1)
def _by_code() -> dict[str, Analyte]:
    return {code: analyte for analyte in analytes() for code in analyte.loincs}


@lru_cache(maxsize=1)
def _by_key() -> dict[str, Analyte]:
    return {analyte.key: analyte for analyte in analytes()}


def folded(name: str) -> str:
    """A name as it is compared: no case (for names longer than two letters), spaces or dashes.

    Short symbols keep their case, so that "Ca" (calcium) is not "CA" and "Na" is not "NA".
    """
    bare = re.sub(r"[\s\u2010-\u2015_-]+", "", name.strip()).translate(str.maketrans("（）％", "()%"))
    return bare if len(bare) <= 2 else bare.casefold()


@lru_cache(maxsize=1)
def _by_name() -> dict[tuple[str, str], Analyte]:
    found: dict[tuple[str, str], Analyte] = {}
    for analyte in analytes():
        for language, names in analyte.names.items():
            for name in names:
                other = found.setdefault((language, folded(name)), analyte)
                if other is not analyte:
                    raise ValueError(f"knowledge/labs: {name!r} is a name of {other.key} and of {analyte.key}")
    return found


def analyte(code: str) -> Analyte | None:
    """The analyte of a LOINC code ("2160-0") or of a key ("creatinine"); None when it is not in the table."""
    return _by_code().get(code) or _by_key().get(code)


def by_name(text: str, language: str = "en") -> Analyte | None:
    """The analyte that a name means, exact up to case, spaces and dashes; None when none does.

    In Chinese text Latin abbreviations count too: by_name("Cr", "zh") is creatinine.
    """
    key = folded(text)
    return _by_name().get((language, key)) or (_by_name().get(("en", key)) if language == "zh" else None)


@lru_cache(maxsize=1)
def result_units() -> frozenset[str]:
    """Units that say "this is a result": concentrations, counts, pressures. Lengths, times and shares may belong to other things."""
    return frozenset(u for a in analytes() for u in a.units if ("/" in u and not u.startswith("/")) or u == "mm[Hg]")
