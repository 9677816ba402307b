"""The fast solver of diabetes: many people side by side, minute by minute, in steps that each person's own rates allow.

Insulin (seven linear states) and the solid part of the stomach move by their exact solution; glucose, liquid stomach and gut by
classical Runge-Kutta steps of 1/2 to 1/512 minute. Amounts cannot fall below zero. A person's numbers do not depend on the neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

if TYPE_CHECKING:
    from numpy.typing import NDArray

LANES = 16

# rows of the people table, in this order (columns are people)
PEOPLE = (
    "weight", "vg", "vi", "kabs", "kmax", "kmin", "b", "d", "vmx", "vm0", "km0", "k1", "k2", "kp1", "kp2", "kp3", "ksc", "ke1", "ke2", "uii",
    "absorbed", "ib", "gpb", "gtb", "ipb", "ilb", "sc1b", "sc2b", "eating_rate", "meal_factor", "basal_need", "carbohydrate_ratio",
    "correction_factor", "correction_above", "correction_target", "bolus_step", "basal_step", "most_bolus", "most_basal", "loop_target",
    "loop_proportional", "loop_integral", "loop_derivative", "loop_suspend", "m1", "m2", "m3", "m4", "ka1", "ka2", "kd", "p2u", "ki",
)  # fmt: skip
(
    WEIGHT, VG, VI, KABS, KMAX, KMIN, SHARE_B, SHARE_D, VMX, VM0, KM0, K1, K2, KP1, KP2, KP3, KSC, KE1, KE2, UII, ABSORBED, IB, GPB, GTB, IPB, ILB,
    SC1B, SC2B, EATING, MEAL_FACTOR, BASAL_NEED, CR, CF, ABOVE, TARGET, BOLUS_STEP, BASAL_STEP, MOST_BOLUS, MOST_BASAL, LOOP_TARGET, LOOP_P,
    LOOP_I, LOOP_D, LOOP_SUSPEND, M1, M2, M3, M4, KA1, KA2, KD, P2U, KI,
) = range(0, len(PEOPLE) * LANES, LANES)  # fmt: skip
PARAMETERS = len(PEOPLE)

# rows of what changes, after the parameters in one lane table
SOLID, LIQUID, GUT, GP, GT, GS, SC1, SC2, IP, IL, ACTION, I1, ID = range(PARAMETERS * LANES, (PARAMETERS + 13) * LANES, LANES)
AA, CC, BITE, FLOW, FED, FADE, FILL, APPEAR, SINK, HALF, ENTER, STEPS, APPEARING = range(ID + LANES, ID + 14 * LANES, LANES)
PROPAGATOR = APPEARING + 4 * LANES  # 7 x 7 of the half step, then 7 of a constant inflow
SIZE = PROPAGATOR + 56 * LANES

# columns of what is done each minute
MEAL, BOLUS, INFUSED, BASAL, OWN, COVER, LOOP, DONE = range(8)
STEP_MIN = 0.5  # of insulin and glucose
SAMPLE_MIN = 5  # a sensor reading every five minutes
SUGAR_FLOOR = 10.0  # mg/dL: below it constant uptake falls with glucose
LOWEST_READING, HIGHEST_READING = 39.0, 600.0
HYPO_2, BEYOND = 54.0, 10.0
PACE = 0.3  # radians of tanh argument in one step
_CONTRACT = {"contract"}


@intrinsic
def _float_of(typing: Any, bits: Any) -> Any:
    """The double whose bits these are."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


@nb.njit(forceinline=True, error_model="numpy", fastmath=_CONTRACT)
def _exp(x: float) -> float:
    """exp for -50 < x < 50 to about 1e-11, without a call, so that lanes stay side by side."""
    k = np.floor(x * 1.4426950408889634 + 0.5)
    r = x - k * 0.6931471805599453
    p = 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    return p * _float_of((np.int64(k) + 1023) << 52)  # pyright: ignore[reportCallIssue] - numba gives the first argument


