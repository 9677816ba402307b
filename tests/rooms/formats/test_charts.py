"""Charts say what the numbers say, the same every time, and refuse what is no number."""

import io
import math
from dataclasses import replace

import pytest
from PIL import Image

from xinglin.formats.picture.chart import Axes, Line, course_picture, letters, ticks
from xinglin.formats.picture.trial_flow import trial_flow_picture
from xinglin.records.errors import InvalidInput, OutOfResources

TIMES = [0.0, 50.0, 100.0]
ARM = Line("standard care 标准方案", TIMES, [20, 15, 12], [18, 12, 8], [24, 20, 18])
AXES = Axes("Tumour volume", "days", "mL", limit=(30, "limit"), beyond=(60, "beyond the data"))


def opened(data):
    return Image.open(io.BytesIO(data))


def test_the_same_courses_give_the_same_bytes_and_others_give_others():
    drawn = course_picture([ARM], AXES, [(0, 21)], "measured")
    assert drawn == course_picture([ARM], AXES, [(0, 21)], "measured")
    assert drawn != course_picture([Line("standard care 标准方案", TIMES, [20, 15, 13])], AXES)
    assert opened(drawn).size == (1200, 660)


def test_a_higher_course_is_drawn_higher():
    def height_of_line(level):
        image = opened(course_picture([Line("A", [0, 1], [level, level])], Axes("A", "d", "mL", least=0, greatest=10))).convert("RGB")
        return next(y for y in range(90, 600) if image.getpixel((600, y)) == (0, 114, 178))

    assert height_of_line(8) < height_of_line(2)


def test_a_line_stands_at_the_last_reading_and_only_where_it_lies_within_the_chart():
    plain = Axes("A", "d", "mL", least=0, greatest=10)

    def column_at(axes, share):
        image = opened(course_picture([Line("A", [0, 10], [5, 5])], axes)).convert("RGB")
        x = 130 + round(share * (1200 - 170))
        return [image.getpixel((x, y)) for y in range(90, 540)]

    marked = replace(plain, until=(4, "last reading"))
    assert column_at(marked, 0.4) != column_at(plain, 0.4) and column_at(marked, 0.2) == column_at(plain, 0.2)
    drawn = course_picture([Line("A", [0, 10], [5, 5])], plain)
    assert all(course_picture([Line("A", [0, 10], [5, 5])], replace(plain, until=(at, "last reading"))) == drawn for at in (0, 10, 12))


def test_survival_falls_in_steps():
    falling = Line("A", [0, 10, 20], [1, 0.5, 0.5], steps=True)
    image = opened(course_picture([falling], Axes("A", "d", "1", least=0, greatest=1))).convert("RGB")
    at_five_days = 130 + (1200 - 170) // 4
    assert any(image.getpixel((at_five_days, y)) == (0, 114, 178) for y in range(96, 112)), "still whole until the step"


@pytest.mark.parametrize("values", [[1, math.nan, 2], [1, math.inf, 2]])
def test_what_is_no_number_is_refused(values):
    with pytest.raises(InvalidInput, match="XL-PICTURE-002"):
        course_picture([Line("A", TIMES, values)], AXES)
    with pytest.raises(InvalidInput, match="XL-PICTURE-002"):
        course_picture([], AXES)


def test_a_course_that_never_changes_and_one_over_many_powers_are_drawn():
    assert course_picture([Line("A", [0, 1], [5, 5])], AXES)
    assert course_picture([Line("A", TIMES, [1e-6, 1, 1e6])], Axes("A", "d", "1", logarithmic=True))


def test_ticks_are_round_and_inside():
    assert ticks(0, 180) == [0, 50, 100, 150]
    assert ticks(0.013, 0.031) == pytest.approx([0.015, 0.02, 0.025, 0.03])


def test_the_road_of_a_trial_grows_with_its_boxes():
    short = trial_flow_picture([["1,000 assessed"]], [[["500 A"]], [["500 B"]]])
    long = trial_flow_picture(
        [["1,000 assessed"], ["960 randomised"]], [[["480 A"], ["60 events"]], [["480 B"], ["40 events"]]], ["40 not eligible"]
    )
    assert opened(long).size[1] > opened(short).size[1]


def test_without_the_fonts_it_says_where_to_get_them(monkeypatch, tmp_path):
    monkeypatch.setattr("xinglin.formats.picture.chart._FONT", tmp_path / "none.ttf")
    letters.cache_clear()
    with pytest.raises(OutOfResources, match="XL-PICTURE-003"):
        course_picture([ARM], AXES)
