"""The whole search: what is done without one, what is found ahead of time, what is decided at each visit, each judged on people it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from xinglin.models.scheduling import plans, policies, search
from xinglin.models.scheduling.judging import Bench, Worth, excess, see_that_the_goal_can_be_told, shown, value_of
from xinglin.models.scheduling.space import Space
from xinglin.models.simulator.arms import UNTREATED
from xinglin.models.simulator.from_now import alive_at, begun_at
from xinglin.records.errors import InvalidInput, UsageError
from xinglin.records.simulation import Choice, DiseaseCard, Goal, Harm, Observable, Optimisation, Option, Regimen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.shelf.promises import AbstractDisease

    Array = NDArray[Any]
    Method = Literal["cma", "receding", "both"]

METHODS = ("cma", "receding", "both")
SHARE = 0.1  # of courses that may break a limit, where nothing else is said
_SEARCHED, _JUDGED, _FEWEST = 256, 512, 40
_LOOKS = 48  # times looked at between now and the end, beside the decisions
_RANDOM, _RESAMPLED = 8, 1_000
_NAMES = {
    "random": {"en": "random schedule", "zh": "随机方案"},
    "learned": {"en": "learned policy", "zh": "学习策略"},
    "cma": {"en": "optimised schedule (CMA-ES)", "zh": "优化方案（CMA-ES）"},
    "receding": {"en": "re-planned at each visit", "zh": "每次随访重新规划"},
    "oracle": {"en": "best in hindsight (a bound)", "zh": "事后最优（上界）"},
}


def optimise(
    disease: AbstractDisease, people: Mapping[str, Array], choices: Sequence[Choice], goal: Goal, *, method: Method = "both",
    limits: Mapping[str, float] | None = None, harms: Sequence[Harm] = (), before: Regimen = UNTREATED, now: float = 0.0, until: float | None = None,
    watched: str = "", known: bool = False, seed: int = 0, evaluations: int = 1_500, progress: Callable[[int, int], None] | None = None,
) -> Optimisation:  # fmt: skip
    """Schedules that serve the goal within the limits, beside no treatment, standard care, the card's rules, chance and a learned policy.

    people: draws, name -> (n,): of one person's posterior, or of a population. limits: harm -> share of courses that may break it (default: a
    tenth, for every harm of the card and of `harms`). before: what was given until `now`. watched: the observable read at visits. known: the
    draws are of one person whose readings are already in them. evaluations: regimens tried on the people searched on.
    Raises InvalidInput XL-SCHED-001 (a choice), 002 (the goal), 003 (too few people), UsageError 004 (method, limits, numbers).
    """
    card = disease.card
    ends = float(card.horizon if until is None else until)
    wanted = (*card.harms, *harms)
    allowed = dict(limits) if limits is not None else {harm.name: SHARE for harm in wanted}
    _see(method, allowed, wanted, now, ends, evaluations)
    see_that_the_goal_can_be_told(card, goal)
    space = Space(card, choices, before, now, ends)
    kept = [harm for harm in wanted if harm.name in allowed]
    times = _looks(space, now, ends)
    seen, unseen = _halves(disease, people, before, now, seed)
    bench = Bench(disease, seen, times, now, goal, kept, seed, quick=True)
    judge = Bench(disease, unseen, times, now, goal, kept, seed, judged=True)
    work = _Work(space, bench, judge, goal, allowed, kept, _watched(card, goal, watched), known, seed, evaluations, progress)
    return work.done(disease, method)


@dataclass(eq=False)
class _Work:
    """One optimisation while it runs."""

    space: Space
    bench: Bench
    judge: Bench
    goal: Goal
    limits: Mapping[str, float]
    harms: Sequence[Harm]
    watched: Observable
    known: bool
    seed: int
    evaluations: int
    told: Callable[[int, int], None] | None
    count: int = 0
    notes: list[str] = field(default_factory=list)

    def done(self, disease: AbstractDisease, method: Method) -> Optimisation:
        """Everything tried and judged."""
        card = disease.card
        tries = [*self._usual(card)]
        finder = search.Search(self.space, self.bench, self.limits, self._step)
        chance = search.at_random(self.space, self.seed, _RANDOM)
        tries.append(self._at_random(chance))
        stages = plans.stages_of(self.space, self.evaluations // 3)
        table = plans.tabled(self.bench, stages, self.watched, self._step)
        if method in ("cma", "both"):
            tries.append(self._searched(finder, card, table, chance))
        tries += self._decided(table, method)
        options = _options(tries, self.goal, self.limits, self.seed)
        best = min((one for one in options if one.feasible and one.kind != "oracle"), key=lambda one: one.regret, default=None)
        return Optimisation(
            disease=card.name, version=card.version, goal=self.goal, choices=self.space.choices, limits=dict(self.limits), before=self.space.before,
            now=self.space.now, until=self.space.until, options=options, best=best.name if best else "", searched=self.bench.count,
            judged=self.judge.count, evaluations=self.bench.runs, seed=self.seed, notes=(*self.notes, *self._said(stages)),
        )  # fmt: skip

    def _step(self, count: int) -> None:
        self.count += count
        if self.told:
            self.told(min(self.count, self.evaluations), self.evaluations)

    def _usual(self, card: DiseaseCard) -> Iterator[_Try]:
        """No treatment, standard care and the card's rules, from now on."""
        yield self._judged("none", "none", UNTREATED.names, Regimen("none", doses=self.space.before.doses))
        for one in card.regimens:
            if one.standard or one.rules:
                governed = {rule.treatment for rule in one.rules} & {dose.treatment for dose in self.space.before.doses}
                if governed:
                    self.notes.append(f"{one.name} is left out: its rule governs what was given before")
                    continue
                whole = Regimen(one.name, one.names, (*self.space.before.doses, *begun_at(one, self.space.now)), one.rules)
                yield self._judged(one.name, "rule" if one.rules else "standard", one.names, whole)

    def _judged(self, name: str, kind: Any, names: Mapping[str, str], regimen: Regimen) -> _Try:
        now = self.space.now
        given: dict[str, float] = {}
        for dose in regimen.doses[len(self.space.before.doses) :]:
            if now <= dose.time < self.space.until:
                given[dose.treatment] = given.get(dose.treatment, 0.0) + dose.amount
        return _Try(name, kind, names, regimen, self.judge.worth(regimen), given)

    def _at_random(self, chance: Sequence[Array]) -> _Try:
        """What chance gives: each person judged gets one of a few random schedules, in turn."""
        worths, totals = [], []
        for wished in chance:
            amounts = self.space.amounts(wished)
            worths.append(self.judge.worth(self.space.regimen(amounts, "random", nothing=True)))
            totals.append(self.space.totals(amounts))
        which, who = np.arange(self.judge.count) % len(chance), np.arange(self.judge.count)
        mixed = Worth(
            np.stack([one.losses for one in worths])[which, who],
            {name: np.stack([one.harms[name] for one in worths])[which, who] for name in worths[0].harms},
        )
        given = {name: float(np.mean([one[name] for one in totals])) for name in totals[0]}
        return _Try("random", "random", _NAMES["random"], self.space.regimen(self.space.amounts(chance[0]), "random"), mixed, given)

    def _searched(self, finder: search.Search, card: DiseaseCard, table: plans.Table, chance: Sequence[Array]) -> _Try:
        """CMA-ES, begun at the best of standard care, chance and the coarse plans."""
        coarse = [
            finder.loss_of(Worth(table.losses[n], {harm.name: table.harms[k, n] for k, harm in enumerate(self.harms)}))
            for n in range(table.stages.plans)
        ]
        best = table.stages.amounts(int(np.argmin(coarse)))
        most = [self.space.choices[slot.choice].most for slot in self.space.slots]
        standard = [self.space.wishes(Regimen("s", doses=begun_at(one, self.space.now))) for one in card.regimens if one.standard]
        left = max(0, self.evaluations - self.bench.runs)
        search.by_cma(finder, [best / np.array(most), np.zeros(len(most)), *standard, *chance], self.seed, left)
        amounts = self.space.amounts(finder.wishes)
        regimen = self.space.regimen(amounts, "cma", _NAMES["cma"])
        return self._judged("cma", "cma", _NAMES["cma"], regimen)

    def _decided(self, table: plans.Table, method: Method) -> Iterator[_Try]:
        """What is decided at each stage by readings, and what could have been at best."""
        unseen = plans.tabled(self.judge, table.stages, self.watched, lambda _: None)

        def priced(losses: Array, harms: Array) -> float:
            over = excess({one.name: harms[k] for k, one in enumerate(self.harms)}, self.limits, careful=True)
            return value_of(losses, self.goal.tail) + 100 * float(np.std(table.losses)) * (over + (over > 0))

        yield self._followed("learned", unseen, policies.followed_by(unseen, policies.learned(table, priced, self.seed)))
        limits = np.array([self.limits[one.name] for one in self.harms])
        if method in ("receding", "both"):
            tail = self.goal.tail
            yield self._followed("receding", unseen, plans.receding(unseen, table, self.watched, tail, limits, at_once=not self.known))
        blamed = unseen.losses + np.where(unseen.harms.any(axis=0), 1e9, 0.0) if len(self.harms) else unseen.losses
        yield self._followed("oracle", unseen, np.argmin(blamed, axis=0))

    def _followed(self, kind: Any, table: plans.Table, plan: Array) -> _Try:
        people = np.arange(table.losses.shape[1])
        worth = Worth(table.losses[plan, people], {one.name: table.harms[k, plan, people] for k, one in enumerate(self.harms)})
        names, count = _NAMES[kind], np.bincount(plan, minlength=table.stages.plans)
        example = self.space.regimen(table.stages.amounts(int(np.argmax(count))), kind, names)
        given = dict(zip((one.treatment for one in self.space.choices), map(float, table.given[plan].mean(axis=0)), strict=True))
        return _Try(kind, kind, names, example, worth, given)

    def _said(self, stages: plans.Stages) -> Iterator[str]:
        count = len(stages.times)
        yield (
            f"policies that follow readings choose among {len(stages.actions)} actions at {count} visits, told by {self.watched.name}; "
            f"schedules made ahead of time choose {len(self.space.slots)} amounts"
        )
        if self.space.until > self.bench.disease.card.horizon:
            yield "the courses reach beyond the data of the model"