@nb.njit(forceinline=True, error_model="numpy", fastmath=_CONTRACT)
def _emptying(q: float, aa: float, bb: float, cc: float, dd: float, kmin: float, half_range: float) -> float:
    """Rate of gastric emptying: kmin + (kmax - kmin) / 2 * (tanh(aa q - bb) - tanh(cc q - dd) + 2), from two exponentials."""
    x = 2.0 * (aa * q - bb)
    y = 2.0 * (cc * q - dd)
    x = x if x > -40.0 else -40.0
    y = y if y > -40.0 else -40.0
    x = x if x < 40.0 else 40.0
    y = y if y < 40.0 else 40.0
    u = _exp(x)
    v = _exp(y)
    return kmin + half_range * (2.0 + 2.0 * (u - v) / ((u + 1.0) * (v + 1.0)))


@nb.njit(forceinline=True, error_model="numpy", fastmath=_CONTRACT)
def _gut_rates(t: Any, j: int, solid: float, liquid: float, gut: float) -> Any:
    """Rates of change of the liquid in the stomach and of the gut, mg/min."""
    emptied = _emptying(solid + liquid, t[AA + j], t[FILL + j], t[CC + j], t[SINK + j], t[KMIN + j], t[HALF + j]) * liquid
    return t[KMAX + j] * solid - emptied, emptied - t[KABS + j] * gut


@nb.njit(forceinline=True, error_model="numpy", fastmath=_CONTRACT)
def _glucose_rates(t: Any, j: int, gp: float, gt: float, gs: float, appearing: float, action: float, remote: float) -> Any:
    """Rates of change of plasma, tissue and subcutaneous glucose, mg/kg/min."""
    made = t[KP1 + j] - t[KP2 + j] * gp - t[KP3 + j] * remote
    made = made if made > 0.0 else 0.0
    share = gp * t[FED + j]
    used = t[UII + j] * (share if share < 1.0 else 1.0)
    lost = gp - t[KE2 + j]
    lost = t[KE1 + j] * (lost if lost > 0.0 else 0.0)
    vm = t[VM0 + j] + t[VMX + j] * (action - t[IB + j])
    vm = vm if vm > 0.0 else 0.0
    over = t[K1 + j] * gp
    back = t[K2 + j] * gt
    return made + appearing - used - lost - over + back, over - back - vm * gt / (t[KM0 + j] + gt), t[KSC + j] * (gp - gs)


@nb.njit(forceinline=True, error_model="numpy", fastmath=_CONTRACT)
def _half(t: Any, j: int, a: float, b: float, c: float, d: float, e: float, f: float, g: float) -> Any:
    """The seven insulin states half a step later: lower triangular but for the pair plasma and liver."""
    u = t[FLOW + j]
    o = PROPAGATOR
    return (
        t[o + j] * a + t[o + 49 * LANES + j] * u,
        t[o + 7 * LANES + j] * a + t[o + 8 * LANES + j] * b + t[o + 50 * LANES + j] * u,
        t[o + 14 * LANES + j] * a
        + t[o + 15 * LANES + j] * b
        + t[o + 16 * LANES + j] * c
        + t[o + 17 * LANES + j] * d
        + t[o + 51 * LANES + j] * u,
        t[o + 21 * LANES + j] * a
        + t[o + 22 * LANES + j] * b
        + t[o + 23 * LANES + j] * c
        + t[o + 24 * LANES + j] * d
        + t[o + 52 * LANES + j] * u,
        t[o + 28 * LANES + j] * a
        + t[o + 29 * LANES + j] * b
        + t[o + 30 * LANES + j] * c
        + t[o + 31 * LANES + j] * d
        + t[o + 32 * LANES + j] * e
        + t[o + 53 * LANES + j] * u,
        t[o + 35 * LANES + j] * a
        + t[o + 36 * LANES + j] * b
        + t[o + 37 * LANES + j] * c
        + t[o + 38 * LANES + j] * d
        + t[o + 40 * LANES + j] * f
        + t[o + 54 * LANES + j] * u,
        t[o + 42 * LANES + j] * a
        + t[o + 43 * LANES + j] * b
        + t[o + 44 * LANES + j] * c
        + t[o + 45 * LANES + j] * d
        + t[o + 47 * LANES + j] * f
        + t[o + 48 * LANES + j] * g
        + t[o + 55 * LANES + j] * u,
    )


