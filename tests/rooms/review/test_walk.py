"""Whatever people do, and whatever is done to the database, nothing unsigned is ever released."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

FOLDER = Path(__file__).parents[3] / "benchmarks" / "review_walk"


def _load(name: str, file: str):
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, FOLDER / file)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


walking = _load("review_walk_run", "run.py")
walk = walking.walk

USER, NUMBER = st.sampled_from(walk.USERS), st.integers(0, 5)


class ReviewMachine(RuleBasedStateMachine):
    """Three users at one desk; `walk.Walk` checks each step against its model."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.house = walk.Walk(self.folder / "walk", "sqlite://")
        self.house.make((0, 0), 1)

    def teardown(self) -> None:
        self.house.close()
        shutil.rmtree(self.folder)

    def name(self, number: int) -> str:
        return list(self.house.known)[number % len(self.house.known)]

    def sentence(self, name: str, number: int) -> str:
        texts = list(self.house.known[name].texts) or ["s1"]
        return texts[number % len(texts)]

    @rule(texts=st.lists(st.integers(0, 3), min_size=1, max_size=3), signers=st.sampled_from((1, 1, 2)))
    @precondition(lambda self: len(self.house.known) < 5)
    def make(self, texts, signers):
        self.house.make(tuple(texts), signers)

    @rule(number=NUMBER, user=USER, sentence=NUMBER, reason=st.sampled_from(("", "told today")))
    def accept(self, number, user, sentence, reason):
        name = self.name(number)
        self.house.accept(name, user, self.sentence(name, sentence), reason)

    @rule(number=NUMBER, user=USER, sentence=NUMBER, text=st.integers(0, 3))
    def edit(self, number, user, sentence, text):
        name = self.name(number)
        self.house.edit(name, user, self.sentence(name, sentence), text)

    @rule(number=NUMBER, user=USER, sentence=NUMBER, whole=st.sampled_from((False, False, False, True)))
    def reject(self, number, user, sentence, whole):
        name = self.name(number)
        self.house.reject(name, user, "" if whole else self.sentence(name, sentence))

    @rule(number=NUMBER, user=USER, right=st.sampled_from((True, True, True, False)))
    def sign(self, number, user, right):
        self.house.sign(self.name(number), user, right)

    @rule(number=NUMBER, user=USER)
    def sign_as_another(self, number, user):
        self.house.sign_as_another(self.name(number), user)

    @rule(number=NUMBER, user=USER)
    def forge(self, number, user):
        self.house.forge(self.name(number), user)

    @rule(number=NUMBER, other=NUMBER, how=st.integers(0, len(walk.MEDDLING) - 1))
    def meddle(self, number, other, how):
        self.house.meddle(self.name(number), self.name(other), how)

    @rule()
    def wait(self):
        self.house.wait()

    @rule(number=NUMBER, user=USER)
    def amend(self, number, user):
        self.house.amend(self.name(number), user)

    @rule(number=NUMBER)
    def release(self, number):
        self.house.release(self.name(number))

    @invariant()
    def every_release_is_of_the_words_that_were_signed(self):
        assert all(known.may_leave for known in self.house.known.values() if known.released)


class TestReview(ReviewMachine.TestCase):
    settings = settings(max_examples=12, stateful_step_count=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def test_a_random_walk_of_a_few_hundred_steps_releases_nothing_unsigned_but_does_release(tmp_path):
    result = walking.run(tmp_path, 800, seed=3)
    assert (result["unsigned_released"], result["other_disagreements"]) == (0, 0)
    assert result["happened"]["released"] > 10 and result["happened"]["meddled"] > 3


@pytest.mark.parametrize(
    ("place", "broken", "seed"),
    [
        ("xinglin.review.desk.holding", lambda draft, decisions, signatures, is_key_of: tuple(signatures), 5),
        ("xinglin.review.desk.blocking", lambda *_: (), 5),
        ("xinglin.store.papers.Papers.history_problems", lambda *_: (), 36),
        ("xinglin.review.release.is_rejected", lambda _: False, 16),
    ],
)
def test_the_walk_notices_a_desk_that_is_broken(tmp_path, monkeypatch, place, broken, seed):
    monkeypatch.setattr(place, broken)
    result = walking.run(tmp_path, 400, seed)
    assert result["unsigned_released"] + result["other_disagreements"] > 0
