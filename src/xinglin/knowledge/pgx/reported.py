"""What laboratories write, in the words of the tables: "*2A" of DPYD, "-1639 G/A" of VKORC1, two HLA alleles, "poor metaboliser".

Words that mean nothing here come back as they are; nothing is guessed.
"""

from __future__ import annotations

import re
from functools import cache

from xinglin.knowledge.pgx import book
from xinglin.knowledge.pgx.advice import all_advice

_VKORC1 = re.compile(r"^(?:rs9923231\s*|-?1639\s*)?([GACT])\s*/?\s*([GACT])$", re.IGNORECASE)
_SHORT = {"pm": "Poor Metabolizer", "im": "Intermediate Metabolizer", "nm": "Normal Metabolizer", "em": "Normal Metabolizer", "rm": "Rapid Metabolizer",
          "um": "Ultrarapid Metabolizer"}  # fmt: skip
_SAME_AS = {
    "ultra rapid metabolizer": "ultrarapid metabolizer", "extensive metabolizer": "normal metabolizer", "slow metabolizer": "poor metabolizer",
    "slow acetylator": "poor metabolizer", "fast acetylator": "rapid metabolizer", "rapid acetylator": "rapid metabolizer",
    "malignant hyperthermia susceptible": "malignant hyperthermia susceptibility", "mh susceptible": "malignant hyperthermia susceptibility",
    "low activity": "deficiency", "absent": "deficiency", "severe deficiency": "deficiency", "complete deficiency": "deficiency", "dpd deficient": "deficiency",
    "complete dpd deficiency": "deficiency", "partial deficiency": "intermediate metabolizer", "intermediate activity": "intermediate metabolizer",
    "reduced activity": "intermediate metabolizer", "poor": "poor metabolizer", "intermediate": "intermediate metabolizer", "rapid": "rapid metabolizer",
    "ultrarapid": "ultrarapid metabolizer", "expresser": "normal metabolizer", "expressor": "normal metabolizer", "nonexpresser": "poor metabolizer",
    "non expresser": "poor metabolizer", "mhs": "malignant hyperthermia susceptibility", "low function": "poor function", "increased risk": "increased risk of aminoglycoside induced hearing loss",
}  # fmt: skip
_LACKING = {"deficient", "deficiency", "absent activity", "no activity"}
"""Of an enzyme named by how well it works: TPMT, NUDT15, DPYD. G6PD has the word itself."""
_BASES = {
    ("SLCO1B1", "rs4149056"): {"CC": "Poor Function", "CT": "Decreased Function", "TT": "Normal Function"},
    ("ABCG2", "rs2231142"): {"AA": "Poor Function", "AC": "Decreased Function", "CC": "Normal Function",
                             "TT": "Poor Function", "GT": "Decreased Function", "GG": "Normal Function"},
}  # fmt: skip
"""What one place alone tells of a gene, by both bases in the order of the alphabet: the place of SLCO1B1 *5 and of ABCG2's one variant (alleles.csv)."""
_PLACE = re.compile(r"^(?P<place>rs\d+)[\s:]*(?P<bases>[ACGT])\s*/?\s*(?P<other>[ACGT])$", re.IGNORECASE)
_MANY = re.compile(r"[xX×]\s*[nN]\b")
_FIELDS = re.compile(r"^\*?(\d+:\d+)")


