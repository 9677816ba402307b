"""Reaction and diffusion in tissue: analytic solutions, the slow solver, balance, any step, any number of threads."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinglin.models.reaction_diffusion import weights
from xinglin.models.reaction_diffusion.growth import Drug, Growth
from xinglin.models.reaction_diffusion.march import Act, Change, Control, Moment, march
from xinglin.models.reaction_diffusion.medium import Medium
from xinglin.models.reaction_diffusion.reference import plain_course
from xinglin.records.errors import InvalidInput

NO_GROWTH = Growth(0.0)
MM = (1.0, 1.0, 1.0)


def bump(shape: tuple[int, int, int], wide: float = 3.0, height: float = 0.8) -> np.ndarray:
    squares = [((np.arange(n) - (n - 1) / 2) / wide) ** 2 for n in shape]
    return height * np.exp(-(squares[0][:, None, None] + squares[1][None, :, None] + squares[2][None, None, :]) / 2)


def tissue(shape: tuple[int, int, int], fast: float = 0.26, seed: int = 5) -> Medium:
    """White and grey matter in bands, a fluid hole, a skull."""
    z, y, x = np.meshgrid(*(np.arange(n) - (n - 1) / 2 for n in shape), indexing="ij")
    diffusivity = np.where(np.sin(x / 3 + seed) + np.sin(y / 4) + np.sin(z / 3.5) > 0, fast, fast / 5).astype(np.float32)
    inside = (x / shape[2]) ** 2 + (y / shape[1]) ** 2 + (z / shape[0]) ** 2 < 0.47**2
    hole = (x - 4) ** 2 + (y - 5) ** 2 + z**2 < 9
    return Medium(np.where(inside & ~hole, diffusivity, 0), MM)


def last(moments: object) -> Moment:
    *_, found = moments  # type: ignore[misc]
    return found


def test_heat_spreads_as_the_gaussian_of_its_variance_says() -> None:
    sigma, diffusion, days, wide = 4.0, 0.2, 20.0, np.sqrt(16 + 2 * 0.2 * 20)
    off = []
    for n, mm in ((45, 1.0), (89, 0.5)):
        medium = Medium(np.full((n, n, n), diffusion, np.float32), (mm, mm, mm))
        found = last(march(bump((n, n, n), sigma / mm), medium, NO_GROWTH, [days], control=Control(tolerance=1e-5))).density
        expected = bump((n, n, n), wide / mm, 0.8 * (sigma / wide) ** 3)
        off.append(float(abs(found - expected).max() / expected.max()))
        place = ((np.arange(n) - (n - 1) / 2) * mm) ** 2
        assert float((found * place[:, None, None]).sum() / found.sum()) == pytest.approx(wide**2, rel=1e-3)
    assert off[0] < 6e-3
    assert off[0] / off[1] == pytest.approx(4, rel=0.1)  # second order in the voxel


def test_without_diffusion_between_them_all_voxels_follow_the_logistic_curve() -> None:
    medium = Medium(np.full((4, 4, 4), 0.3, np.float32), MM)
    times = (1.0, 50.0, 400.0)
    start = np.full((4, 4, 4), 0.05)
    for moment in march(start, medium, Growth(0.025, capacity=2.0), times):
        expected = 2.0 / (1 + (2.0 / 0.05 - 1) * np.exp(-0.025 * moment.time))
        assert np.allclose(moment.density, expected, rtol=2e-6)


def test_without_diffusion_between_them_all_voxels_follow_the_gompertz_curve() -> None:
    medium = Medium(np.full((4, 4, 4), 0.3, np.float32), MM)
    for moment in march(np.full((4, 4, 4), 0.05), medium, Growth(0.012, "gompertz"), (1.0, 50.0, 400.0)):
        assert np.allclose(moment.density, np.exp(np.log(0.05) * np.exp(-0.012 * moment.time)), rtol=3e-6)


def test_gompertz_growth_is_exponential_where_less_than_a_cell_is_left() -> None:
    medium = Medium(np.full((4, 4, 4), 0.3, np.float32), MM)
    rate = 0.012 * -np.log(1e-6)
    found = last(march(np.full((4, 4, 4), 1e-8), medium, Growth(0.012, "gompertz"), [10.0])).density
    assert np.allclose(found, 1e-8 * np.exp(rate * 10), rtol=1e-5)


def test_a_drug_that_decays_kills_what_its_integral_says() -> None:
    medium = Medium(np.full((4, 4, 4), 0.3, np.float32), MM)
    drug = Drug(0.5, 2.0, (1.0, 4.0), (1.0, 2.0))
    found = last(march(np.full((4, 4, 4), 0.5), medium, NO_GROWTH, [100.0], drug=drug)).density
    assert np.allclose(found, 0.5 * np.exp(-0.5 * 3.0 / 2.0), rtol=1e-5)


@pytest.mark.parametrize("law", ["logistic", "gompertz"])
def test_growth_under_a_drug_agrees_with_an_independent_integrator(law: str) -> None:
    from scipy.integrate import solve_ivp

    growth, drug = Growth(0.05, law), Drug(0.8, 3.0, (0.0, 1.5, 2.0, 6.5), (0.3, 0.5, 0.2, 1.0))
    value, marks = [0.3], (0.0, 1.5, 2.0, 6.5, 8.0)
    for low, high in pairwise(marks):
        piece = solve_ivp(
            lambda t, u: growth.slope(u) - drug.potency * drug.level(t) * u, (low, np.nextafter(high, low)), value, rtol=1e-11, atol=1e-13
        )
        value = piece.y[:, -1]
    medium = Medium(np.full((4, 4, 4), 0.3, np.float32), MM)
    found = last(march(np.full((4, 4, 4), 0.3), medium, growth, [8.0], drug=drug, control=Control(precision="float64"))).density
    assert np.allclose(found, value[0], rtol=1e-8)


def test_a_front_moves_at_the_velocity_of_fisher_with_bramsons_delay() -> None:
    diffusion, rate, n = 0.4, 0.1, 560  # a front 2 voxels wide; its velocity on this grid, not in the continuum
    medium = Medium(np.full((n, 1, 1), diffusion, np.float32), MM)
    start = np.zeros((n, 1, 1))
    start[:10] = 1.0
    places = {m.time: float(m.density.sum()) for m in march(start, medium, Growth(rate), (400.0, 800.0, 1200.0))}
    slopes = np.linspace(0.1, 1.5, 20001)
    velocity = float(((rate + 2 * diffusion * (np.cosh(slopes) - 1)) / slopes).min())
    assert velocity == pytest.approx(2 * np.sqrt(diffusion * rate), rel=0.02)
    steepness = float(slopes[np.argmin((rate + 2 * diffusion * (np.cosh(slopes) - 1)) / slopes)])
    for early, late in ((400.0, 800.0), (800.0, 1200.0)):
        expected = velocity * (late - early) - 1.5 / steepness * np.log(late / early)
        assert places[late] - places[early] == pytest.approx(expected, rel=8e-3)


def test_tissue_with_walls_agrees_with_the_slow_solver() -> None:
    medium, growth = tissue((34, 36, 32)), Growth(0.025)
    start = bump((34, 36, 32))
    for fast, slow in zip(
        march(start, medium, growth, (40.0, 100.0)), plain_course(start, medium, growth, (40.0, 100.0), step=0.5), strict=True
    ):
        assert abs(fast.total / slow.total - 1) < 5e-4
        assert abs(fast.density - slow.density).max() < 5e-4
        assert fast.tally.error < 1e-3
        assert not fast.density[medium.diffusivity == 0].any()


def test_the_slow_solvers_two_methods_agree() -> None:
    medium, growth = tissue((16, 18, 17)), Growth(0.025)
    rough = last(plain_course(bump((16, 18, 17)), medium, growth, [20.0], step=0.01, method="euler"))
    fine = last(plain_course(bump((16, 18, 17)), medium, growth, [20.0], step=0.5))
    assert abs(rough.density - fine.density).max() < 1e-4


@pytest.mark.parametrize("step", [0.1, 1.0, 7.0, 30.0, 100.0])
@pytest.mark.parametrize("fast", [0.05, 0.26, 1.0])
def test_any_step_offered_is_stable_and_loses_nothing(step: float, fast: float) -> None:
    medium, growth = tissue((24, 26, 25), fast), Growth(0.025)
    start = bump((24, 26, 25))
    days = 100.0 if step > 0.5 else 10.0
    found = last(march(start, medium, growth, [days], control=Control(step=step)))
    expected = last(plain_course(start, medium, growth, [days], step=0.5))
    assert found.tally.longest <= step * (1 + 1e-12)
    assert found.density.min() >= 0
    assert found.density.max() <= 1
    assert abs(found.total / expected.total - 1) < 1e-3
    assert found.tally.imbalance < 1e-6


@pytest.mark.parametrize("uniform", [True, False])
def test_diffusion_alone_keeps_every_cell(uniform: bool) -> None:
    shape = (24, 26, 25)
    medium = Medium(np.full(shape, 0.3, np.float32), MM) if uniform else tissue(shape)
    start = np.where(medium.diffusivity > 0, bump(shape, 1.0), 0)
    found = last(march(start, medium, NO_GROWTH, [200.0], control=Control(precision="float64")))
    assert found.total == pytest.approx(start.sum(), rel=1e-9)
    assert found.density.min() >= 0


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), days=st.floats(0.5, 300), fast=st.floats(1e-3, 3), rate=st.floats(0, 0.3))
def test_density_stays_between_nothing_and_the_capacity(seed: int, days: float, fast: float, rate: float) -> None:
    draw = np.random.default_rng(seed)
    diffusivity = np.where(draw.random((9, 8, 10)) < 0.3, 0, fast * draw.random((9, 8, 10))).astype(np.float32)
    start = np.where(draw.random((9, 8, 10)) < 0.2, draw.random((9, 8, 10)), 0)
    found = last(march(start, Medium(diffusivity, (1.0, 2.0, 0.7)), Growth(rate), [days])).density
    assert np.isfinite(found).all()
    assert found.min() >= 0
    assert found.max() <= 1 + 1e-6
    assert not found[diffusivity == 0].any()


def test_cells_do_not_pass_a_wall() -> None:
    diffusivity = np.full((9, 9, 21), 1.0, np.float32)
    diffusivity[:, :, 10] = 0
    start = np.zeros((9, 9, 21))
    start[:, :, 3] = 0.5
    found = last(march(start, Medium(diffusivity, MM), Growth(0.05), [300.0])).density
    assert found[:, :, :10].min() > 0.99
    assert not found[:, :, 10:].any()


def test_voxels_of_unlike_sides_spread_alike_in_millimetres() -> None:
    medium = Medium(np.full((15, 31, 61), 0.2, np.float32), (4.0, 2.0, 1.0))
    squares = [((np.arange(n) - (n - 1) / 2) * mm) ** 2 for n, mm in zip((15, 31, 61), (4.0, 2.0, 1.0), strict=True)]
    start = np.exp(-(squares[0][:, None, None] + squares[1][None, :, None] + squares[2][None, None, :]) / (2 * 36))
    found = last(march(start, medium, NO_GROWTH, [30.0])).density
    spread = [float((found * s.reshape([-1 if a == b else 1 for b in range(3)])).sum() / found.sum()) for a, s in enumerate(squares)]
    # the variance grows by 2 D t on each axis, whatever the voxel; the bump is cut off at the grid's edge a little
    assert np.allclose(spread, 36 + 12, rtol=0.03)


def test_acts_happen_in_time_and_before_the_look_at_that_time() -> None:
    medium = Medium(np.full((4, 4, 4), 0.3, np.float32), MM)
    seen: list[float] = []

    def halve(density: np.ndarray) -> Change:
        seen.append(float(density.max()))
        with pytest.raises(ValueError, match="read-only"):
            density[0] = 0
        return Change(0.5)

    totals = [
        m.density.max() for m in march(np.full((4, 4, 4), 0.8), medium, NO_GROWTH, (0.0, 5.0, 9.0), acts=[Act(5.0, halve), Act(0.0, halve)])
    ]
    assert np.allclose(totals, [0.4, 0.2, 0.2])
    assert np.allclose(seen, [0.8, 0.4])


def test_what_is_cut_out_becomes_a_wall() -> None:
    medium = tissue((20, 20, 20))
    cut = np.zeros((20, 20, 20), bool)
    cut[8:12, 8:12, 8:12] = True
    after = Medium(np.where(cut, 0, medium.diffusivity), MM)
    acts = [Act(10.0, lambda density: Change(np.where(cut, 0.0, 1.0), after))]
    fast = last(march(bump((20, 20, 20)), medium, Growth(0.025), [40.0], acts=acts))
    slow = last(plain_course(bump((20, 20, 20)), medium, Growth(0.025), [40.0], acts=acts, step=0.5))
    assert not fast.density[cut].any()
    assert abs(fast.density - slow.density).max() < 1e-3
    assert fast.total == pytest.approx(slow.total, rel=1e-3)


def test_the_bytes_do_not_depend_on_the_threads() -> None:
    medium, growth = tissue((30, 28, 26)), Growth(0.025)
    digests = {last(march(bump((30, 28, 26)), medium, growth, [50.0], control=Control(workers=n))).density.tobytes() for n in (1, 2, 5)}
    assert len(digests) == 1
    even = Medium(np.full((30, 28, 26), 0.13, np.float32), MM)
    digests = {last(march(bump((30, 28, 26)), even, growth, [50.0], control=Control(workers=n))).density.tobytes() for n in (1, 3)}
    assert len(digests) == 1


def test_the_box_that_follows_the_tumour_changes_nothing_that_counts() -> None:
    shape = (70, 20, 20)
    medium = tissue(shape)
    start = np.zeros(shape)
    start[20, 10, 10] = 0.9
    slow = last(plain_course(start, medium, Growth(0.05), [80.0], step=0.5))
    fast = last(march(start, medium, Growth(0.05), [80.0]))
    assert fast.total == pytest.approx(slow.total, rel=5e-4)


def test_where_a_wall_is_taken_away_cells_spread_beyond_the_box_they_had() -> None:
    shape = (21, 21, 41)
    everywhere = np.full(shape, 0.3, np.float32)
    behind = np.arange(41) < 16
    start = bump(shape, 2.0) * behind
    narrow, wide = Medium(everywhere * behind.astype(np.float32), MM), Medium(everywhere, MM)
    acts = [Act(5.0, lambda density: Change(1.0, wide))]
    found = last(march(start, narrow, Growth(0.02), [60.0], acts=acts))
    slow = last(plain_course(start, narrow, Growth(0.02), [60.0], acts=acts))
    assert found.total == pytest.approx(slow.total, rel=1e-3) and abs(found.density - slow.density).max() < 3e-3
    assert found.density[:, :, 20:].sum() > 0.05 * found.total


def test_nothing_grows_from_nothing_and_nowhere() -> None:
    medium = tissue((8, 8, 8))
    assert last(march(np.zeros((8, 8, 8)), medium, Growth(0.1), [50.0])).total == 0
    closed = Medium(np.zeros((8, 8, 8), np.float32), MM)
    assert last(march(np.full((8, 8, 8), 0.5), closed, Growth(0.1), [50.0])).total == 0


def super_step(z: np.ndarray, s: int) -> np.ndarray:
    """What a step of `s` stages makes of a mode with step times rate = z, by the recurrence the kernels follow."""
    place = 1 + weights.width(s) * z
    older, newer = np.ones_like(z), place
    for j in range(2, s + 1):
        up, down = weights.recurrence(j)
        older, newer = newer, up * place * newer - down * older
    return 1 - weights.share(s) + weights.share(s) * newer


def test_the_guard_names_enough_stages_for_any_step_and_hardly_more() -> None:
    for tau_bound in np.geomspace(1e-6, 1e6, 200):
        s = weights.stages(float(tau_bound))
        assert abs(super_step(np.linspace(-tau_bound, 0, 4001), s)).max() <= 1 + 1e-9
        if s > weights.FEWEST:
            fewer = s - 1
            assert (fewer**2 + fewer - 2) / 2 < tau_bound * 1.001


def test_a_super_step_is_right_to_second_order() -> None:
    for s in (3, 4, 7, 20):
        errors = [abs(super_step(np.array([-z]), s)[0] - np.exp(-z)) for z in (0.02, 0.01)]
        assert errors[0] / errors[1] == pytest.approx(8, rel=0.1)


def test_what_cannot_be_is_refused_with_its_code() -> None:
    medium = tissue((8, 8, 8))
    good = np.zeros((8, 8, 8))
    for code, make in (
        ("XL-RD-001", lambda: Medium(np.full((3, 3, 3), -1.0), MM)),
        ("XL-RD-001", lambda: Medium(np.full((3, 3, 3), 1.0), (1.0, 0.0, 1.0))),
        ("XL-RD-002", lambda: Growth(-1.0)),
        ("XL-RD-003", lambda: Drug(1.0, 1.0, (1.0,), ())),
        ("XL-RD-004", lambda: last(march(good - 1, medium, NO_GROWTH, [1.0]))),
        ("XL-RD-004", lambda: last(march(good[1:], medium, NO_GROWTH, [1.0]))),
        ("XL-RD-005", lambda: last(march(good, medium, NO_GROWTH, [2.0, 1.0]))),
        ("XL-RD-005", lambda: last(march(good, medium, NO_GROWTH, [1.0], control=Control(step=0.0)))),
    ):
        with pytest.raises(InvalidInput) as told:
            make()
        assert told.value.code == code