@nb.njit(forceinline=True, error_model="numpy", fastmath=_CONTRACT)
def _not_below(x: float) -> float:
    return x if x > 0.0 else 0.0


@nb.njit(error_model="numpy", fastmath=_CONTRACT, cache=True)
def _digest(t: Any) -> None:
    """A minute of stomach and gut; leaves the mean rate of appearance of every quarter. Each lane takes as many steps as it needs."""
    most = 0.0
    for j in range(LANES):
        most = max(most, t[STEPS + j])
        t[FADE + j] = _exp(-0.125 * t[KMAX + j] / t[STEPS + j])
        t[ENTER + j] = 1000.0 * t[BITE + j] * (1.0 - t[FADE + j]) / t[KMAX + j]
    for quarter in range(4):
        o = APPEARING + quarter * LANES
        for j in range(LANES):
            t[o + j] = 0.0
        for step in range(int(most)):
            for j in range(LANES):
                going = step < t[STEPS + j]
                h = 0.25 / t[STEPS + j] if going else 0.0
                fade = t[FADE + j] if going else 1.0
                enter = t[ENTER + j] if going else 0.0
                solid0, l0, g0 = t[SOLID + j], t[LIQUID + j], t[GUT + j]
                solid1 = solid0 * fade + enter
                solid2 = solid1 * fade + enter
                k = 0.5 * h
                l1, g1 = _gut_rates(t, j, solid0, l0, g0)
                l2, g2 = _gut_rates(t, j, solid1, l0 + k * l1, g0 + k * g1)
                l3, g3 = _gut_rates(t, j, solid1, l0 + k * l2, g0 + k * g2)
                l4, g4 = _gut_rates(t, j, solid2, l0 + h * l3, g0 + h * g3)
                w = h / 6.0
                t[o + j] += w * (g0 + 2.0 * ((g0 + k * g1) + (g0 + k * g2)) + (g0 + h * g3))
                t[SOLID + j] = solid2
                t[LIQUID + j] = _not_below(l0 + w * (l1 + 2.0 * (l2 + l3) + l4))
                t[GUT + j] = _not_below(g0 + w * (g1 + 2.0 * (g2 + g3) + g4))
        for j in range(LANES):
            t[o + j] *= 4.0 * t[APPEAR + j]


@nb.njit(error_model="numpy", fastmath=_CONTRACT, cache=True)
def _minute(t: Any) -> None:
    """A minute of insulin and glucose of all lanes, in two steps. What appears from the gut is a line with the right mean of each quarter."""
    h, k = STEP_MIN, 0.5 * STEP_MIN
    for step in range(2):
        o = APPEARING + 2 * step * LANES
        for j in range(LANES):
            a, b, c, d, action0, f, remote0 = t[SC1 + j], t[SC2 + j], t[IP + j], t[IL + j], t[ACTION + j], t[I1 + j], t[ID + j]
            a, b, c, d, action1, f, remote1 = _half(t, j, a, b, c, d, action0, f, remote0)
            a, b, c, d, action2, f, remote2 = _half(t, j, a, b, c, d, action1, f, remote1)
            p0, q0, s0 = t[GP + j], t[GT + j], t[GS + j]
            half1, half2 = t[o + j], t[o + LANES + j]
            appear0, appear1, appear2 = 1.5 * half1 - 0.5 * half2, 0.5 * (half1 + half2), 1.5 * half2 - 0.5 * half1
            p1, q1, s1 = _glucose_rates(t, j, p0, q0, s0, appear0, action0, remote0)
            p2, q2, s2 = _glucose_rates(t, j, p0 + k * p1, q0 + k * q1, s0 + k * s1, appear1, action1, remote1)
            p3, q3, s3 = _glucose_rates(t, j, p0 + k * p2, q0 + k * q2, s0 + k * s2, appear1, action1, remote1)
            p4, q4, s4 = _glucose_rates(t, j, p0 + h * p3, q0 + h * q3, s0 + h * s3, appear2, action2, remote2)
            w = h / 6.0
            t[GP + j] = _not_below(p0 + w * (p1 + 2.0 * (p2 + p3) + p4))
            t[GT + j] = _not_below(q0 + w * (q1 + 2.0 * (q2 + q3) + q4))
            t[GS + j] = _not_below(s0 + w * (s1 + 2.0 * (s2 + s3) + s4))
            t[SC1 + j], t[SC2 + j], t[IP + j], t[IL + j], t[ACTION + j], t[I1 + j], t[ID + j] = a, b, c, d, action2, f, remote2