def as_reported(gene: str, words: str) -> str | tuple[str, ...]:
    """A result as `advice` and `phenotype` understand it: a diplotype, a phenotype's term, or statuses ("*57:01 positive", ...).

    >>> as_reported("DPYD", "*1/*2A"), as_reported("CYP2D6", "poor metaboliser")
    ('Reference/c.1905+1G>A (*2A)', 'Poor Metabolizer')
    """
    known = book.gene(gene)
    if known.phenotype_by == "status":
        return _statuses(known.name, _COMPACT.sub(r"*\1:\2", words))
    words = _MANY.sub("x2", _AROUND.sub(r"\1x2", words))  # "*1/*2xN": at least two copies
    if plainly := _plainly(known.name, words):
        return plainly
    words = _zygous(known.name, words)
    if term := _term(known.name, words):
        return term
    if known.name == "VKORC1" and (hit := _VKORC1.match(words.strip())):
        pair = "".join(sorted({"C": "G", "T": "A"}.get(base.upper(), base.upper()) for base in hit.groups()))
        return {"AA": "-1639 AA", "AG": "-1639 AG", "GG": "-1639 GG"}.get(pair, words)
    if "/" not in words or _PLACE.match(words.strip()):
        return _alone(known.name, words.strip())
    return "/".join(_allele(known.name, part.strip()) for part in words.split("/"))


_COMPACT = re.compile(r"\*(\d{2})(\d{2})\b")  # "*5701"
_AROUND = re.compile(r"\(([^()]+/[^()]+)\)\s*[xX×]\s*(?:[nN]|\d)\b")  # "(*1/*2)xN"
_ZYGOSITY = re.compile(r"[\s,(]*\b(homo|hetero|hemi)(?:zygous|plasmic)\b(?:\s+(?:carrier|variant|for))?[\s,)]*", re.IGNORECASE)
_SCORED = re.compile(r"activity score (?:of )?(?P<score>\d(?:\.\d+)?)", re.IGNORECASE)
_SHARE = re.compile(r"activity (?:of )?(?P<share>\d+(?:\.\d+)?) ?%", re.IGNORECASE)
_BY_SCORE = {"CYP2D6": ((0.1, "Poor"), (1.1, "Intermediate"), (2.3, "Normal"), (99, "Ultrarapid")), "CYP2C9": ((0.6, "Poor"), (1.6, "Intermediate"), (99, "Normal")),
             "DPYD": ((0.6, "Poor"), (1.6, "Intermediate"), (99, "Normal"))}  # fmt: skip
"""The highest score of each phenotype, a little above it (phenotypes.csv)."""
_DEFICIENT_BELOW = 30.0  # G6PD activity in per cent of normal
_OLDER_CHANGE = re.compile(r"^(?:c\.|m\.)?([ACGT])(\d+)([ACGT])$")  # "A1555G"
_BASES_OF_521 = re.compile(r"^(?:c\.)?521 ?([CT])/?([CT])$", re.IGNORECASE)
_VARIANTS = {
    ("SLCO1B1", "521T>C"): "*5",
    ("SLCO1B1", "c.521T>C"): "*5",
    ("NUDT15", "c.415C>T"): "*3",
    ("NUDT15", "415C>T"): "*3",
    ("CYP2C19", "c.681G>A"): "*2",
}
_NO_RISK = re.compile(r"\bno\b|\bnot\b|negative|uncertain|benign|normal|未", re.IGNORECASE)


def _plainly(gene: str, words: str) -> str:
    """What stands in the words without any allele: a score, a share of normal activity, a disposition; "" where nothing does."""
    if (score := _SCORED.search(words)) and gene in _BY_SCORE:
        return next(f"{name} Metabolizer" for most, name in _BY_SCORE[gene] if float(score["score"]) <= most)
    if gene == "G6PD" and (share := _SHARE.search(words)):
        return "Deficient" if float(share["share"]) < _DEFICIENT_BELOW else ""
    if gene in {"RYR1", "CACNA1S"} and re.search(r"pathogenic|malignant hyperthermia", words, re.IGNORECASE) and not _NO_RISK.search(words):
        return "Malignant Hyperthermia Susceptibility"
    if gene == "SLCO1B1" and (hit := _BASES_OF_521.match(words.strip())):
        return _BASES[("SLCO1B1", "rs4149056")].get("".join(sorted((hit[1] + hit[2]).upper())), "")
    return ""


