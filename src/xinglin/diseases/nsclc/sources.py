"""The papers the card's numbers come from, and what was opened to read them."""

from __future__ import annotations

from collections.abc import Mapping

from xinglin.records.simulation import CardSource

SOURCES: Mapping[str, CardSource] = {
    "geng": CardSource(
        "Geng, Paganetti, Grassberger: treatment response for combined chemo- and radiation therapy in NSCLC", "10.1038/s41598-017-13646-z",
        "github.com/sjblim/rmsn_nips_2018 simulation/cancer_simulation.py (the paper's numbers as coded there); abstract of PMC5648928", 2017,
    ),
    "struemper": CardSource(
        "Struemper et al.: joint tumour size and overall survival framework, 786 people in seven trials", "10.1002/psp4.70002",
        "github.com/nlmixr2/nlmixr2lib Struemper_2025_tumorsize_OS_nsclc.R (Tables 2 and 3 as coded there)", 2025,
    ),
    "ahamadi": CardSource(
        "Ahamadi et al.: pharmacokinetics of pembrolizumab in advanced solid tumours, 2,188 people", "10.1002/psp4.12139",
        "github.com/nlmixr2/nlmixr2lib vignettes/articles/Ahamadi_2017_pembrolizumab.Rmd (Table 3 as listed there)", 2017,
    ),
    "rtog9410": CardSource(
        "Curran et al.: sequential against concurrent chemoradiation for stage III NSCLC, RTOG 9410", "10.1093/jnci/djr325",
        "abstract at paperexplained.cn/articles/paper/detail/3c316ccad637e3cffb721d29904e00c4e365a3e6", 2011,
    ),
    "rtog9204": CardSource(
        "Komaki et al.: chemotherapy and radiotherapy combinations in locally advanced NSCLC, RTOG 92-04", "",
        "abstract at ncbi.nlm.nih.gov/pubmed/9212017", 1997,
    ),
    "elassaiss": CardSource("Elassaiss-Schaap et al.: model-based dose finding for pembrolizumab", "10.1002/psp4.12132", "", 2017),
    "geometry": CardSource("Volume of a sphere; solution of the linear two-compartment model", "", "mathematics"),
}  # fmt: skip
