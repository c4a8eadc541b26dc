"""Trainings over seeds: what a seed draws, what all losses share, and each loss's best rate."""

import json

import pytest
from playwright.sync_api import Page

from tests.support.modules import open_modules
from tests.support.playground import best_rates, train_over_seeds

pytestmark = pytest.mark.browser

SMALL = "points.is.100~steps.is.40~spread.is.0.9"  # not so easy that all make no error
PROBLEMS = """(play) => JUDGED_SEEDS.slice(0, 2).map((seed) => {
  const { train, test } = makeProblem({ ...readState(play).state, seed });
  return [train, test].map(({ places, labels }) => JSON.stringify([[...places], [...labels]]));
})"""


@pytest.fixture
def modules(page: Page) -> Page:
    open_modules(
        page,
        "playground/engine/rate_search.js",
        "playground/engine/seeds.js",
        "playground/state/codec.js",
        "playground/data/problem.js",
    )
    return page


def test_in_each_seed_all_losses_get_the_same_points_weights_and_batches(page: Page) -> None:
    same = "-log(p)"  # cross-entropy by another name
    (first, second), _ = train_over_seeds(page, SMALL, ["cross_entropy", same], seeds=range(3))
    assert first.errors == second.errors
    assert len(set(first.errors.values())) > 1


def test_a_seed_gives_the_same_errors_again(page: Page) -> None:
    once, again = (
        train_over_seeds(page, SMALL, ["cross_entropy"], seeds=range(3))[0][0].errors
        for _ in range(2)
    )
    assert once == again


@pytest.mark.parametrize(
    ("play", "draws", "training", "test"),
    [
        (SMALL, "points", True, True),
        (f"{SMALL}~data.is.digits", "images", True, True),
        (f"{SMALL}~data.is.drawn~drawn.is.{'AAAA' * 2}", "test points", False, True),
    ],
)
def test_a_seed_draws_what_the_verdict_says(
    modules: Page, play: str, draws: str, training: bool, test: bool
) -> None:
    one, other = modules.evaluate(PROBLEMS, play)
    assert (one[0] != other[0], one[1] != other[1]) == (training, test)
    assert modules.evaluate("(play) => drawsOf(readState(play).state)", play) == draws


def test_a_point_that_a_hand_has_moved_lies_there_in_every_seed(modules: Page) -> None:
    moved = modules.evaluate(
        """async () => {
          const { printChanges } = await import("/playground/data/points_text.js");
          return printChanges([{ index: 4, place: [5.5, -5.5], k: null, removed: false }]);
        }"""
    )
    problems = modules.evaluate(PROBLEMS, f"{SMALL}~moved.is.{moved}")
    for training, _ in problems:
        assert json.loads(training)[0][8:10] == [5.5, -5.5]


def test_a_training_that_stops_has_diverged(page: Page) -> None:
    play = f"{SMALL}~rate.is.10~layers.is.16_16_16~activation.is.relu"
    (cautious, wild), _ = train_over_seeds(page, play, ["dot_product", "inverse"], seeds=range(3))
    assert cautious.diverged == set()
    assert wild.diverged == {0, 1, 2}
    assert wild.errors == {}


def test_the_seeds_of_the_search_are_not_judged(modules: Page) -> None:
    searched, judged = modules.evaluate("[SEARCH_SEEDS, JUDGED_SEEDS]")
    assert set(searched) & set(judged) == set()
    assert judged == list(range(1, 21))


def test_a_loss_times_nine_is_best_at_a_ninth_of_the_rate(modules: Page) -> None:
    plain, large = best_rates(modules, SMALL, ["cross_entropy", "-9*log(p)"])
    assert large["rate"] == pytest.approx(plain["rate"] / 9, rel=0.1)  # rates have two digits


def test_the_best_rate_is_that_of_the_lowest_error_on_the_seeds_of_the_search(
    modules: Page,
) -> None:
    (best,) = best_rates(modules, SMALL, ["cross_entropy"])
    seeds = modules.evaluate("SEARCH_SEEDS")

    def error(rate: float) -> float:
        (runs,), _ = train_over_seeds(
            modules, f"{SMALL}~rate.is.{rate}", ["cross_entropy"], seeds=seeds
        )
        return sum(runs.errors.values()) / len(seeds)

    errors = {rate: error(rate) for rate in (0.011, 0.033, 0.1, 0.3, 0.9)}
    assert best["error"] == pytest.approx(min(errors.values()))
    assert errors.get(best["rate"], best["error"]) == pytest.approx(best["error"])
