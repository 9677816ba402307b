"""The papers the numbers of both cards come from, and what was opened to read them."""

from __future__ import annotations

from collections.abc import Mapping

from xinglin.records.simulation import CardSource

_REFIT = "cunninghamjj/Evolution-based-mathematical-models-significantly-prolong-response-to-Abiraterone-in-mCRPC"
_LIBRARY = "github.com/nlmixr2/nlmixr2lib inst/modeldb/therapeuticArea/oncology"

SOURCES: Mapping[str, CardSource] = {
    "zhang2022": CardSource(
        "Zhang, Cunningham, Brown, Gatenby: evolution-based models prolong response to abiraterone", "10.7554/eLife.76284",
        f"github.com/{_REFIT} code/solveSRODE*.m, data/optimizedModelFits.mat, data/TrialPatientData.mat; abstract and figures of the paper", 2022,
    ),
    "zhang2017": CardSource(
        "Zhang, Cunningham, Brown, Gatenby: evolutionary dynamics in treatment of metastatic castrate-resistant prostate cancer",
        "10.1038/s41467-017-01968-5", "github.com/cunninghamjj/Integrating-evolutionary-dynamics-into-treatment-of-mCRPC Abiraterone_Main.m; introduction", 2017,
    ),
    "van_hasselt": CardSource(
        "van Hasselt et al.: disease progression of castration-resistant prostate cancer under eribulin", "10.1002/psp4.49",
        "github.com/nlmixr2/nlmixr2lib vanHasselt_2015_eribulin.R (Table 2)", 2015,
    ),
    "desmee": CardSource(
        "Desmee et al.: PSA kinetics and its link with survival in metastatic prostate cancer", "10.1208/s12248-015-9745-5",
        f"{_LIBRARY}/Desmee_2015_PSA_mCRPC.R (Tables I and II) and its article", 2015,
    ),
}  # fmt: skip