def _zygous(gene: str, words: str) -> str:
    """One allele and how many copies of it as a pair: "*2 homozygous" is *2/*2, "c.7300G>A heterozygous" stands beside the reference."""
    hit = _ZYGOSITY.search(words)
    bare = _ZYGOSITY.sub(" ", words).strip() if hit else words.strip()
    bare = _VARIANTS.get((gene, bare), bare)
    if older := _OLDER_CHANGE.match(bare):
        bare = f"m.{older[2]}{older[1]}>{older[3]}" if gene == "MT-RNR1" else bare
    if hit is None or "/" in bare or not bare or hit[1].casefold() == "hemi" or book.gene(gene).ploidy == "mitochondrial":
        return bare
    return f"{bare}/{bare}" if hit[1].casefold() == "homo" else f"{book.gene(gene).reference}/{bare}"


def _term(gene: str, words: str) -> str:
    """The phenotype that the words are, with or without what follows in brackets; "" when they are none."""
    known = _terms(gene)
    for said in (words, words.partition("(")[0]):
        plain = _plain(_SHORT.get(_plain(said), said))
        plain = _SAME_AS.get(plain, plain)
        if plain in known:
            return known[plain]
        if plain in _LACKING:
            return known.get("poor metabolizer") or known.get("deficient", "")
    return ""


def _alone(gene: str, words: str) -> str:
    """A single allele or variant as the tables name it: "1555A>G" is m.1555A>G, "A-" one of the A- alleles of G6PD, two bases of a place."""
    if place := _PLACE.match(words):
        pair = "".join(sorted((place["bases"] + place["other"]).upper()))
        return _BASES.get((gene, place["place"].casefold()), {}).get(pair, words)
    named = [allele.name for allele in book.alleles(gene)]
    if words in named:
        known = book.gene(gene)
        return f"{known.reference}/{words}" if known.method == "variant-list" and words != known.reference else words
    if f"m.{words}" in named:
        return f"m.{words}"
    if gene == "G6PD":
        found = (name for name in named if re.match(rf"^(?:.*, )?{re.escape(words)}(?:[ ,]|$)", name))
        return next(found, words)
    return words


def _plain(words: str) -> str:
    return words.casefold().replace("metaboliser", "metabolizer").replace("-", " ").strip()


@cache
def _terms(gene: str) -> dict[str, str]:
    terms = {_plain(rule.phenotype): rule.phenotype for rule in book.phenotype_rules().get(gene, ())}
    return terms | {_plain(rule.zh): rule.phenotype for rule in book.phenotype_rules().get(gene, ()) if rule.zh}


@cache
def _older_names(gene: str) -> dict[str, str]:
    """ "*2A" -> "c.1905+1G>A (*2A)", "*1" -> the reference allele, where the tables name alleles by their change."""
    found = {hit[1]: allele.name for allele in book.alleles(gene) if (hit := re.search(r"\((\*?\w+)\)$", allele.name))}
    return found if any(allele.name == "*1" for allele in book.alleles(gene)) else {**found, "*1": book.gene(gene).reference}


def _allele(gene: str, name: str) -> str:
    return name if any(allele.name == name for allele in book.alleles(gene)) else _older_names(gene).get(name, name)


@cache
def _asked(gene: str) -> tuple[str, ...]:
    """The alleles of a gene typed by status that guidelines ask about: "*57:01"."""
    words = {word.split(" ")[0] for one in all_advice() for word in one.conditions.get(gene, ()) if word.startswith("*")}
    return tuple(sorted(words))


def _statuses(gene: str, words: str) -> str | tuple[str, ...]:
    said = "negative" if "negative" in words.casefold() else "positive" if "positive" in words.casefold() else ""
    if said and len(named := re.findall(r"\b(\d{2}:\d{2,3})\b", words)) == 1:
        return f"*{named[0]} {said}"
    if said:
        return words
    carried = {
        f"*{hit[1]}"
        for part in words.replace("HLA-", "").split("/")
        if (hit := _FIELDS.search(part.strip().removeprefix("A").removeprefix("B")))
    }
    if not carried:
        return words
    both = "/" in words
    return tuple(f"{allele} {'positive' if allele in carried else 'negative'}" for allele in _asked(gene) if allele in carried or both)