@nb.njit(error_model="numpy", cache=True)
def _start(t: Any, j: int) -> None:
    """The steady state of a person on the own basal rate, nothing eaten, by its own numbers."""
    t[SOLID + j] = t[LIQUID + j] = t[GUT + j] = 0.0
    t[GP + j] = t[GS + j] = t[GPB + j]
    t[GT + j] = t[GTB + j]
    t[SC1 + j], t[SC2 + j], t[IP + j], t[IL + j] = t[SC1B + j], t[SC2B + j], t[IPB + j], t[ILB + j]
    t[ACTION + j] = t[I1 + j] = t[ID + j] = t[IB + j]
    t[HALF + j] = 0.5 * (t[KMAX + j] - t[KMIN + j])
    t[APPEAR + j] = t[ABSORBED + j] * t[KABS + j] / t[WEIGHT + j]
    t[FED + j] = 1.0 / (SUGAR_FLOOR * t[VG + j])
    for row in (AA, CC, FILL, SINK, BITE, FLOW):
        t[row + j] = 0.0


@nb.njit(error_model="numpy", cache=True)
def _stepped(amount: float, step: float, most: float) -> float:
    """What a pump gives: whole steps, within its limits."""
    if step > 0.0:
        amount = np.floor(amount / step + 0.5) * step
    return min(max(amount, 0.0), most)


@nb.njit(error_model="numpy", cache=True)
def _eat(t: Any, j: int, meal: float, table: Any) -> None:
    """A minute at table: how much is eaten, and the size of the meal that gastric emptying is judged by. table: plate, base, eaten."""
    table[0, j] += meal
    bite = min(t[EATING + j], table[0, j])
    table[0, j] = max(table[0, j] - bite, 0.0)
    if bite > 0.0:
        if t[BITE + j] <= 0.0:
            table[1, j] = t[SOLID + j] + t[LIQUID + j]
            table[2, j] = 0.0
        table[2, j] += bite
        size = table[1, j] + table[2, j] * t[MEAL_FACTOR + j]
        t[AA + j] = 2.5 / (size * (1.0 - t[SHARE_B + j]))
        t[CC + j] = 2.5 / (size * t[SHARE_D + j])
        t[FILL + j] = t[AA + j] * t[SHARE_B + j] * size
        t[SINK + j] = t[CC + j] * t[SHARE_D + j] * size
    t[BITE + j] = bite


