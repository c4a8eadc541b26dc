"""The article's eight numbers."""

import pytest

from lossviz.experiments.judging.article_results import ARTICLE_IMAGES, ARTICLE_RUNS, article_run
from lossviz.losses.parsing import loss_from_spec


@pytest.mark.parametrize("run", ARTICLE_RUNS.values(), ids=lambda run: run.loss)
def test_each_error_rate_is_a_whole_number_of_its_images(run) -> None:
    for rate in (run.frozen, run.unfrozen):
        assert rate * ARTICLE_IMAGES == pytest.approx(round(rate * ARTICLE_IMAGES), abs=1e-3)


def test_the_losses_are_found_in_any_spelling() -> None:
    assert {loss_from_spec(loss).spec for loss in ARTICLE_RUNS} == set(ARTICLE_RUNS)
    assert article_run("inverse_power") is article_run("inverse_power:k=0.2")
    assert article_run("inverse_power:k=0.3") is None
