"""Options for one person as facts: each with the rows of knowledge and the facts of the record it rests on.

Their ids begin with `made.option.`, `made.alert.` or `made.prediction.`: they are proposals and no facts of the person. `said` and `said_zh` hold
the one sentence that may be said of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from xinglin.knowledge import drugs, therapies
from xinglin.records import Concept, Evidence, Fact
from xinglin.records.fact import MADE_HERE, MUST_BE_MENTIONED, FactKind
from xinglin.records.medication import Concern
from xinglin.records.therapy import Journey, TherapyOption, Watch
from xinglin.workup import option_appraisal as appraisal
from xinglin.workup import option_words as words
from xinglin.workup.option_appraisal import Appraised, option_id
from xinglin.workup.option_evidence import TOPIC, medicine_names, names_of, numbers_of, rows_for_people, source_of, title_of, with_value
from xinglin.workup.option_questions import questions
from xinglin.workup.option_words import Both
from xinglin.workup.options import Judged, asked


class JourneyFacts:
    """The facts of one question (journey) for one person. `facts`: what is known of the person, with the evidence each rests on."""

    def __init__(self, journey: Journey, facts: Sequence[Fact], opening: Sequence[str], as_of: str) -> None:
        self.journey, self.known, self.opening = journey, {fact.id: fact for fact in facts}, opening
        self.found = appraisal.appraised(journey, facts, as_of)
        self.compared_on = appraisal.compared_on(journey)
        self.ranked = appraisal.ranked(self.found)
        asked_by_all = [{need.criterion.en for need in one.weighed.needs} for one in self.ranked if one.uses]
        self.shared_needs = frozenset.intersection(*map(frozenset, asked_by_all)) if len(asked_by_all) > 1 else frozenset()
        self.out = tuple(one for one in self.found if one.out)
        self.now = appraisal.replaced(journey, facts)
        self.questions = questions(journey, facts, as_of, self.found)

    def all(self) -> tuple[Fact, ...]:
        """Everything that may be said of the question; of one whose every option is ruled out, only why."""
        told = [self.opened(), *self.excluded()]
        if not self.ranked:
            return tuple(told)
        told += [
            self.rule(),
            self.compared(),
            *self.weighed_without(),
            *self.order(),
            *self.to_do(),
            *self.missing(),
            *self.watch(),
            *self.people(),
        ]
        for place, one in enumerate(self.ranked, 1):
            told += self.of_option(place, one)
        return tuple(told)

    # ---- the question

    def opened(self) -> Fact:
        """Which question this is, and what in the record opens it."""
        by = [self.known[one] for one in self.opening if one in self.known]
        named = [names_of(fact) for fact in by]
        both = (
            f"{words.opened(self.journey.en)}: asked because the record holds {', '.join(dict.fromkeys(en for en, _ in named))}.",
            f"{self.journey.zh}：依据病历所载{'、'.join(dict.fromkeys(zh for _, zh in named))}。",
        )
        return self._fact(
            "question", both, by, ("journey",), importance=MUST_BE_MENTIONED, kind="option", more={"rests_on": " ".join(self.rests_on())}
        )

    def rests_on(self) -> tuple[str, ...]:
        """The facts of the record that options and warnings were held against, in the order of the options."""
        judged = [each for one in (*self.ranked, *self.out) for each in (*one.weighed.needs, *one.weighed.excludes)]
        said = [*asked(self.journey, tuple(self.known.values())), *(each for each in judged if each.verdict != "unknown")]
        named = [one for each in said for one in each.facts]
        named += [one for each in (*self.ranked, *self.out) for concern in each.concerns for one in concern.facts]
        return tuple(one for one in dict.fromkeys(named) if one in self.known)

    def rule(self) -> Fact:
        """The rule of the order, in words."""
        return self._fact("rule", words.RULE, (), ("rule",), names=("rule of the order", "排序规则"))

    def compared(self) -> Fact:
        """That trials with different comparators stand side by side."""
        return self._fact("compared", words.COMPARED, (), ("rule",), names=("comparison across trials", "跨试验比较"))

    def weighed_without(self) -> Iterator[Fact]:
        """Which medicines of this question are taken now: each option was weighed in their place."""
        if self.now:
            named = [names_of(fact) for fact in self.now]
            en, zh = ", ".join(dict.fromkeys(a for a, _ in named)), "、".join(dict.fromkeys(b for _, b in named))
            adding = any(len(appraisal.in_place_of(one.option, self.now)) < len(self.now) for one in self.ranked)
            both = words.taken_now(en, zh, adding=adding)
            yield self._fact("now", both, self.now, ("rule",), names=("weighed in place of", "替代评估"))

    def order(self) -> Iterator[Fact]:
        """Why each option stands before the next."""
        for place, (better, worse) in enumerate(zip(self.ranked, self.ranked[1:], strict=False), 1):
            both = words.order(better, worse)
            behind = [self.known[one] for need in (*better.speaks_for,) for one in need.facts if one in self.known]
            pointers = (f"{better.option.key}", f"{worse.option.key}")
            yield self._fact(f"order.{place}", both, behind, pointers, names=("order", "排序"), importance=2)

    def to_do(self) -> Iterator[Fact]:
        """What to do about each warning, once for all options it speaks against."""
        groups: dict[str, list[tuple[Appraised, Concern]]] = {}
        for one in self.ranked:
            for concern in one.concerns:
                if concern.kind != "monitoring" and concern.advice.get("en"):
                    groups.setdefault(f"{concern.kind}/{concern.other}/{concern.advice['en']}", []).append((one, concern))
        for number, group in enumerate(groups.values()):
            options = list({one.option.key: one.option for one, _ in group}.values())
            concern = group[0][1]
            places = [Evidence(each.knowledge, each.pointer or each.source) for _, each in group if each.knowledge]
            behind = [self.known[one] for one in concern.facts if one in self.known]
            both = words.to_do(concern, options)
            yield self._fact(f"todo.{number}", both, behind, (), names=("what to do", "处理建议"), importance=2, places=places)

    # ---- one option

    def of_option(self, place: int, one: Appraised) -> Iterator[Fact]:
        """The facts of one row: the option itself, fit, warnings, benefits, harms, burden, evidence."""
        option = one.option
        current = {fact.key.removeprefix("term:") for fact in self.now}
        taken = bool(option.medicines) and all(medicine.medicine in current for medicine in option.medicines)
        yield self._option(place, one, taken)
        for number, medicine in enumerate(option.medicines):
            if number:
                yield self._further(option, medicine.medicine)
            if medicine.note_en:
                note = words.ended(medicine.note_en + words.mark(medicine)[0], medicine.note_zh + words.mark(medicine)[1])
                yield self._of(
                    option, f"note.{medicine.medicine}", note, (), (f"medicines/{number}",), names=("dose on the label", "说明书剂量")
                )
        yield from self._added(option)
        yield from self._fit(one)
        for concern in one.concerns:
            if concern.kind != "monitoring":
                yield self._alert(option, concern)
        yield from self._outcomes(option)
        yield self._of(option, "burden", words.burden(option), (), ("burden",), names=("burden", "治疗负担"))
        yield self._grade(option)

    def _added(self, option: TherapyOption) -> Iterator[Fact]:
        """What the option is added to, and that it was judged together with it and part with part."""
        beside = appraisal.running_beside(option, tuple(self.known.values()))
        if beside or len(option.medicines) > 1:
            named = [names_of(fact) for fact in beside]
            rows = option.added_to if beside else ()
            both = words.added(named, parts=len(option.medicines) > 1, unread=words.mark(*rows))
            pointers = (*(f"added_to/{n}" for n in range(len(rows))), *(f"source: {source_of(row)}" for row in rows)) or ("medicines",)
            yield self._of(option, "added", both, beside, pointers, names=("judged together", "合并评估"), importance=2)

    def _option(self, place: int, one: Appraised, taken: bool) -> Fact:
        option = one.option
        more = {
            "option": option.key,
            "rank": str(place),
            "option_kind": option.kind,
            "combination": "yes" if len(option.medicines) > 1 else "",
        } | self._use(option, 0)
        behind = [self.known[i] for i in self.opening if i in self.known]
        pointers = tuple(f"{option.key}/medicines/{n}" for n in range(len(option.medicines))) or (option.key,)
        return self._fact(
            option.key,
            words.headed(place, one, taken),
            behind,
            pointers,
            names=(option.en, option.zh),
            importance=MUST_BE_MENTIONED,
            more=more,
        )

    def _use(self, option: TherapyOption, place: int) -> dict[str, str]:
        """What the checks of medication safety judge: the medicine with its dose, and which current medicines it would stand in place of."""
        if place >= len(option.medicines):
            return {}
        one, use = option.medicines[place], appraisal.uses_of_option(option)[place]
        known = drugs.medicine(one.medicine)
        told = {
            "medicine": appraisal.medicine_name(one.medicine), "medicine_key": one.medicine, "dose": one.dose, "route": use.route or one.route,
            "frequency": one.frequency, "rxnorm": known.rxnorm if known else "", "replaces": " ".join(fact.id for fact in appraisal.in_place_of(option, self.now)),
        }  # fmt: skip
        return {name: text for name, text in told.items() if text}

    def _further(self, option: TherapyOption, medicine: str) -> Fact:
        """A further medicine of a combination, so that the checks judge it too."""
        place = [one.medicine for one in option.medicines].index(medicine)
        names = medicine_names(medicine)
        both = words.ended(f"{option.en} includes {names[0]}", f"{option.zh}包含{names[1]}")
        return self._fact(
            f"{option.key}.{medicine}", both, (), (f"{option.key}/medicines/{place}",), names=names, more=self._use(option, place)
        )

    def _fit(self, one: Appraised) -> Iterator[Fact]:
        option = one.option
        for number, need in enumerate(one.weighed.needs):
            if need.verdict != "met" or not (need.criterion.en and need.facts) or need.criterion.en in self.shared_needs:
                continue
            shown, unread = self._shown(need), words.mark(need.criterion)
            both = words.ended(f"fits: {need.criterion.en}{shown[0]}{unread[0]}", f"符合：{need.criterion.zh}{shown[1]}{unread[1]}")
            yield self._of(
                option, f"fit.{number}", both, self._behind(need), (f"needs/{number}",), names=("what speaks for it", "支持依据")
            )
        for number, missing in enumerate(one.weighed.missing):
            unread = words.mark(missing.criterion)
            both = words.ended(f"not known yet: {missing.criterion.en}{unread[0]}", f"尚不明确：{missing.criterion.zh}{unread[1]}")
            yield self._of(
                option, f"unknown.{number}", both, self._behind(missing), ("needs",), names=("not known", "尚不明确"), importance=2
            )
        if one.less is not None:
            shown = self._shown(one.less)
            both = words.ended(
                f"doing less fits; not reached: {one.less.criterion.en}{shown[0]}",
                f"支持减少治疗；未达到：{one.less.criterion.zh}{shown[1]}",
            )
            yield self._of(option, "clear", both, self._behind(one.less), ("asks",), names=("what speaks for it", "支持依据"))
            return
        if one.does_less:
            both = ("Nothing in the record asks for doing less.", "病历中无支持减少治疗的依据。")
        elif one.weighed.missing or any(concern.kind != "monitoring" for concern in one.concerns):
            return
        elif option.medicines:
            both = ("No warning of the medicine check for this person.", "用药核查对该患者未见警示。")
        else:
            both = ("Nothing in the record speaks against it.", "病历中未见反对依据。")
        yield self._of(option, "clear", both, (), ("medicines",), names=("medicine check", "用药核查"))

    def _shown(self, need: Judged) -> Both:
        """What the record holds for a criterion: names and values of its facts."""
        facts = self._behind(need)[:2]
        if not facts:
            return "", ""
        named = [with_value(fact) for fact in facts]
        return f" (record: {'; '.join(en for en, _ in named)})", f"（病历：{'；'.join(zh for _, zh in named)}）"

    def _behind(self, one: Judged) -> list[Fact]:
        return [self.known[each] for each in one.facts if each in self.known]

    def _outcomes(self, option: TherapyOption) -> Iterator[Fact]:
        for kind, names in (("benefit", ("benefit", "获益")), ("harm", ("harm", "风险"))):
            rows = [(place, row) for place, row in enumerate(option.outcomes) if row.kind == kind]
            rows.sort(key=lambda pair: (not pair[1].verified, (pair[1].key, pair[1].comparator_en) != self.compared_on, pair[0]))
            for place, row in rows:
                said = words.outcome(row)
                called = (f"{names[0]} of {option.en}: {row.en}", f"{option.zh}的{names[1]}：{row.zh}")
                yield self._of(
                    option,
                    f"{kind}.{place}",
                    said,
                    (),
                    (f"outcomes/{place}", f"source: {source_of(row)}"),
                    names=called,
                    more=numbers_of(row),
                )

    def _grade(self, option: TherapyOption) -> Fact:
        named = [therapies.sources().get(one.source, {}).get("short", "") or title_of(one) for one in option.recommended if one.verified]
        pointers = ("grade", *(f"recommended: {source_of(one)}" for one in option.recommended))
        return self._of(
            option, "grade", words.grade(option, tuple(dict.fromkeys(n for n in named if n))[:2]), (), pointers, names=("evidence", "证据")
        )

    def _alert(self, option: TherapyOption, concern: Concern, *, advised: bool = False) -> Fact:
        """A concern of the judge as a fact of kind "alert"."""
        en, zh = words.alert(concern, advised=advised)
        evidence = [Evidence(concern.knowledge, concern.pointer or concern.source)] if concern.knowledge else []
        evidence += [place for one in concern.facts if one in self.known for place in self.known[one].evidence[:1]]
        more = {
            "kind": concern.kind, "severity": concern.severity, "medicine_key": concern.medicine, "other": concern.other, "option": option.key,
            "verified": "yes" if concern.verified else "no", "stop": "yes" if concern.stop else "", "source": concern.source,
            "reason": concern.words.get("en", ""), "reason_zh": concern.words.get("zh", ""), "journey": self.journey.key, "advice": concern.advice.get("en", ""),
            "advice_zh": concern.advice.get("zh", ""),
        }  # fmt: skip
        return Fact(
            id=f"{MADE_HERE}alert.{self.journey.key}.{option.key}.{concern.id}", kind="alert", concept=Concept(f"warning about {option.en}"), text=en,
            evidence=tuple(evidence) or (Evidence(TOPIC, f"{self.journey.key}/{option.key}"),), key=f"made:alert:{concern.id}",
            names={"en": (f"warning about {option.en}",), "zh": (f"{option.zh}警示",)}, value=en,
            importance=MUST_BE_MENTIONED if concern.severity in {"major", "contraindicated"} else 2,
            details={"said": en, "said_zh": zh} | {name: text for name, text in more.items() if text},
        )  # fmt: skip

    # ---- what is out, what is missing, what to watch

    def excluded(self) -> Iterator[Fact]:
        """Why options are ruled out, one sentence per reason: the record, a condition that is not met, or the judge of medicines."""
        groups: dict[tuple[str, str], list[tuple[TherapyOption, Judged]]] = {}
        for one in self.out:
            for against in one.weighed.against:
                side = "needs" if against in one.weighed.needs else "excludes"
                groups.setdefault((side, against.criterion.en), []).append((one.option, against))
        for number, ((side, _), rows) in enumerate(groups.items()):
            against, named = rows[0][1], list(dict.fromkeys(words.short(option) for option, _ in rows))
            both = words.ruled_out(named, against.criterion, self._shown(against), asks=side == "needs")
            pointers = tuple(f"{option.key}/{side}" for option, _ in rows)
            yield self._fact(
                f"out.{number}", both, self._behind(against), pointers, names=("ruled out", "已排除"), importance=2, more={"out": "yes"}
            )
        for one in self.out:
            for concern in one.stops:
                yield self._stopped(one.option, concern)

    def _stopped(self, option: TherapyOption, concern: Concern) -> Fact:
        en, zh = words.alert(concern, advised=True)
        both = (f"{words.opened(words.short(option)[0])} is ruled out. {en}", f"{words.short(option)[1]}已排除。{zh}")
        fact = self._alert(option, concern)
        return _with(fact, both[0], dict(fact.details) | {"said": both[0], "said_zh": both[1], "out": "yes"})

    def missing(self) -> Iterator[Fact]:
        """What the record does not say, which options wait for it, and whether an answer would change the order."""
        options = {one.option.key: one for one in self.found}
        for number, one in enumerate(self.questions):
            waiting = [words.short(options[key].option) for key in one.options if options[key].waits]
            both = words.missing(one.criterion, one.matters, waiting)
            weight = MUST_BE_MENTIONED if one.matters == "first" else 2
            yield self._fact(f"missing.{number}", both, (), ("asks",), names=("not in the record", "病历未载"), importance=weight)

    def watch(self) -> Iterator[Fact]:
        """The monitoring plan: rows of the options that are not ruled out, and what the judge says is not yet measured."""
        rows: dict[str, tuple[Watch, list[TherapyOption]]] = {}
        for one in self.ranked:
            for row in one.option.watch:
                rows.setdefault(row.en, (row, []))[1].append(one.option)
        for number, (row, options) in enumerate(rows.values()):
            called = [words.short(option) for option in options]
            named = (", ".join(en for en, _ in called), "、".join(zh for _, zh in called))
            both = words.watched(row, named, len(options) == len(self.ranked))
            yield self._fact(
                f"watch.{number}", both, (), (f"{options[0].key}/watch", f"source: {source_of(row)}"), names=("monitoring", "监测")
            )
        told: set[str] = set()
        for one in self.ranked:
            for concern in one.concerns:
                if concern.kind == "monitoring" and concern.words.get("en", "") not in told:
                    told.add(concern.words.get("en", ""))
                    yield self._alert(one.option, concern, advised=True)

    def people(self) -> Iterator[Fact]:
        """The same numbers for the patient, as natural frequencies; only rows that somebody opened."""
        rows = [
            (one.option, place, one.option.outcomes[place])
            for one in self.ranked
            for place in rows_for_people(one.option, self.compared_on)
        ]
        small = any(
            abs((row.with_percent or 0) - (row.without_percent or 0)) < 1.5 for _, _, row in rows if row.without_percent is not None
        )
        whole = 1000 if small else 100
        for option, place, row in rows:
            both = words.of_people(row, option, whole)
            called = (f"{row.en}, {words.short(option)[0]}", f"{words.short(option)[1]}：{row.zh}")
            yield self._of(
                option,
                f"people.{place}",
                both,
                (),
                (f"outcomes/{place}", f"source: {source_of(row)}"),
                names=called,
                more={"outcome": row.kind},
            )

    # ---- one fact

    def _of(
        self, option: TherapyOption, key: str, both: Both, behind: Sequence[Fact], pointers: Sequence[str], *, names: Both, importance: int = 1,
        more: Mapping[str, str] | None = None,
    ) -> Fact:  # fmt: skip
        places = tuple(one if one.startswith("source: ") else f"{option.key}/{one}" for one in pointers)
        return self._fact(
            f"{option.key}.{key}", both, behind, places, names=names, importance=importance, more={"option": option.key} | dict(more or {})
        )

    def _fact(
        self, key: str, both: Both, behind: Sequence[Fact], pointers: Sequence[str], *, names: Both = ("", ""), importance: int = 1,
        more: Mapping[str, str] | None = None, kind: FactKind = "option", places: Sequence[Evidence] = (),
    ) -> Fact:  # fmt: skip
        en, zh = names if names[0] else (self.journey.en, self.journey.zh)
        evidence = [*places, *(Evidence(TOPIC, f"{self.journey.key}/{pointer}") for pointer in pointers)]
        evidence += [place for fact in behind for place in fact.evidence[:2]]
        return Fact(
            id=option_id(self.journey.key, key), kind=kind, concept=Concept(en), text=both[0], evidence=tuple(dict.fromkeys(evidence)), key=f"made:{key}",
            names={"en": (en,), "zh": (zh,)}, value=both[0], importance=importance,
            details={"said": both[0], "said_zh": both[1], "journey": self.journey.key} | dict(more or {}),
        )  # fmt: skip


def _with(fact: Fact, text: str, details: Mapping[str, str]) -> Fact:
    return replace(fact, text=text, value=text, details=details)
