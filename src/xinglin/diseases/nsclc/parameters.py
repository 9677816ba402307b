"""Every number of the model with its unit, spread, range and source; traits of the person first."""

from __future__ import annotations

from xinglin.records.simulation import Correlation, Derived, Parameter

_MIX = (1432, 128, 1306, 7248, 12840)  # people by stage I, II, IIIA, IIIB, IV (Detterbeck and Gibson 2008, as coded for Geng 2017)
_DIAMETERS_CM = (1.72, 1.96, 1.91, 2.76, 3.86)
_CODE = "simulation/cancer_simulation.py"


def _row(name: str, value: float, unit: str, en: str, zh: str, source: str, locator: str, **more: object) -> Parameter:
    return Parameter(name, value, unit, {"en": en, "zh": zh}, source, locator=locator, **more)  # type: ignore[arg-type]


PARAMETERS = (
    _row("stage_rank", 0.5, "1", "place in the mix of stages, 0 to 1 (below 0.062 I, 0.068 II, 0.125 IIIA, 0.441 IIIB, above IV)", "分期构成中的位次（0至1）",
         "geng", f"{_CODE}, cancer_stage_observations", distribution="uniform", spread=0.5, low=0.0, high=1.0),
    _row("weight", 76.8, "kg", "body weight", "体重", "ahamadi", "Table 3 footnote a (reference weight); spread as in the vignette's cohort",
         distribution="lognormal", spread=0.22, low=35.0, high=160.0, unverified=True, fact="loinc:29463-7"),
    _row("albumin", 39.4, "g/L", "serum albumin", "血清白蛋白", "struemper", "Figure 3 caption (median); spread as in Ahamadi's vignette",
         distribution="normal", spread=5.5, low=15.0, high=59.0, unverified=True, fact="loinc:1751-7"),
    _row("pd_l1", 0.15, "1", "share of tumour cells with PD-L1", "PD-L1阳性肿瘤细胞比例", "struemper", "Figure 3 caption (median 15 %); spread assumed",
         distribution="logitnormal", spread=2.0, low=0.0, high=1.0, unverified=True),
    _row("start_diameter", 30.0, "mm", "diameter at diagnosis", "诊断时直径", "geng",
         f"{_CODE}, tumour_size_distributions: first number of each stage read as the median in cm, bounds 0.3 to 13 cm; spread from Struemper Table 2",
         distribution="lognormal", spread=0.2645**0.5, low=3.0, high=129.0, unverified=True,
         typical="where(stage_rank < 0.06239, 17.2, where(stage_rank < 0.06796, 19.6, where(stage_rank < 0.12486, 19.1, "
         "where(stage_rank < 0.44062, 27.6, 38.6))))"),
    _row("rho", 7e-5, "/d", "growth rate of the Gompertz law (normal, cut to positive)", "Gompertz生长速率", "geng", f"{_CODE}, rho_params",
         distribution="normal", spread=7.23e-3, low=1e-5, high=0.05),
    _row("alpha", 0.0398, "/Gy", "linear kill of radiation (normal, cut to positive)", "放疗线性杀伤系数", "geng", f"{_CODE}, alpha_params",
         distribution="normal", spread=0.168, low=0.0, high=1.5),
    _row("sensitivity", 1.0, "1", "how strongly drugs act, relative to the typical person", "药物敏感性", "struemper", "Table 2, omega^2 of KS 0.9174",
         distribution="lognormal", spread=0.9174**0.5, low=0.0, high=100.0),
    _row("control_draw", 0.5, "1", "chance that decides on the last cell (Poisson)", "末个肿瘤细胞存亡的随机数", "geng", f"{_CODE}, recovery_rvs",
         distribution="uniform", spread=0.5, low=1e-12, high=1.0),
    _row("alpha_beta", 10.0, "Gy", "alpha/beta ratio", "α/β比值", "geng", f"{_CODE}, alpha_beta_ratio"),
    _row("beta_c", 0.028, "m2/mg/d", "kill rate of chemotherapy per mg/m² acting", "化疗杀伤率", "geng", f"{_CODE}, beta_c_params",
         distribution="normal", spread=7e-4, low=0.0, high=0.1),
    _row("drug_half_life", 1.0, "d", "half-life of the chemotherapy's action", "化疗作用半衰期", "geng", f"{_CODE}, drug_half_life"),
    _row("capacity_diameter", 300.0, "mm", "diameter at which growth would end", "生长上限直径", "geng", f"{_CODE}, K = calc_volume(30)"),
    _row("lethal_diameter", 130.0, "mm", "diameter at death", "致死直径", "geng", f"{_CODE}, tumour_death_threshold"),
    _row("cells", 5.8e8, "/cm3", "tumour cells per volume", "肿瘤细胞密度", "geng", f"{_CODE}, tumour_cell_density"),
    _row("docetaxel_ratio", 0.03566 / 0.01822, "1", "shrinkage by docetaxel relative to growth", "多西他赛缩小率与生长率之比", "struemper",
         "Table 2, TVKS CHEMO 0.03566 over TVKG CHEMO 0.01822 per week"),
    _row("immune_ratio", 0.01700 / 0.01822, "1", "shrinkage by pembrolizumab relative to growth without it", "帕博利珠单抗缩小率与生长率之比", "struemper",
         "Table 2, TVKS PEMBRO 0.01700 over TVKG CHEMO 0.01822 per week"),
    _row("immune_growth", 0.00651 / 0.01822, "1", "growth under pembrolizumab relative to growth without it", "帕博利珠单抗下的相对生长率", "struemper",
         "Table 2, TVKG PEMBRO 0.00651 over TVKG CHEMO 0.01822 per week"),
    _row("pd_l1_effect", 0.902, "1", "effect of PD-L1 on shrinkage (log, per share)", "PD-L1对缩小率的影响", "struemper", "Table 3 footnote b, 0.00902 per percent"),
    _row("pembrolizumab_ec50", 0.535, "mg/L", "level of half the effect", "半数效应浓度", "elassaiss", "not opened", unverified=True),
    _row("clearance", 0.22, "L/d", "clearance of pembrolizumab", "帕博利珠单抗清除率", "ahamadi", "Table 3: CL, weight 0.595, albumin -0.907, NSCLC +0.145",
         distribution="lognormal", spread=0.134**0.5, low=0.02, high=3.0, typical="0.22 * 1.145 * (weight / 76.8) ** 0.595 * (albumin / 39.6) ** -0.907"),
    _row("volume_central", 3.48, "L", "central volume", "中央室容积", "ahamadi", "Table 3: Vc, weight 0.489, albumin -0.208",
         distribution="lognormal", spread=0.0417**0.5, low=0.5, high=20.0, typical="3.48 * (weight / 76.8) ** 0.489 * (albumin / 39.6) ** -0.208"),
    _row("flow", 0.795, "L/d", "exchange between blood and tissue", "室间清除率", "ahamadi", "Table 3: Q, weight 0.595", typical="0.795 * (weight / 76.8) ** 0.595"),
    _row("volume_peripheral", 4.06, "L", "peripheral volume", "外周室容积", "ahamadi", "Table 3: Vp, weight 0.489", typical="4.06 * (weight / 76.8) ** 0.489"),
)  # fmt: skip

