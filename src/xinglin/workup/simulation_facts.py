"""What may be said of a simulation: every course, share and limit as a fact whose evidence is the simulation itself.

None of them is a fact of the person: their ids begin with `made.`, and their words say that they are simulated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite

import msgspec

from xinglin.knowledge.units import display
from xinglin.models.simulator.from_now import now_of
from xinglin.records import Concept, Evidence, Fact
from xinglin.records.fact import MADE_HERE, MUST_BE_MENTIONED
from xinglin.records.simulation import (
    TIME_WORDS,
    Band,
    DiseaseCard,
    Dose,
    Estimate,
    Observable,
    Outcome,
    Parameter,
    Regimen,
    Simulation,
    SimulationRequest,
)

_WITHOUT = "without:"


def facts_of(card: DiseaseCard, simulation: Simulation, times: Sequence[float], *, people: bool) -> tuple[Fact, ...]:
    """Facts of a simulation at some of its times. `people`: the courses are those of many people, not of one."""
    saying = _Saying(card, simulation, people)
    facts = [saying.about(), saying.method()]
    facts += saying.estimates()
    for request in simulation.requests:
        facts.append(saying.arm(request))
        facts += saying.courses(request.arm or request.regimen.name, times)
        facts += saying.outcomes(request.arm or request.regimen.name)
    facts += saying.notes()
    return tuple(facts)


def traits_told(
    card: DiseaseCard, simulation: Simulation, known: Mapping[str, tuple[float, str]], by_hand: Mapping[str, float], facts: Sequence[Fact]
) -> Fact:
    """Which traits are the person's own, and of which fact; which were set by hand; which are drawn, or fitted to the readings."""
    return _Saying(card, simulation, people=False).traits(known, by_hand, {fact.id: fact for fact in facts})


