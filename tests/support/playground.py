"""The playground's trainings over several seeds, without its page."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from playwright.sync_api import Page

from lossviz.charts.loss_style import style_for
from lossviz.losses.parsing import loss_from_spec
from lossviz.statistics.plan import Plan
from lossviz.statistics.runs import LossRuns
from lossviz.statistics.verdicts import Verdicts, judge
from lossviz.statistics.wording import TEST_POINT
from lossviz.ui.components.shared.geometry_component import loss_data
from tests.support.modules import open_modules

# The seeds on which settings were chosen; those that are judged are others.
CHOICE_SEEDS = range(2001, 2021)
_TRAIN = """({ play, losses, seeds }) => {
  const { state, problems } = readState(play);
  if (problems.length) throw new Error(problems.join(" "));
  return {
    testPoints: makeProblem(state).test.labels.length,
    outcomes: (seeds ?? JUDGED_SEEDS).map((seed) => [seed, trainSeed(state, losses, seed)]),
  };
}"""

_SEARCH = """({ play, losses }) => losses.map((loss) => {
  const search = searchRate(readState(play).state, loss);
  let next = search.next();
  while (!next.done) next = search.next();
  return next.value;
})"""


def judge_over_seeds(
    page: Page, play: str, losses: Sequence[str], *, seeds: Sequence[int] | None = None
) -> Verdicts:
    """Compare losses with the first of them, as the playground does over its seeds.

    Args:
        page: An empty page of a browser.
        play: The settings as an address writes them: "noise.is.0.4~steps.is.500".
        losses: Such as "generalized:q=0.7"; the first is the baseline.
        seeds: Those that the playground judges by default.
    """
    runs, test_points = train_over_seeds(page, play, losses, seeds=seeds)
    plan = Plan(baseline=losses[0], seeds=len(runs[0].seeds))
    return judge(runs, plan, images=test_points, unit=TEST_POINT)


def train_over_seeds(
    page: Page, play: str, losses: Sequence[str], *, seeds: Sequence[int] | None = None
) -> tuple[list[LossRuns], int]:
    """The test errors of each loss by seed, and how many test points there are; the arguments are
    those of ``judge_over_seeds``.
    """
    open_modules(
        page,
        "playground/engine/seeds.js",
        "playground/state/codec.js",
        "playground/data/problem.js",
    )
    found = page.evaluate(
        _TRAIN,
        {
            "play": play,
            "losses": [loss_json(loss) for loss in losses],
            "seeds": None if seeds is None else list(seeds),
        },
    )
    runs = [_runs(loss, place, found["outcomes"]) for place, loss in enumerate(losses)]
    return runs, found["testPoints"]


def best_rates(page: Page, play: str, losses: Sequence[str]) -> list[dict[str, Any]]:
    """The best learning rate of each loss, ``rate``, and its mean test error there, ``error``."""
    open_modules(page, "playground/engine/rate_search.js", "playground/state/codec.js")
    found: list[dict[str, Any]] = page.evaluate(
        _SEARCH, {"play": play, "losses": [loss_json(loss) for loss in losses]}
    )
    return found


def _runs(loss: str, place: int, outcomes: Sequence[tuple[int, Sequence[Any]]]) -> LossRuns:
    own = {seed: outcome[place] for seed, outcome in outcomes}
    return LossRuns(
        loss=loss,
        errors={seed: one["error"] for seed, one in own.items() if not one["diverged"]},
        diverged=frozenset(seed for seed, one in own.items() if one["diverged"]),
    )


@cache
def loss_json(spec: str) -> dict[str, Any]:
    """A loss as the engine reads it."""
    loss = loss_from_spec(spec)
    data: dict[str, Any] = json.loads(
        json.dumps(loss_data({spec: loss}, {spec: style_for(loss)})[0])
    )
    return data
