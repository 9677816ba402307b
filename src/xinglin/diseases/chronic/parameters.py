"""Every number of the chronic model: its value, its unit, how it varies between people, and where it was read."""

from __future__ import annotations

from xinglin.records.simulation import Correlation, Derived, Parameter

Rows = tuple[Parameter, ...]


def _fixed(name: str, value: float, unit: str, en: str, zh: str, source: str, locator: str = "", unread: bool = False) -> Parameter:
    return Parameter(name, value, unit, {"en": en, "zh": zh}, source, locator=locator, unverified=unread)


PEOPLE: Rows = (
    Parameter("china", 0.0, "1", {"en": "living in China (1)", "zh": "生活在中国（1）"}, "project", low=0, high=1),
    Parameter("female", 0.5, "1", {"en": "sex (0 men, 1 women)", "zh": "性别（0 男，1 女）"}, "project",
              "uniform", 0.5, 0, 1, fact="person:female"),
    Parameter("age", 52.5, "a", {"en": "age at the start", "zh": "起始年龄"}, "project", "uniform", 22.5, 30, 75,
              locator="chosen: the ages the risk equations were made for", fact="person:age_years"),
    Parameter("smoking", 0.5, "1", {"en": "rank in smoking (smokers lie below their share)", "zh": "吸烟位次（低于吸烟率者吸烟）"}, "project",
              "uniform", 0.5, 0, 1),
    Parameter("care", 0.5, "1", {"en": "rank in seeking care (reached above the share that is not)", "zh": "就医位次（高于未就医比例者接受治疗）"}, "project",
              "uniform", 0.5, 0, 1),
    Parameter("height", 175.4, "cm", {"en": "height", "zh": "身高"}, "nhsr122", "normal", 7.0, 140, 205, locator="men 175.4; the rest remembered",
              typical="(175.4 if female < 0.5 else 161.5) - 6 * china", unverified=True, fact="loinc:8302-2"),
)  # fmt: skip
LATENT: Rows = (
    Parameter("bmi", 28.7, "kg/m2", {"en": "body mass index at the start", "zh": "起始体重指数"}, "nhsr122", "lognormal", 0.17, 15, 60,
              locator="means 29.1 and 29.6 (2015-2016); spread of men, quartiles 24.4 and 30.6, of nhanes_lipids; Chinese mean 24.26 of jilin",
              typical="(28.7 if female < 0.5 else 28.8) - 4.8 * china"),
    Parameter("pressure", 0.0, "1", {"en": "rank in blood pressure", "zh": "血压位次"}, "monica", "normal", 1.0, -3.5, 3.5),
    Parameter("hdl_rank", 0.0, "1", {"en": "rank in HDL cholesterol", "zh": "HDL 位次"}, "dga_lipids", "normal", 1.0, -3.5, 3.5),
    Parameter("fat_rank", 0.0, "1", {"en": "rank in triglycerides", "zh": "甘油三酯位次"}, "sharing", "normal", 1.0, -3.5, 3.5),
    Parameter("sugar", 0.0, "1", {"en": "rank in glucose", "zh": "血糖位次"}, "nhsr158", "normal", 1.0, -3.5, 3.5),
    Parameter("cholesterol_rank", 0.0, "1", {"en": "rank in total cholesterol", "zh": "总胆固醇位次"}, "dga_lipids", "normal", 1.0, -3.5, 3.5),
    Parameter("kidney", 0.0, "1", {"en": "rank in kidney function", "zh": "肾功能位次"}, "carrs", "normal", 1.0, -3.5, 3.5),
    Parameter("diastolic_rank", 0.0, "1", {"en": "rank in diastolic beside systolic pressure", "zh": "舒张压位次"}, "sharing",
              "normal", 1.0, -3.5, 3.5),
    Parameter("glycation", 0.0, "1", {"en": "personal glycation of haemoglobin (logarithm)", "zh": "个体糖化倾向（对数）"}, "adag",
              "normal", 0.06, -0.2, 0.2, locator="ADAG R2 0.84; the spread as a share of HbA1c is remembered", unverified=True),
    Parameter("fasting", 0.92, "1", {"en": "fasting over mean glucose", "zh": "空腹与平均血糖之比"}, "diabetes_in_america", "lognormal", 0.03,
              0.8, 1.0, locator="153 mg/dL over 28.7 x 7.4 - 46.7 = 0.92; the spread is chosen"),
)  # fmt: skip
COURSE: Rows = (
    _fixed("sbp_men", 120.25, "mm[Hg]", "systolic pressure of men at 45", "45 岁男性收缩压", "monica", "line through the four age groups"),
    _fixed("sbp_women", 116.0, "mm[Hg]", "systolic pressure of women at 45", "45 岁女性收缩压", "monica", "line through the four age groups"),
    _fixed("sbp_men_rise", 0.404, "mm[Hg]/a", "its rise with age", "随年龄升高", "monica", "line through the four age groups"),
    _fixed("sbp_women_rise", 0.791, "mm[Hg]/a", "its rise with age", "随年龄升高", "monica", "line through the four age groups"),
    _fixed("sbp_men_spread", 14.2, "mm[Hg]", "its standard deviation at 45", "45 岁时标准差", "monica", "standard deviations, men"),
    _fixed("sbp_women_spread", 14.5, "mm[Hg]", "its standard deviation at 45", "45 岁时标准差", "monica", "standard deviations, women"),
    _fixed("sbp_spread_rise", 0.26, "mm[Hg]/a", "growth of the standard deviation", "标准差的增长", "monica", "0.241 men, 0.285 women"),
    _fixed("sbp_china_men", 13.4, "mm[Hg]", "more in men in China", "中国男性高出", "jilin", "134.46 at 47 years against 121.06"),
    _fixed("sbp_china_women", 9.9, "mm[Hg]", "more in women in China", "中国女性高出", "jilin", "128.6 at 48 years against 118.7"),
    _fixed("dbp_mean", 71.0, "mm[Hg]", "diastolic pressure, greatest at 50 years", "舒张压(50 岁最高)", "nhsr35", "mean of all adults"),
    _fixed("dbp_bend", 0.15, "mm[Hg]/a", "its fall before and after 50", "50 岁前后的下降", "project", unread=True),
    _fixed("dbp_sex", 1.5, "mm[Hg]", "men above, women below the mean", "男高女低", "project", "nhsr35 gives the direction", True),
    _fixed("dbp_spread", 10.0, "mm[Hg]", "its standard deviation", "标准差", "project", unread=True),
    _fixed("dbp_follows", 0.54, "1", "correlation with systolic pressure", "与收缩压相关", "sharing", "0.53 men, 0.55 women"),
    _fixed("bmi_gain", 0.08, "kg/m2/a", "gain of BMI before 60", "60 岁前体重指数增长", "project", unread=True),
    _fixed("chol_30", 181.3, "mg/dL", "median total cholesterol at 30", "30 岁总胆固醇中位数", "dga_lipids", "7 % at 240 or more, 20-39 y"),
    _fixed("chol_50", 201.7, "mg/dL", "median at 50", "50 岁中位数", "dga_lipids", "18 % at 240 or more, 40-59 y"),
    _fixed("chol_70", 196.4, "mg/dL", "median at 70", "70 岁中位数", "dga_lipids", "14.6 % at 240 or more, 60 y and over"),
    _fixed("chol_spread", 0.19, "1", "its spread, logarithm", "离散(对数)", "nhanes_lipids", "quartiles 174 and 226 of men"),
    _fixed("hdl_men", 46.5, "mg/dL", "median HDL cholesterol of men", "男性 HDL 中位数", "dga_lipids", "28.9 % below 40"),
    _fixed("hdl_women", 56.0, "mg/dL", "median HDL cholesterol of women", "女性 HDL 中位数", "dga_lipids", "10.6 % below 40"),
    _fixed("hdl_spread", 0.27, "1", "its spread, logarithm", "离散(对数)", "project", unread=True),
    _fixed("fat_men", 104.0, "mg/dL", "median triglycerides of men", "男性甘油三酯中位数", "triglycerides", "28.7 % at 150 or more, spread below"),
    _fixed("fat_women", 90.0, "mg/dL", "median triglycerides of women", "女性甘油三酯中位数", "triglycerides", "21.5 % at 150 or more"),
    _fixed("fat_spread", 0.65, "1", "its spread, logarithm", "离散(对数)", "triglycerides", "geometric mean 97 and 25.1 % at 150 or more"),
    _fixed("sugar_limit", 0.978, "1", "rank above which there is diabetes at 50", "50 岁糖尿病界值", "nhsr158", "16.4 % of 40-59 y"),
    _fixed("sugar_rise_young", 0.0364, "1/a", "rise of the rank before 50", "50 岁前的上升", "nhsr158", "4.4 % of 20-39 y"),
    _fixed("sugar_rise_old", 0.0227, "1/a", "rise of the rank after 50", "50 岁后的上升", "nhsr158", "30.0 % of 60 y and over"),
    _fixed("sugar_sex", 0.06, "1", "men above, women below", "男高女低", "nhsr158", "17.7 % of men, 14.8 % of women"),
    _fixed("sugar_floor", 96.0, "mg/dL", "least mean glucose", "平均血糖下限", "project", unread=True),
    _fixed("sugar_median", 110.0, "mg/dL", "mean glucose at the middle rank at 50", "50 岁中位平均血糖", "project", "HbA1c 5.46 %", True),
    _fixed("sugar_high", 51.0, "mg/dL", "mean glucose per rank in diabetes", "糖尿病时每位次的平均血糖", "project", unread=True),
    _fixed("adag_slope", 28.7, "mg/dL", "mean glucose per % of HbA1c", "每 1 % HbA1c 的平均血糖", "adag"),
    _fixed("adag_constant", 46.7, "mg/dL", "constant of the same line", "同一直线的常数", "adag"),
    _fixed("diabetes_hba1c", 6.5, "%", "HbA1c that defines diabetes", "糖尿病的 HbA1c 界值", "nhsr158"),
    _fixed("gfr_40", 108.0, "mL/min/{1.73_m2}", "eGFR at 40", "40 岁 eGFR", "carrs", "mean 108; its age is ours"),
    _fixed("gfr_spread", 16.0, "mL/min/{1.73_m2}", "its standard deviation", "标准差", "carrs", "SD 16"),
    _fixed("gfr_loss", 1.0, "mL/min/{1.73_m2}/a", "loss by ageing", "增龄性下降", "ghs", "introduction"),
    _fixed("gfr_loss_diabetes", 1.1, "mL/min/{1.73_m2}/a", "more in diabetes", "糖尿病额外下降", "aric", "2.5 against 1.4"),
    _fixed("gfr_loss_pressure", 0.8, "mL/min/{1.73_m2}/a", "more in hypertension", "高血压额外下降", "t2d_kidney", "1.0 against 0.2"),
)  # fmt: skip
RISK: Rows = (
    _fixed("death_60_men", 0.01182, "1/a", "death rate of men at 60", "60 岁男性死亡率", "life_table", "line fitted to the logarithm"),
    _fixed("death_60_women", 0.00755, "1/a", "death rate of women at 60", "60 岁女性死亡率", "life_table", "line fitted to the logarithm"),
    _fixed("death_men_rise", 0.0875, "1/a", "its growth with age, men", "随年龄增长(男)", "life_table", "line fitted to the logarithm"),
    _fixed("death_women_rise", 0.0926, "1/a", "its growth with age, women", "随年龄增长(女)", "life_table", "line fitted to the logarithm"),
    _fixed("death_without", 0.70, "1", "share of it in people without diabetes, stroke or infarction", "无糖尿病/卒中/心梗者所占比", "erfc",
           "6.8 per 1,000 at 60 against 9.7 of the table"),
    _fixed("death_diabetes", 1.9, "1", "times more in diabetes", "糖尿病倍数", "erfc", "hazard ratio"),
    _fixed("death_ascvd", 2.0, "1", "times more after an atherosclerotic event", "动脉粥样硬化事件后倍数", "erfc", "2.0 infarction, 2.1 stroke"),
    _fixed("death_failure", 2.1, "1", "times more in heart failure", "心力衰竭倍数", "rotterdam", "hazard ratio 2.1 (1.8 to 2.7)"),
    _fixed("death_smoking_men", 2.8, "1", "times more in men who smoke", "男性吸烟倍数", "jha"),
    _fixed("death_smoking_women", 3.0, "1", "times more in women who smoke", "女性吸烟倍数", "jha"),
    _fixed("smokes_men", 0.141, "1", "smokers among men", "男性吸烟率", "cdc_smoking"),
    _fixed("smokes_women", 0.110, "1", "smokers among women", "女性吸烟率", "cdc_smoking"),
    _fixed("smokes_china_men", 0.505, "1", "smokers among men in China", "中国男性吸烟率", "china_smoking"),
    _fixed("smokes_china_women", 0.021, "1", "smokers among women in China", "中国女性吸烟率", "china_smoking"),
    _fixed("care_missing", 0.2, "1", "share of people whom no rule reaches", "未接受治疗者所占比例", "project", unread=True),
    _fixed("drug_sbp", 9.1, "mm[Hg]", "fall of systolic pressure by one standard dose", "每一标准剂量收缩压下降", "law"),
    _fixed("drug_dbp", 5.5, "mm[Hg]", "fall of diastolic pressure by one standard dose", "每一标准剂量舒张压下降", "law"),
    _fixed("drug_sbp_more", 0.1, "1", "more fall per mmHg above 150", "150 以上每 mmHg 的额外下降", "law", "1.0 mmHg per 10; the 150 is ours"),
    _fixed("drug_sbp_ascvd", 0.80, "1", "rate ratio per 10 mmHg", "每 10 mmHg 的率比", "ettehad", "major cardiovascular events"),
    _fixed("drug_sbp_failure", 0.72, "1", "rate ratio of heart failure per 10 mmHg", "每 10 mmHg 心衰率比", "ettehad", "heart failure"),
    _fixed("drug_ldl", 1.08, "mmol/L", "fall of LDL cholesterol by a statin", "他汀降低 LDL", "ctt2012", "mean difference, 22 trials"),
    _fixed("drug_ldl_ascvd", 0.78, "1", "rate ratio per mmol/L", "每 1 mmol/L 的率比", "ctt", "major vascular events"),
    _fixed("drug_hba1c", 1.12, "%", "fall of HbA1c by metformin", "二甲双胍降低 HbA1c", "hirst", "monotherapy against placebo"),
)  # fmt: skip

PARAMETERS = (*PEOPLE, *LATENT, *COURSE, *RISK)
CORRELATIONS = (
    Correlation("bmi", "pressure", 0.175, "sharing"),  # waist: 0.15 men, 0.20 women
    Correlation("bmi", "hdl_rank", -0.305, "sharing"),
    Correlation("bmi", "fat_rank", 0.28, "sharing"),
    Correlation("bmi", "sugar", 0.24, "sharing"),
    Correlation("hdl_rank", "fat_rank", -0.435, "sharing"),
    Correlation("hdl_rank", "sugar", -0.195, "sharing"),
    Correlation("hdl_rank", "pressure", -0.045, "sharing"),
    Correlation("fat_rank", "sugar", 0.19, "sharing"),
    Correlation("fat_rank", "pressure", 0.12, "sharing"),
    Correlation("pressure", "sugar", 0.135, "sharing"),
)
DERIVED = (
    Derived("woman", "1 if female >= 0.5 else 0"),
    Derived(
        "smoking_share",
        "((smokes_women if female >= 0.5 else smokes_men) if china < 0.5 else (smokes_china_women if female >= 0.5 else smokes_china_men))",
    ),
    Derived("smoker", "1 if smoking < smoking_share else 0"),
)
