"""What a report on genes and medicines may say beyond the calls themselves, as facts: what was read, what stays open, what guidelines advise.

Their ids begin with `made.gene.` and `made.advice.`; each rests on the called genes, the medicines of the record and rows of knowledge/pgx.
`said` and `said_zh` hold the one sentence that may be said of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from xinglin.knowledge import drugs, pgx
from xinglin.knowledge.pgx.advice import Advice
from xinglin.knowledge.pgx.reported import as_reported
from xinglin.models.medication_safety import circumstances_of
from xinglin.models.medication_safety.interactions import parts_of
from xinglin.records import Concept, Evidence, Fact
from xinglin.records.fact import MADE_HERE, MUST_BE_MENTIONED
from xinglin.records.genomics import Genome, SiteCall
from xinglin.workup import gene_words as words
from xinglin.workup.evidence import at
from xinglin.workup.gene_words import Both
from xinglin.workup.medication_alerts import taken_now

GENE, ADVICE, VARIANT = f"{MADE_HERE}gene.", f"{MADE_HERE}advice.", f"{MADE_HERE}variant."
TOPIC = f"knowledge/pgx@{pgx.TOPIC.version}"
QUIET = frozenset(("standard", "none"))
USUAL = frozenset(
    {"Normal Metabolizer", "Normal Function", "Normal", "Uncertain Susceptibility", "Favorable Response", "-1639 GG", "negative", "Indeterminate", ""}
)  # fmt: skip


class Advised(Struct, frozen=True):
    """What guidelines say of one medicine for this person: rows gravest first, with the fact of each."""

    medicine: str
    genes: tuple[str, ...]
    rows: tuple[tuple[Advice, Fact], ...]
    results: Both

    unusual: bool  # whether one of the genes is not as usual

    @property
    def asks(self) -> bool:
        """Whether anything but the usual use is advised because of these genes; watching alone counts where a gene is not as usual."""
        return any(row.action not in QUIET and (row.action != "monitor" or self.unusual) for row, _ in self.rows)


def is_unusual(fact: Fact) -> bool:
    """Whether a called gene is not as usual, or may not be."""
    term = words.term_of(fact)
    return term not in USUAL and not term.endswith(" negative")


class GeneReport:
    """The facts of a report on the genes of one person. `facts`: what is known of the person on the day `as_of`."""

    def __init__(self, facts: Sequence[Fact], genomes: Sequence[Genome], as_of: str) -> None:
        self.known = facts
        self.calls = {fact.details["gene"]: fact for fact in facts if fact.id.startswith("gene.call.")}
        self.genomes = {genome.id: genome for genome in genomes}
        who = circumstances_of(facts, as_of)
        called = {gene for gene, fact in self.calls.items() if fact.polarity == "present"}
        self.results = {gene: as_reported(gene, told) for gene, told in who.genes.items() if gene in called}
        self.population: Literal["adult", "child"] = "child" if who.age_years is not None and who.age_years < 18 else "adult"
        self.advised = tuple(one for medicine in pgx.medicines() if (one := self._advised(medicine)) is not None)

    # ---- genes

    def variants(self, gene: str) -> list[Fact]:
        """One fact per place of the gene that differs from the reference, with its bases as the file has them."""
        fact = self.calls[gene]
        genome = self.genomes.get(fact.evidence[0].pointer.partition("#")[0])
        if genome is None or fact.details.get("by") == "outside":
            return []
        named = {allele.name: allele.bases for allele in pgx.alleles(gene)}
        first = named.get("*1", named.get(pgx.gene(gene).reference, {}))  # the genome's own CYP2C19 is *38
        usual = {place.id: first.get(place.id, place.bases[0]) for place in pgx.positions(gene)}
        return [
            _variant(site, genome, number)
            for number, site in enumerate(genome.changed, start=1)
            if site.gene == gene and any(base != usual.get(site.id, site.reference) for base in site.alleles)
        ]

    def result(self, gene: str) -> list[Fact]:
        """What was found of a gene, what that means, and both in one line."""
        fact = self.calls[gene]
        names = (f"{gene}, what was found", f"{gene}的结果")
        told = {"found": words.called(fact), "meaning": words.meaning(fact), "line": words.result(fact)}
        if not fact.details.get("diplotype") or fact.details["diplotype"] == words.term_of(fact):
            told |= {"found": told["line"], "meaning": ("", "")}
        return [
            _made(f"{GENE}{gene}.{key}", words.ended(*both), [fact], names=names, importance=2) for key, both in told.items() if both[0]
        ]

    def unusual(self, gene: str) -> bool:
        """Whether a gene is called and is not as usual."""
        fact = self.calls.get(gene)
        return fact is not None and fact.polarity == "present" and is_unusual(fact)

    def source(self, gene: str) -> Fact:
        """Where the call comes from."""
        fact = self.calls[gene]
        return _made(
            f"{GENE}{gene}.source",
            words.read_from(fact, len(self.variants(gene))),
            [fact],
            names=(f"{gene}, how it was read", f"{gene}的来源"),
        )

    def open(self, gene: str) -> list[Fact]:
        """What was not read, what else it could be, and what the caller noted."""
        fact = self.calls[gene]
        told = [words.not_read(fact), words.else_be(fact), *_whole_notes(fact)]
        names = (f"{gene}, what stays open", f"{gene}的未定之处")
        return [_made(f"{GENE}{gene}.open.{n}", both, [fact], names=names, importance=2) for n, both in enumerate(told) if both[0]]

    def untested(self) -> Fact | None:
        """The genes that nothing is known of."""
        lacking = [gene.name for gene in pgx.genes() if gene.name not in self.calls]
        if not lacking:
            return None
        both = words.ended(f"nothing is known of {', '.join(lacking)}: not in the file, and no laboratory has reported them",
                           f"以下基因无任何结果（文件未涉及，亦无实验室报告）：{'、'.join(lacking)}")  # fmt: skip
        return _made(f"{GENE}untested", both, list(self.calls.values())[:1], names=("genes not tested", "未检测的基因"), importance=2)

    # ---- medicines

    def taken(self) -> Iterator[tuple[Fact, Advised | None, tuple[str, ...]]]:
        """(medicine of the record, what is advised, genes a guideline asks for that are not known) of each medicine taken now."""
        by_id = {fact.id: fact for fact in self.known}
        advised = {one.medicine: one for one in self.advised}
        for use in taken_now(self.known):
            for part in dict.fromkeys((*parts_of(use), use.key)) if use.key else ():
                asked = words.lacking(part, self.results)
                if part in advised or asked:
                    yield by_id[use.fact], advised.get(part), asked

    def untold(self, fact: Fact, medicine: str, genes: Sequence[str]) -> Fact:
        """That a guideline asks for genes nobody has tested, of a medicine that is taken."""
        name = [words.medicine_name(medicine, language) for language in ("en", "zh")]
        both = words.ended(
            f"{name[0]}: guidelines ask for {', '.join(genes)}; no certain result is known",
            f"{name[1]}：指南参考{'、'.join(genes)}，尚无明确结果",
        )
        return _made(f"{ADVICE}{medicine}.untested", both, [fact], (f"recommendations/{medicine}",), names=_titled(medicine), importance=2)

    def silent(self) -> Fact | None:
        """The medicines taken that no guideline holds against a gene."""
        told = {fact.id for fact, _, _ in self.taken()}
        rest = [fact for fact in self.known if fact.kind == "medicine" and fact.status == "current" and fact.id not in told]
        if not rest:
            return None
        named = [
            list(dict.fromkeys(fact.names.get(language, fact.names.get("en", (fact.concept.words,)))[0] for fact in rest))
            for language in ("en", "zh")
        ]
        both = words.ended(
            f"no gene guideline here speaks of {', '.join(named[0])}", f"下列药物暂无相关基因指南意见：{'、'.join(named[1])}"
        )
        return _made(f"{ADVICE}silent", both, rest, ("recommendations",), names=("medicines without gene advice", "无基因用药意见的药物"))

    def in_line(self, one: Advised, row: Advice, fact: Fact, medicine: Fact) -> Fact:
        """A piece of advice on a medicine that is taken, with the gene result it rests on, in one sentence."""
        said = words.advised(row)
        results = self._results(one.genes)
        name = [words.medicine_name(one.medicine, language) for language in ("en", "zh")]
        both = (f"{name[0][:1].upper()}{name[0][1:]} with {results[0]}. {said[0]}", f"{name[1]}（{results[1]}）：{said[1]}")
        calls = [self.calls[gene] for gene in one.genes if gene in self.calls]
        grave = MUST_BE_MENTIONED if row.action not in QUIET else 2
        more = {**fact.details, "taken": "yes"}
        return _made(f"{fact.id}.taken", both, [medicine, *calls], (row.key,), names=_titled(one.medicine), importance=grave, more=more)

    def summary(self, actions: Sequence[str], key: str, heads: Both) -> Fact | None:
        """The medicines whose gravest advice is one of these, in one line for a card; advice that nobody opened stays out of it."""
        gravest = {one.medicine: next((row.action for row, _ in one.rows if row.verified), "") for one in self.advised if one.asks}
        found = [one for one in self.advised if gravest.get(one.medicine) in actions]
        if not found:
            return None
        named = [[words.medicine_name(one.medicine, language) for one in found] for language in ("en", "zh")]
        genes = list(dict.fromkeys(gene for one in found for gene in one.genes if gene in self.calls))
        apart = "; " if any("," in name for name in named[0]) else ", "
        both = words.ended(f"{heads[0]}: {apart.join(named[0])}", f"{heads[1]}：{'、'.join(named[1])}")
        return _made(
            f"{ADVICE}{key}", both, [self.calls[gene] for gene in genes], ("recommendations",), names=(heads[0], heads[1]), importance=2
        )

    def unread(self) -> Fact | None:
        """How many pieces of advice rest on rows whose source nobody opened."""
        count = sum(not row.verified for one in self.advised for row, _ in one.rows)
        if not count:
            return None
        both = (
            f"{count} piece{'s' if count > 1 else ''} of advice for this person rest{'s' if count == 1 else ''} on rows whose source nobody here has opened: "
            "marked where shown, not on the pocket card, meant for clinicians alone.",
            f"针对本人的用药意见中有{count}条来源未核对：已逐条标注，不列入随身卡，仅供临床人员参考。",
        )
        known = list(self.calls.values())[:1]
        return _made(f"{GENE}limits.unread", both, known, ("recommendations",), names=("limits", "局限"))

    def _advised(self, medicine: str) -> Advised | None:
        rows = pgx.advice(medicine, self.results, self.population)
        if not rows:
            return None
        genes = tuple(dict.fromkeys(gene for row in rows for gene in row.conditions))
        known = [self.calls[gene] for gene in genes if gene in self.calls]
        told: dict[Both, tuple[Advice, Fact]] = {}
        for number, row in enumerate(rows):
            both = words.advised(row)
            told.setdefault(both, (row, self._advice(medicine, number, row, both, known)))
        return Advised(medicine, genes, tuple(told.values()), self._results(genes), any(self.unusual(gene) for gene in genes))

    def row(self, alike: Sequence[Advised]) -> Fact:
        """The first cell of a row: medicines with the same genes and the same advice, and this person's results."""
        one = alike[0]
        named = [[words.medicine_name(each.medicine, language) for each in alike] for language in ("en", "zh")]
        apart = "; " if any("," in name for name in named[0]) else ", "
        both = words.ended(f"{apart.join(named[0])} ({one.results[0]})", f"{'、'.join(named[1])}（{one.results[1]}）")
        known = [self.calls[gene] for gene in one.genes if gene in self.calls]
        more = {"medicines": " ".join(each.medicine for each in alike)}
        return _made(f"{ADVICE}{one.medicine}.row", both, known, names=(apart.join(named[0]), "、".join(named[1])), more=more)

    def _advice(self, medicine: str, number: int, row: Advice, both: Both, known: Sequence[Fact]) -> Fact:
        more = {
            "medicine_key": medicine, "genes": " ".join(row.conditions), "action": row.action, "strength": row.strength, "guideline": f"{row.guideline} {row.year}",
            "advice": row.text["en"], "advice_zh": row.text["zh"], "setting": row.setting.get("en", ""), "setting_zh": row.setting.get("zh", ""), "pmid": row.pmid,
            "verified": "yes" if row.verified else "no", "source": row.source, "rxnorm": known_as.rxnorm if (known_as := drugs.medicine(medicine)) else "",
        }  # fmt: skip
        return _made(f"{ADVICE}{medicine}.{number}", both, known, (row.key,), names=_titled(medicine), importance=1, more=more)

    def _results(self, genes: Sequence[str]) -> Both:
        said = [words.result(self.calls[gene]) if gene in self.calls else (f"{gene} not tested", f"{gene}未检测") for gene in genes]
        return "; ".join(en for en, _ in said), "；".join(zh for _, zh in said)


