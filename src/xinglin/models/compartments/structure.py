"""The shape of a compartment model: how many compartments, how each treatment enters, and how the drug leaves.

Parameters have fixed names, so that one kernel serves every drug: `cl` clearance, `v1` central volume, `q2 v2 q3 v3` exchange with and
volume of the other compartments, `ka` first-order absorption, `vmax km` saturable elimination (amount per time, concentration).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import State, Treatment


class Route(Struct, frozen=True):
    """How a treatment enters. The strings name parameters of a person; "" when there is none.

    kind: "bolus" (at once into the central compartment), "infusion" (into it, over the dose's duration), "oral" (at once into the depot,
    then first order), "zero_order" (into the central compartment over the person's `duration`), "slow_oral" (into the depot
    over the person's `duration`).
    """

    kind: Literal["bolus", "infusion", "oral", "zero_order", "slow_oral"]
    fraction: str = ""  # share of the dose that arrives
    lag: str = ""
    duration: str = ""

    @property
    def through_depot(self) -> bool:
        """Whether the drug is absorbed first."""
        return self.kind in ("oral", "slow_oral")

    @property
    def takes_time(self) -> bool:
        """Whether the dose enters over a time rather than at once."""
        return self.kind in ("infusion", "zero_order", "slow_oral")


class Structure(Struct, frozen=True):
    """A compartment model. `compartments` 1 to 3; `routes` treatment -> route; `linear` and `saturable` elimination, at least one."""

    compartments: int
    routes: Mapping[str, Route]
    linear: bool = True
    saturable: bool = False

    def needs(self) -> tuple[str, ...]:
        """The parameters it cannot do without."""
        names = ["v1", "q2", "v2", "q3", "v3"][: 2 * self.compartments - 1]
        names += ["cl"] * self.linear + ["vmax", "km"] * self.saturable
        if self.absorbs():
            names.append("ka")
        for route in self.routes.values():
            names += [name for name in (route.fraction, route.lag, route.duration) if name]
        return tuple(dict.fromkeys(names))

    def absorbs(self) -> bool:
        """Whether some treatment passes through a depot."""
        return any(route.through_depot for route in self.routes.values())

    def __post_init__(self) -> None:
        """Refuse a shape that has no equations."""
        if self.compartments not in (1, 2, 3) or not (self.linear or self.saturable):
            raise InvalidInput("XL-DOSE-001", "a compartment model has one to three compartments and some elimination")


def natural_states(structure: Structure, amount: str = "mg", time: str = "h") -> tuple[State, ...]:
    """The equations of the model in the words of a card: amounts in each compartment, and the exposure (AUC)."""
    leave = ["cl / v1 * central"] * structure.linear + ["vmax * (central / v1) / (km + central / v1)"] * structure.saturable
    central = ["ka * depot"] * structure.absorbs() + [f"- {term}" for term in leave]
    others = []
    for number, name in ((2, "second"), (3, "third"))[: structure.compartments - 1]:
        there, back = f"q{number} / v1 * central", f"q{number} / v{number} * {name}"
        central += [f"- {there}", f"+ {back}"]
        others.append(State(name, amount, "0", f"{there} - {back}", {"en": f"amount in the {name} compartment", "zh": _OTHERS[name]}))
    depot = (State("depot", amount, "0", "-ka * depot", {"en": "amount still to be absorbed", "zh": "尚未吸收的药量"}),)
    return (
        *(depot if structure.absorbs() else ()),
        State("central", amount, "0", " ".join(central), {"en": "amount in the central compartment", "zh": "中央室药量"}),
        *others,
        State("exposure", f"{amount}.{time}/L", "0", "central / v1", {"en": "area under the concentration curve", "zh": "药时曲线下面积"}),
    )


_OTHERS = {"second": "第二室药量", "third": "第三室药量"}


def acts_of(route: Route) -> Mapping[str, str]:
    """What a dose by this route does to the natural states, as a card says it (a lag is not in it: the exact kernel knows it)."""
    share = f"{route.fraction} * dose" if route.fraction else "dose"
    state = "depot" if route.through_depot else "central"
    return {state: share if route.takes_time else f"{state} + {share}"}


def treatment_of(name: str, route: Route, names: Mapping[str, str], unit: str, limits: Treatment | None = None) -> Treatment:
    """The treatment of a card that enters by `route`, with the limits of `limits` where given."""
    kind = "infusion" if route.takes_time else "dose"
    acts = acts_of(route)
    if limits is None:
        return Treatment(name, names, unit, kind, acts)
    return Treatment(name, names, unit, kind, acts, limits.most_each, limits.most_total, limits.least_gap, limits.source, limits.unverified)
