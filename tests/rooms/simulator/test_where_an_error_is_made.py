"""A stretch is stepped more finely for the error that is made in it, not for one that only fades there."""

import numpy as np

from xinglin.models.simulator.step_choice import _made_in_each


def test_an_error_that_fades_is_not_laid_on_the_stretch_in_which_it_fades() -> None:
    made = _made_in_each(np.array([[[0.0, 3e-4, 3e-4, 1e-6, 1e-8]]]))
    np.testing.assert_allclose(made, [[3e-4, 0.0, 0.0, 0.0]])


def test_an_error_that_changes_its_side_is_made_there() -> None:
    np.testing.assert_allclose(_made_in_each(np.array([[[0.0, 3e-4, -1e-4]]])), [[3e-4, 4e-4]])


def test_a_course_that_runs_off_does_so_in_one_stretch() -> None:
    assert _made_in_each(np.array([[[0.0, 1e-5, np.inf, np.inf]]])).tolist() == [[1e-5, np.inf, 0.0]]
