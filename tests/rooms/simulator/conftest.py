"""The small cards, compiled once for all tests of this room."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import cards

from xinglin.models.simulator.course import CardDisease


@pytest.fixture(scope="session")
def closed_forms() -> CardDisease:
    return CardDisease(cards.CLOSED_FORMS)


@pytest.fixture(scope="session")
def tumour() -> CardDisease:
    return CardDisease(cards.TUMOUR)