@dataclass(frozen=True, eq=False)
class _Try:
    """An option and what it is worth to each person judged."""

    name: str
    kind: Any
    names: Mapping[str, str]
    regimen: Regimen
    worth: Worth
    given: Mapping[str, float]


def _options(tries: Sequence[_Try], goal: Goal, limits: Mapping[str, float], seed: int) -> tuple[Option, ...]:
    """Every option with its interval, and how much worse it is than the best that keeps the limits, by resampling the people judged."""
    losses = np.stack([one.worth.losses for one in tries])
    kept = [all(float(np.mean(one.worth.harms[name])) <= allowed for name, allowed in limits.items()) for one in tries]
    middle = np.array([value_of(row, goal.tail) for row in losses])
    able = [n for n, one in enumerate(tries) if kept[n] and one.kind != "oracle"]
    best = min(able, key=lambda n: middle[n]) if able else int(np.argmin(middle))
    chance = np.random.Generator(np.random.Philox(key=[seed % 2**64, 3]))
    again = np.array(
        [[value_of(row[who], goal.tail) for row in losses] for who in chance.integers(0, losses.shape[1], (_RESAMPLED, losses.shape[1]))]
    )
    low, high = np.quantile(again, (0.05, 0.95), axis=0)
    regret_low, regret_high = np.quantile(again - again[:, [best]], (0.05, 0.95), axis=0)
    options = []
    for n, one in enumerate(tries):
        ends = sorted((shown(goal, float(low[n])), shown(goal, float(high[n]))))
        options.append(
            Option(
                name=one.name, names=one.names, kind=one.kind, regimen=one.regimen, middle=shown(goal, float(middle[n])), low=ends[0], high=ends[1],
                harms={name: float(np.mean(broke)) for name, broke in one.worth.harms.items()}, feasible=kept[n],
                regret=float(middle[n] - middle[best]), regret_low=float(regret_low[n]), regret_high=float(regret_high[n]), given=dict(one.given),
            )
        )  # fmt: skip
    return tuple(options)


