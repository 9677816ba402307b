"""What the glioma model rests on, and what of it was opened."""

from __future__ import annotations

from collections.abc import Mapping

from xinglin.records.simulation import CardSource

SOURCES: Mapping[str, CardSource] = {
    "brain_book": CardSource(
        "Bioinformatics of the Brain, chapter 5: Tumor Growth Simulation",
        source_read="text of pages 146 and 147 (growth laws, proliferation of high- and low-grade glioma, diffusion in white, grey and fluid)",
    ),
    "solver": CardSource(
        "Lipkova J et al. Personalized radiotherapy design for glioblastoma. IEEE Trans Med Imaging 2019;38:1875-1884",
        "10.1109/TMI.2019.2902044",
        "github.com/slitvinov/GliomaSolver README.md (units of Dw and rho) and its example run (dw 0.0013 cm2/d, rho 0.025 /d); "
        "github.com/tudormot/GliomaSolver Results1/Results/ReportFile.md (calibrated Dw 0.00089 cm2/d, rho 0.029 /d)",
        2019,
    ),
    "groups": CardSource(
        "Four groups of glioblastomas for control of a diffusion-proliferation-radiation model, after Hathout L et al. Cancer Sci 2016;107 and Rockne R et al. 2009, 2010",
        source_read="github.com/lukebhan/PDEControlGym docs/source/environments/braintumor-1d.rst (groups, thresholds, schedule, capacity) "
        "and the environment's defaults",
    ),
    "image_driven": CardSource(
        "Image-driven modeling of the proliferation and necrosis of glioblastoma multiforme. Theor Biol Med Model 2017",
        "10.1186/s12976-017-0056-7",
        "tbiomed.biomedcentral.com/articles/10.1186/s12976-017-0056-7, section Model construction",
        2017,
    ),
    "feasibility": CardSource(
        "A feasibility study of personalized prescription schemes for glioblastoma patients using a proliferation and invasion glioma model. Cancers 2017;9:51",
        "10.3390/cancers9050051",
        "abstract (velocities, radii, 46 Gy in 23 and 14 Gy in 7 fractions)",
        2017,
    ),
    "clinical_lq": CardSource(
        "Pedicini P et al. Clinical radiobiology of glioblastoma multiforme: estimation of tumor control probability from various radiotherapy fractionation schemes",
        source_read="abstract at moh-it.pure.elsevier.com (559 patients: alpha 0.12, 95 % CI 0.10-0.14 /Gy; alpha/beta 8, 5.0-10.8 Gy)",
    ),
    "temozolomide_kinetics": CardSource(
        "Absorption, metabolism, and excretion of 14C-temozolomide following oral administration to patients with advanced cancer. Clin Cancer Res 1999;5:309-317",
        source_read="abstract (half-life 1.9 h in plasma, six patients)",
        year=1999,
    ),
    "chemoradiation": CardSource(
        "Gaber M, Selim H, El-Nahas T. Prospective study evaluating the radiosensitizing effect of reduced doses of temozolomide in glioblastoma multiforme. Cancer Manag Res 2013;5:349-356",
        "10.2147/CMAR.S52147",
        "pmc.ncbi.nlm.nih.gov/articles/PMC3797241, abstract (arm I, the usual schedule)",
        2013,
    ),
    "fisher": CardSource(
        "Ablowitz MJ, Zeppetella A. Explicit solutions of Fisher's equation for a special wave speed. Bull Math Biol 1979;41:835-840",
        "10.1007/BF02462380",
        year=1979,
    ),
    "chosen": CardSource("Chosen for this model; not measured on anyone"),
}  # fmt: skip