class _Saying:
    """What the facts of one simulation have in common: the model, the digest, the words for time."""

    def __init__(self, card: DiseaseCard, simulation: Simulation, people: bool) -> None:
        self.card, self.simulation, self.people = card, simulation, people
        self.digest = hashlib.sha256(msgspec.msgpack.encode(simulation)).hexdigest()
        self.seed = simulation.requests[0].seed if simulation.requests else 0
        self.en, self.zh = (TIME_WORDS[card.time_unit][language] for language in ("en", "zh"))
        self.fitted, self.now = bool(simulation.measured), now_of(simulation.measured)
        self.since_en, self.since_zh = (" after the last reading", "末次测量后") if self.fitted else ("", "")

    def fact(
        self, key: str, names: tuple[str, str], said: tuple[str, str], *, importance: int = 1, more: Mapping[str, str] | None = None
    ) -> Fact:
        """A fact in words, about the simulation and about nobody."""
        (en, zh), (said_en, said_zh) = names, said
        return Fact(
            id=f"{MADE_HERE}{key}", kind="calculation", concept=Concept(en), text=f"{en}: {said_en}", key=f"made:{key}",
            evidence=(Evidence(f"diseases/{self.simulation.disease}@{self.simulation.version}", f"sha256:{self.digest}#{key}", f"seed {self.seed}"),),
            names={"en": (en,), "zh": (zh,)}, value=said_en, importance=importance,
            details={"said": said_en, "said_zh": said_zh, "category": "artificial", **(more or {})},
        )  # fmt: skip

    def about(self) -> Fact:
        """What was simulated, with how many courses, and whether it was fitted to the person."""
        count = len(self.simulation.requests)
        number = self.simulation.requests[0].patients if self.simulation.requests else 0
        title = {language: self.card.title[language] for language in ("en", "zh")}
        fitted = len(self.simulation.measured)
        if fitted:
            basis = (f"fitted to {_many(fitted, 'reading')} of the record", f"按病历中{fitted}次测量拟合")
        elif self.people:
            basis = (f"{number:,} virtual patients per arm", f"每组{number:,}名虚拟患者")
        else:
            basis = ("not fitted: courses of people drawn from the population", "未拟合：病程取自人群分布")
        said = (f"{title['en']}, {_many(count, 'arm')}, {basis[0]}", f"{title['zh']}，{count}组，{basis[1]}")
        return self.fact("simulation", ("simulation", "模拟"), said, importance=MUST_BE_MENTIONED)

    def traits(self, known: Mapping[str, tuple[float, str]], by_hand: Mapping[str, float], facts: Mapping[str, Fact]) -> Fact:
        """Each trait with where it comes from."""
        en: tuple[list[str], ...] = ([], [], [])
        zh: tuple[list[str], ...] = ([], [], [])
        for row in self.card.parameters:
            if row.name in known:
                value, source = known[row.name]
                when = facts[source].time[:10] if source in facts and facts[source].time else ""
                place, said = 0, (_number_of(value, row, "en", when), _number_of(value, row, "zh", when))
            elif row.name in by_hand:
                place, said = 1, (_number_of(by_hand[row.name], row, "en"), _number_of(by_hand[row.name], row, "zh"))
            elif row.distribution != "fixed" and row.spread > 0:
                place, said = 2, (row.meaning["en"].partition(" (")[0], row.meaning["zh"].partition("（")[0])
            else:
                continue
            en[place].append(said[0])
            zh[place].append(said[1])
        last = "fitted to the readings" if self.fitted else "drawn from the population"
        heads = (
            ("taken from the record", "取自病历"),
            ("set by hand", "手动设定"),
            (last, "按测量拟合" if self.fitted else "取自人群分布"),
        )
        parts = [(f"{a}: {', '.join(e)}", f"{b}：{'、'.join(z)}") for (a, b), e, z in zip(heads, en, zh, strict=True) if e]
        return self.fact(
            "traits",
            ("traits of the courses", "病程的个体特征"),
            ("; ".join(a for a, _ in parts), "；".join(b for _, b in parts)),
            importance=2,
        )

    def method(self) -> Fact:
        """The model, its seed, and how far the fast answer lies from the reference solver."""
        residual = self.simulation.residual
        agrees = ("not compared with the reference solver", "未与参考求解器比较")
        if residual is not None:
            size = _small(residual.greatest)
            agrees = (
                f"largest difference from the reference solver {size} in {_many(residual.patients, 'course')}",
                f"{residual.patients}例病程与参考求解器的最大差异{size}",
            )
        model = f"{self.simulation.disease}@{self.simulation.version}"
        return self.fact(
            "method",
            ("method of the simulation", "模拟方法"),
            (f"{model}, seed {self.seed}; {agrees[0]}", f"{model}，种子{self.seed}；{agrees[1]}"),
        )

    def arm(self, request: SimulationRequest) -> Fact:
        """What is given in one arm: of a twin, from the last reading on, and what was given before."""
        arm, names = request.arm or request.regimen.name, self._arm_names(request.arm or request.regimen.name)
        doses = request.regimen.doses
        en, zh = self._given(request, [dose for dose in doses if not self.fitted or dose.time >= self.now])
        if self.fitted:
            before_en, before_zh = self._given(None, [dose for dose in doses if dose.time < self.now])
            en, zh = f"from the last reading on, {en}; before it, {before_en}", f"末次测量起：{zh}；此前：{before_zh}"
        return self.fact(f"{arm}/arm", (f"simulated arm ({names[0]})", f"模拟组（{names[1]}）"), (en, zh), importance=MUST_BE_MENTIONED)

    def _given(self, request: SimulationRequest | None, doses: Sequence[Dose]) -> tuple[str, str]:
        """These doses in words, and the rules of a request."""
        given: dict[str, list[float]] = {}
        for dose in doses:
            given.setdefault(dose.treatment, []).append(dose.amount)
        words = {one.name: one for one in self.card.treatments}
        en, zh = [], []
        for name, amounts in given.items():
            one = words[name]
            many, times = len(amounts), f"{len(amounts)}次"
            if one.unit == "1":  # only on or off
                en.append(one.names["en"] + (f", {many} times" if many > 1 else ""))
                zh.append(one.names["zh"] + (times if many > 1 else ""))
            else:
                en.append(f"{one.names['en']} {many} × {_amounts(amounts, one.unit, 'en', ' to ')}")
                zh.append(f"{one.names['zh']}{times}×{_amounts(amounts, one.unit, 'zh', '至')}")
        for rule in request.regimen.rules if request else ():
            seen = next(one for one in self.card.observables if one.name == rule.observable)
            en.append(f"{words[rule.treatment].names['en']} by the {seen.names['en']}")
            zh.append(f"{words[rule.treatment].names['zh']}随{seen.names['zh']}调整")
        return "; ".join(en) or ("nothing is given" if request else "nothing was given"), "；".join(zh) or "不给予任何治疗"

    def courses(self, arm: str, times: Sequence[float]) -> Iterator[Fact]:
        """Each observable of an arm at the times asked for."""
        seen = {one.name: one for one in self.card.observables}
        for band in self.simulation.bands:
            if band.arm == arm and band.observable in seen and any(band.high):  # what is nought throughout needs no words
                for time in times:
                    if time in band.times:
                        yield self._course(band, seen[band.observable], time)

    def _course(self, band: Band, observable: Observable, time: float) -> Fact:
        place, names, digits = band.times.index(time), self._arm_names(band.arm), observable.decimals
        low, middle, high = (f"{row[place]:.{digits}f}" for row in (band.low, band.middle, band.high))
        shown_en, shown_zh = display(observable.unit, "en"), display(observable.unit, "zh")
        after = round(time - self.now, 9)
        share, at = f"{band.share:.0%}", _plain(after)
        after_en, after_zh = self._when(band.arm, after)
        called = (f"simulated {observable.names['en']}, {names[0]}{after_en}", f"模拟{observable.names['zh']}（{names[1]}，{after_zh}）")
        unit_en, unit_zh = ("", "") if observable.unit == "1" else (f" {shown_en}", f" {shown_zh}")
        whom_en, whom_zh = self._whom(band.arm, time, share)
        said = (
            f"{middle}{unit_en} ({share} of {whom_en} {low} to {high}{unit_en})",
            f"{middle}{unit_zh}（{whom_zh}{low}至{high}{unit_zh}）",
        )
        return self.fact(
            f"{band.arm}/{band.observable}@{at}", called, said, importance=2, more={"arm": band.arm, "observable": band.observable}
        )

    def _whom(self, arm: str, time: float, share: str) -> tuple[str, str]:
        """Whose values are told: all courses, or those alive then, with their share where somebody has died."""
        deaths = [f"{_WITHOUT}{end.name}" for end in self.card.ends if end.stops]
        if not deaths:
            return "courses", f"{share}的病程为"
        bands = [band for band in self.simulation.bands if band.arm == arm and band.observable in deaths and time in band.times]
        left = min((band.middle[band.times.index(time)] for band in bands), default=1.0)
        return ("those alive", f"{share}的存活者为") if left >= 1 else (f"the {left:.1%} alive", f"存活者占{left:.1%}，其中{share}为")

    def _when(self, arm: str, after: float) -> tuple[str, str]:
        """A time in words: from the start, of a twin from the last reading. What is given at once counts before the first reading."""
        if not after and self.fitted:
            return " at the last reading", "末次测量时"
        if not after:
            at_once = {one.name for one in self.card.treatments if one.kind in ("dose", "fraction")}
            given = any(not dose.time and dose.treatment in at_once for dose in self._regimen(arm).doses)
            return (" at the start, after the first dose", "开始时，首次给药后") if given else (" at the start", "开始时")
        if self.fitted:
            return f" {_many(after, self.en)} after the last reading", f"末次测量后{_plain(after)}{self.zh}"
        return f" after {_many(after, self.en)}", f"第{_plain(after)}{self.zh}"

    def outcomes(self, arm: str) -> Iterator[Fact]:
        """How often ends came and limits broke in an arm; a limit that an end has told already is not told again."""
        told = {harm.name for harm in self.card.harms if harm.end} if not self.fitted else set()
        for one in self.simulation.outcomes:
            if one.arm == arm and not (one.kind == "harm" and one.name in told):
                yield self._outcome(one)

    def _outcome(self, one: Outcome) -> Fact:
        names = self._arm_names(one.arm)
        called = next(item.names for item in (*self.card.ends, *self.card.harms) if item.name == one.name)
        last = round(max(request.times[-1] for request in self.simulation.requests) - self.now, 9)
        if one.kind == "median":
            said = self._half(*(each - self.now for each in (one.low, one.middle, one.high)))
            word = ("time to", "发生时间")
        else:
            until_zh = f"{self.since_zh}{_plain(last)}{self.zh}内" if self.fitted else f"至第{_plain(last)}{self.zh}"
            said = (
                f"{one.middle:.1%} of courses by {_many(last, self.en)}{self.since_en} (95% interval {one.low:.1%} to {one.high:.1%})",
                f"{until_zh}占病程的{one.middle:.1%}（95%区间{one.low:.1%}至{one.high:.1%}）",
            )
            word = ("share with", "发生比例")
        return self.fact(
            f"{one.arm}/{one.kind}/{one.name}", (f"simulated {word[0]} {called['en']}, {names[0]}", f"模拟{called['zh']}{word[1]}（{names[1]}）"), said,
            importance=2, more={"arm": one.arm},
        )  # fmt: skip

    def _half(self, low: float, middle: float, high: float) -> tuple[str, str]:
        """When something has come in half of the courses, with 90 % of those times; of a twin it may lie before the last reading."""
        (en, zh), first, last = self._moment(middle), self._moment(low), self._moment(high)
        if not isfinite(high):
            return f"in half of the courses by {en} (in 5% by {first[0]})", f"半数病程的发生时间为{zh}（5%不晚于{first[1]}）"
        if (low < 0) == (high < 0):  # said once, which side of the last reading it is
            first = (_plain(round(abs(low), 1)),) * 2
            last = (_plain(round(abs(high), 1)), f"{_plain(round(abs(high), 1))}{self.zh}")
        said = f"in half of the courses by {en} (90% of those times {first[0]} to {last[0]})"
        return said, f"半数病程的发生时间为{zh}（90%的发生时间为{first[1]}至{last[1]}）"

    def _moment(self, after: float) -> tuple[str, str]:
        """A time at which something comes: from the start, of a twin ahead of the last reading or after it."""
        long = round(abs(after), 1) if isfinite(after) else after
        en, zh = _many(long, self.en), f"{_plain(long)}{self.zh}"
        if not self.fitted:
            return en, zh
        return (f"{en} ahead of the last reading", f"末次测量前{zh}") if after < 0 else (f"{en} after the last reading", f"末次测量后{zh}")

    def estimates(self) -> Iterator[Fact]:
        """What a twin learned (parameters the readings made narrower by a tenth at least), or how the traits of many people are spread."""
        fitted = bool(self.simulation.measured)
        if not fitted and not self.people:
            return
        meanings = {row.name: row.meaning for row in self.card.parameters}
        for one in sorted(self.simulation.estimates, key=lambda row: -row.shrunk) if fitted else self.simulation.estimates:
            if one.name in meanings and (not fitted or one.shrunk >= 0.1):
                yield self._estimate(one, meanings[one.name], fitted)

    def _estimate(self, one: Estimate, meaning: Mapping[str, str], fitted: bool) -> Fact:
        low, middle, high = map(_three, (one.low, one.middle, one.high))
        unit_en, unit_zh = ("", "") if one.unit == "1" else (f" {display(one.unit, 'en')}", f" {display(one.unit, 'zh')}")
        said = (f"{middle}{unit_en} (90% interval {low} to {high}{unit_en})", f"{middle}{unit_zh}（90%区间{low}至{high}{unit_zh}）")
        names = (
            (f"fitted {meaning['en']}", f"拟合的{meaning['zh']}")
            if fitted
            else (f"simulated {meaning['en']}", f"模拟人群的{meaning['zh']}")
        )
        return self.fact(f"{'twin' if fitted else 'people'}/{one.name}", names, said)

    def notes(self) -> Iterator[Fact]:
        """What the model cannot say, how far its data reach, and which of its numbers nobody looked up."""
        yield self.fact(
            "limits", ("limits of the simulation", "模拟的局限"), (self.card.limits["en"], self.card.limits["zh"]), importance=2
        )
        latest = max(request.times[-1] for request in self.simulation.requests)
        if latest > self.card.horizon:
            reach = _plain(self.card.horizon)
            first_en, first_zh = (" after the first reading", "首次测量后") if self.fitted else ("", "")
            said = (
                f"from {self.en} {reach}{first_en} on the courses are extrapolated beyond the data of the model",
                f"{first_zh}第{reach}{self.zh}以后为超出模型数据的外推",
            )
            yield self.fact("beyond", ("reach of the data", "数据范围"), said, importance=2)
        if unverified := sum(row.unverified for row in self.card.parameters):
            said = (
                f"{unverified} of {len(self.card.parameters)} parameters were not looked up in their source",
                f"{len(self.card.parameters)}个参数中{unverified}个未查证来源",
            )
            yield self.fact("unverified", ("unverified parameters of the model", "模型中未查证的参数"), said, importance=2)
        for number, note in enumerate(self.simulation.notes, 1):
            yield self.fact(f"note{number}", ("note on the simulation", "模拟备注"), (note, note))

    def _regimen(self, arm: str) -> Regimen:
        return next((one.regimen for one in self.simulation.requests if (one.arm or one.regimen.name) == arm), Regimen(arm))

    def _arm_names(self, arm: str) -> tuple[str, str]:
        names = self._regimen(arm).names
        return names.get("en", arm), names.get("zh", arm)


