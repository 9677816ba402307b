"""Words that change what a clinical statement means: negation, doubt, whose illness, status, trend, judgement, side, route.

Each word has a role; `before` words act on what follows, `after` words on what stands ahead of them. Extends the
idea of ConText (Harkema et al., doi:10.1016/j.jbi.2009.05.002) to Chinese; the lists are our own.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from xinglin.models.reader.phrase_tree import PhraseTree


class Role(NamedTuple):
    """What a word does: `what` names the effect, `value` its content, `where` is before, after or near."""

    what: str
    value: str = ""
    where: str = "near"


_DECADES = "|".join(
    f"{part} {tens}"
    for part in ("low", "lower", "mid", "high", "upper", "late", "early")
    for tens in ["teens", "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties", "hundreds"]
)
_TABLE: tuple[tuple[str, str, str, str], ...] = (
    ("nothing", "", "near", _DECADES),
    ("nothing", "", "near", "ex smoker|former smoker|previous smoker|ex smokers|双抗|双联|双重|双膦酸|双相|双歧|双氯|双嘧达莫|双胍|双香豆素|双环醇|双黄连|双能|双源|双球菌|双水平|双腔"),
    ("nothing", "", "near", "blood pressure tablets|blood pressure tablet|blood pressure medication|blood pressure medicines|bp tablets|never smoker|never smoked|never a smoker|personal history|history of present illness"),
    # negation
    ("not", "", "before", "did not show|does not show|do not show|didn't show|did not reveal|does not reveal|did not demonstrate|did not find|no|not|denies|denied|deny|denying|without|negative for|absence of|no evidence of|no sign of|no signs of|free of|free from|never|never had|"
     "no history of|no prior history of|no known history of|no past history of|no record of|no documented|does not have|do not have|did not have|has not had|has no|had no|with no|without evidence of|lack of|lacks|neither|"
     "nor|cannot find|fails to show|failed to reveal|fails to reveal|no new|isn't|wasn't|doesn't|hasn't|didn't|aren't|don't|is not|was not|are not|were not|not have|not on|none of|none of his|none of her|none of the|none|never been|rules out|ruled out for|excluded|excludes|"
     "denies ever having had|denies having had|denies ever having|denies ever having been|denies any history of|denies any|never having had|has never been|no personal history of|no past medical history of|no hx of|no h/o|nil|never been found to have|never been shown to have|never been diagnosed with|never diagnosed with|never suffered from|never developed|not known to have|has yet to have|"
     "rather than|instead of|"
     "无|否认|未见|未诉|未发现|未及|未闻及|未触及|未扪及|未出现|未患|未有|没有|没|不伴|不伴有|无明显|未见明显|无伴|未发生|排除|除外|已排除|并无|从无|从未|未查见|未检出|不存在|未服用|未使用|未再|未|未服|未用|从没|从来没|从来没有|没得过|没有得过|未得过|没患过|未曾|不曾|没做过|没有做过|没发现|没查出|未查出|没见|没见到|从不|非|不是|并非|不"),
    ("not", "", "after", "ruled out|was ruled out|has been ruled out|is ruled out|were ruled out|excluded|was excluded|has been excluded|absent|is absent|was absent|not present|not seen|not found|not detected|not identified|not observed|not noted|not evident|negative|is negative|was negative|denied|were denied|was denied|is denied|never been found|never found|have never been found|has never been found|not been found|has not been found|have not been found|"
     "unlikely|has been refuted|was refuted|refuted|never confirmed|was never confirmed|not confirmed|"
     "阴性|已排除|被排除|均无|均未见|未见异常|均否认|未检出|不存在|均阴性|未确诊|被否定|已否定"),
    ("refused", "", "near", "was refused|were refused|has been refused|refused|refuses|refusing|was declined|were declined|has been declined|declined|declines|was deferred|were deferred|deferred|not given|was not given|were not given|not yet given|not administered|"
     "was not administered|not performed|was not performed|not done|was not done|were not done|was withheld|withheld|was never given|never given|was omitted|拒绝|拒绝接种|被拒绝|拒|未接种|未予接种|未行|未做|未执行|暂缓|推迟|延期"),
    ("nothing", "", "near", "not whether|not whether still taken|whether still taken|must not|should not|not be given|cannot be given|not be used|no change|no significant change|no changes|no interval change|not only|no doubt|no increase|no decrease|not necessarily|not just|no further|no later than|no more than|no less than|"
     "not drained|no significant interval change|without difficulty|无明显诱因|无诱因|不仅|不但|无明显变化|无变化|无显著变化|无殊变|不等|不详|无论|不久|不断|不足|不适|不良|不全|不齐|不稳|不稳定|不明|非常|非特异|未注明|未说明|未记录|未记载|未提及|未提供|是否继续使用|目前是否使用|不可|不能|不宜|不得|避免|未来|未婚|未育|未分化|未特指|未明|未定|未成年|未足月|尚未|未完|无力|无症状|无痛性|"
     "不愈|不规则|不耐受|不清|不宁|不孕|不育|不张|不动|不振|不佳|不整|无菌|无尿|除外伤|是否|no longer than|无需|不需"),
    # doubt
    ("doubt", "", "before", "possible|possibly|probable|probably|suspected|suspect|suspicion of|suspicious for|suspicion for|likely|may have|might have|may be|might be|could be|may|might|could represent|concern for|concerning for|query|rule out|r/o|questionable|presumed|presumptive|"
     "apparent|differential includes|cannot exclude|cannot rule out|can not exclude|not excluding|consider|considered|to be excluded|unconfirmed|provisional|suggestive of|suggests|appears to have|potential|working diagnosis of|evaluate for|assess for|"
     "可疑|疑似|疑|考虑|考虑为|可能|可能为|可能有|不除外|不能除外|不能排除|未能排除|待排|倾向|拟诊|疑为|怀疑有|怀疑是|疑有|疑似有|可能是|考虑有|可疑有|或有|似有|怀疑|或许|似乎|疑诊"),
    ("doubt", "", "after", "is suspected|was suspected|suspected|is possible|possible|cannot be excluded|cannot be ruled out|not excluded|has not been excluded|is not excluded|could not be excluded|is likely|is probable|unconfirmed|is unconfirmed|not proven|unproven|not yet proven|is not proven|not yet confirmed|remains to be confirmed|待排|待查|可能|可能性大|不除外|不能排除|不能除外|待确诊|尚未确诊|还没确诊|没有确诊|没确诊|还未确诊|待定"),
    ("nothing", "", "near", "confirmed|确诊|明确诊断"),
    # where a scope ends
    ("end", "", "near", "but|however|although|though|except|apart from|aside from|yet|has|have|had|reports|reported|complains of|complained of|presents with|presented with|positive for|admits|admits to|"
     "takes|taking|was|were|is|are|shows|showed|reveals|revealed|with known|because|due to|secondary to|which|who|"
     "但|但是|然而|不过|有|伴|伴有|可见|出现|患有|提示|显示|因|由于|诉|查|予|给予|服用|长期|为|存在"),
    # whose
    ("whose", "family", "before", "in the family|in his family|in her family|runs in the family|family history of|family history|fhx|fh|family hx|f/h|家族史|家族中|家族|家人|有家族史|家属|亲属"),
    ("whose", "mother", "near", "mother|mum|mom|mam|mummy|mama|母亲|母|妈妈|妈|娘亲"),
    ("whose", "father", "near", "father|dad|daddy|papa|父亲|父|爸爸|爸|爹"),
    ("whose", "parent", "near", "parent|父母|双亲"),
    ("whose", "brother", "near", "brother|哥哥|弟弟|兄弟|兄|弟|哥|胞兄|胞弟"),
    ("whose", "sister", "near", "sister|姐姐|妹妹|姐妹|姐|妹|姊妹|胞姐|胞妹"),
    ("whose", "sibling", "near", "sibling|同胞|兄弟姐妹"),
    ("whose", "son", "near", "son|儿子"),
    ("whose", "daughter", "near", "daughter|女儿"),
    ("whose", "child", "near", "children|子女"),
    ("whose", "grandmother", "near", "grandmother|grandma|granny|gran|nan|nana|maternal grandmother|paternal grandmother|祖母|外祖母|奶奶|外婆|姥姥"),
    ("whose", "grandfather", "near", "grandfather|grandpa|granddad|grandad|maternal grandfather|paternal grandfather|祖父|外祖父|爷爷|外公|姥爷"),
    ("whose", "uncle", "near", "uncle|舅|叔|伯|maternal uncle|paternal uncle|叔叔|舅舅|伯父|叔父|舅父|姑父|姨父"),
    ("whose", "aunt", "near", "aunt|auntie|姑|姨|maternal aunt|paternal aunt|姑姑|阿姨|姨妈|姑妈|姨母|姑母|舅母|伯母"),
    ("whose", "cousin", "near", "cousin|nephew|niece|表兄|堂兄|表妹"),
    ("whose", "spouse", "near", "wife|husband|spouse|partner|妻子|丈夫|配偶"),
    ("whose", "relative", "near", "relative|first degree relative|一级亲属|亲戚"),
    ("not", "", "after", "不过敏|无过敏反应"),
    ("status", "active", "before", "currently|at present|presently|目前有|目前患|现有|现患有|still|still has|continues to|continues to have|remains|keeps on|仍在|仍然|继续"),
    ("status", "resolved", "near", "quit|gave up|given up|stopped smoking|stopped drinking|ex|former|戒|已戒|戒除|戒断|不再"),
    ("tolerates", "", "before", "tolerates|tolerated|has tolerated|can take|tolerating|可耐受|耐受|能耐受"),
    ("status", "planned", "after", "is to be started|to be started|will be started|is planned|is scheduled|will be given|is due to start|are to be started|待行|拟行|计划行"),
    ("whose", "patient", "near", "the patient|patient|she|he|this man|this woman|pt|患者|病人|本人|该患者|患儿|patient's own|own|自身"),
    # status
    ("status", "active", "near", "active|ongoing|persistent|persists|currently has|continues to have|remains active|unresolved|still present|现患|仍有|仍存在|活动期|活动性|未愈|持续存在|进行中|正在治疗|尚未缓解"),
    ("status", "resolved", "near", "resolved|has resolved|is resolved|in remission|remission|healed|cleared|recovered|has cleared|settled|no longer active|inactive|has gone|subsided|cured|is over|was over|now over|ended|已缓解|缓解|已愈|治愈|痊愈|已治愈|已消失|消失|已好转|已恢复|恢复|已解决|非活动|已结束"),
    ("status", "history", "before", "history of|h/o|hx of|past history of|past medical history of|pmh of|past|previous|prior|former|formerly|a history of|had|previously had|remote|既往|既往有|曾|曾有|曾患|曾患有|病史|过去|以往|早年"),
    ("status", "history", "after", "in the past|病史|史"),
    ("status", "current", "near", "already on|already taking|has started taking|started taking|has begun taking|已开始服用|已开始口服|已经开始|已经在|已在|正在打|开始服用|currently on|currently taking|currently takes|is on|is taking|takes|taking|treated with|is treated with|is given|receives|receiving|remains on|continues on|continues|continued|still on|still takes|current medication|current medications|currently prescribed|maintained on|ongoing|on regular|regular medication|uses|now on|now takes|"
     "目前服用|仍在使用|仍在使用中|仍在用|还在用|还在吃|仍在吃|仍吃|还在服用|使用中|应用中|服用中|正在用|在吃|正在吃|在打|仍口服|仍在口服|继续口服|继续用|坚持服用|坚持吃|目前口服|现口服|规律口服|长期口服|正在口服|正在服用|现服用|现服|目前使用|正在使用|仍在服用|继续服用|规律服用|仍|目前仍|长期服用|在用|目前用药|现用|当前用药|继续|维持|服用中|在服"),
    ("status", "current", "header", "current medicines|current medications|current diuretics|current antihypertensives|current inhalers|current insulin|current inhaled treatment|current psychotropics|current anticoagulants|目前降压药|目前利尿剂|medicines|medications|medication list|meds|current meds|regular medicines|regular medications|drug list|current drugs|current treatment|drugs|"
     "目前用药|用药|现用药物|当前用药|服药|目前药物|用药情况|目前服药|现服药物|当前药物|药物治疗|用药清单"),
    ("status", "stopped", "header", "stopped medicines|stopped medications|discontinued medications|past medications|previous medications|已停用药物|停用药物|既往用药"),
    ("status", "active", "header", "active problems|current problems|active conditions|current diagnoses|现患疾病|目前诊断|活动性问题|现患问题"),
    ("status", "resolved", "header", "resolved problems|resolved conditions|inactive problems|已愈疾病|已解决问题|既往已愈"),
    ("status", "stopped", "near", "stopped|discontinued|was discontinued|was stopped|has been stopped|has been discontinued|ceased|no longer on|no longer takes|no longer taking|not taking|no longer|off|withdrawn|held|completed|finished|came off|not currently taking|used to take|previously took|previously on|formerly on|withheld|cancelled|pulled|abandoned|halted|dropped from|weaned off|taken off|stopped taking|has come off|"
     "停用|停药|已停|停了|停掉|撤掉|撤了|吃满|用满|服满|疗程结束|已停用|停服|戒断|停止|已停药|不再服用|不再使用|停止使用|已完成|完成疗程|暂停|曾服用|曾用|中止|终止|撤除|未再服用"),
    ("status", "planned", "before", "plan to|plans to|booked|booked for|booked in for|listed for|lined up for|going for|is due|due to have|planned|planned for|to start|will start|scheduled|scheduled for|recommend|recommended|advise|advised|consider starting|should start|should have|to begin|awaiting|due for|to be|will be|will|should|please|needs|need|intended|to undergo|"
     "拟|拟行|计划|建议|预约|将|将于|待行|准备|应|需|宜|择期|安排|嘱"),
    # time
    ("newest", "", "near", "latest|most recent|most recently|newest|current|currently|now|at present|presently|last measured|last recorded|last checked|as of now|today|to date|last|recent|recently|present|最新|最近|最近一次|目前|当前|现|现在|末次|最末|近期|近日|今|最后一次|本次|此次|现为"),
    ("older", "", "before", "previous|previously|prior|earlier|before|baseline|initial|initially|first|at baseline|formerly|peak|peaked at|nadir|highest|lowest|maximum|minimum|admission|on admission|originally|compared with|compared to|against|versus|vs|than|from|up from|down from|rising from|falling from|having been|used to be|last time|as opposed to|had been|"
     "之前|此前|既往|上次|前次|基线|最初|首次|初始|由|从|较|比|相较|与|对比|入院时|原|原为|原来|曾为|曾|起初|峰值|最高|最低|先前|以前|早先|前值|上一次|相比"),
    # judgement
    ("flag", "high", "near", "high|too high|elevated|above normal|above range|above the normal range|above the reference range|above reference|above the upper limit|over the limit|above the limit|supranormal|on the high side|abnormally high|raised above normal|h|↑|markedly elevated|exceeds the reference range|higher than normal|higher than the reference range|"
     "偏高|增高|高|过高|高于正常|高于参考范围|高于参考值|超出正常上限|高于上限|超过上限|高于正常值|高于参考上限|超过参考上限|高于正常上限|明显升高|显著升高"),
    ("flag", "high?", "near", "raised|increased|up|increase|升高|增加"),
    ("flag", "low", "near", "low|too low|below normal|below range|below the normal range|below the reference range|below reference|below the lower limit|subnormal|depressed|on the low side|abnormally low|under the limit|below the limit|lower than normal|deficient|depleted|markedly reduced|lower than the reference range|"
     "偏低|减低|低|过低|低于正常|低于参考范围|低于参考值|低于正常下限|低于下限|低于正常值|低于参考下限|不足"),
    ("flag", "low?", "near", "reduced|decreased|diminished|decrease|降低|减少"),
    ("flag", "normal", "near", "normal|within normal limits|within the normal range|within the reference range|within normal range|within reference range|within range|in range|wnl|unremarkable|not raised|in the normal range|in the reference range|inside the reference range|normal limits|as expected|low normal|high normal|on the low side of normal|low side of normal|low end of normal|lower end of normal|upper end of normal|high end of normal|on the high side of normal|high side of normal|"
     "正常低限|正常高限|正常偏低|正常偏高|"
     "正常|正常范围|正常范围内|在正常范围|在正常范围内|参考范围内|在参考范围内|处于正常范围|未见异常|无异常|正常值|达标|已达标|大致正常|基本正常|未超出参考范围"),
    ("flag", "abnormal", "near", "abnormal|deranged|out of range|outside the reference range|outside the normal range|not normal|outside reference range|异常|不达标|未达标|没有达标|超出范围|超出参考范围|不正常|超出正常范围"),
    ("flag", "critical", "near", "critical|critically|dangerously|panic|life threatening|critical value|危急|危急值|极高|极低|危险"),
    ("flag", "critical-high", "near", "critically high|dangerously high|critically elevated|critical high|panic high|危急高值|危急性升高|危急偏高"),
    ("flag", "critical-low", "near", "critically low|dangerously low|critical low|panic low|危急低值|危急性降低|危急偏低"),
    ("nothing", "", "near", "high blood pressure|high risk|low risk|high dose|low dose|high school|high flow|low back|lower back|low density|high density|high sensitivity|upper limit of normal|lower limit of normal|normal saline|reference range|normal range|normal value|upper limit|lower limit|reference|正常人|正常值范围|高密度|低密度|高血压|低血压|高度|低度|follow up|"
     "up to date|康复机构|康复医院|康复中心|其他|其它|他人|吉他|right away|all right|set up|check up|work up|made up|up to|left against|left the|left for|right now|right after|run up|warm up|at high risk|低盐|低脂|高脂|高于|低于|大于|小于|超过|高危|低危|提高|高热|低热|中低|高龄|高级|身高|高位|高敏|超敏|high sensitivity"),
    # trend
    ("trend", "rising", "near", "grown|has grown|enlarged|got bigger|rising from|increasing from|climbing from|doubled|doubling|tripled|more than doubled|rose|rises|risen|rising|increasing|climbed|climbing|went up|gone up|going up|has increased|upward|higher than|up from|trending up|trended up|uptrending|raised from|increased from|increased to|increased by|increase of|increase from|rise of|rise from|an increase|a rise|increase in|rise in|jumped|grew|gained|"
     "crept up|creeping up|come up|coming up|came up|has come up|shot up|surged|spiked|soared|on the rise|climbs|climb|"
     "升至|翻倍|翻番|增加一倍|升到|上升至|上升到|升高至|升高到|增至|增加至|增加到|呈上升|上升趋势|逐渐升高|逐渐上升|较前升高|较前增多|较前增大|较前上升|较前增高|较前增加|呈上升趋势|持续升高|持续上升|高于前次|高于上次|上升了|升高了|增加了|涨至|走高|上涨|有所升高|有所上升|回升|较上次升高|较上次上升|高于之前|高于此前|上升|升了|涨了|涨到|爬到|爬升|爬至|攀升|飙升|又升|走高|继续升高|继续上升|进一步升高|再次升高|仍在升高|仍在上升|越来越高|反而升高|比上次高|比之前高|比此前高"),
    ("trend", "falling", "near", "shrunk|has shrunk|got smaller|falling from|dropping from|declining from|decreasing from|halved|fell|falls|fallen|falling|dropped|drop|dropping|decreasing|declined|declining|decline|went down|gone down|going down|has decreased|downward|lower than|down from|trending down|trended down|downtrending|reduced from|decreased from|decreased to|decreased by|decrease of|decrease from|fall of|fall from|a decrease|a fall|down|decrease in|fall in|came down|come down|lost|"
     "tumbled|plummeted|plunged|slid|sliding|slipped|eased|coming down|came back down|tailing off|dropping off|"
     "降至|减半|减少一半|下降一半|降低一半|降到|下降至|下降到|降低至|降低到|减至|减少至|减少到|呈下降|下降趋势|逐渐下降|逐渐降低|较前下降|较前降低|较前减少|较前减低|呈下降趋势|持续下降|持续降低|低于前次|低于上次|下降了|降低了|减少了|跌至|走低|回落|有所下降|有所降低|较上次下降|较上次降低|低于之前|低于此前|下降|降了|降到了|掉到|跌到|滑落|继续下降|继续降低|进一步下降|进一步降低|压到|降下来|越来越低|比上次低|比之前低|比此前低|降为"),
    ("trend", "stable", "near", "stable|unchanged|steady|no change|no significant change|not changed|has not changed|similar to|the same as|constant|remained the same|remains the same|flat|no interval change|little changed|not significantly changed|remained stable|remains stable|much the same|"
     "稳定|无明显变化|无变化|无显著变化|持平|不变|变化不大|未见明显变化|保持稳定|平稳|基本稳定|与前相仿|相仿|与上次相近|相近|无明显改变|保持不变|未变"),
    ("trend", "variable", "near", "fluctuating|fluctuated|fluctuates|variable|labile|up and down|varied|波动|起伏|不稳定|忽高忽低|反复波动"),
    ("trend", "worse", "near", "worse|got worse|getting worse|gets worse|less well|worsened|worsening|deteriorated|deteriorating|deterioration|progressed|恶化|加重|变差|变坏|不如以前|不如从前|不如之前|不如上次|不如前次|较前恶化|较前加重|较差|更差"),
    ("trend", "better", "near", "better|got better|getting better|gets better|improves|improved|improving|improvement|recovering|recovered|has recovered|picked up|normalised|normalized|好转|改善|变好|转好|见好|较前好转|较前改善|有所好转|有所改善"),
    # side
    ("side", "left", "near", "left|left sided|l sided|lt|左|左侧|左边|左上|左下|左前|左后"),
    ("side", "right", "near", "right|right sided|r sided|rt|右|右侧|右边|右上|右下|右前|右后"),
    ("side", "bilateral", "near", "bilateral|bilaterally|both|both sides|on both sides|双|双侧|两侧|双边|左右两侧|左右侧|双上|双下"),
    # route
    ("route", "oral", "near", "orally|oral|by mouth|po|p.o.|per os|per oral|swallow|口服|经口"),
    ("route", "intravenous", "near", "intravenous|intravenously|iv|i.v.|ivgtt|infusion|静脉|静脉注射|静脉滴注|静滴|静注|静脉输注|静推|静脉推注"),
    ("route", "subcutaneous", "near", "subcutaneous|subcutaneously|sc|s.c.|subcut|sq|subq|under the skin|皮下|皮下注射"),
    ("route", "intramuscular", "near", "intramuscular|intramuscularly|im|i.m.|肌肉|肌注|肌肉注射"),
    ("route", "inhaled", "near", "inhaled|inhalation|by inhalation|inhale|inhales|inh|respiratory tract|吸入|雾化|雾化吸入|经口吸入"),
    ("route", "topical", "near", "topical|topically|to the skin|applied to skin|cutaneous|外用|涂抹|局部外用|局部"),
    ("route", "transdermal", "near", "transdermal|transdermally|patch|经皮|贴剂|透皮"),
    ("route", "nasal", "near", "nasal|nasally|intranasal|intranasally|in the nose|鼻|鼻喷|滴鼻|经鼻"),
    ("route", "ophthalmic", "near", "ophthalmic|eye drops|in the eye|intraocular|滴眼|眼用"),
    ("route", "rectal", "near", "rectal|rectally|pr|per rectum|直肠|灌肠|纳肛"),
    ("route", "sublingual", "near", "sublingual|sublingually|sl|under the tongue|舌下|舌下含服"),
    ("route", "otic", "near", "otic|ear drops|in the ear|滴耳"),
    ("route", "vaginal", "near", "vaginal|vaginally|阴道"),
    # allergy
    ("allergy", "", "near", "allergic|allergic to|allergy|allergies|allergy to|allergy history|hypersensitivity|hypersensitive|intolerance|intolerant|intolerant of|anaphylaxis to|anaphylactic to|allergen|reacts to|reacted to|has reacted to|reaction to|sensitive to|adverse reaction to|不过敏|过敏|过敏史|药物过敏|药物过敏史|不耐受|过敏反应"),
    ("cannot", "", "before", "can't take|cannot take|can not take|unable to take|can't have|cannot have|could not tolerate|couldn't tolerate|cannot tolerate|can't tolerate|不能服用|不能使用|不能用|不能吃|用不了|吃不了"),
    ("no allergy", "", "near", "not known to be allergic to anything|not known to have any allergies|not known to have allergies|not allergic to any medication|not allergic to any drugs|no known allergies|nil known drug allergies|nil known drug allergy|nil known allergies|nil known allergy|nil allergies|no allergies known|no drug allergies known|no known medicine allergies|no known allergy|no known drug allergies|no known drug allergy|no known medication allergies|nkda|nka|no allergies|no drug allergies|denies allergies|denies any allergies|"
     "denies drug allergies|no history of allergies|no history of drug allergy|without known allergies|no known food or drug allergies|not allergic to anything|allergies none|allergies nil|allergies none known|has no allergies|has no known allergies|no allergy is known|no known allergy is recorded|"
     "无药物过敏史|无食物及药物过敏史|没有药物过敏|没有过敏|否认药物过敏史|无过敏史|否认过敏史|无已知过敏|无已知药物过敏|否认食物药物过敏史|无食物药物过敏史|否认药物及食物过敏史|否认药物食物过敏史|否认食物及药物过敏史|无药物及食物过敏史|无药物食物过敏史|无药物过敏|否认药物过敏|无过敏|"
     "未发现过敏|未发现药物过敏|否认有药物过敏史|无已知过敏史|无已知药物过敏史|过敏史无|未记录过敏|否认过敏"),
    # person
    ("sex", "male", "near", "man|male|gentleman|boy|男|男性|男子|先生|男孩"),
    ("sex", "female", "near", "woman|female|lady|girl|女|女性|女子|女士|女孩"),
    ("pronoun", "male", "near", "he|his|him|himself|他"),
    ("pronoun", "female", "near", "she|her|hers|herself|她"),
    # what numbers are
    ("number", "reference", "before", "reference range|reference|ref|ref range|reference interval|normal range|normal value|normal|upper limit|lower limit|upper limit of normal|lower limit of normal|target|target range|goal|therapeutic range|参考范围|参考值|参考区间|正常值|正常范围|正常参考值|上限|下限|目标|目标值|控制目标|阈值"),
    ("number", "difference", "before", "by|difference of|change of|increase of|decrease of|rise of|fall of|drop of|upto|上升了|升高了|增加了|下降了|降低了|减少了|相差|差值|变化|上升|升高|增加|下降|降低|减少|涨幅|降幅|升幅"),
    ("number", "previous", "before", "from|previously|compared with|compared to|versus|vs|than|up from|down from|rising from|falling from|previous|prior|earlier|was|由|从|较|比|原|此前|之前|上次|前次|自"),
    ("number", "current", "before", "to|now|现|至|到|为|升至|降至|升到|降到"),
    # benign
    ("advice", "", "near", "recommend|suggest|advise|consider|repeat|recheck|monitor|follow up with|educate|discuss|建议|复查|监测|随访|嘱|注意|评估"),
)  # fmt: skip


@cache
def context_tree() -> PhraseTree[tuple[Role, ...]]:
    """Every context word with all the roles it can play."""
    book: dict[tuple[str, ...], list[Role]] = {}
    spelling: dict[tuple[str, ...], str] = {}
    from xinglin.models.reader.phrase_tree import words_of

    for what, value, where, words in _TABLE:
        for word in words.split("|"):
            path = words_of(word)
            if path:
                book.setdefault(path, []).append(Role(what, value, where))
                spelling.setdefault(path, word)
    return PhraseTree((spelling[path], tuple(roles)) for path, roles in book.items())
