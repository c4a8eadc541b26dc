"""The search for each loss's learning rate ends near the best of a fine grid.

``lossviz bench rates`` trains both; ``docs/training.md`` prints what it measured. Here the search
is held to that print, and one loss is trained again.
"""

from pathlib import Path

import pytest

from lossviz.experiments.benchmarks.rate_benchmark import (
    FINE_RATES,
    FINE_SEEDS,
    LOSSES,
    NEAR,
    choices,
    distance_from_best,
    measure_search,
    read_markdown_table,
)
from lossviz.experiments.engine.temporary import temporary_engine
from lossviz.experiments.rate_search import RateChosen, TryRates, next_step
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Purpose, RateSearch, Trial, TrialState
from tests.support.records import trial

DOCS = Path(__file__).parents[2] / "docs" / "training.md"
FINE = read_markdown_table(DOCS.read_text(), FINE_SEEDS)
SEARCHED = read_markdown_table(DOCS.read_text(), RateSearch().seeds)


def test_the_docs_print_every_loss_with_every_rate_of_the_fine_grid() -> None:
    assert tuple(FINE) == tuple(SEARCHED) == LOSSES
    assert all(tuple(of_loss) == FINE_RATES for of_loss in FINE.values())


@pytest.mark.parametrize("loss", LOSSES)
def test_from_what_was_measured_the_search_chooses_a_rate_near_the_best(loss: str) -> None:
    base_rate = get_recipe("digits").settings.learning_rate
    assert base_rate
    trials, errors = list[Trial](), dict[str, float]()
    while isinstance(
        step := next_step(RateSearch(), base_rate=base_rate, trials=trials, errors=errors), TryRates
    ):
        for rate in step.rates:
            state = TrialState.FINISHED if SEARCHED[loss][rate] <= 1 else TrialState.DIVERGED
            trials.append(
                trial(len(trials), state=state, purpose=Purpose.SEARCH, learning_rate=rate)
            )
            errors[trials[-1].id] = SEARCHED[loss][rate]
    assert isinstance(step, RateChosen)
    assert len(trials) == len(SEARCHED[loss]), "the docs print what the search tried, and no more"
    assert distance_from_best(step.learning_rate, FINE[loss]) <= NEAR
    assert f"chosen {step.learning_rate:g}, within" in choices({loss: step.learning_rate}, FINE)[0]


@pytest.mark.heavy
@pytest.mark.slow
def test_a_search_that_is_trained_agrees_with_the_docs() -> None:
    loss = "inverse"  # the one of which the rate matters most
    with temporary_engine() as training:
        # where the search that the docs print ends, so that no rate is trained in vain
        measured, chosen = measure_search(training, (loss,), base_rate=0.036)
        (judged,) = training.store.trials("search")
    assert tuple(measured[loss]) == (0.012, 0.036, 0.108)
    for rate, error in measured[loss].items():
        assert abs(error - SEARCHED[loss][rate]) < 0.05
    assert distance_from_best(chosen[loss], FINE[loss]) <= NEAR
    assert (judged.learning_rate, judged.seed) == (chosen[loss], 0)
