"""What a medicine did to a person, in other words than the record's: "brings her out in hives", 起风团, "it made her wheeze".

Such a word claims no illness of its own where the record holds a reaction or a reason for stopping of the same sort.
"""

from __future__ import annotations

import re

from xinglin.models.reader.findings import View
from xinglin.models.reader.text_forms import fold
from xinglin.records.reading import Claim

_SORTS = tuple(
    re.compile(words)
    for words in (
        r"rash|urticari|hives|wheals?|itch|prurit|dermatit|皮疹|荨麻疹|风团|[起出红药]疹|瘙痒|发痒|皮炎",
        r"bronchospasm|wheez|breathless|short(?:ness)? of breath|dyspno?ea|asthma attack|tight chest|支气管痉挛|喘|气促|气急|呼吸困难|憋气",
        r"anaphyla|过敏性休克|休克",
        r"angio-?o?edema|swelling|swollen|facial o?edema|血管性?水肿|肿胀|面部?肿|喉头水肿",
        r"nause|vomit|sick|queas|恶心|呕吐|想吐",
        r"diarrh|loose stools?|腹泻|拉肚子",
        r"constipat|便秘|大便干",
        r"cough|咳",
        r"dizz|light-?headed|vertigo|头晕|眩晕",
        r"headache|头痛|头疼",
        r"myalgi|muscle (?:pain|ache|cramp)|肌痛|肌肉酸?[痛疼]",
        r"bleed|ha?emorrhag|bruis|出血|瘀斑",
        r"hypoglyc|low sugar|低血糖",
        r"hyperkal|high potassium|raised potassium|高血?钾|血钾(?:升)?高",
        r"hyponatr|low sodium|低血?钠",
        r"bradycard|slow (?:pulse|heart)|心动过缓|心率(?:过)?慢",
        r"stomach|gastr|dyspeps|heartburn|epigastri|abdominal (?:pain|discomfort)|胃|腹痛|消化不良|上腹",
        r"drows|sleepy|sedat|somnol|嗜睡|困",
        r"irritab|agitat|mood|烦躁|易怒|易激惹",
        r"o?edema|ankle|水肿|脚肿|踝",
        r"kidney|renal|creatinine|肾|肌酐",
        r"liver|hepat|transaminase|alt\b|肝|转氨酶",
    )
)


def is_reaction(view: View, claim: Claim) -> bool:
    """Whether a symptom is the recorded reaction to, or reason for stopping, a medicine the sentence names too."""
    if claim.kind not in ("problem", "finding") or claim.negated or claim.experiencer != "patient":
        return False
    said = fold(view.sentence.text[max(0, claim.subject.start - 1) : claim.subject.end + 1])
    sorts = [sort for sort in _SORTS if sort.search(said)]
    if not sorts:
        return False
    named = {
        one for other in view.sentence.claims if other.kind in ("medicine", "allergy", "drug_class", "allergen") for one in other.facts
    }
    told = [
        fold(f"{fact.details.get('reaction', '')} {fact.details.get('reason_stopped', '')} {fact.details.get('reason', '')}")
        for one in named
        if (fact := view.record.facts.get(one)) is not None
    ]
    return any(sort.search(words) for sort in sorts for words in told)
