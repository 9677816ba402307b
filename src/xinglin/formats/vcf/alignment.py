"""Two writings of one indel made one: trimmed, then moved left through the sequence around a known place.

The sequence is the stretch that knowledge carries with each indel, so no genome is needed. Method: Tan, Abecasis, Kang. Unified
representation of genetic variants. Bioinformatics 2015;31:2202 (doi:10.1093/bioinformatics/btv112).
"""

from __future__ import annotations

from functools import lru_cache

from xinglin.records.genomics import WantedSite


def trimmed(position: int, reference: str, alternate: str) -> tuple[int, str, str]:
    """The same change without shared bases at its end, then at its start; one base at least stays on each side.

    >>> trimmed(10, "CATAT", "CAT")
    (10, 'CAT', 'C')
    """
    while len(reference) > 1 and len(alternate) > 1 and reference[-1] == alternate[-1]:
        reference, alternate = reference[:-1], alternate[:-1]
    while len(reference) > 1 and len(alternate) > 1 and reference[0] == alternate[0]:
        position, reference, alternate = position + 1, reference[1:], alternate[1:]
    return position, reference, alternate


@lru_cache(maxsize=4096)
def around(site: WantedSite) -> tuple[int, str]:
    """(position of its first base, the sequence) around a known place."""
    return site.position - len(site.before), f"{site.before}{site.reference}{site.after}"


@lru_cache(maxsize=8192)
def reach(site: WantedSite) -> int:
    """How many bases to the right of a known place its indels may also be written, because the sequence repeats itself there."""
    farthest = 0
    for alternate in site.alternates:
        longer = max(site.reference, alternate, key=len)[min(len(site.reference), len(alternate)) :]
        after = site.after if len(alternate) < len(site.reference) else site.reference[len(alternate) :] + site.after
        turning, steps = (longer + after), 0
        while longer and steps < len(after) and turning[steps] == after[steps]:
            steps += 1
        farthest = max(farthest, steps + abs(len(site.reference) - len(alternate)) if longer else 0)
    return farthest


def leftmost(position: int, reference: str, alternate: str, site: WantedSite) -> tuple[int, str, str]:
    """The change in its leftmost writing, as far as the sequence around `site` reaches."""
    if reference == alternate or len(reference) == len(alternate):
        return trimmed(position, reference, alternate)
    start, sequence = around(site)
    while reference[-1] == alternate[-1]:
        before = position - 1 - start
        if min(len(reference), len(alternate)) == 1:
            if not 0 <= before < len(sequence):
                break
            base, position = sequence[before], position - 1
            reference, alternate = base + reference, base + alternate
        reference, alternate = reference[:-1], alternate[:-1]
    return trimmed(position, reference, alternate)
