"""What pages keep for all visitors has bounds: of comparisons, and of what was computed of each."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
import streamlit as st

from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.store.store import Store
from lossviz.ui.train import feeds
from lossviz.ui.train.results import finished_trials as finished
from lossviz.ui.train.results.finished_trials import FinishedTrials
from tests.support.two_visitors import ANN, two_visitors


@pytest.fixture(autouse=True)
def _empty_caches() -> Iterator[None]:
    yield
    st.cache_resource.clear()


def alive(of: Callable[[str], object], count: int) -> int:
    """How many of so many objects are kept that a function gives for as many comparisons."""
    given = [of(f"c{number}") for number in range(count)]
    # the last first, so that looking pushes none of them out
    return sum(one is of(f"c{number}") for number, one in reversed(list(enumerate(given))))


def test_the_feeds_of_few_comparisons_are_kept(tmp_path: Path) -> None:
    with closing(Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")) as store:
        assert feeds.feed_of(store, "c") is feeds.feed_of(store, "c")
        assert alive(lambda id: feeds.feed_of(store, id), 40) == feeds._MOST


def test_what_was_read_of_finished_trials_is_kept_for_few_comparisons(tmp_path: Path) -> None:
    with two_visitors(tmp_path) as both:
        store = both.side(ANN).store
        assert finished.finished_trials(store, "c") is finished.finished_trials(store, "c")
        assert alive(lambda id: finished.finished_trials(store, id), 40) == finished._COMPARISONS


def test_of_a_comparison_only_what_follows_from_its_last_state_is_kept() -> None:
    trials, calls = FinishedTrials(), list[str]()
    states = [cast(ComparisonData, object()) for _ in range(50)]

    def compute(name: str) -> Callable[[], str]:
        return lambda: calls.append(name) or name

    for state in states:
        for key in ("verdict", "gradients", "verdict"):
            assert trials.of_state(state, key, compute(key)) == key
    assert calls == ["verdict", "gradients"] * len(states)
    assert len(trials._computed) == 3, "the last state and what follows from it"