CORRELATIONS = (
    Correlation("rho", "alpha", 0.87, "geng"),
    Correlation("rho", "sensitivity", 0.1504 / (0.8715 * 0.9174) ** 0.5, "struemper"),
    Correlation("start_diameter", "rho", 0.01911 / (0.2645 * 0.8715) ** 0.5, "struemper"),
    Correlation("start_diameter", "sensitivity", -0.06367 / (0.2645 * 0.9174) ** 0.5, "struemper"),
)

_SPHERE = "0.000523598775598299"  # pi / 6 / 1000: mm to cm3

DERIVED = (
    Derived("start_volume", f"{_SPHERE} * start_diameter ** 3", "cm3"),
    Derived("capacity", f"{_SPHERE} * capacity_diameter ** 3", "cm3"),
    Derived("lethal_volume", f"{_SPHERE} * lethal_diameter ** 3", "cm3"),
    # cure: the chance that no cell is left is exp(-number of cells), so it comes when the number falls below minus the log of a uniform draw
    Derived("last_cell", "-log(control_draw) / cells", "cm3"),
    Derived("growth", "rho * log(capacity / start_volume)", "/d"),
    Derived("docetaxel_kill", "docetaxel_ratio * sensitivity * growth", "/d"),
    Derived("immune_kill", "immune_ratio * sensitivity * exp(pd_l1_effect * pd_l1) * growth", "/d"),
    # the share of resistant cells that gives the same time to renewed growth as Struemper's curve: growth / (1 + (shrinkage / growth) ** 2)
    Derived("resistant_share", "1 / (1 + (docetaxel_ratio * sensitivity) ** 2)", "1"),
    Derived("k10", "clearance / volume_central", "/d"),
    Derived("k12", "flow / volume_central", "/d"),
    Derived("k21", "flow / volume_peripheral", "/d"),
    Derived("root", "sqrt((k10 + k12 + k21) ** 2 - 4 * k10 * k21)", "/d"),
    Derived("lambda_quick", "(k10 + k12 + k21 + root) / 2", "/d"),
    Derived("lambda_slow", "(k10 + k12 + k21 - root) / 2", "/d"),
    Derived("part_quick", "(lambda_quick - k21) / root", "1"),
    Derived("part_slow", "(k21 - lambda_slow) / root", "1"),
)
