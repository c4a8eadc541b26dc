"""What stands behind every sentence of the named experiments and of the launch form: settings, and
the table of ``docs/training.md``, which ``lossviz bench experiments`` prints.
"""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from lossviz import LOSSES
from lossviz.experiments.benchmarks.experiment_measurements import read_markdown_table
from lossviz.experiments.named_experiments import MEASURED_SEEDS, SETUPS
from lossviz.experiments.plan import MAX_SEEDS
from lossviz.experiments.records import RateSearch
from lossviz.statistics.plan import Plan
from tests.support.claims import Cited, Claim

_TABLE = read_markdown_table((Path(__file__).parents[2] / "docs" / "training.md").read_text())
_QUESTION = Cited(source="a question")


def mean(setup: str, loss: str) -> float:
    return _TABLE[setup, loss][0]


def percent(setup: str, loss: str) -> str:
    return f"{100 * mean(setup, loss):.1f}%"


def listed(setup: str) -> str:
    """The errors of a setup's losses as the table of the docs has them."""
    parts = [
        f"{LOSSES[loss].name} {percent(setup, loss)}" for name, loss in _TABLE if name == setup
    ]
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def three_seeds(_: str) -> None:
    assert MEASURED_SEEDS == 3


def nine_epochs_and_two(_: str) -> None:
    assert SETUPS["noise"].settings.epochs == 9
    assert SETUPS["noise, stopped early"].settings.epochs == 2
    early = {loss: mean("noise, stopped early", loss) for loss in SETUPS["noise"].losses}
    assert min(early, key=early.__getitem__) == "cross_entropy"
    late = {loss: mean("noise", loss) for loss in SETUPS["noise"].losses}
    assert max(late, key=late.__getitem__) == "cross_entropy"


def forty_percent_wrong(_: str) -> None:
    assert SETUPS["noise"].settings.label_noise == 0.4


def twenty_to_one(_: str) -> None:
    assert SETUPS["imbalance"].settings.imbalance == 20  # class 0 to class 9, the digits' order


def the_ranking_turns(_: str) -> None:
    assert mean("article", "dot_product") > mean("article", "inverse")
    assert mean("high rate", "dot_product") < mean("high rate", "inverse")


def rates_are_as_printed(_: str) -> None:
    assert SETUPS["article"].settings.learning_rate == 0.004
    assert SETUPS["high rate"].settings.learning_rate == 0.148


def searched_seeds_are_never_judged(_: str) -> None:
    assert min(RateSearch().seeds) >= MAX_SEEDS


def a_plan_cannot_be_changed(_: str) -> None:
    plan = Plan(baseline="brier", seeds=6)
    with pytest.raises(FrozenInstanceError):
        plan.seeds = 7  # type: ignore[misc]


_APART = 100 * abs(mean("article", "inverse_power") - mean("article", "cross_entropy"))

EXPERIMENT_TEXTS: dict[str, Claim] = {
    "Does 1/p^0.2, the article's own loss, make fewer errors than cross-entropy?": _QUESTION,
    f"Errors over three seeds: {listed('article')}.": three_seeds,
    f"The article's own loss and cross-entropy are {_APART:.1f} points apart.": three_seeds,
    "40% of the training labels are wrong.": forty_percent_wrong,
    "Which loss makes the fewest errors?": _QUESTION,
    f"Errors over three seeds: {listed('noise')}.": three_seeds,
    "That takes nine epochs: after the recipe's two they were"
    f" {listed('noise, stopped early')}.": nine_epochs_and_two,
    "Nines are 20 times as rare as zeros.": twenty_to_one,
    f"Errors over three seeds: {listed('imbalance')}.": three_seeds,
    "The validation images are all kept, so the digits are about equally frequent there.": Cited(
        source="lossviz/training/data/loaders.py: only training images are left out;"
        " scikit-learn's digits have 174 to 183 images a class"
    ),
    "With each loss at its best learning rate, which makes the fewest errors?": _QUESTION,
    "The ranking depends on the rate.": the_ranking_turns,
    "At 0.004 the dot product made more errors than the inverse"
    f" ({percent('article', 'dot_product')} and {percent('article', 'inverse')}), at 0.148 fewer"
    f" ({percent('high rate', 'dot_product')} and {percent('high rate', 'inverse')}).": (
        the_ranking_turns,
        rates_are_as_printed,
    ),
    f"Each at its best: {listed('rates')}.": three_seeds,
}
FORM_TEXTS: dict[str, Claim] = {
    "Which loss makes the fewest errors at the same learning rate of 0.004?": _QUESTION,
    "Which loss makes the fewest errors at the learning rate that suits it best?": _QUESTION,
    "The rates are chosen first, on separate seeds.": searched_seeds_are_never_judged,
    "6 seeds per loss; each loss is compared with the baseline by its error rate after the last"
    " epoch.": Cited(source="lossviz/statistics/plan.py"),
    "The plan is fixed at launch, so that looking at the results early does not mislead.": (
        a_plan_cannot_be_changed,
        Cited(source="tests/statistics: false verdicts over all looks are held to alpha"),
    ),
}