def _whole_notes(fact: Fact) -> list[Both]:
    """The caller's notes, each whole: one of them holds a semicolon of its own."""
    parts, found = fact.details.get("note", "").split("; ") if fact.details.get("note") else [], []
    while parts:
        size = next((n for n in range(min(3, len(parts)), 0, -1) if not words.note("; ".join(parts[:n])).startswith("“")), 1)
        one = words.fewer("; ".join(parts[:size]))
        found.append(words.ended(one, words.note(one)))
        parts = parts[size:]
    return found


def _titled(medicine: str) -> Both:
    return words.medicine_name(medicine, "en"), words.medicine_name(medicine, "zh")


def _variant(site: SiteCall, genome: Genome, number: int) -> Fact:
    mark = "|" if site.phased else "/"
    said = f"{site.id} {mark.join(site.alleles)}"
    more = {
        "gene": site.gene, "site": site.id, "chromosome": site.chromosome, "position": str(site.position), "reference": site.reference,
        "alleles": mark.join(site.alleles), "assembly": genome.assembly, "phase_set": site.phase_set, "depth": str(site.depth or ""),
    }  # fmt: skip
    return Fact(
        id=f"{VARIANT}{genome.id.partition('/')[2]}.{site.id}", kind="alert", concept=Concept(site.id), text=f"{site.gene}: {said}",
        evidence=(at(genome.id, f"extension[{number}].valueString"),), key=f"made:variant:{site.id}", names={"en": (site.id,), "zh": (site.id,)}, value=said,
        time=genome.when, importance=0, details={name: text for name, text in more.items() if text} | {"said": f"{said}.", "said_zh": f"{said}。"},
    )  # fmt: skip


def _made(
    key: str, both: Both, behind: Sequence[Fact], pointers: Sequence[str] = (), *, names: Both, importance: int = 1, more: Mapping[str, str] | None = None,
) -> Fact:  # fmt: skip
    evidence = [Evidence(TOPIC, pointer) for pointer in pointers] + [place for fact in behind for place in fact.evidence[:2]]
    return Fact(
        id=key, kind="alert", concept=Concept(names[0]), text=both[0], evidence=tuple(dict.fromkeys(evidence)), key=f"made:{key.removeprefix(MADE_HERE)}",
        names={"en": (names[0],), "zh": (names[1],)}, value="", importance=importance,
        details={name: text for name, text in (more or {}).items() if text} | {"said": both[0], "said_zh": both[1]},
    )  # fmt: skip
