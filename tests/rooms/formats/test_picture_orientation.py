"""Pictures follow the patient, not the array: the same body looks the same however it lay in the scanner."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from xinglin.formats.picture import change_picture, lesion_picture
from xinglin.formats.picture.slices import GAP, PLANES, SIDE_PX, plane_acquired, plane_through
from xinglin.records.imaging import ImageCase, ImageEdit, Lesion, LesionMeasures, NoduleRequest, Outline
from xinglin.records.volume import Volume

MIDDLE = (0.0, 0.0, 0.0)
MARK = (8.0, -10.0, 12.0)  # to the left, to the front, to the head
SIDE_MM = 44.0


def upright() -> Volume:
    """Head first, on the back: (slice, row, column) is (to the head, to the back, to the left); a mark at left, front, head."""
    affine = np.diag([0.0, 0.0, 0.0, 1.0])
    affine[2, 0], affine[1, 1], affine[0, 2] = 2.0, 1.0, 1.0
    affine[:3, 3] = (-30.0, -30.0, -40.0)
    noise = np.random.default_rng(5).integers(-900, -800, (41, 61, 61))
    volume = Volume(noise.astype(np.int16), affine, "HU", "CT", series_uid="2.25.1")
    k, j, i = (round(n) for n in volume.index_of(MARK))
    volume.voxels[k - 1 : k + 2, j - 2 : j + 3, i - 2 : i + 3] = 100
    return volume


def stored_as(volume: Volume, axes: tuple[int, int, int] = (0, 1, 2), flipped: tuple[int, ...] = ()) -> Volume:
    """The same body in another order of the array: axes exchanged, then some of them reversed."""
    voxels, affine = volume.voxels.transpose(axes), volume.affine.copy()
    affine[:, :3] = affine[:, axes]
    for axis in flipped:
        voxels = np.flip(voxels, axis)
        affine[:3, 3] += affine[:3, axis] * (voxels.shape[axis] - 1)
        affine[:3, axis] *= -1
    return replace(volume, voxels=np.ascontiguousarray(voxels), affine=affine)


WAYS = {
    "on the back, head first": ((0, 1, 2), ()),
    "columns reversed": ((0, 1, 2), (2,)),
    "prone": ((0, 1, 2), (1, 2)),
    "feet first": ((0, 1, 2), (0, 2)),
    "slices reversed": ((0, 1, 2), (0,)),
    "sagittal": ((2, 0, 1), (1,)),
    "sagittal, reversed": ((2, 0, 1), (0, 2)),
    "coronal": ((1, 0, 2), (1,)),
}
EACH_WAY = pytest.mark.parametrize(("axes", "flipped"), WAYS.values(), ids=WAYS)
ACQUIRED = {(0, 1, 2): "axial", (2, 0, 1): "sagittal", (1, 0, 2): "coronal"}


def lesion_in(volume: Volume) -> Lesion:
    """The mark, outlined and measured in its slice; its long axis runs from front to back, or along x in a coronal scan."""
    mask = volume.voxels == 100
    first, last = (np.array(np.nonzero(mask)).min(1), np.array(np.nonzero(mask)).max(1) + 1)
    part = mask[tuple(slice(a, b) for a, b in zip(first, last, strict=True))]
    x, y, z = MARK
    along = (2.0, 0.0, 0.0) if plane_acquired(volume) == "coronal" else (0.0, 2.0, 0.0)
    ends = ((x - along[0], y - along[1], z), (x + along[0], y + along[1], z))
    measures = LesionMeasures(
        5, 5, 5, 150, 100, 0, MARK, slice_index=round(volume.index_of(MARK)[0]), long_axis_ends=ends, short_axis_ends=ends
    )
    start = (int(first[0]), int(first[1]), int(first[2]))
    return Lesion(
        "Observation/lesion-1", "A", "2.25.1", "2024-03-05", MARK, measures, Outline(start, part.shape, np.packbits(part).tobytes())
    )


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), int)


@EACH_WAY
@pytest.mark.parametrize(
    ("plane", "right_mm", "up_mm"), [("axial", MARK[0], -MARK[1]), ("coronal", MARK[0], MARK[2]), ("sagittal", MARK[1], MARK[2])]
)
def test_left_front_and_head_are_at_the_same_side_of_every_picture(axes, flipped, plane, right_mm, up_mm):
    through = {"axial": (0.0, 0.0, MARK[2]), "coronal": (0.0, MARK[1], 0.0), "sagittal": (MARK[0], 0.0, 0.0)}[plane]
    drawn = plane_through(stored_as(upright(), axes, flipped), through, plane, SIDE_MM)
    rows, columns = np.nonzero(drawn > 0)
    scale, middle = SIDE_PX / SIDE_MM, (SIDE_PX - 1) / 2
    assert columns.mean() == pytest.approx(middle + right_mm * scale, abs=1)
    assert rows.mean() == pytest.approx(middle - up_mm * scale, abs=1)


@EACH_WAY
@pytest.mark.parametrize("plane", PLANES)
def test_the_same_body_gives_the_same_picture(axes, flipped, plane):
    one, other = (plane_through(v, MIDDLE, plane, SIDE_MM) for v in (upright(), stored_as(upright(), axes, flipped)))
    assert np.allclose(one, other, atol=0.01)


@EACH_WAY
def test_the_plane_of_acquisition_is_called_by_its_name(axes, flipped):
    assert plane_acquired(stored_as(upright(), axes, flipped)) == ACQUIRED[axes]


def test_an_oblique_grid_is_sampled_where_it_lies():
    """A grid turned by 20 degrees around the head-feet axis, its numbers telling x: the picture grows to the right alone."""
    turn, volume = np.deg2rad(20), upright()
    affine = np.eye(4)
    affine[:3, :3] = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]]) @ volume.affine[:3, :3]
    affine[:3, 3] = -affine[:3, :3] @ np.array([20.0, 30.0, 30.0])
    places = np.tensordot(affine[:3, :3], np.indices(volume.shape), 1) + affine[:3, 3][:, None, None, None]
    tilted = replace(volume, voxels=places[0].astype(np.float32), affine=affine)
    steps = (np.arange(SIDE_PX) - (SIDE_PX - 1) / 2) * (30.0 / SIDE_PX)
    assert np.allclose(plane_through(tilted, MIDDLE, "axial", 30.0), steps[None, :], atol=1e-3)
    assert np.allclose(plane_through(tilted, MIDDLE, "coronal", 30.0), steps[None, :], atol=1e-3)
    assert np.allclose(plane_through(tilted, MIDDLE, "sagittal", 30.0), 0, atol=1e-3)


@EACH_WAY
def test_outline_and_axes_are_drawn_where_the_lesion_is(axes, flipped):
    volume = stored_as(upright(), axes, flipped)
    one, other = pixels(lesion_picture(upright(), lesion_in(upright()))), pixels(lesion_picture(volume, lesion_in(volume)))
    measured = PLANES.index(ACQUIRED[axes])
    for number in range(3):
        left = number * (SIDE_PX + GAP)
        mine, theirs = (part[:, left : left + SIDE_PX] for part in (one, other))
        has_axes = (theirs == (90, 220, 255)).all(-1)
        assert has_axes.any() == (number == measured)
        if number == measured:
            rows, columns = np.nonzero(has_axes)
            assert rows.mean() == pytest.approx(SIDE_PX / 2, abs=2) and columns.mean() == pytest.approx(SIDE_PX / 2, abs=2)
        edges = [(part == (255, 90, 90)).all(-1) for part in (mine, theirs)]
        assert edges[1].any() and (number in (0, measured) or np.array_equal(*edges))


def test_the_axis_from_left_to_right_is_drawn_at_the_patients_left():
    """An axis from the middle to the patient's left runs from the middle to the right of the picture, prone too."""
    for flipped in ((), (1, 2), (0, 2)):
        volume = stored_as(upright(), flipped=flipped)
        lesion = lesion_in(volume)
        x, y, z = MARK
        ends = ((x, y, z), (x + 8.0, y, z))
        measures = LesionMeasures(
            10, 5, 5, 150, 100, 0, MARK, slice_index=lesion.measures.slice_index, long_axis_ends=ends, short_axis_ends=(MARK, MARK)
        )
        changed = Lesion(lesion.source, "A", "2.25.1", "", MARK, measures, lesion.outline)
        _, columns = np.nonzero((pixels(lesion_picture(volume, changed))[:, :SIDE_PX] == (255, 200, 60)).all(-1))
        assert columns.max() == pytest.approx(SIDE_PX / 2 + 8 * SIDE_PX / 40, abs=2) and columns.min() > SIDE_PX / 2 - 3