@nb.njit(error_model="numpy", cache=True)
def _pace(t: Any, j: int) -> float:
    """Steps per quarter of a minute for stomach and gut of a person, a power of two: 1 where all is slow, more while emptying switches.

    In one step neither argument of the two tanh terms may move by more than PACE while it is where they still change, and the gut may
    not empty by more than a seventh. Nothing left (1e-6 mg): emptied.
    """
    held = t[SOLID + j] + t[LIQUID + j]
    if t[BITE + j] <= 0.0 and held + t[GUT + j] < 1e-6:
        t[SOLID + j] = t[LIQUID + j] = t[GUT + j] = 0.0
        return 1.0
    rise, fall = 1000.0 * t[BITE + j], t[KMAX + j] * (t[LIQUID + j] + min(1.0, t[KMAX + j]) * (t[SOLID + j] + 1000.0 * t[BITE + j]))
    fastest = t[KABS + j] / 0.15
    if t[AA + j] * (held + rise) - t[FILL + j] > -12.0 and t[AA + j] * (held - fall) - t[FILL + j] < 12.0:
        fastest = max(fastest, t[AA + j] * max(rise, fall) / PACE)
    if t[CC + j] * (held + rise) - t[SINK + j] > -12.0 and t[CC + j] * (held - fall) - t[SINK + j] < 12.0:
        fastest = max(fastest, t[CC + j] * max(rise, fall) / PACE)
    steps = 1.0
    while steps * 4.0 < fastest and steps < 128.0:
        steps *= 2.0
    return steps


@nb.njit(error_model="numpy", cache=True)
def _loop_rate(t: Any, j: int, glucose: Any, loop: Any) -> float:
    """Basal rate of the closed loop, U/h: own basal rate plus proportional, integral and derivative terms, scaled by the correction factor."""
    away = glucose[0, j] - t[LOOP_TARGET + j]
    gain = 60.0 / (t[CF + j] * t[LOOP_P + j])
    slope = (glucose[0, j] - glucose[3, j]) / (3.0 * SAMPLE_MIN)
    rate = t[BASAL_NEED + j] + gain * (away + loop[2, j] / t[LOOP_I + j] + t[LOOP_D + j] * slope)
    limit = t[BASAL_NEED + j] / gain * t[LOOP_I + j]
    if 0.0 < rate < t[MOST_BASAL + j] or (rate <= 0.0 and away > 0.0) or (rate >= t[MOST_BASAL + j] and away < 0.0):
        loop[2, j] = min(max(loop[2, j] + away * SAMPLE_MIN, -limit), 2.0 * limit)
    return 0.0 if glucose[0, j] < t[LOOP_SUSPEND + j] else rate


@nb.njit(error_model="numpy", cache=True)
def _act(t: Any, j: int, now: Any, sampled: bool, glucose: Any, loop: Any) -> None:
    """What is given at the start of a minute: bolus, basal rate, infusion. glucose: last four readings; loop: rate, units given, winding."""
    bolus = _stepped(now[BOLUS], t[BOLUS_STEP + j], t[MOST_BOLUS + j]) if now[BOLUS] > 0.0 else 0.0
    if now[COVER] > 0.0 and now[MEAL] > 0.0:
        wanted = now[MEAL] / t[CR + j]
        if glucose[0, j] > t[ABOVE + j]:
            wanted += (glucose[0, j] - t[TARGET + j]) / t[CF + j]
        bolus += _stepped(wanted * now[COVER], t[BOLUS_STEP + j], t[MOST_BOLUS + j])
    t[SC1 + j] += bolus * 6000.0 / t[WEIGHT + j]
    loop[1, j] += bolus
    if now[LOOP] <= 0.0:
        loop[0, j] = _stepped(now[BASAL] + now[OWN] * t[BASAL_NEED + j], t[BASAL_STEP + j], t[MOST_BASAL + j])
    elif sampled:
        loop[0, j] = _stepped(_loop_rate(t, j, glucose, loop), t[BASAL_STEP + j], t[MOST_BASAL + j])
    t[FLOW + j] = (loop[0, j] / 60.0 + now[INFUSED]) * 6000.0 / t[WEIGHT + j]


@nb.njit(error_model="numpy", cache=True)
def _sense(t: Any, j: int, error: float, limited: bool, glucose: Any) -> None:
    """A reading of the sensor; glucose: the last four readings, newest first."""
    value = t[GS + j] / t[VG + j] + error
    if limited:
        value = min(max(value, LOWEST_READING), HIGHEST_READING)
    glucose[3, j], glucose[2, j], glucose[1, j], glucose[0, j] = glucose[2, j], glucose[1, j], glucose[0, j], value


