"""What matrices work out is what the plain ways work out: a part sought place by place, pictures made smaller by Pillow, frequencies gone back from."""

from __future__ import annotations

import numpy as np
import pytest
from image_judging_pictures import blobs
from PIL import Image

from xinglin.training.image_judging import encoder
from xinglin.training.image_judging.seeking import Field


def _place_by_place(part: np.ndarray, whole: np.ndarray) -> float:
    side, best = len(part), -1.0
    for row in range(len(whole) - side + 1):
        for column in range(len(whole) - side + 1):
            there = whole[row : row + side, column : column + side]
            best = max(best, float((part * there).sum() / np.sqrt((there**2).sum()) / np.linalg.norm(part)))
    return best


def test_a_part_is_found_where_seeking_place_by_place_finds_it() -> None:
    pictures = blobs(6, seed=1, side=32)[:, 0]
    parts = [pictures[0, 3:24, 5:26], pictures[4, 6:32, 0:26]]
    parts = [part - part.mean() for part in parts]
    field = Field.of(pictures, [21, 26])
    slow = [max(_place_by_place(part, whole) for part in parts) for whole in pictures.astype(np.float64)]
    assert field.highest(parts) == pytest.approx(slow, abs=1e-5)
    assert field.of_some(np.array([4, 1])).highest(parts) == pytest.approx([slow[4], slow[1]], abs=1e-5)


@pytest.mark.parametrize(("side", "way"), [(16, "BOX"), (38, "BOX"), (64, "BOX"), (80, "BILINEAR")])
def test_pictures_are_made_smaller_as_pillow_makes_them(side: int, way: str) -> None:
    pictures = blobs(3, seed=2)[:, 0, :, :]
    by_pillow = [np.asarray(Image.fromarray(one).resize((side, side), Image.Resampling[way])) for one in pictures]
    assert np.abs(encoder.shrunk(pictures, side) - np.stack(by_pillow)).max() < 1e-6


def test_a_wavelet_answers_as_the_whole_transform_back_does() -> None:
    side = 96
    picture = np.random.default_rng(3).normal(size=(2, side, side)).astype(np.float32)
    spectra = np.fft.fft2(picture)
    for wavelets, waves in zip(encoder._wavelets(side), encoder._waves(side, 16, 80), strict=True):
        for wavelet, wave in zip(wavelets, waves, strict=True):
            plain = np.abs(np.fft.ifft2(spectra * wavelet))[:, 16:80, 16:80]
            told = wave(np.fft.fftshift(spectra, axes=(1, 2)).astype(np.complex64))
            assert np.abs(told - plain).max() < 1e-4 * plain.max()
