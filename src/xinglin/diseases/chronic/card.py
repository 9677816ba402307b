"""The chronic card: blood pressure, lipids, weight, glucose, kidney and the events they lead to, over years."""

from __future__ import annotations

from xinglin.diseases.chronic.parameters import CORRELATIONS, DERIVED, PARAMETERS
from xinglin.diseases.chronic.sources import SOURCES
from xinglin.records.simulation import DiseaseCard, Dose, End, Harm, Observable, Regimen, Rule, Treatment

OBSERVABLES = (
    Observable("sbp", {"en": "systolic blood pressure", "zh": "收缩压"}, "sbp", "mm[Hg]", 0.06, code="8480-6", fact="loinc:8480-6",
               source="project", decimals=0),
    Observable("dbp", {"en": "diastolic blood pressure", "zh": "舒张压"}, "dbp", "mm[Hg]", 0.06, code="8462-4", fact="loinc:8462-4",
               source="project", decimals=0),
    Observable("bmi", {"en": "body mass index", "zh": "体重指数"}, "bmi", "kg/m2", 0.01, code="39156-5", fact="loinc:39156-5",
               source="project", decimals=1),
    Observable("weight", {"en": "body weight", "zh": "体重"}, "weight", "kg", 0.01, code="29463-7", fact="loinc:29463-7",
               source="project", decimals=1),
    Observable("total_cholesterol", {"en": "total cholesterol", "zh": "总胆固醇"}, "total_cholesterol", "mg/dL", 0.06, code="2093-3",
               fact="loinc:2093-3", source="project", decimals=0),
    Observable("hdl", {"en": "HDL cholesterol", "zh": "高密度脂蛋白胆固醇"}, "hdl", "mg/dL", 0.06, code="2085-9", fact="loinc:2085-9",
               source="project", decimals=0),
    Observable("ldl", {"en": "LDL cholesterol", "zh": "低密度脂蛋白胆固醇"}, "ldl", "mg/dL", 0.08, code="13457-7", fact="loinc:13457-7",
               source="friedewald", decimals=0),
    Observable("triglycerides", {"en": "triglycerides", "zh": "甘油三酯"}, "triglycerides", "mg/dL", 0.20, code="2571-8",
               fact="loinc:2571-8", source="project", decimals=0),
    Observable("mean_glucose", {"en": "mean glucose", "zh": "平均血糖"}, "mean_glucose", "mg/dL", 0.03, source="adag", decimals=0),
    Observable("fasting_glucose", {"en": "fasting glucose", "zh": "空腹血糖"}, "fasting_glucose", "mg/dL", 0.05, code="1558-6",
               fact="loinc:1558-6", source="project", decimals=0),
    Observable("hba1c", {"en": "HbA1c", "zh": "糖化血红蛋白"}, "hba1c", "%", 0.02, code="4548-4", fact="loinc:4548-4", source="adag",
               decimals=1),
    Observable("egfr", {"en": "eGFR", "zh": "估算肾小球滤过率"}, "egfr", "mL/min/{1.73_m2}", 0.05, code="98979-8", fact="loinc:98979-8",
               source="ckd_epi", decimals=0),
    Observable("creatinine", {"en": "creatinine", "zh": "肌酐"}, "creatinine", "mg/dL", 0.05, code="2160-0", fact="loinc:2160-0",
               source="ckd_epi", decimals=2),
    Observable("on_antihypertensive", {"en": "standard doses of blood pressure drugs", "zh": "降压药标准剂量数"}, "antihypertensive", "1"),
    Observable("on_second_antihypertensive", {"en": "standard doses of a second drug", "zh": "第二种降压药标准剂量数"},
               "second_antihypertensive", "1"),
    Observable("on_statin", {"en": "on a statin", "zh": "服用他汀"}, "statin", "1"),
    Observable("on_metformin", {"en": "on metformin", "zh": "服用二甲双胍"}, "metformin", "1"),
)  # fmt: skip
TREATMENTS = (
    Treatment("antihypertensive", {"en": "blood pressure drugs, in standard doses", "zh": "降压药(标准剂量数)"}, "1", "switch",
              most_each=3.0, source="law"),
    Treatment("second_antihypertensive", {"en": "a second blood pressure drug", "zh": "第二种降压药"}, "1", "switch", most_each=3.0, source="law"),
    Treatment("statin", {"en": "a statin", "zh": "他汀类"}, "1", "switch", most_each=1.0, source="ctt"),
    Treatment("metformin", {"en": "metformin", "zh": "二甲双胍"}, "1", "switch", most_each=1.0, source="hirst"),
)  # fmt: skip
ALWAYS = 1000.0  # years: for as long as one looks
REGIMENS = (
    Regimen("none", {"en": "no treatment", "zh": "不治疗"}),
    Regimen(
        "usual",
        {"en": "treated when limits are passed", "zh": "超过界值即治疗"},
        rules=(
            Rule("antihypertensive", "sbp", "0", "140", 1.0, 1.0),
            Rule("second_antihypertensive", "sbp", "0", "155", 1.0, 1.0),
            Rule("statin", "ldl", "0", "160", 1.0, 1.0),
            Rule("metformin", "hba1c", "0", "6.5", 1.0, 1.0),
        ),
        standard=True,
        source="project",
    ),
    Regimen("statin", {"en": "a statin from the start", "zh": "自始服用他汀"}, (Dose(0.0, "statin", 1.0, ALWAYS),), source="ctt"),
    Regimen(
        "antihypertensive", {"en": "one blood pressure drug from the start", "zh": "自始服用一种降压药"},
        (Dose(0.0, "antihypertensive", 1.0, ALWAYS),), source="law",
    ),
    Regimen("metformin", {"en": "metformin from the start", "zh": "自始服用二甲双胍"}, (Dose(0.0, "metformin", 1.0, ALWAYS),), source="hirst"),
)  # fmt: skip
ENDS = (
    End("hypertension", {"en": "untreated systolic pressure reaches 140", "zh": "未治疗收缩压达 140"}, time="hypertension_begins",
        source="monica"),
    End("diabetes", {"en": "untreated HbA1c reaches 6.5 %", "zh": "未治疗 HbA1c 达 6.5 %"}, time="diabetes_begins", source="nhsr158"),
    End("chronic_kidney_disease", {"en": "eGFR falls below 60", "zh": "eGFR 低于 60"}, condition="60 - egfr", source="ckd_epi"),
    End("ascvd", {"en": "first atherosclerotic event", "zh": "首次动脉粥样硬化性心血管事件"},
        hazard="-log(1 - ascvd_risk) / 10", source="prevent"),
    End("heart_failure", {"en": "heart failure", "zh": "心力衰竭"}, hazard="-log(1 - heart_failure_risk) / 10", source="prevent"),
    End("death", {"en": "death", "zh": "死亡"}, hazard="death_rate", stops=True, source="life_table"),
)  # fmt: skip
CARD = DiseaseCard(
    name="chronic",
    version="1",
    title={"en": "Chronic multi-morbidity", "zh": "慢性多病共存"},
    about={
        "en": "Blood pressure, lipids, weight, glucose and kidney function of an adult over years, the first cardiovascular events and death "
        "they lead to, and what blood pressure drugs, a statin and metformin change.",
        "zh": "成人多年间的血压、血脂、体重、血糖与肾功能，由此引起的首次心血管事件与死亡，以及降压药、他汀和二甲双胍所带来的改变。",
    },
    limits={
        "en": "For made-up people and for methods. Not for the risk of a real person: several shapes are choices of the model, lines of age come "
        "from one population, only first events are told, treatment works at once and nobody stops smoking.",
        "zh": "用于虚拟人群与方法研究，不用于真实个人的风险：部分形状为模型假设，年龄变化取自单一人群，只含首次事件，治疗即时起效，无人戒烟。",
    },
    time_unit="a",
    horizon=30.0,
    parameters=PARAMETERS,
    states=(),
    observables=OBSERVABLES,
    sources=SOURCES,
    correlations=CORRELATIONS,
    derived=DERIVED,
    treatments=TREATMENTS,
    regimens=REGIMENS,
    ends=ENDS,
    harms=(Harm("low_pressure", {"en": "systolic pressure below 100", "zh": "收缩压低于 100"}, "sbp", "least", 100.0, "below", "project"),),
    equations={
        "en": "A person is a set of ranks (normal, correlated). Systolic pressure = mean(age, sex) + spread(age, sex) x rank. Cholesterol = "
        "median(age) x exp(spread x rank). Mean glucose is a rising curve of a rank that grows with age; HbA1c = (mean glucose + 46.7) / 28.7 x "
        "exp(scatter). eGFR falls by a line that is steeper in diabetes and hypertension; creatinine is CKD-EPI 2021 turned round. Rates are "
        "held for a quarter year: PREVENT's ten-year risk p at the age five years before gives -ln(1 - p) / 10, death follows a life table "
        "times hazard ratios; treatment multiplies them by the trials' rate ratios to the power of the fall in mmHg and mmol/L.",
        "zh": "每人由一组相关的正态位次决定。收缩压=均值(年龄,性别)+离散×位次；胆固醇=中位数(年龄)×exp(离散×位次)；平均血糖随位次上升，"
        "HbA1c=(平均血糖+46.7)/28.7×exp(散布)；eGFR 线性下降，糖尿病与高血压时更快，肌酐由 CKD-EPI 2021 反求。"
        "事件率每季度更新：PREVENT 十年风险 p 换算为 -ln(1-p)/10，死亡率取生命表乘以风险比，治疗按试验率比作用。",
    },
)
