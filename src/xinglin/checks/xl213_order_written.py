"""A sentence that orders a medicine instead of proposing it: only a doctor orders, in the hospital's own system."""

from __future__ import annotations

import re

from xinglin.models.reader.sample_facts import HYPERTENSION, PERSON
from xinglin.records import CheckCase, Issue, Sentence
from xinglin.records.chart import Identity
from xinglin.shelf.promises import Check, Example

_ORDERS = re.compile(
    r"^\s*(?:rx\b|order(?:ed)?\b\s*:?|(?:please\s+)?(?:start|give|administer|prescribe|dispense|take|inject|infuse|initiate|commence|increase|stop|discontinue|switch)\b)|"
    r"^\s*(?:医嘱[:：]?|处方[:：]?|立即给予|给予|予以|予|开具|静滴|静注|口服|加用|停用|改用)",
    re.IGNORECASE,
)


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per sentence of our own draft that begins like an order and names a medicine; what others wrote is theirs."""
    if not case.cited:
        return ()
    return tuple(issue for sentence in case.sentences for issue in _issue(sentence, case.language))


def _issue(sentence: Sentence, language: str) -> tuple[Issue, ...]:
    found = _ORDERS.match(sentence.text)
    if found is None or not any(claim.kind == "medicine" for claim in sentence.claims):
        return ()
    text = (
        "这是医嘱的写法；请写成供医师选择的方案"
        if language == "zh"
        else "this reads as an order; word it as an option for the doctor to decide on"
    )
    return (Issue("xl213_order_written", "stop", text, sentence.id, None, found[0].strip(), "", (), found.start(), found.end()),)


CHECK = Check(
    name="xl213_order_written",
    title={"en": "An order is written", "zh": "写成了医嘱"},
    why={
        "en": "Xinglin proposes; an order is made by a doctor, in the hospital's own system.",
        "zh": "本系统只提建议；医嘱由医师在医院系统中开具。",
    },
    against="draft",
    severity="stop",
    run=run,
    fails=(
        Example("Start lisinopril 10 mg once daily by mouth.", (PERSON, HYPERTENSION), identity=Identity()),
        Example("给予氨氯地平5mg，口服，每日一次。", (PERSON, HYPERTENSION), language="zh", identity=Identity()),
    ),
    passes=(
        Example("Lisinopril 10 mg once daily is one option.", (PERSON, HYPERTENSION), identity=Identity()),
        Example("氨氯地平5mg每日一次可作为一种选择。", (PERSON, HYPERTENSION), language="zh", identity=Identity()),
    ),
)
