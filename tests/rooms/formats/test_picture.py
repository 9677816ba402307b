"""Pictures of scans: the same bytes every time, and what they show is where it should be."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from xinglin.formats.picture import change_picture, growth_picture, lesion_picture
from xinglin.formats.picture.slices import GAP, SIDE_PX
from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import ImageCase, ImageEdit, Lesion, LesionMeasures, NoduleRequest, Outline
from xinglin.records.volume import Volume

SPACING, SHAPE = (2.0, 1.0, 1.0), (40, 80, 80)
CENTER = (40.0, 40.0, 40.0)  # x, y, z in mm of index (20, 40, 40)


def scan(fill: int = -850) -> Volume:
    affine = np.zeros((4, 4))
    affine[0, 2], affine[1, 1], affine[2, 0], affine[3, 3] = SPACING[2], SPACING[1], SPACING[0], 1.0
    return Volume(np.full(SHAPE, fill, np.int16), affine, "HU", "CT", series_uid="2.25.1")


def changed(hu: int = 40) -> ImageCase:
    source = scan()
    box = np.full((4, 8, 8), -850, "<i2")
    box[1:3, 2:6, 2:6] = hu
    share = np.ones((4, 8, 8), "<f4").tobytes()
    truth = {"center_x_mm": CENTER[0], "center_y_mm": CENTER[1], "center_z_mm": CENTER[2], "diameter_mm": 10.0}
    edit = ImageEdit("made_here@1", "2.25.1", source.digest(), NoduleRequest(), (18, 36, 36), box.shape, box.tobytes(), share, share, truth)
    return ImageCase(source, edit.applied_to(source), edit, "SYNTHETIC")


def lesion() -> Lesion:
    mask = np.ones((3, 9, 9), bool)
    ends = ((36.0, 40.0, 40.0), (44.0, 40.0, 40.0)), ((40.0, 36.0, 40.0), (40.0, 44.0, 40.0))
    measures = LesionMeasures(8, 8, 8, 486, 40, 0, CENTER, slice_index=20, long_axis_ends=ends[0], short_axis_ends=ends[1])
    outline = Outline((19, 36, 36), mask.shape, np.packbits(mask).tobytes())
    return Lesion("Observation/lesion-1", "A", "2.25.1", "2024-03-05", CENTER, measures, outline)


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), int)


def tile(picture: np.ndarray, row: int, column: int) -> np.ndarray:
    top, left = picture.shape[0] - (3 - row) * (SIDE_PX + GAP) + GAP, column * (SIDE_PX + GAP)
    return picture[top : top + SIDE_PX, left : left + SIDE_PX]


def coloured(part: np.ndarray) -> np.ndarray:
    return (part.max(-1) - part.min(-1)) > 40


@pytest.mark.parametrize(
    "draw",
    [lambda: change_picture(changed()), lambda: lesion_picture(scan(), lesion()), lambda: growth_picture([("2024-01-01", 100), ("2024-07-01", 180)], 0.25, "A")],
    ids=["change", "lesion", "growth"],
)  # fmt: skip
def test_the_same_picture_is_the_same_bytes_and_carries_no_metadata(draw):
    one = draw()
    assert one == draw() and one.startswith(b"\x89PNG")
    assert Image.open(io.BytesIO(one)).info == {}


def test_a_change_is_shown_in_nine_tiles_under_a_burnt_in_label():
    picture = pixels(change_picture(changed()))
    assert picture.shape == (3 * SIDE_PX + 2 * GAP + 20, 3 * SIDE_PX + 2 * GAP, 3)
    assert (picture[:20].min(-1) > 200).sum() > 100  # letters
    assert tuple(picture[1, -1]) == (120, 24, 24)  # on the colour of the label


def test_the_difference_is_coloured_only_where_something_changed():
    picture = pixels(change_picture(changed()))
    for column, (down_mm, across_mm) in enumerate(((4.0, 4.0), (4.0, 4.0), (4.0, 4.0))):
        colours = coloured(tile(picture, 2, column))
        rows, columns = np.nonzero(colours)
        middle, scale = SIDE_PX / 2, SIDE_PX / 40.0
        assert colours.any()
        assert np.abs(rows - middle).max() < (down_mm + 2) * scale and np.abs(columns - middle).max() < (across_mm + 2) * scale


def test_brighter_is_orange_and_darker_is_blue():
    def strongest(hu):
        part = tile(pixels(change_picture(changed(hu))), 2, 0)
        return part[coloured(part)].mean(0)

    up, down = strongest(40), strongest(-1700)
    assert up[0] > up[2] and down[2] > down[0]


def test_where_nothing_changed_with_and_without_are_the_same():
    picture = pixels(change_picture(changed(-850)))
    for column in range(3):
        assert not coloured(tile(picture, 2, column)).any()
        assert np.array_equal(tile(picture, 0, column)[60:190], tile(picture, 1, column)[60:190])


def test_a_lesion_is_outlined_and_its_axes_drawn_in_the_slice_alone():
    picture = pixels(lesion_picture(scan(), lesion()))
    assert picture.shape == (SIDE_PX, 3 * SIDE_PX + 2 * GAP, 3)
    for column in range(3):
        part = picture[:, column * (SIDE_PX + GAP) :][:, :SIDE_PX]
        assert (part == (255, 90, 90)).all(-1).any()  # outline
        assert (part == (255, 200, 60)).all(-1).any() is np.bool_(column == 0)  # long axis
        assert (part == (90, 220, 255)).all(-1).any() is np.bool_(column == 0)  # short axis


def test_the_outline_lies_where_the_lesion_is():
    part = pixels(lesion_picture(scan(), lesion()))[:, :SIDE_PX]
    rows, columns = np.nonzero((part == (255, 90, 90)).all(-1))
    scale = SIDE_PX / 40.0
    for found in (rows, columns):
        assert found.min() == pytest.approx(SIDE_PX / 2 - 4.5 * scale, abs=3) and found.max() == pytest.approx(
            SIDE_PX / 2 + 4.5 * scale, abs=3
        )


def test_growth_rises_to_the_right():
    picture = pixels(growth_picture([("2024-01-01", 100.0), ("2024-07-01", 400.0)], 0.25, "A"))
    rows, columns = np.nonzero((picture == (255, 200, 60)).all(-1))
    left, right = rows[columns < columns.min() + 8].mean(), rows[columns > columns.max() - 8].mean()
    assert right < left - 50


def test_a_picture_at_the_edge_of_the_scan_is_drawn_all_the_same():
    corner = lesion()
    here = Lesion(
        **{name: getattr(corner, name) for name in corner.__struct_fields__} | {"outline": Outline((0, 0, 0), (1, 1, 1), b"\x80")}
    )
    assert lesion_picture(scan(), here).startswith(b"\x89PNG")


@pytest.mark.parametrize("volume", [0.0, -5.0])
def test_a_volume_that_is_none_is_refused_with_a_code(volume):
    with pytest.raises(InvalidInput, match="XL-PICTURE-001"):
        growth_picture([("2024-01-01", 100.0), ("2024-07-01", volume)], 0.25, "A")
