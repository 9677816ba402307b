"""The papers and programs the card's numbers come from, and what was opened to read them.

Of the three papers on treatment the abstracts were read, not the full texts.
"""

from __future__ import annotations

from collections.abc import Mapping

from xinglin.records.simulation import CardSource

SOURCES: Mapping[str, CardSource] = {
    "manchester": CardSource(
        "MANC-RISK-SCREEN: model of risk-based breast screening (Gray, Payne, Wright and others, Manchester Centre for Health Economics)", "",
        "github.com/stuwrighthealthecon/MANC-RISK-SCREEN 'Model Core Files/MANC_RISK_SCREEN Deterministic Version 1.1.R' (commit 21e8321) and "
        "'MANC_RISK_SCREEN_functions Version 1.R' (commit 016e89f)",
    ),
    "weedon_fekjaer": CardSource(
        "Weedon-Fekjaer et al.: breast cancer tumour growth estimated through mammography screening data, 395,188 women", "10.1186/bcr2092",
        "abstract at breast-cancer-research.biomedcentral.com/articles/10.1186/bcr2092", 2008,
    ),
    "dixon": CardSource(
        "Dixon, Love, Renshaw et al.: aromatase inhibitors before surgery; letrozole 24, anastrozole 24, tamoxifen 65 women", "",
        "abstract at globalauthorid.com/WebPortal/ArticleView?wd=124F14F099DFE3A42CAC1CDDEAF3485073C8CBBF06D82B1C",
    ),
    "henderson": CardSource(
        "Henderson et al.: tumour volume on MRI after three cycles of chemotherapy before surgery, 136 women", "",
        "abstract at discovery.dundee.ac.uk/en/publications/breast-cancer-influence-of-tumour-volume-estimation-method-at-mri",
    ),
    "neoadjuvant_review": CardSource(
        "Review of endocrine therapy before surgery: trials P024, PROACT and IMPACT", "10.1186/s13058-020-01314-6",
        "Table 1 at pmc.ncbi.nlm.nih.gov/articles/PMC7370425/table/Tab1", 2020,
    ),
    "adjuvant_review": CardSource(
        "Review of taxanes after surgery: schedules of CALGB 9741", "", "Table 3 at pmc.ncbi.nlm.nih.gov/articles/PMC2688937/table/T3",
    ),
    "ours": CardSource("A choice of this model, without a source", "", ""),
    "geometry": CardSource("Volume of a sphere", "", "mathematics"),
}  # fmt: skip
