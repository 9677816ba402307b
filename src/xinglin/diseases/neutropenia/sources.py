"""The papers the card's numbers come from, and what was opened to read them."""

from __future__ import annotations

from collections.abc import Mapping

from xinglin.records.simulation import CardSource

_LIBRARY = "github.com/nlmixr2/nlmixr2lib"

SOURCES: Mapping[str, CardSource] = {
    "friberg": CardSource(
        "Friberg et al.: chemotherapy-induced myelosuppression with parameter consistency across drugs", "10.1200/JCO.2002.02.140",
        "abstract of PubMed 12488418; equations as coded in the files of the other rows", 2002,
    ),
    "netterberg": CardSource(
        "Netterberg et al.: prediction of myelosuppression from frequent neutrophil counts; docetaxel numbers of Kloft et al. 2006, unchanged",
        "10.1007/s00280-017-3366-x", f"{_LIBRARY} inst/modeldb/ddmore/Netterberg_2017_docetaxel.R (DDMODEL00000224) and its article", 2017,
    ),
    "ozawa": CardSource(
        "Ozawa et al.: time courses of docetaxel and neutrophils in 62 Japanese people with cancer", "10.1111/j.1349-7006.2007.00615.x",
        f"{_LIBRARY} inst/modeldb/specificDrugs/Ozawa_2007_docetaxel.R (Tables 2 and 3) and its article", 2007,
    ),
    "puisset": CardSource(
        "Puisset et al.: clinical factors in docetaxel toxicity, 92 people in Toulouse and Paris", "10.1038/sj.bjc.6603872",
        f"{_LIBRARY} Puisset_2007_docetaxel.R (Tables 1 to 3; clearance as quoted from Results)", 2007,
    ),
    "label": CardSource(
        "Taxotere (docetaxel), prescribing information in the United States, sections 2.1 to 2.3", "",
        "recallguide.org/manufacturer/sanofi-aventis-u-s-llc (text of section 2)", 0,
    ),
    "grades": CardSource("Common Terminology Criteria for Adverse Events: neutrophil count decreased, grades 3 and 4", "", "", 2017),
    "mathematics": CardSource("Solution of the linear three-compartment model; place of a person in a mix", "", "mathematics"),
}  # fmt: skip