def _halves(disease: AbstractDisease, people: Mapping[str, Array], before: Regimen, now: float, seed: int) -> tuple[dict[str, Array], ...]:
    """Those to search on and those to judge by: alive now, no draw in both. Raises InvalidInput XL-SCHED-003 when there are too few."""
    names = [row.name for row in disease.card.parameters]
    table = np.stack([np.asarray(people[name], float) for name in names])
    alive = np.flatnonzero(alive_at(disease, people, before, now, seed))
    _, same = np.unique(table[:, alive], axis=1, return_inverse=True)
    same = same.reshape(-1)
    chance = np.random.Generator(np.random.Philox(key=[seed % 2**64, 4]))
    half = chance.permutation(same.max(initial=-1) + 1) % 3 > 0
    order = chance.permutation(len(alive))
    judged, searched = (alive[order[half[same[order]] == side]] for side in (True, False))
    if min(len(judged), len(searched)) < _FEWEST:
        raise InvalidInput(
            "XL-SCHED-003", "too few people to search on and to judge by", where="people", why="who has died before now does not count",
            fix=f"give {4 * _FEWEST} draws or more",
        )  # fmt: skip
    return tuple({name: row[who] for name, row in zip(names, table, strict=True)} for who in (searched[:_SEARCHED], judged[:_JUDGED]))


def _looks(space: Space, now: float, until: float) -> tuple[float, ...]:
    times = {0.0, now, until, *space.times, *np.linspace(0.0, now, _LOOKS // 4 + 1), *np.linspace(now, until, _LOOKS + 1)}
    return tuple(sorted({round(float(t), 6) for t in times}))


def _watched(card: DiseaseCard, goal: Goal, name: str) -> Observable:
    """What is read at visits: the one named, else the goal's own, else the first whose error the card gives."""
    told = [one for one in card.observables if one.proportional or one.additive or one.logarithmic]
    if not told or (name and name not in {one.name for one in told}):
        raise UsageError(
            "XL-SCHED-004", "nothing can be read at visits", where=name or card.name, fix=f"one of: {', '.join(one.name for one in told)}"
        )
    return next((one for wish in (name, goal.of) for one in told if one.name == wish), told[0])


def _see(method: str, limits: Mapping[str, float], harms: Sequence[Harm], now: float, until: float, evaluations: int) -> None:
    known = [harm.name for harm in harms]
    unknown = [name for name in limits if name not in known]
    numbers = 0 <= now < until < float("inf") and evaluations >= 20 and all(0 <= share < 1 for share in limits.values())
    if method not in METHODS or unknown or not numbers:
        raise UsageError(
            "XL-SCHED-004", "this search cannot be run", where=unknown[0] if unknown else "optimise",
            why="a method, a limit or a number that cannot be",
            fix=f"method {', '.join(METHODS)}; limits of {', '.join(known) or 'no harm'}, shares from 0 up to 1; now before the end; 20 evaluations or more",
        )  # fmt: skip
