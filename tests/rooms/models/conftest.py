"""A chest that several of these tests look at, made once."""

import pytest


@pytest.fixture(scope="session")
def chest():
    from xinglin.models.thorax_phantom import thorax

    return thorax((75, 160, 160), (4.0, 2.2, 2.2), seed=6, blur_mm=(3.0, 1.6, 1.6), noise_sd_hu=25, fineness=(2, 2, 2), places_per_lung=500)


@pytest.fixture(scope="session")
def lungs(chest):
    from xinglin.models.thorax import find_lungs

    return find_lungs(chest.volume)
