"""The nodule's own arithmetic agrees with scipy's, and a nodule at a given place and blur never loads scipy."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import ndimage, special

from xinglin.models.lesion.parametric_nodule import blocks


@pytest.mark.parametrize("sigmas", [(1.0, 1.4, 1.4), (0.0, 0.9, 2.0), (4.0, 0.3, 0.1), (9.0, 9.0, 9.0)])
def test_blur_is_scipys_gaussian_filter(sigmas):
    values = np.random.default_rng(0).normal(-850, 60, (11, 30, 171)).astype(np.float32)
    assert np.array_equal(blocks.blurred(values, np.array(sigmas)), ndimage.gaussian_filter(values, sigmas, truncate=2.5))


def test_interpolation_is_scipys_of_first_order():
    random = np.random.default_rng(1)
    values = random.normal(size=(5, 6, 7)).astype(np.float32)
    points = (random.random((3, 4000)) * np.array([[4], [5], [6]])).astype(np.float32)
    points[:, :2] = [[0, 4], [0, 5], [0, 6]]  # the corners
    expected = ndimage.map_coordinates(values, points, order=1)
    assert np.abs(blocks.between(values, points) - expected).max() < 2e-6


def test_the_error_function_is_scipys():
    x = np.concatenate([np.linspace(-8, 8, 4001), [0.0, -0.0]])
    assert np.abs(blocks.error_function(x) - special.erf(x)).max() < 1e-15


def test_legendre_functions_are_scipys():
    x = np.linspace(-1, 1, 301)
    for degree in range(13):
        for order in range(degree + 1):
            expected = special.lpmv(order, degree, x)
            assert np.allclose(blocks.legendre(order, degree, x), expected, rtol=1e-10, atol=1e-12 * np.abs(expected).max())


def test_a_nodule_whose_place_and_blur_are_given_does_without_scipy():
    code = """
import sys
import numpy as np
from xinglin.models.lesion.parametric_nodule import GENERATOR
from xinglin.records.imaging import NoduleRequest
from xinglin.records.volume import Volume
affine = np.array([[0, 0, 0.7, 0], [0, 0.7, 0, 0], [1.0, 0, 0, 0], [0, 0, 0, 1]])
scan = Volume(np.full((40, 60, 60), -850, np.int16), affine, unit="HU", modality="CT")
GENERATOR.insert(scan, NoduleRequest(diameter_mm=8.0, margin="spiculated", center_mm=(20.0, 20.0, 20.0), blur_mm=(1.0, 1.0, 1.0), seed=1))
sys.exit("scipy was loaded" if "scipy" in sys.modules else 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