def test_a_prone_scan_and_a_supine_one_give_the_same_change_picture_letter_by_letter():
    def picture(volume: Volume) -> bytes:
        k, j, i = (round(n) for n in volume.index_of(MARK))
        box = volume.voxels[k - 2 : k + 3, j - 3 : j + 4, i - 3 : i + 4].astype("<i2")
        box[2, 3, 3] += 500
        share = np.ones(box.shape, "<f4").tobytes()
        truth = {"center_x_mm": 0.0, "center_y_mm": -10.0, "center_z_mm": 12.0, "diameter_mm": 10.0}
        edit = ImageEdit(
            "made_here@1", "2.25.1", volume.digest(), NoduleRequest(), (k - 2, j - 3, i - 3), box.shape, box.tobytes(), share, share, truth
        )
        return change_picture(ImageCase(volume, edit.applied_to(volume), edit, "SYNTHETIC"))

    supine, prone = (pixels(picture(stored_as(upright(), flipped=flipped))) for flipped in ((), (1, 2)))
    assert np.abs(supine - prone).max() <= 1  # a grey level of rounding


def test_a_scan_of_one_slice_is_seen_in_its_slice():
    volume = upright()
    affine = volume.affine.copy()
    affine[:3, 3] = (-30.1, -29.7, 1.3 / 3)
    single = replace(volume, voxels=volume.voxels[:1], affine=affine)
    assert plane_through(single, single.point_mm((0.0, 30.0, 30.0)), "axial", 40.0).min() > -1000


@pytest.mark.parametrize(("column", "sides"), [(0, "RLAP"), (1, "RLHF"), (2, "APHF")])
def test_the_letters_of_the_sides_are_burnt_in(column, sides):
    from xinglin.formats.picture.slices import oriented

    part = pixels(lesion_picture(upright(), lesion_in(upright())))[:, column * (SIDE_PX + GAP) :][:, :SIDE_PX]
    plain = oriented(Image.new("RGB", (SIDE_PX, SIDE_PX)), PLANES[column])
    drawn = np.asarray(plain, int).min(-1)
    letters = drawn > 200
    middle = SIDE_PX // 2
    spots = ((middle, 8), (middle, SIDE_PX - 8), (26, middle), (SIDE_PX - 10, middle))
    shapes = []
    for y, x in spots:
        window = slice(y - 7, y + 8), slice(max(0, x - 7), x + 8)
        assert letters[window].any() and (part[window][letters[window]].min(-1) > 200).all()
        shapes.append(drawn[window].tobytes())
    assert len(set(shapes)) == len(set(sides))
