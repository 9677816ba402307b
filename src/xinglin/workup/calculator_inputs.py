"""Inputs that many calculators ask for, each with its unit and the range in which it can be believed.

Ranges are the plausible limits of knowledge/labs or narrower, where a formula's own source is narrower the calculator says so.
"""

from __future__ import annotations

from dataclasses import replace

from xinglin.workup.calculator import Choice, Number

ADULT = {"en": "adults (18 years and older)", "zh": "成人(18岁及以上)"}
AGE = Number("age_years", {"en": "age", "zh": "年龄"}, "a", 0, 120)
ADULT_AGE = replace(AGE, low=18)
SEX = Choice("sex", {"en": "sex", "zh": "性别"}, {"female": 0, "male": 0})
WEIGHT = Number("weight_kg", {"en": "body weight", "zh": "体重"}, "kg", 0.2, 650, "weight")
ADULT_WEIGHT = replace(WEIGHT, low=20)
HEIGHT = Number("height_cm", {"en": "height", "zh": "身高"}, "cm", 20, 275, "height")
ADULT_HEIGHT = replace(HEIGHT, low=100, high=250)
CREATININE = Number("creatinine", {"en": "serum creatinine", "zh": "血肌酐"}, "mg/dL", 0.1, 60, "creatinine")
SODIUM = Number("sodium", {"en": "serum sodium", "zh": "血钠"}, "mmol/L", 80, 225, "sodium")
POTASSIUM = Number("potassium", {"en": "serum potassium", "zh": "血钾"}, "mmol/L", 0.8, 15, "potassium")
CHLORIDE = Number("chloride", {"en": "serum chloride", "zh": "血氯"}, "mmol/L", 50, 175, "chloride")
BICARBONATE = Number("bicarbonate", {"en": "serum bicarbonate", "zh": "血碳酸氢根"}, "mmol/L", 1, 66, "bicarbonate")
ALBUMIN = Number("albumin", {"en": "serum albumin", "zh": "血清白蛋白"}, "g/dL", 0.5, 8, "albumin")
CALCIUM = Number("calcium", {"en": "total serum calcium", "zh": "血清总钙"}, "mg/dL", 2, 25, "calcium")
GLUCOSE = Number("glucose", {"en": "serum glucose", "zh": "血糖"}, "mg/dL", 5, 2200, "glucose")
UREA_NITROGEN = Number("urea_nitrogen", {"en": "blood urea nitrogen", "zh": "血尿素氮"}, "mg/dL", 0.5, 275, "urea_nitrogen")
BILIRUBIN = Number("bilirubin", {"en": "total bilirubin", "zh": "总胆红素"}, "mg/dL", 0.05, 66, "bilirubin_total")
INR = Number("inr", {"en": "INR", "zh": "国际标准化比值"}, "{INR}", 0.5, 30, "inr")
PLATELETS = Number("platelets", {"en": "platelet count", "zh": "血小板计数"}, "10*9/L", 1, 5000, "platelets")
AST = Number("ast", {"en": "AST", "zh": "天门冬氨酸氨基转移酶"}, "U/L", 1, 40000, "ast")
ALT = Number("alt", {"en": "ALT", "zh": "丙氨酸氨基转移酶"}, "U/L", 1, 30000, "alt")
CHOLESTEROL = Number("cholesterol", {"en": "total cholesterol", "zh": "总胆固醇"}, "mg/dL", 10, 1500, "cholesterol")
HDL = Number("hdl", {"en": "HDL cholesterol", "zh": "高密度脂蛋白胆固醇"}, "mg/dL", 1, 200, "hdl")
TRIGLYCERIDE = Number("triglyceride", {"en": "triglycerides", "zh": "甘油三酯"}, "mg/dL", 5, 20000, "triglyceride")
SYSTOLIC = Number("systolic", {"en": "systolic blood pressure", "zh": "收缩压"}, "mm[Hg]", 20, 375, "systolic")
DIASTOLIC = Number("diastolic", {"en": "diastolic blood pressure", "zh": "舒张压"}, "mm[Hg]", 5, 250, "diastolic")
HEART_RATE = Number("heart_rate", {"en": "heart rate", "zh": "心率"}, "/min", 10, 350, "heart_rate")
RESPIRATORY_RATE = Number("respiratory_rate", {"en": "respiratory rate", "zh": "呼吸频率"}, "/min", 1, 120, "respiratory_rate")
TEMPERATURE = Number("temperature", {"en": "body temperature", "zh": "体温"}, "Cel", 14.2, 45, "temperature")
WBC = Number("wbc", {"en": "white blood cell count", "zh": "白细胞计数"}, "10*9/L", 0, 1000, "wbc")
HEMATOCRIT = Number("hematocrit", {"en": "haematocrit", "zh": "红细胞压积"}, "%", 3, 80, "hematocrit")
HEMOGLOBIN = Number("hemoglobin", {"en": "haemoglobin", "zh": "血红蛋白"}, "g/dL", 1, 25, "hemoglobin")
PH = Number("ph", {"en": "arterial pH", "zh": "动脉血pH"}, "[pH]", 6.3, 8.4, "ph_arterial")
PAO2 = Number("pao2", {"en": "arterial oxygen pressure", "zh": "动脉血氧分压"}, "mm[Hg]", 5, 800, "po2_arterial")
PACO2 = Number("paco2", {"en": "arterial carbon dioxide pressure", "zh": "动脉血二氧化碳分压"}, "mm[Hg]", 2, 250, "pco2_arterial")
FIO2 = Number("fio2", {"en": "inspired oxygen fraction", "zh": "吸入氧浓度"}, "%", 21, 100, "fio2")
SPO2 = Number("spo2", {"en": "oxygen saturation", "zh": "血氧饱和度"}, "%", 20, 100, "spo2")
GCS = Number("gcs", {"en": "Glasgow coma score", "zh": "格拉斯哥昏迷评分"}, "{score}", 3, 15, "gcs")
QT = Number("qt_ms", {"en": "QT interval", "zh": "QT间期"}, "ms", 100, 900, "qt")
