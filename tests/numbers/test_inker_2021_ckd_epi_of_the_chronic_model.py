"""Creatinine and eGFR of the chronic model against the house's own CKD-EPI calculator (Inker 2021, doi:10.1056/NEJMoa2102953)."""

import numpy as np
import pytest

from xinglin.diseases.chronic.physiology import creatinine_of, egfr_of


@pytest.mark.parametrize(("sex", "age", "creatinine", "published"), [("male", 50, 1.0, 92), ("female", 50, 1.0, 69), ("male", 75, 2.0, 34)])
def test_egfr_is_that_of_the_equation_and_creatinine_turns_it_round(sex, age, creatinine, published):
    woman = np.array([sex == "female"])
    kappa, alpha = (0.7, -0.241) if sex == "female" else (0.9, -0.302)
    ratio = creatinine / kappa
    written = 142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.2 * 0.9938**age * (1.012 if sex == "female" else 1)
    found = egfr_of(np.array([creatinine]), np.array([float(age)]), woman)
    assert round(float(found[0])) == round(written) == published
    assert np.allclose(creatinine_of(found, np.array([float(age)]), woman), creatinine)