@nb.njit(error_model="numpy", cache=True)
def _seat(t: Any, people: Any, moves: Any, who: Any, table: Any, glucose: Any, loop: Any) -> None:
    """The people of a block take their lanes; an empty lane repeats the first."""
    for j in range(LANES):
        for row in range(PARAMETERS):
            t[row * LANES + j] = people[row, who[j] if who[j] >= 0 else who[0]]
        for row in range(56):
            t[PROPAGATOR + row * LANES + j] = moves[row, who[j] if who[j] >= 0 else who[0]]
        _start(t, j)
        for row in range(4):
            glucose[row, j] = t[GS + j] / t[VG + j]
    t[APPEARING : APPEARING + 4 * LANES] = 0.0
    table[:] = 0.0
    loop[:] = 0.0


@nb.njit(error_model="numpy", cache=True)
def _see(t: Any, j: int, seen: Any, reading: float, given: float) -> None:
    seen[0] = t[GP + j] / t[VG + j]
    seen[1] = reading
    seen[2] = t[IP + j] / t[VI + j]
    seen[3] = given


@nb.njit(error_model="numpy", cache=True)
def _note_ends(t: Any, j: int, minute: int, ends: Any) -> None:
    glucose = t[GP + j] / t[VG + j]
    if glucose < HYPO_2 and np.isnan(ends[0]):
        ends[0] = minute
    if glucose < BEYOND and np.isnan(ends[1]):
        ends[1] = minute


@nb.njit(error_model="numpy", cache=True, nogil=True)
def courses(
    people: NDArray[np.float64], moves: NDArray[np.float64], order: NDArray[np.int64], done: NDArray[np.float64], reads: NDArray[np.int64], sensor: NDArray[np.float64],
    measured: bool, seen: NDArray[np.float32], ends: NDArray[np.float64],
) -> None:  # fmt: skip
    """Fill `seen` (n, times, 4): plasma glucose, sensor or interstitial glucose, insulin, units given; and `ends` (n, 2), minutes.

    people (PARAMETERS, n); moves (56, n): `insulin.half_steps` of STEP_MIN / 2; order (blocks, LANES): who is where, -1 for nobody; done (minutes + 1, 8): what is done at the start of each
    minute; reads (minutes + 1,): which time is read then, or -1; sensor (n, readings): the error of each reading, or shape (0, 0).
    """
    t, table, glucose, loop = np.zeros(SIZE), np.empty((3, LANES)), np.empty((4, LANES)), np.empty((3, LANES))
    wrong = sensor.shape[0] > 0
    for block in range(len(order)):
        who = order[block]
        _seat(t, people, moves, who, table, glucose, loop)
        digesting = False
        for minute in range(len(done)):
            now, sampled, read = done[minute], minute % SAMPLE_MIN == 0, reads[minute]
            digesting = digesting or now[MEAL] > 0.0
            held = 0.0
            for j in range(LANES):
                someone = who[j] if who[j] >= 0 else who[0]
                if sampled:
                    _sense(t, j, sensor[someone, minute // SAMPLE_MIN] if wrong else 0.0, wrong, glucose)
                if now[DONE] > 0.0 or minute == 0 or (sampled and now[LOOP] > 0.0):
                    _act(t, j, now, sampled, glucose, loop)
                if digesting:
                    _eat(t, j, now[MEAL], table)
                    t[STEPS + j] = _pace(t, j)
                    held += table[0, j] + t[BITE + j] + t[SOLID + j] + t[LIQUID + j] + t[GUT + j] + t[APPEARING + 3 * LANES + j]
                if who[j] >= 0:
                    _note_ends(t, j, minute, ends[someone])
                    if read >= 0:
                        _see(t, j, seen[someone, read], glucose[0, j] if measured else t[GS + j] / t[VG + j], loop[1, j])
                loop[1, j] += loop[0, j] / 60.0 + now[INFUSED]
            if minute < len(done) - 1:
                digesting = digesting and held > 0.0
                if digesting:
                    _digest(t)
                _minute(t)
