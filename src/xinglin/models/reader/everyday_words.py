"""Everyday and short ways of saying a few things that every record holds: smoking, drinking, vital signs, common illnesses.

A word here is a further name for whatever already goes by one of the names in its row; it never makes a new thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

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
    ("cesarean section|caesarean section|剖宫产", "section|剖过|剖宫|c section|caesarean|cesarean|caesarean delivery|cesarean delivery|剖腹产|剖宫产术"),
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
    ("metastasis|metastatic disease|转移", "metastatic|mets|metastases|secondaries|转移灶|扩散|远处转移"),
    ("brain metastasis|脑转移", "brain mets|brain metastases|brain secondaries|cerebral metastases|脑转移灶|颅内转移"),
    ("gastroesophageal reflux disease|胃食管反流病", "heartburn|acid reflux|reflux|反酸|烧心|反流|胃食管反流"),
    ("pressure ulcer|压疮", "pressure sore|pressure sores|bedsore|bed sore|pressure injury|褥疮|压力性损伤"),
    ("dysphagia|吞咽困难", "swallowing difficulty|difficulty swallowing|swallow problems|吞咽障碍"),
    ("hearing loss|听力下降", "deaf|耳背|听力不好|耳朵背|听不清"),
    ("hemiparesis|hemiplegia|偏瘫", "weakness|sided weakness|半身不遂|肢体偏瘫|偏身无力"),
    ("do not attempt resuscitation|不做心肺复苏|do not resuscitate", "dnr|dnar|dnacpr|not for resuscitation|not for cpr|不抢救|放弃心肺复苏"),
    ("lymphedema|lymphoedema", "lymphoedema|arm swelling"),
    ("asthma|哮喘|支气管哮喘", "asthmatic|asthmatics|气喘病|支气管哮喘"),
    ("celiac disease|coeliac disease|乳糜泻", "coeliac|celiac|gluten enteropathy|麦胶性肠病"),
    ("epilepsy|癫痫", "epileptic|fits|癫痫病"),
    ("diabetes mellitus|diabetes|糖尿病", "diabetic|dm|糖尿病|血糖高|高血糖病"),
    ("type 2 diabetes mellitus|type 2 diabetes|2型糖尿病", "diabetic|t2d|niddm|血糖高"),
    ("type 1 diabetes mellitus|type 1 diabetes|1型糖尿病", "diabetic|t1d|iddm"),
    ("hypothyroidism|甲状腺功能减退|甲状腺功能减退症", "hypothyroid|underactive thyroid|甲减"),
    ("hyperthyroidism|甲状腺功能亢进|甲状腺功能亢进症|graves disease", "hyperthyroid|thyrotoxic|thyrotoxicosis|overactive thyroid|甲亢"),
    ("migraine|偏头痛|migraine with aura", "migraineur|migrainous|migraines"),
    ("hypertension|高血压", "hypertensive|血压也高|血压偏高|血压有点高"),
    ("pneumonia|肺炎|community acquired pneumonia|社区获得性肺炎", "chest infection|lung infection|lower respiratory tract infection|lrti|cap|肺部感染|肺部炎症|肺里发炎"),
    ("myocardial infarction|心肌梗死", "infarcted|had a coronary|infarct|心肌梗塞|心梗"),
    ("stroke|脑卒中|cerebral infarction|脑梗死", "脑中风|脑梗塞|缺血性卒中|ischaemic stroke|ischemic stroke"),
    ("transient ischemic attack|短暂性脑缺血发作", "tia|mini stroke|ministroke|小中风"),
    ("deep vein thrombosis|深静脉血栓|深静脉血栓形成", "dvt|clot in the leg|leg clot|下肢静脉血栓|深静脉血栓形成"),
    ("pulmonary embolism|肺栓塞|肺动脉栓塞", "pe|clot on the lung|lung clot|肺栓塞"),
    ("chronic obstructive pulmonary disease|慢性阻塞性肺疾病", "emphysema and bronchitis|老慢支|慢阻肺病"),
    ("coronary artery disease|coronary heart disease|冠心病", "coronary disease|ischemic heart disease|冠脉病变"),
    ("heart failure|心力衰竭|heart failure with reduced ejection fraction|chronic heart failure|congestive heart failure", "failing heart|cardiac failure|chf|hfref|weak heart|心功能不全|心衰"),
    ("chronic kidney disease|慢性肾脏病", "renal impairment|kidney disease|chronic renal failure|crf|慢性肾功能不全|肾功能不全"),
    ("gout|痛风", "gouty|痛风病"),
    ("osteoarthritis|骨关节炎", "oa|wear and tear arthritis|degenerative joint disease|退行性关节病"),
    ("rheumatoid arthritis|类风湿关节炎|类风湿性关节炎", "ra|rheumatoid|类风湿"),
    ("systemic lupus erythematosus|系统性红斑狼疮", "sle|lupus|狼疮"),
    ("multiple sclerosis|多发性硬化", "ms"),
    ("parkinson disease|parkinson's disease|帕金森病", "pd|parkinsonism|parkinson|帕金森"),
    ("alzheimer disease|alzheimer's disease|阿尔茨海默病", "alzheimer|老年痴呆"),
    ("dementia|痴呆", "demented|cognitive impairment|痴呆症"),
    ("depression|抑郁症|major depressive disorder|depressive disorder", "depressive|抑郁障碍"),
    ("anxiety|anxiety disorder|焦虑症|generalized anxiety disorder", "anxious|gad|焦虑|焦虑障碍"),
    ("benign prostatic hyperplasia|前列腺增生|良性前列腺增生", "bph|enlarged prostate|prostatism|前列腺肥大|前列腺增生症"),
    ("urinary tract infection|尿路感染|泌尿道感染", "uti|water infection|bladder infection|泌尿系感染|尿感"),
    ("gallstones|cholelithiasis|胆囊结石|胆石症|cholecystolithiasis", "gallstone|gallbladder stones|gall stones|胆结石|胆囊结石"),
    ("kidney stone|nephrolithiasis|肾结石|renal calculus", "renal stones|kidney stones|renal calculi|肾石症"),
    ("peptic ulcer|消化性溃疡|gastric ulcer|duodenal ulcer|胃溃疡|十二指肠溃疡", "ulcer|stomach ulcer|ulcers|溃疡病"),
    ("inguinal hernia|腹股沟疝|inguinal hernia repair|腹股沟疝修补术", "groin hernia|疝气|小肠气"),
    ("inguinal hernia repair|腹股沟疝修补术|腹股沟疝修补", "hernia repair|hernia repaired|hernia operation|hernia surgery|疝修补|疝气手术|疝手术|疝修补术"),
    ("osteoporosis|骨质疏松|骨质疏松症", "brittle bones|thin bones|osteoporotic|骨松"),
    ("fatty liver|脂肪肝", "nafld|hepatic steatosis|steatosis|masld|steatotic liver disease"),
    ("cirrhosis|肝硬化|liver cirrhosis", "cirrhotic|scarred liver"),
    ("hepatitis b|chronic hepatitis b|慢性乙型肝炎|乙型肝炎", "hbv infection|乙肝"),
    ("cataract|白内障|cataract extraction|白内障摘除术|phacoemulsification|cataract surgery", "cataracts|cataract operation|cataract surgery|cataract removed|cataract done|白内障手术"),
    ("obstructive sleep apnea|睡眠呼吸暂停|阻塞性睡眠呼吸暂停", "osa|sleep apnoea|sleep apnea|睡眠呼吸暂停综合征"),
    ("psoriasis|银屑病", "psoriatic|牛皮癣"),
    ("eczema|湿疹|atopic dermatitis", "eczematous|atopic eczema"),
    ("allergic rhinitis|过敏性鼻炎|变应性鼻炎", "hay fever|hayfever|鼻炎"),
    ("iron deficiency anemia|缺铁性贫血", "iron deficient|iron deficiency|缺铁"),
    ("ectopic pregnancy|异位妊娠", "ectopic|tubal pregnancy|宫外孕"),
    ("gestational diabetes|妊娠期糖尿病", "gdm|妊娠糖尿病"),
    ("percutaneous coronary intervention|经皮冠状动脉介入治疗|coronary stent", "stented|stents|angioplasty|ptca|pci|放支架|放过支架|支架术|装支架|冠脉介入"),
    ("implantable cardioverter-defibrillator insertion|implantable cardioverter defibrillator|植入式心律转复除颤器植入", "icd|defibrillator|aicd|implantable defibrillator|除颤器"),
    ("pacemaker insertion|pacemaker implantation|起搏器植入|permanent pacemaker implantation|心脏起搏器植入术", "pacemaker|pacemaker fitted|ppm|pacer|起搏器|装起搏器|心脏起搏器"),
    ("colonoscopy|结肠镜检查", "scope of the bowel|肠镜|结肠镜"),
    ("gastroscopy|胃镜检查|esophagogastroduodenoscopy", "ogd|egd|endoscopy|upper gi endoscopy|胃镜"),
    ("laparoscopic cholecystectomy|cholecystectomy|腹腔镜胆囊切除术", "lap chole|lap cholecystectomy|胆囊摘除|胆囊切了"),
    ("total hip replacement|hip replacement|全髋关节置换术|全髋关节置换|髋关节置换", "人工关节|换关节|换过关节|hip arthroplasty|new hip|artificial hip|人工髋关节|全髋置换|髋置换|人工髋"),
    ("total knee replacement|knee replacement|全膝关节置换术|全膝关节置换|膝关节置换", "人工关节|换关节|换过关节|knee arthroplasty|new knee|artificial knee|人工膝关节|全膝置换|膝置换|人工膝"),
    ("mastectomy|乳房切除术", "breast removed|breast was removed|乳腺切除|切除乳房"),
    ("salpingectomy|输卵管切除术", "fallopian tube removed|tube removed|tube was removed|tube was taken out|输卵管切除|切除输卵管"),
    ("echocardiogram|echocardiography|超声心动图", "echo|cardiac ultrasound|tte|心超|心脏彩超|心脏超声|心彩超"),
    ("pelvic ultrasound|盆腔超声|ultrasound of pelvis", "pelvic scan|pelvic uss|uss pelvis|妇科彩超|妇科b超|盆腔彩超|盆腔b超"),
    ("ultrasound of abdomen|abdominal ultrasound|腹部超声", "abdominal scan|uss abdomen|abdominal uss|腹部b超|腹部彩超|b超"),
    ("ultrasound of neck|颈部超声|thyroid ultrasound|甲状腺超声", "neck ultrasound|neck uss|颈部彩超|颈部b超|甲状腺彩超|甲状腺b超"),
    ("mri of brain|mri brain|头颅mri|颅脑磁共振", "brain scan|mri head|cranial mri|头部核磁|头颅核磁|头颅磁共振|颅脑mri|脑核磁"),
    ("ct of head|head ct|头颅ct|ct head", "ct brain|brain ct|脑ct|颅脑ct"),
    ("ct of abdomen|abdominal ct|腹部ct", "ct abdomen|腹部ct"),
    ("covid-19 vaccine|新冠疫苗|covid 19 vaccine", "covid vaccine|covid jab|covid shot|covid booster|covid vaccination|covid immunisation|新冠疫苗|新冠加强针"),
    ("pneumococcal vaccine|肺炎球菌疫苗", "pneumonia vaccine|pneumonia jab|pneumovax|pneumococcal vaccination|pneumonia vaccination|pneumonia shot|肺炎疫苗|23价肺炎疫苗"),
    ("influenza vaccine|流感疫苗", "influenza vaccination|flu vaccination|flu jab|flu shot|流感针"),
    ("tetanus vaccine|破伤风疫苗", "tetanus jab|tetanus shot|tetanus booster|破伤风针"),
    ("hepatitis b vaccine|乙肝疫苗", "hep b vaccine|hep b jab|乙肝疫苗"),
    ("hospital admission|inpatient admission|admission|住院", "in hospital|inpatient|hospital stay|stay in hospital|住了院|住院治疗|入住"),
    ("hemoglobin|haemoglobin|血红蛋白", "hb|hgb|haemoglobin|血色素|血红蛋白"),
    ("white blood cell count|white blood cells|白细胞计数|白细胞", "wcc|wbc|white cells|white count|white cell count|白细胞|白血球"),
    ("platelet count|platelets|血小板|血小板计数", "plt|plts|platelets|血小板"),
    ("creatinine|肌酐|serum creatinine", "creat|cr|scr|creatinine|血肌酐|肌酐"),
    ("estimated glomerular filtration rate|估算肾小球滤过率|egfr", "gfr|egfr|kidney function|肾小球滤过率"),
    ("potassium|血钾|钾", "k|k+|potassium|血钾"),
    ("sodium|血钠|钠", "na|na+|sodium|血钠"),
    ("c-reactive protein|c反应蛋白|crp", "crp|c反应蛋白|c-反应蛋白"),
    ("ldl cholesterol|低密度脂蛋白胆固醇|ldl-c", "ldl|ldl-c|bad cholesterol|低密度脂蛋白|低密度|坏胆固醇"),
    ("thyroid stimulating hormone|thyrotropin|促甲状腺激素|tsh", "tsh|thyrotropin|促甲状腺素"),
    ("left ventricular ejection fraction|lvef|左室射血分数|左心室射血分数", "ef|lvef|ejection fraction|射血分数"),
    ("heart rate|心率|pulse rate|脉搏", "p|heart rate|beats per minute|脉搏|心跳"),
    ("body temperature|体温|temperature", "t|temp|temperature|体温"),
    ("respiratory rate|呼吸频率", "r|resps|rr|呼吸频率"),
    ("peak expiratory flow|呼气峰流速", "peak flow|pefr|pef|峰流速"),
)  # fmt: skip


@cache
def _book() -> dict[str, tuple[str, ...]]:
    book: dict[str, dict[str, None]] = {}
    for names, more in _ROWS:
        for name in names.split("|"):
            book.setdefault(name, {}).update(dict.fromkeys(more.split("|")))
    return {name: tuple(words) for name, words in book.items()}


# What people call a whole class of medicines by; the word list knows the classes of pharmacologists.
_CLASSES = (
    (r"\bferr(?:ous|ic)\b|\biron (?!overload|defic)|铁$|亚铁|铁剂", "iron|iron tablets|iron supplement|iron infusion|iron therapy|铁剂|补铁"),
    (r"pred[a-z]*ol?one|dexamethasone|hydrocortisone|泼尼松|地塞米松|氢化可的松", "steroid|steroids|oral steroids|corticosteroid|激素|糖皮质激素"),
    (r"beclomet|budesonide|fluticasone|mometasone|ciclesonide|倍氯米松|布地奈德|氟替卡松", "inhaled steroid|steroid inhaler|preventer|preventer inhaler|吸入激素"),
    (r"salbutamol|albuterol|terbutaline|沙丁胺醇|特布他林", "reliever|reliever inhaler|blue inhaler|rescue inhaler|缓解药"),
    (r"apixaban|rivaroxaban|edoxaban|dabigatran|warfarin|沙班|华法林|达比加群", "blood thinner|anticoagulant|anticoagulation|oral anticoagulant|抗凝药|抗凝"),
    (r"furosemide|frusemide|bumetanide|torsemide|torasemide|thiazide|indapamide|呋塞米|托拉塞米|噻嗪", "water tablet|water pill|diuretic|利尿药|利尿剂"),
    (r"omeprazole|lansoprazole|pantoprazole|esomeprazole|rabeprazole|拉唑", "ppi|proton pump inhibitor|acid suppressant|抑酸药"),
    (r"levothyroxine|thyroxine|左甲状腺素", "thyroxine|thyroid replacement|thyroid hormone|levothyroxine|优甲乐"),
    (r"insulin|胰岛素", "insulin|胰岛素"),
    (r"cillin|cef|mycin|floxacin|cycline|penem|cotrimoxazole|co-trimoxazole|nitrofurantoin|metronidazole|西林|头孢|霉素|沙星|环素|培南|硝唑", "antibiotic|antibiotics|抗生素|抗菌药|消炎药"),
    (r"\bcalcium\b|calcitriol|碳酸钙|骨化三醇", "calcium supplement|calcium tablets|钙片|补钙|钙剂"),
    (r"aspirin|阿司匹林", "aspirin|拜阿司匹灵|拜阿司匹林|阿司匹林肠溶片"),
    (r"sacubitril|沙库巴曲", "entresto|sac/val|arni|诺欣妥|sacubitril valsartan"),
    (r"(?<!per)indopril|ramipril|lisinopril|enalapril|captopril|perindopril|普利$", "ace inhibitor|acei|ace-i"),
    (r"sartan$|沙坦$", "arb|angiotensin receptor blocker"),
)  # fmt: skip


@cache
def _classes() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    return tuple((re.compile(pattern), tuple(words.split("|"))) for pattern, words in _CLASSES)


@lru_cache(maxsize=4096)
def class_words(name: str) -> tuple[str, ...]:
    """What people call the class of a medicine of that name by: "water tablet" for furosemide."""
    folded = fold(name)
    return tuple(word for pattern, words in _classes() if pattern.search(folded) for word in words)


def everyday_words(names: Iterable[str]) -> list[str]:
    """Further names for a thing that goes by one of `names`."""
    book = _book()
    return [word for name in names for word in book.get(fold(name), ())]
