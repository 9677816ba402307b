"""The words of the diabetes card, English and Chinese: title, what it is about, what it cannot say, what each number means."""

from __future__ import annotations

TITLE = {
    "en": "Type 1 diabetes: glucose and insulin (UVA/Padova 2008 equations)",
    "zh": "1型糖尿病：葡萄糖-胰岛素模型（UVA/Padova 2008方程）",
}
ABOUT = {
    "en": "Minutes to days of glucose in a person with type 1 diabetes: meals, subcutaneous insulin by pump or by hand, a continuous sensor "
    "with its lag and error, a basal-bolus rule and a simple closed loop. Simulation, for research.",
    "zh": "1型糖尿病患者数分钟至数天的血糖变化：进餐、皮下胰岛素（泵或手动）、带滞后与误差的持续葡萄糖传感器、基础-餐时规则及简单闭环。模拟结果，仅供研究。",
}
LIMITS = {
    "en": "No exercise, stress, illness, glucagon, hormones of the night or day-to-day change of insulin sensitivity; rapid insulin only. "
    "How low glucose really falls cannot be relied on: this version lacks the counter-regulation and the changed uptake of the 2013 one. "
    "Made for one meal, shown by its authors for one day. Not for dosing any real person.",
    "zh": "不含运动、应激、疾病、胰高血糖素、夜间激素及胰岛素敏感性的日间变化；仅速效胰岛素。低血糖阶段不可靠：本版本没有2013版加入的反调节机制。"
    "模型针对单餐建立，作者展示至一天。不得用于任何真实患者的剂量决定。",
}
EQUATIONS = {
    "en": "Every minute, in order: the sensor reads (every 5 min: subcutaneous glucose plus an autoregressive error, limited to 39-600 mg/dL), "
    "boluses and basal rate are set and rounded to the pump's steps, a mouthful (at most 5 g) leaves the plate and counts towards the size of "
    "the meal; then the states move by their rates for one minute under constant inflow. Meal bolus = carbohydrate / ratio, plus "
    "(reading - 140) / correction factor when the reading is above 150 mg/dL. Closed loop: rate = basal need + 60 / (correction factor x 300) x "
    "(e + integral of e / 600 + 30 x slope over 15 min), e = reading - 120 mg/dL; 0 below 100 mg/dL.",
    "zh": "每分钟依次：传感器读数（每5分钟：皮下葡萄糖加自回归误差，限39–600 mg/dL）；设定大剂量与基础率并按泵步长取整；吃下一口（至多5 g）并计入餐量；"
    "随后各状态在恒定输入下演变一分钟。餐时大剂量=碳水/比值，读数高于150 mg/dL时另加（读数-140）/校正系数。"
    "闭环：速率=基础需要+60/（校正系数×300）×（e+∫e/600+30×15分钟斜率），e=读数-120 mg/dL；低于100 mg/dL时为0。",
}
_ROWS = """
age|age|年龄
weight|body weight|体重
gb|fasting plasma glucose|空腹血浆葡萄糖
ib|fasting plasma insulin|空腹血浆胰岛素
egpb|glucose made by the liver, fasting|空腹肝糖生成
vg|volume in which glucose is spread|葡萄糖分布容积
vi|volume in which insulin is spread|胰岛素分布容积
kabs|absorption from the gut|肠道吸收速率
kmax|fastest emptying of the stomach|胃排空最大速率
kmin|slowest emptying of the stomach|胃排空最小速率
b|share of the meal left when emptying slows|排空减慢时的餐量份额
d|share of the meal left when emptying speeds up again|排空再次加快时的餐量份额
vmx|how insulin raises uptake by tissue|胰岛素增加组织摄取的程度
km0|glucose at half the greatest uptake|半最大摄取时的葡萄糖量
k1|from plasma to tissue|血浆到组织
k2|from tissue to plasma|组织到血浆
p2u|how fast insulin acts on uptake|胰岛素作用于摄取的速率
m1|insulin from liver to plasma|胰岛素由肝到血浆
m2|insulin from plasma to liver|胰岛素由血浆到肝
ki|delay of insulin's action on the liver|胰岛素作用于肝的延迟
kp2|how glucose lowers what the liver makes|葡萄糖抑制肝糖生成
kp3|how insulin lowers what the liver makes|胰岛素抑制肝糖生成
kd|from the first to the second depot under the skin|皮下第一库到第二库
ksc|from plasma to the fluid under the skin|血浆到皮下组织液
ka1|from the first depot to plasma|第一库到血浆
ka2|from the second depot to plasma|第二库到血浆
carbohydrate_ratio|carbohydrate covered by one unit|每单位胰岛素对应碳水
correction_factor|fall of glucose by one unit|每单位胰岛素降糖值
uii|uptake that needs no insulin (brain)|非胰岛素依赖摄取（脑）
absorbed|share of the meal that reaches plasma|进入血浆的餐量份额
ke1|loss through the kidney above the threshold|肾阈以上的肾排出速率
ke2|threshold of the kidney|肾糖阈
hepatic|share of insulin taken by the liver, fasting|空腹肝提取份额
m4_of_m2|loss of insulin in the periphery, of m2|外周清除与m2之比
eating_rate|how fast is eaten|进食速度
legacy_meal_units|1: meal size in grams taken for milligrams, as an early peer did|1：重现早期同类软件将克当毫克的错误
correction_above|reading above which a bolus corrects|超过此值加校正量
correction_target|what a correction aims at|校正目标
bolus_step|smallest step of a bolus|大剂量步长
basal_step|smallest step of the basal rate|基础率步长
most_bolus|greatest bolus|最大大剂量
most_basal|greatest basal rate|最大基础率
sensor_error|whether the sensor errs|传感器是否有误差
sensor_memory|how much of the sensor's error lasts 15 min|传感器误差15分钟自回归系数
sensor_gamma|shape of the sensor's error|传感器误差分布形状gamma
sensor_lambda|scale of the sensor's error|传感器误差分布尺度lambda
sensor_delta|shape of the sensor's error|传感器误差分布形状delta
sensor_xi|place of the sensor's error|传感器误差分布位置xi
loop_target|what the closed loop aims at|闭环目标
loop_proportional|time over which the loop corrects|闭环比例时间
loop_integral|integral time of the loop|闭环积分时间
loop_derivative|derivative time of the loop|闭环微分时间
loop_suspend|reading below which the loop gives nothing|低于此值闭环停止给药
plate|still to be eaten|尚未吃下
meal_size|size of the meal that emptying is judged by|判断胃排空的餐量
solid|solid in the stomach|胃内固相
liquid|liquid in the stomach|胃内液相
gut|in the gut|肠内
gp|glucose in plasma and fast tissue|血浆与快速组织葡萄糖
gt|glucose in slow tissue|慢速组织葡萄糖
gs|glucose under the skin|皮下葡萄糖
sc1|insulin in the first depot|皮下第一库胰岛素
sc2|insulin in the second depot|皮下第二库胰岛素
ip|insulin in plasma|血浆胰岛素
il|insulin in the liver|肝胰岛素
action|insulin that acts on uptake|作用于摄取的胰岛素
delayed|insulin on its way to act on the liver|延迟的胰岛素信号
remote|insulin that acts on the liver|作用于肝的胰岛素信号
given|insulin given so far|已给胰岛素
"""
MEANINGS = {name: {"en": english, "zh": chinese} for name, english, chinese in (row.split("|") for row in _ROWS.strip().splitlines())}
