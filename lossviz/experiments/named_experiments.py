"""Comparisons that a visitor can launch with one click, each with a question and what to expect.

What to expect is said in numbers that were measured: ``MEASURED`` holds them, ``lossviz bench
experiments`` trains and prints them, and tests hold the table in ``docs/training.md``, these
numbers and the sentences to each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from lossviz.experiments.descriptions import and_list
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import RateSearch
from lossviz.experiments.settings import Settings
from lossviz.losses.catalogue import LOSSES

SEEDS: Final = 6  # of an experiment
MEASURED_SEEDS: Final = 3  # of what was measured
_DIGITS: Final = get_recipe("digits")
_ARTICLE: Final = ("cross_entropy", "dot_product", "inverse", "inverse_power")
_AGAINST_NOISE: Final = ("cross_entropy", "generalized", "dot_product")
_NOISE: Final = replace(_DIGITS.settings, label_noise=0.4, learning_rate=0.02, unfrozen_epochs=8)
_IMBALANCE: Final = replace(_DIGITS.settings, imbalance=20.0, learning_rate=0.01, unfrozen_epochs=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What is trained, on the digits.

    Attributes:
        losses: As ``loss_from_spec`` reads them.
        settings: How.
        rate_search: How each loss's learning rate is chosen; None where all take the same.
    """

    losses: tuple[str, ...]
    settings: Settings
    rate_search: RateSearch | None = None


SETUPS: Final[Mapping[str, Setup]] = MappingProxyType(
    {
        "article": Setup(losses=_ARTICLE, settings=_DIGITS.settings),
        "noise": Setup(losses=_AGAINST_NOISE, settings=_NOISE),
        "noise, stopped early": Setup(
            losses=_AGAINST_NOISE, settings=replace(_DIGITS.settings, label_noise=0.4)
        ),
        "imbalance": Setup(losses=_ARTICLE, settings=_IMBALANCE),
        "high rate": Setup(
            losses=_ARTICLE, settings=replace(_DIGITS.settings, learning_rate=0.148)
        ),
        "rates": Setup(
            losses=_ARTICLE,
            settings=replace(_DIGITS.settings, learning_rate=0.04),
            rate_search=RateSearch(),
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedExperiment:
    """A comparison with a question.

    Attributes:
        key: Its name in the session, and in ``SETUPS``.
        name: In a few words.
        question: What it answers.
        expectation: What came of it where it was measured, in sentences.
        seconds: How long it took there, on two cores.
    """

    key: str
    name: str
    question: str
    expectation: str
    seconds: int

    @property
    def setup(self) -> Setup:
        """What is trained."""
        return SETUPS[self.key]


# Mean error rates over the first ``MEASURED_SEEDS`` seeds, by setup and loss. Tests hold them.
MEASURED: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType(
    {
        "article": {
            "cross_entropy": 0.2878,
            "dot_product": 0.4958,
            "inverse": 0.3974,
            "inverse_power": 0.2906,
        },
        "noise": {"cross_entropy": 0.0929, "generalized": 0.0529, "dot_product": 0.0529},
        "noise, stopped early": {
            "cross_entropy": 0.4280,
            "generalized": 0.4670,
            "dot_product": 0.5636,
        },
        "imbalance": {
            "cross_entropy": 0.3203,
            "dot_product": 0.4968,
            "inverse": 0.3389,
            "inverse_power": 0.3101,
        },
        "high rate": {
            "cross_entropy": 0.0566,
            "dot_product": 0.1235,
            "inverse": 0.3166,
            "inverse_power": 0.0706,
        },
        "rates": {
            "cross_entropy": 0.0557,
            "dot_product": 0.1300,
            "inverse": 0.0929,
            "inverse_power": 0.0631,
        },
    }
)


def _percent(setup: str, loss: str) -> str:
    return f"{100 * MEASURED[setup][loss]:.1f}%"


def _errors(setup: str) -> str:
    """The errors that a setup's losses ended with, in words."""
    parts = [f"{LOSSES[loss].name} {_percent(setup, loss)}" for loss in SETUPS[setup].losses]
    return and_list(parts)


def _points_apart(setup: str, first: str, second: str) -> str:
    return f"{100 * abs(MEASURED[setup][first] - MEASURED[setup][second]):.1f} points"


EXPERIMENTS: Final[Mapping[str, NamedExperiment]] = MappingProxyType(
    {
        experiment.key: experiment
        for experiment in (
            NamedExperiment(
                key="article",
                name="The article's four losses",
                question=(
                    "Does 1/p^0.2, the article's own loss, make fewer errors than cross-entropy?"
                ),
                expectation=(
                    f"Errors over three seeds: {_errors('article')}. The article's own loss and"
                    " cross-entropy are"
                    f" {_points_apart('article', 'inverse_power', 'cross_entropy')} apart."
                ),
                seconds=20,
            ),
            NamedExperiment(
                key="noise",
                name="Wrong labels",
                question=(
                    "40% of the training labels are wrong. Which loss makes the fewest errors?"
                ),
                expectation=(
                    f"Errors over three seeds: {_errors('noise')}. That takes nine epochs: after"
                    f" the recipe's two they were {_errors('noise, stopped early')}."
                ),
                seconds=60,
            ),
            NamedExperiment(
                key="imbalance",
                name="Rare classes",
                question="Nines are 20 times as rare as zeros. Which loss makes the fewest errors?",
                expectation=(
                    f"Errors over three seeds: {_errors('imbalance')}. The validation images are"
                    " all kept, so the digits are about equally frequent there."
                ),
                seconds=45,
            ),
            NamedExperiment(
                key="rates",
                name="The learning rate",
                question="With each loss at its best learning rate, which makes the fewest errors?",
                expectation=(
                    "The ranking depends on the rate. At 0.004 the dot product made more errors"
                    f" than the inverse ({_percent('article', 'dot_product')} and"
                    f" {_percent('article', 'inverse')}), at 0.148 fewer"
                    f" ({_percent('high rate', 'dot_product')} and"
                    f" {_percent('high rate', 'inverse')}). Each at its best: {_errors('rates')}."
                ),
                seconds=60,
            ),
        )
    }
)
