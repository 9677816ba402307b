"""A scan on even cubes, tiles put together again, and the peaks of what a network says: against arrays made by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from xinglin.models.nodule_search.even_grid import STEP_MM, on_even_grid
from xinglin.models.nodule_search.looking import EDGE, chances, extent, looked_through, peaks
from xinglin.models.nodule_search.looking import Window as HuWindow
from xinglin.records.volume import Volume


def affine(slice_mm, row_mm, column_mm):
    found = np.zeros((4, 4))
    found[2, 0], found[1, 1], found[0, 2], found[3, 3] = slice_mm, row_mm, column_mm, 1
    found[:3, 3] = (-30, 10, 200)
    return found


def whole(shape):
    k, j, i = (slice(0, side) for side in shape)
    return k, j, i


@pytest.mark.parametrize("spacing", [(2.5, 0.7, 0.7), (1.0, 1.5, 1.5), (4.0, 0.9, 0.6)])
def test_a_slope_stays_a_slope_and_every_place_stays_where_it_was(spacing):
    shape, at = (20, 60, 70), affine(*spacing)
    k, j, i = np.indices(shape)
    x, y, z = (at[row, :3] @ np.stack([k.ravel(), j.ravel(), i.ravel()]) + at[row, 3] for row in range(3))
    grid = on_even_grid((2 * x - y + 3 * z).reshape(shape).astype(np.float32), at, whole(shape))
    index = np.array([side // 2 for side in grid.values.shape])
    px, py, pz = grid.point_mm(index)
    assert grid.values[tuple(index)] == pytest.approx(2 * px - py + 3 * pz, abs=0.1)
    assert np.allclose(np.linalg.norm(grid.affine[:3, :3], axis=0), STEP_MM)
    assert np.allclose(grid.index_of((px, py, pz)), index)
    assert np.allclose(at[:3, :3] @ grid.in_scan(index) + at[:3, 3], (px, py, pz))


def test_tiles_put_together_are_what_the_network_says_of_the_whole():
    draw = np.random.default_rng(0)
    pictures = draw.uniform(-1, 1, (37, 50, 41)).astype(np.float32)
    near = np.ones(pictures.shape, bool)
    near[:, :9] = False
    asked = []

    def finds(pictures):
        asked.append(pictures.shape)
        return 4 * pictures

    found = chances(pictures, near, finds, 32)
    assert np.allclose(found[near], 1 / (1 + np.exp(-4 * pictures[near])), atol=1e-6) and not found[~near].any()
    assert set(asked) == {(1, 1, 32, 32, 32)}


def test_tiles_without_lung_are_not_looked_at():
    near = np.zeros((64, 64, 64), bool)
    near[2, 2, 2] = True
    asked = []
    chances(np.zeros(near.shape, np.float32), near, lambda pictures: asked.append(1) or pictures, 32)
    assert len(asked) == 1 and 2 * EDGE < 32


def ball(shape, middle, radius, height):
    away = np.linalg.norm(np.indices(shape) - np.reshape(middle, (3, 1, 1, 1)), axis=0)
    return height / (1 + np.exp(3 * (away - radius)))


def test_the_surest_peak_comes_first_with_its_place_and_about_its_size():
    shape = (40, 44, 48)
    chance = (ball(shape, (12, 20, 14), 3.0, 0.5) + ball(shape, (28, 22, 33), 5.0, 0.9)).astype(np.float32)
    grid = on_even_grid(np.zeros(shape, np.float32), affine(STEP_MM, STEP_MM, STEP_MM), whole(shape))
    lungs = SimpleNamespace(side_at=lambda point: "left" if point[0] > 0 else "right")
    first, second = peaks(chance, grid, lungs)
    assert (first.number, second.number) == (1, 2) and first.score > second.score
    assert np.allclose(first.place_mm, grid.point_mm(np.array([28, 22, 33])), atol=0.3)
    assert first.slice_index == 28 and first.diameter_mm == pytest.approx(15, rel=0.12)
    assert second.diameter_mm == pytest.approx(9, rel=0.15)
    assert (first.side, second.side) == ("left", "right")


def test_two_peaks_of_one_lump_are_one_candidate():
    chance = np.zeros((40, 40, 40), np.float32)
    chance[18:24, 18:24, 18:24] = 0.6
    chance[19, 19, 19] = chance[22, 22, 22] = 1.0
    grid = on_even_grid(chance, affine(STEP_MM, STEP_MM, STEP_MM), whole(chance.shape))
    assert len(peaks(chance, grid, SimpleNamespace(side_at=lambda point: None))) == 1


def test_a_lump_at_the_edge_has_a_size_too():
    chance = ball((20, 20, 20), (0, 10, 10), 4.0, 1.0).astype(np.float32)
    middle, wide = extent(chance, np.array([0, 10, 10]))
    assert 0 <= middle[0] < 3 and wide > 5


def test_nothing_is_marked_where_no_lung_is():
    scan = Volume(np.full((20, 30, 30), -850, np.int16), affine(2, 2, 2), "HU", "CT")
    lungs = SimpleNamespace(both=np.zeros(scan.shape, bool), side_at=lambda point: None)
    assert looked_through(scan, lungs, lambda pictures: pictures + 9, HuWindow(-1000, 300), tile=32) == ()