def _number_of(value: float, row: Parameter, language: str, when: str = "") -> str:
    """A trait with its value, and the day of the fact it was taken from."""
    if row.fact == "person:female":
        words = {"en": ("sex: male", "sex: female"), "zh": ("性别：男", "性别：女")}[language]
        return words[int(value)]
    unit = "" if row.unit == "1" else f" {display(row.unit, language)}"
    day = "" if not when else f" ({when})" if language == "en" else f"（{when}）"
    between = " " if unit else ": " if language == "en" else "："
    return f"{row.meaning[language]}{between}{value:.4g}{unit}{day}"


def _amounts(amounts: Sequence[float], unit: str, language: str, to: str) -> str:
    """One amount, or the range of several."""
    low, high = min(amounts), max(amounts)
    return f"{_plain(low)}{to}{_plain(high)} {display(unit, language)}" if high > low else f"{_plain(low)} {display(unit, language)}"


def _plain(number: float) -> str:
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def _three(number: float) -> str:
    """Three digits, written out where a power of ten would be written."""
    return f"{float(f'{number:.3g}'):,.0f}" if 1000 <= abs(number) < 1e7 else f"{number:.3g}"


def _many(number: float, word: str) -> str:
    return f"{_plain(number)} {word}{'' if number == 1 else 's'}"


def _small(number: float) -> str:
    return f"{number:.1e}".replace("e-0", "e-")
