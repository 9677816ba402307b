"""Blur measured from edges: right on phantoms of known blur, and said plainly where it cannot be measured."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xinglin.models.scanner import measure_blur, measure_noise
from xinglin.models.scanner.edge_fits import fitted
from xinglin.models.scanner.kernels import kernel_blur_mm
from xinglin.models.thorax_phantom import thorax
from xinglin.records.errors import InvalidInput
from xinglin.records.volume import Volume

DATA = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).parents[4] / "shared/data"))


def region(spacing, blur, noise, seed=3):
    """The right half of a chest over the dome of the diaphragm."""
    shape = tuple(int(r / s) for r, s in zip((28, 96, 96), spacing, strict=True))
    return thorax(
        shape, spacing, seed, blur_mm=blur, noise_sd_hu=noise, noise_peak_per_mm=0.35, center_mm=(-100, -20, -62), places_per_lung=150
    )


@pytest.mark.parametrize(("spacing", "blur", "noise"), [
    ((1.0, 0.7, 0.7), (1.2, 0.8, 0.8), 15.0),
    ((1.25, 0.8, 0.8), (1.4, 1.5, 1.5), 40.0),
])  # fmt: skip
def test_the_blur_is_measured_to_a_tenth_of_a_millimetre(spacing, blur, noise):
    found = measure_blur(region(spacing, blur, noise).volume, edges=120)
    assert found.source == found.slice_source == "scan"
    assert found.fwhm_mm[1] == found.fwhm_mm[2] == pytest.approx(blur[1], abs=0.1)
    assert found.fwhm_mm[0] == pytest.approx(blur[0], abs=0.12)


def test_thick_slices_do_not_tell_their_blur_and_the_thickness_speaks():
    scan = region((2.5, 0.8, 0.8), (2.3, 1.2, 1.2), 20.0).volume
    found = measure_blur(replace(scan, details={**scan.details, "slice_thickness_mm": "2.5"}), edges=120)
    assert found.slice_source == "thickness" and any("too thick" in word for word in found.doubt)
    # 2.5 mm in all, the voxel's box of 2.5 mm being a part of it
    assert found.fwhm_mm[0] == pytest.approx(2.3548 * ((2.5 / 2.3548) ** 2 - 2.5**2 / 12) ** 0.5, rel=1e-3)
    assert found.source == "scan" and found.fwhm_mm[1] == pytest.approx(1.2, abs=0.1)
    own = measure_blur(scan, edges=60)
    assert own.fwhm_mm[0] == pytest.approx(2.3, abs=0.02), "the phantom states its thickness rightly"
    unsaid = measure_blur(replace(scan, details={}), edges=60)
    assert any("leaves open" in word for word in unsaid.doubt)


def test_in_slices_of_5_mm_no_edge_is_trusted():
    scan = thorax((8, 100, 100), (5.0, 0.8, 0.8), 3, center_mm=(-100, -20, -40), places_per_lung=20).volume
    found = measure_blur(replace(scan, details={"kernel": "STANDARD", "slice_thickness_mm": "5"}))
    assert (
        found.source == "kernel"
        and found.fwhm_mm[1] == 1.2
        and any("too thick to measure the blur in them" in word for word in found.doubt)
    )


def test_without_edges_the_kernel_speaks_and_it_is_said():
    flat = region((2.5, 2.0, 2.0), (2.3, 1.2, 1.2), 20.0).volume
    water = replace(flat, voxels=np.zeros_like(flat.voxels), details={"kernel": "B70f", "slice_thickness_mm": "3"})
    found = measure_blur(water)
    assert found.source == "kernel" and found.fwhm_mm[1] == 0.8 and found.edges == (0, 0)
    assert any("kernel" in word for word in found.doubt)
    assert any("not known" in word for word in measure_blur(replace(water, details={"kernel": "HOUSE9"})).doubt)
    with pytest.raises(InvalidInput, match="XL-SCANNER-001"):
        measure_blur(replace(water, unit=""))


def test_the_names_of_kernels_are_sorted_into_three_classes():
    assert [kernel_blur_mm(k) for k in ("SOFT", "STANDARD", "BONEPLUS", "B20s", "B31f", "Br40d\\3", "I70f", "")] == [
        (1.5, True), (1.2, True), (0.8, True), (1.5, True), (1.2, True), (1.2, True), (0.8, True), (1.2, False),
    ]  # fmt: skip


def test_a_single_slanted_edge_is_fitted_exactly():
    from scipy.special import erf

    spacing, sigma = (1.0, 0.7, 0.7), 0.42
    fine = [(np.arange(n * 5) + 0.5) / 5 * s for n, s in zip((11, 31, 31), spacing, strict=True)]
    z, y, x = np.meshgrid(*fine, indexing="ij", sparse=True)
    normal = np.array([0.05, 0.6, 0.8])
    normal /= np.linalg.norm(normal)
    d = (z - 5.3) * normal[0] + (y - 10.9) * normal[1] + (x - 11.0) * normal[2]
    edge = -870 + 910 * 0.5 * (1 + erf(d / sigma / np.sqrt(2)))
    voxels = edge.reshape(11, 5, 31, 5, 31, 5).mean((1, 3, 5))
    fit = fitted(voxels, spacing, np.array([[5, 15, 15]]), np.array([[0.0, 0.5, 0.866]]))
    assert fit.variance_mm2[0] == pytest.approx(sigma**2, rel=0.03)
    assert fit.normal[0] == pytest.approx(normal, abs=0.01) and fit.contrast_hu[0] == pytest.approx(910, abs=5)


@pytest.mark.parametrize("patient", ["LIDC-IDRI-0001", "LIDC-IDRI-0003"])
def test_real_scans_of_an_ordinary_kernel_have_an_ordinary_blur_and_noise(patient):
    folder = DATA / "dicom-lidc-lung-ct" / patient
    if not folder.exists():
        pytest.skip("shared data not present")
    import pydicom

    sets = sorted((pydicom.dcmread(f) for f in folder.glob("*.dcm")), key=lambda d: float(d.ImagePositionPatient[2]))
    voxels = np.stack([(d.pixel_array * float(d.RescaleSlope) + float(d.RescaleIntercept)).astype(np.int16) for d in sets])
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2], affine[3, 3] = 2.5, *(float(x) for x in sets[0].PixelSpacing), 1
    scan = Volume(voxels, affine, "HU", "CT", details={"kernel": "STANDARD", "slice_thickness_mm": "2.5"})
    blur = measure_blur(scan, edges=300)
    assert blur.source == "scan" and blur.slice_source == "thickness" and 0.9 < blur.fwhm_mm[1] < 1.7
    assert 8 < measure_noise(scan).sd_hu < 25
