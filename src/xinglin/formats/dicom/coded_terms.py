"""Our words for findings and places as DICOM coded concepts, named by keyword in pydicom's own dictionary.

No table of a terminology is kept here: only the keyword that pydicom 3 (`pydicom.sr.codedict.codes`) gives each concept.
A word that has no concept is left out where it is optional and an error where it is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from pydicom.sr.coding import Code

_FINDINGS: Final = {
    "nodule": "Nodule", "mass": "Mass", "lesion": "Lesion", "neoplasm": "Neoplasm", "lung": "Lung", "lymph-node": "LymphNode",
}  # fmt: skip
_STRUCTURES: Final = frozenset({"lung", "lymph-node"})  # anatomy; the rest is abnormal
_SITES: Final = {
    "lung": "Lung", "liver": "Liver", "lymph-node": "LymphNode", "kidney": "Kidney", "brain": "Brain", "spleen": "Spleen",
    "pancreas": "Pancreas", "breast": "Breast", "bone": "Bone", "adrenal": "AdrenalGland", "pleura": "Pleura",
    "mediastinum": "Mediastinum", "stomach": "Stomach", "colon": "Colon", "esophagus": "Esophagus", "thyroid": "Thyroid",
    "prostate": "Prostate", "ovary": "Ovary", "uterus": "Uterus", "skin": "Skin", "soft-tissue": "SoftTissue", "chest-wall": "ChestWall",
}  # fmt: skip
_LOBES: Final = {
    "left-upper": ("UpperLobeOfLung", "Left"), "left-lower": ("LowerLobeOfLung", "Left"), "right-upper": ("UpperLobeOfLung", "Right"),
    "right-middle": ("MiddleLobeOfRightLung", ""), "right-lower": ("LowerLobeOfLung", "Right"),
}  # fmt: skip


def finding(word: str) -> tuple[Code, Code]:
    """Category and type of a finding. Raises InvalidInput XL-DICOM-520 for a word that has no concept."""
    from pydicom.sr.codedict import codes

    if word not in _FINDINGS:
        raise InvalidInput(
            "XL-DICOM-520", "this kind of finding has no coded concept here", where="finding", why="known: " + ", ".join(_FINDINGS),
            fix="use one of them",
        )  # fmt: skip
    category = codes.SCT.AnatomicalStructure if word in _STRUCTURES else codes.SCT.MorphologicallyAbnormalStructure
    return category, getattr(codes.SCT, _FINDINGS[word])


def site(organ: str, lobe: str = "", side: str = "") -> tuple[Code, Code | None] | None:
    """The place of a finding and its side, as exactly as there are concepts for; None when there is none."""
    from pydicom.sr.codedict import codes

    if lobe in _LOBES:
        name, lateral = _LOBES[lobe]
    elif organ in _SITES:
        name, lateral = _SITES[organ], side.capitalize() if side in ("left", "right") else ""
    else:
        return None
    return getattr(codes.SCT, name), getattr(codes.SCT, lateral) if lateral else None
