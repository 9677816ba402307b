"""HbA1c of the chronic model on the line of ADAG (Nathan 2008, doi:10.2337/dc08-0545): mean glucose = 28.7 x HbA1c - 46.7."""

import numpy as np
import pytest

from xinglin.diseases.chronic import DISEASE
from xinglin.records.simulation import SimulationRequest


@pytest.fixture(scope="module")
def people():
    request = SimulationRequest("chronic", (0.0, 5.0), seed=2, traits={"glycation": 0.0})
    return DISEASE.run(request, DISEASE.draw(request, 0, 3000))


@pytest.mark.parametrize(("hba1c", "glucose"), [(5.5, 111), (6.0, 126), (7.0, 154), (8.0, 183), (9.0, 212)])
def test_published_pairs_lie_on_the_line(people, hba1c, glucose):
    x, y = people.observed["hba1c"][:, 0].astype(float), people.observed["mean_glucose"][:, 0].astype(float)
    order = np.argsort(x)
    assert abs(np.interp(hba1c, x[order], y[order]) - glucose) < 1.0
