"""Each named experiment is a valid comparison, and says what was measured."""

import re
from pathlib import Path

import pytest

from lossviz.experiments.benchmarks.experiment_measurements import read_markdown_table
from lossviz.experiments.named_experiments import (
    EXPERIMENTS,
    MEASURED,
    SEEDS,
    SETUPS,
    NamedExperiment,
)
from lossviz.experiments.plan import plan_comparison

DOCS = Path(__file__).parents[2] / "docs" / "training.md"
every_experiment = pytest.mark.parametrize(
    "experiment", EXPERIMENTS.values(), ids=lambda experiment: experiment.key
)


@every_experiment
def test_it_is_a_valid_comparison_with_cross_entropy_as_its_baseline(
    experiment: NamedExperiment,
) -> None:
    planned = plan_comparison(
        id="c",
        recipe="digits",
        losses=experiment.setup.losses,
        seeds=SEEDS,
        created_at=0.0,
        settings=experiment.setup.settings,
        rate_search=experiment.setup.rate_search,
    )
    assert planned.plan.baseline == "cross_entropy"
    assert planned.plan.seeds == SEEDS


@every_experiment
def test_it_has_a_question_and_says_in_measured_numbers_what_to_expect(
    experiment: NamedExperiment,
) -> None:
    assert experiment.question.endswith("?")
    measured = {f"{100 * mean:.1f}%" for means in MEASURED.values() for mean in means.values()}
    printed = set(re.findall(r"\d+\.\d%", " ".join(experiment.expectation.split())))
    assert printed >= {f"{100 * mean:.1f}%" for mean in MEASURED[experiment.key].values()}
    assert printed <= measured


def test_what_was_measured_stands_in_the_docs_for_every_setup_and_loss() -> None:
    table = read_markdown_table(DOCS.read_text())
    assert {key: mean for key, (mean, _) in table.items()} == {
        (setup, loss): mean for setup, means in MEASURED.items() for loss, mean in means.items()
    }
    assert table.keys() == {(name, loss) for name, setup in SETUPS.items() for loss in setup.losses}


def test_the_docs_name_the_learning_rates_that_the_setups_have() -> None:
    for (name, _), (_, rate) in read_markdown_table(DOCS.read_text()).items():
        if SETUPS[name].rate_search is None:
            assert rate == SETUPS[name].settings.learning_rate
