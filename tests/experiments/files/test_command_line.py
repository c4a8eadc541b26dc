"""The command that a report gives trains the same comparison."""

import shlex
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.cli.loss_option import join_loss_values
from lossviz.cli.main import build_parser
from lossviz.cli.settings_options import given_settings
from lossviz.experiments.files.command_line import training_command
from lossviz.experiments.optimizers import OPTIMIZERS
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison, Preparation, RateSearch
from lossviz.experiments.settings import RANGES, Settings
from tests.support.records import comparison

LOSSES = ("cross_entropy", "-log(p)", "it's mine = p**-k; k=0.25", "focal:gamma=3.0", "1-p")


def planned_by(command: str) -> Comparison:
    """What ``lossviz train`` would plan, as ``train_comparison`` does."""
    program, *words = shlex.split(command)
    options = build_parser().parse_args(join_loss_values(words))
    assert (program, options.command) == ("lossviz", "train")
    changes = given_settings(options)
    recipe = get_recipe(options.recipe)
    own = recipe.settings_with(changes.get("optimizer", "adam"))
    return plan_comparison(
        id="c",
        recipe=options.recipe,
        losses=options.loss,
        baseline=options.baseline,
        seeds=options.seeds,
        rate_search=RateSearch() if options.rates == "best" else None,
        created_at=1e9,
        settings=replace(own, **changes),
    )


def whole(name: str, most: int) -> st.SearchStrategy[int]:
    return st.integers(int(RANGES[name][0]), min(most, int(RANGES[name][1])))


some_settings = st.builds(
    Settings,
    network=st.just("letters"),
    pretrained=st.booleans(),
    image_size=st.just(8),
    learning_rate=st.none() | st.floats(1e-6, 1.0),
    optimizer=st.sampled_from([*OPTIMIZERS]),
    frozen_epochs=st.integers(1, 9),
    unfrozen_epochs=st.integers(1, 9),
    batch_size=whole("batch_size", 256),
    label_noise=st.floats(0.0, 0.6),
    imbalance=st.floats(1.0, 100.0),
    evaluations=whole("evaluations", 10),
)


@given(
    losses=st.lists(st.sampled_from(LOSSES), min_size=1, unique=True),
    seeds=st.integers(1, 9),
    settings=some_settings,
    search=st.booleans(),
)
def test_a_comparison_s_command_plans_the_same(
    losses: list[str], seeds: int, settings: Settings, search: bool
) -> None:
    made = comparison(
        losses=losses,
        seeds=seeds,
        settings=settings,
        baseline=losses[-1],
        rate_search=RateSearch() if search else None,
    )
    assert planned_by(training_command(made, Preparation())) == made


def test_a_comparison_as_it_is_by_default_has_a_short_command() -> None:
    assert training_command(comparison(), Preparation(learning_rate=4e-3)) == (
        "lossviz train --recipe digits --loss cross_entropy --loss 'p**-k; k=0.2' --baseline"
        " cross_entropy --seeds 2"
    )


def test_a_rate_that_was_found_is_given_as_a_number() -> None:
    own = get_recipe("digits").settings
    made = comparison(settings=replace(own, learning_rate=None))
    assert "--learning-rate find" in training_command(made, Preparation())
    assert "--learning-rate 0.0031" in training_command(made, Preparation(learning_rate=0.0031))


@pytest.mark.parametrize(
    "changes",
    [
        {"losses": ("cross_entropy", "function:Focal")},
        {"rate_search": RateSearch(factors=(0.5, 1.0))},
    ],
)
def test_what_no_command_trains_has_none(changes: dict[str, object]) -> None:
    assert training_command(replace(comparison(), **changes), Preparation()) == ""
