"""What records say of one known place: the bases of each copy, a stretch of reference, or why it cannot be told."""

from __future__ import annotations

from collections.abc import Sequence

from xinglin.formats.vcf.alignment import leftmost, reach
from xinglin.formats.vcf.lines import Line
from xinglin.records.genomics import SiteCall, SiteState, WantedSite

LEAST_DEPTH = 4  # fewer reads than this cannot show two alleles; below it a place counts as not called
_PASSED = frozenset({"PASS", ".", ""})


def site_of(site: WantedSite, lines: Sequence[Line], *, absent_is_reference: bool) -> SiteCall:
    """The call at a known place from the records that touch it."""
    last = site.position + len(site.reference) - 1
    touching = [line for line in lines if (line.position <= last and line.end >= site.position) or _written_further_right(line, site, last)]
    stating = [line for line in touching if not line.is_block]
    if not touching:
        return _reference(site, "reference-block") if absent_is_reference else _without(site, "absent")
    wrong = [line for line in touching if _other_reference(line, site)]
    if not stating and not wrong:
        return _block(site, touching)
    if wrong:
        return _without(site, "disagrees", "the file's reference allele is another than the assembly's", wrong[0])
    lead = next((line for line in stating if line.position == site.position), stating[0])
    failed = next((line for line in stating if line.filter not in _PASSED and any(copy for copy in line.copies)), None)
    if failed is not None:
        return _without(site, "filtered", f"failed the file's own filter ({failed.filter[:40]})", failed)
    if lead.depth is not None and lead.depth < LEAST_DEPTH:
        return _without(site, "no-call", f"only {lead.depth} reads", lead)
    return _called(site, stating, lead)


def _written_further_right(line: Line, site: WantedSite, last: int) -> bool:
    """Whether a record behind the place says its indel, not moved to the left."""
    if not last < line.position <= last + reach(site):
        return False
    alleles = [line.allele(copy) for copy in line.copies if copy]
    return any(
        one is not None and len(one) != len(line.reference) and leftmost(line.position, line.reference, one, site)[0] == site.position
        for one in alleles
    )


def _reference(site: WantedSite, state: SiteState, line: Line | None = None) -> SiteCall:
    copies = len(line.copies) if line is not None else 2
    return SiteCall(
        site.id, site.gene, site.chromosome, site.position, site.reference, (site.reference,) * copies, state, depth=line.depth if line else None
    )  # fmt: skip


def _without(site: WantedSite, state: SiteState, note: str = "", line: Line | None = None) -> SiteCall:
    told = f"line {line.number}: {note}" if line is not None and note else note
    return SiteCall(
        site.id, site.gene, site.chromosome, site.position, site.reference, (), state, filter=line.filter if line else "", note=told
    )


def _block(site: WantedSite, touching: Sequence[Line]) -> SiteCall:
    """Only stretches of reference: they must cover the whole place and be called."""
    line = touching[0]
    if any(copy is None for copy in line.copies):
        return _without(site, "no-call", "", line)
    if line.depth is not None and line.depth < LEAST_DEPTH:
        return _without(site, "no-call", f"only {line.depth} reads", line)
    if line.position > site.position or max(one.end for one in touching) < site.position + len(site.reference) - 1:
        return _without(site, "no-call", "the stretch of reference ends within the place", line)
    return _reference(site, "reference-block", line)


def _other_reference(line: Line, site: WantedSite) -> bool:
    """Whether the bases that record and place share differ."""
    first, last = max(line.position, site.position), min(line.position + len(line.reference), site.position + len(site.reference))
    theirs, ours = (
        line.reference[first - line.position : last - line.position],
        site.reference[first - site.position : last - site.position],
    )
    return theirs != ours and "N" not in theirs


def _called(site: WantedSite, lines: Sequence[Line], lead: Line) -> SiteCall:
    """The bases of each copy, of several records at one place laid together."""
    copies = max(len(line.copies) for line in lines)
    bases: list[str] = [site.reference] * copies
    state: SiteState = "called"
    note, changed = "", [False] * copies
    for line in sorted(lines, key=lambda one: one is not lead):
        for number, copy in enumerate(line.copies):
            if copy is None:
                if not changed[number]:
                    bases[number], state = "", "no-call"
                continue
            found, why = _at(site, line, copy)
            if why:
                bases[number], changed[number], note = "", True, f"line {line.number}: {why}"
                continue
            if found != site.reference and found is not None:
                place = number if not changed[number] else next((free for free in range(copies) if not changed[free]), number)
                bases[place], changed[place] = found, True
    if note:
        state = "disagrees"
    elif state == "no-call" and all(base for base in bases):
        state = "called"
    phased = lead.phased and all(line.phased for line in lines)
    return SiteCall(
        site.id, site.gene, site.chromosome, site.position, site.reference, tuple(bases), state, phased and len(bases) > 1, lead.phase_set, lead.filter,
        lead.depth, lead.quality, lead.allele_depths, note,
    )  # fmt: skip


def _at(site: WantedSite, line: Line, copy: int) -> tuple[str | None, str]:
    """(bases of this copy at the place or None where the record says nothing of it, why it cannot be told)."""
    if copy == 0:
        return site.reference, ""
    allele = line.allele(copy)
    if allele is None:
        word = line.alternates[copy - 1]
        return (None, "") if word == "*" else (None, "an allele that is not written in bases")
    single = len(site.reference) == 1 and all(len(one) == 1 for one in site.alternates)
    if single:
        return _base_at(site, line, allele)
    for known in site.alternates:
        if leftmost(line.position, line.reference, allele, site) == leftmost(site.position, site.reference, known, site):
            return known, ""
    if len(allele) == len(line.reference):
        first = site.position - line.position
        inside = allele[max(0, first) : first + len(site.reference)]
        return (
            (site.reference, "")
            if inside == line.reference[max(0, first) : first + len(site.reference)]
            else (None, "an allele that no definition knows")
        )
    start, _, _ = leftmost(line.position, line.reference, allele, site)
    return (None, "an allele that no definition knows") if start == site.position else (site.reference, "")


def _base_at(site: WantedSite, line: Line, allele: str) -> tuple[str | None, str]:
    """The base of one place in an allele: of the same length, or of an indel that leaves the place alone."""
    offset = site.position - line.position
    if len(allele) == len(line.reference):
        base = allele[offset]
        known = base == site.reference or base in site.alternates
        return (base, "") if known else (None, "an allele that no definition knows")
    shared = 0
    while shared < min(len(allele), len(line.reference)) and allele[shared] == line.reference[shared]:
        shared += 1
    if offset < shared:
        return site.reference, ""
    return None, "the place lies in an insertion or deletion"
