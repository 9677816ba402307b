"""What the name of a reconstruction kernel says about blur in the slice, for scans in which it cannot be measured.

Three classes only. Which name is soft, ordinary or sharp: Siemens SOMATOM Sensation operating instructions pp. 268 and 316 (B10 extremely
soft ... B30, B40 standard, B50 to B80 sharper), and the kernels that Matsumoto et al., Proc. SPIE 2007, list per maker (abstract read). The
widths are rounded figures of our own for each class, not from these sources: unverified.
"""

from __future__ import annotations

import re

SOFT_MM, ORDINARY_MM, SHARP_MM = 1.5, 1.2, 0.8
NAMES = {
    "SOFT": SOFT_MM, "SMOOTH": SOFT_MM, "STANDARD": ORDINARY_MM, "STND": ORDINARY_MM, "CHEST": ORDINARY_MM, "DETAIL": ORDINARY_MM,
    "LUNG": SHARP_MM, "BONE": SHARP_MM, "BONEPLUS": SHARP_MM, "EDGE": SHARP_MM, "SHARP": SHARP_MM,
    "A": SOFT_MM, "B": ORDINARY_MM, "C": ORDINARY_MM, "D": SHARP_MM, "E": SHARP_MM, "L": SHARP_MM,
}  # fmt: skip
NUMBERED = re.compile(r"[A-Z][A-Z]?(\d\d)[A-Z]?")  # of one maker: B30f, Br40d, I50f


def kernel_blur_mm(name: str) -> tuple[float, bool]:
    """FWHM in mm of the kernel's class, and whether the name is known; an ordinary kernel's width when it is not.

    >>> kernel_blur_mm("STANDARD"), kernel_blur_mm("B70f"), kernel_blur_mm("no such")
    ((1.2, True), (0.8, True), (1.2, False))
    """
    word = re.split(r"[\\\s_]", name.strip().upper(), maxsplit=1)[0]
    if word in NAMES:
        return NAMES[word], True
    found = NUMBERED.fullmatch(word)
    if found:
        number = int(found[1])
        return (SOFT_MM if number < 30 else ORDINARY_MM if number < 50 else SHARP_MM), True
    return ORDINARY_MM, False
