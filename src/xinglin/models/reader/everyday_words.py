"""Everyday and short ways of saying a few things that every record holds: smoking, drinking, vital signs, common illnesses.

A word here is a further name for whatever already goes by one of the names in its row; it never makes a new thing.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from xinglin.models.reader.text_forms import fold

_ROWS = (
    ("smoking|tobacco use|smoker|吸烟|current every day smoker|tobacco smoking status", "smoke|smokes|smoked|smoker|tobacco|cigarettes|抽烟|烟|吸烟者"),
    ("alcohol|alcohol use|drinks alcohol|饮酒", "drinks|drink alcohol|drinks alcohol|drinking|alcohol|喝酒|饮酒"),
    ("pregnancy|妊娠", "pregnant|gravid|expecting|怀孕|在孕|孕"),
    ("hiv viral load|hiv rna", "viral load|hiv load|病毒载量"),
    ("dialysis|hemodialysis|透析|血液透析", "dialysis|haemodialysis|hemodialysis|血液透析|透析|血透"),
    ("last seizure|seizure|seizures|癫痫发作|末次癫痫发作", "fit|fits|last fit|seizure|seizures|convulsion|癫痫发作|抽搐"),
    ("dyslipidaemia|hyperlipidaemia", "raised cholesterol"),
    ("fall|falls|跌倒", "had a fall|a fall at|he fell|she fell|fell|fallen|falls|摔倒|摔跤|跌跤"),
    ("body weight|weight|体重", "weight|weighs|weighed|wt|体重|bodyweight"),
    ("body height|height|身高", "height|tall|ht|身高|stature"),
    ("body temperature|temperature|体温", "temperature|temp|febrile at|体温|temperature reading"),
    ("heart rate|pulse|心率|脉搏", "heart rate|pulse|hr|pulse rate|心率|脉搏|脉率|heartbeat"),
    ("respiratory rate|呼吸频率", "respiratory rate|rr|breathing rate|resp rate|respirations|呼吸|呼吸频率|呼吸次数"),
    ("oxygen saturation|spo2|血氧饱和度", "oxygen saturation|spo2|sats|o2 sat|o2 saturation|sao2|oxygen sats|saturation|saturating|saturates|血氧|血氧饱和度|氧饱和度|指氧"),
    ("body mass index|bmi|体重指数|体质指数", "bmi|body mass index|体重指数|体质指数|体块指数"),
    ("systolic blood pressure|收缩压", "systolic|systolic pressure|systolic bp|sbp|收缩压|高压"),
    ("diastolic blood pressure|舒张压", "diastolic|diastolic pressure|diastolic bp|dbp|舒张压|低压"),
    ("hemoglobin a1c|hba1c|糖化血红蛋白", "a1c|hba1c|glycated haemoglobin|glycosylated hemoglobin|glycohemoglobin|糖化|糖化血红蛋白"),
    ("glucose|blood glucose|血糖|葡萄糖", "glucose|blood sugar|sugar|blood glucose|血糖|glu"),
    ("bicarbonate|hco3|碳酸氢根", "bicarb|hco3|hco3-|tco2|碳酸氢盐"),
    ("breast cancer|carcinoma of breast|乳腺癌", "breast ca|ca breast|乳癌"),
    ("lung cancer|肺癌", "lung ca|ca lung"),
    ("wide local excision|wide local excision of breast", "wle"),
    ("fracture of neck of femur|neck of femur fracture|股骨颈骨折", "nof|nof fracture|fractured nof|fractured neck of femur"),
    ("hemiarthroplasty of hip|hip hemiarthroplasty", "hip hemi|hemiarthroplasty"),
    ("total knee replacement|knee replacement|全膝关节置换术", "tkr|knee replaced|knee replacement"),
    ("total hip replacement|hip replacement|全髋关节置换术", "thr|hip replaced|hip replacement"),
    ("epilepsy|癫痫", "seizure disorder|epileptic|羊癫疯"),
    ("myocardial infarction|心肌梗死", "heart attack|mi|心梗"),
    ("stroke|脑卒中|cerebral infarction|脑梗死", "stroke|cva|中风|脑梗"),
    ("hypertension|高血压", "htn|high blood pressure|hypertensive|raised blood pressure|血压高|高血压病"),
    ("type 2 diabetes mellitus|type 2 diabetes|2型糖尿病", "t2dm|type 2 diabetic|type ii diabetes|dm2|type 2 dm|dm type 2|二型糖尿病|Ⅱ型糖尿病|ii型糖尿病|2型dm"),
    ("type 1 diabetes mellitus|type 1 diabetes|1型糖尿病", "t1dm|type 1 diabetic|type i diabetes|dm1|type 1 dm|一型糖尿病|Ⅰ型糖尿病|i型糖尿病"),
    ("hyperlipidemia|高脂血症|dyslipidemia|血脂异常", "hld|raised lipids|high cholesterol|hyperlipidaemia|dyslipidaemia|高血脂|血脂高"),
    ("atrial fibrillation|心房颤动", "af|afib|a fib|房颤"),
    ("chronic kidney disease|慢性肾脏病", "ckd|chronic renal disease|慢性肾病"),
    ("chronic obstructive pulmonary disease|慢性阻塞性肺疾病", "copd|慢阻肺"),
    ("coronary artery disease|coronary heart disease|冠心病|冠状动脉粥样硬化性心脏病", "cad|chd|ischaemic heart disease|ihd|冠心病"),
    ("heart failure|心力衰竭", "hf|chf|cardiac failure|心衰"),
    ("gastroesophageal reflux disease|胃食管反流病", "gerd|gord|reflux|acid reflux|反流"),
    ("appendectomy|阑尾切除术", "appendicectomy|appendix removed|appendix was removed|appendix out|appendix taken out|切除阑尾|阑尾切除|阑尾已切除|阑尾手术"),
    ("cholecystectomy|胆囊切除术", "gallbladder removed|gallbladder was removed|gall bladder removed|gallbladder taken out|gallbladder out|切除胆囊|胆囊切除|胆囊已切除"),
    ("tonsillectomy|扁桃体切除术", "tonsils removed|tonsils were removed|tonsils out|tonsils were taken out|tonsils taken out|扁桃体切除|扁桃体已切除|切除扁桃体"),
    ("hysterectomy|子宫切除术", "uterus removed|uterus was removed|womb removed|子宫切除|子宫已切除|切除子宫"),
    ("cesarean section|caesarean section|剖宫产", "c section|caesarean|cesarean|caesarean delivery|cesarean delivery|剖腹产|剖宫产术"),
    ("coronary artery bypass grafting|coronary artery bypass graft|冠状动脉旁路移植术", "cabg|bypass surgery|heart bypass|冠脉搭桥|搭桥手术|搭桥"),
    ("percutaneous coronary intervention|经皮冠状动脉介入治疗", "pci|coronary stent|stent|stenting|coronary stenting|支架|冠脉支架|支架植入"),
    ("influenza vaccine|influenza vaccination|流感疫苗", "flu shot|flu jab|flu vaccine|influenza immunization|influenza immunisation|流感疫苗接种"),
    ("chest x-ray|胸部x线", "cxr|chest radiograph|chest film|chest xray|胸片"),
    ("computed tomography of chest|chest ct|胸部ct", "ct chest|ct of the chest|chest ct|ct thorax|胸部ct"),
    ("admission|hospital admission|inpatient stay|hospitalization|住院|入院|inpatient admission", "admitted|admission|hospitalised|hospitalized|inpatient|discharged|discharge|入院|住院|出院|收住院|收入院"),
    ("hearing loss|hearing impairment|听力下降|听力损失", "hearing is impaired|impaired hearing|hearing impaired|hard of hearing|deafness|听力减退|听力障碍|耳聋|听力差"),
    ("visual impairment|视力下降", "poor vision|vision is impaired|impaired vision|视物模糊|视力减退"),
    ("depression|抑郁症|depressive disorder", "depressed|low mood|抑郁"),
    ("anemia|anaemia|贫血", "anaemic|anemic|贫血"),
    ("obesity|肥胖", "obese|肥胖症"),
    ("constipation|便秘", "constipated|大便干结"),
    ("insomnia|失眠", "cannot sleep|poor sleep|睡眠差|入睡困难"),
    ("dyspnea|dyspnoea|呼吸困难", "short of breath|shortness of breath|breathless|sob|气促|气短|气急"),
    ("orthostatic hypotension|体位性低血压|直立性低血压", "postural hypotension|blood pressure drops on standing|bp drops on standing|站立时血压下降"),
    ("electrocardiogram|心电图", "ecg|ekg|心电图"),
)  # fmt: skip


@cache
def _book() -> dict[str, tuple[str, ...]]:
    return {name: tuple(more.split("|")) for names, more in _ROWS for name in names.split("|")}


def everyday_words(names: Iterable[str]) -> list[str]:
    """Further names for a thing that goes by one of `names`."""
    book = _book()
    return [word for name in names for word in book.get(fold(name), ())]
