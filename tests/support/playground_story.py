"""What trainings of the playground's story show, and what stands behind its sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from playwright.sync_api import Page

from lossviz.statistics.loss_verdict import Word
from lossviz.statistics.plan import Plan
from lossviz.statistics.runs import LossRuns
from lossviz.statistics.verdicts import judge
from lossviz.statistics.wording import TEST_POINT
from lossviz.ui.playground.story import STEPS, Step
from tests.support.modules import open_modules
from tests.support.playground import loss_json

# One look at each loss at each mark: error rates; the shares of the gradient of the tenth of the
# points that have most of it, and of the last training point, an outlier where there is one; the
# share of the test errors that are in the last class.
_TRAIN = """({ play, losses, seeds, marks }) => {
  const { state, problems } = readState(play);
  if (problems.length) throw new Error(problems.join(" "));
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const look = (trainer, { train, test, classes }) => {
    const known = evaluate(trainer, train);
    const tried = evaluate(trainer, test);
    const shares = sharesOf(known.pulls);
    const falling = [...shares].sort((a, b) => b - a);
    const { labels, places } = test;
    const missed = [...labels.keys()].filter((i) =>
      largest(trainer.network.logits(places[2 * i], places[2 * i + 1])) !== labels[i]);
    return {
      stopped: trainer.stop !== null,
      train: known.error,
      test: tried.error,
      tenth: sum(falling.slice(0, Math.ceil(shares.length / 10))),
      final_point: shares[shares.length - 1],
      last_class: missed.filter((i) => labels[i] === classes - 1).length / missed.length,
    };
  };
  return seeds.map((seed) => {
    const run = new Run(makeProblem({ ...state, seed }), { ...state, seed }, losses);
    return marks.map((mark) => {
      for (let i = run.steps; i < mark; i++) run.step();
      return run.trainers.map((trainer) => look(trainer, run.problem));
    });
  });
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What trainings of a step of the story have come to.

    Attributes:
        step: The step.
        test_points: How many there are.
        looks: By seed, steps taken and loss: error rates ``train`` and ``test``, whether it has
            ``stopped``, and the shares that ``_TRAIN`` describes.
    """

    step: Step
    test_points: int
    looks: Mapping[tuple[int, int, str], Mapping[str, Any]]

    def values(self, what: str, loss: str, *, at: int) -> list[Any]:
        """One for each seed."""
        return [
            look[what] for (_, mark, name), look in self.looks.items() if (mark, name) == (at, loss)
        ]

    def mean(self, what: str, loss: str, *, at: int) -> float:
        """Over the seeds."""
        return fmean(self.values(what, loss, at=at))

    def word(self, loss: str, *, baseline: str, at: int) -> Word:
        """The verdict on a loss beside another one of the step."""
        losses = (baseline, *(one for one in self.step.losses if one != baseline))
        runs = [self._runs(one, at) for one in losses]
        plan = Plan(baseline=baseline, seeds=len({seed for seed, _, _ in self.looks}))
        return judge(runs, plan, images=self.test_points, unit=TEST_POINT).by_loss[loss].word

    def _runs(self, loss: str, at: int) -> LossRuns:
        own = {
            seed: look
            for (seed, mark, name), look in self.looks.items()
            if mark == at and name == loss
        }
        return LossRuns(
            loss=loss,
            errors={seed: look["test"] for seed, look in own.items() if not look["stopped"]},
            diverged=frozenset(seed for seed, look in own.items() if look["stopped"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A sentence of the story that trainings show.

    Attributes:
        step: Of the story, the first is 1.
        says: The sentence.
        holds: Whether it is true of them.
    """

    step: int
    says: str
    holds: Callable[[Seen], bool]


MARKS = {1: (300,), 2: (100,), 3: (100, 1000), 4: (1000,), 5: (1000,)}


def train_story(page: Page, number: int, seeds: Sequence[int]) -> Seen:
    """Train a step's losses over seeds.

    Args:
        page: An empty page of a browser.
        number: Of the step, the first is 1.
        seeds: Those that are trained.
    """
    step = STEPS[number - 1]
    open_modules(
        page,
        "playground/data/problem.js",
        "playground/engine/evaluation.js",
        "playground/engine/run.js",
        "playground/engine/shares.js",
        "playground/state/codec.js",
    )
    found = page.evaluate(
        _TRAIN,
        {
            "play": step.play,
            "losses": [loss_json(spec) for spec in step.losses],
            "seeds": list(seeds),
            "marks": list(MARKS[number]),
        },
    )
    test_points = page.evaluate(
        "(play) => makeProblem(readState(play).state).test.labels.length", step.play
    )
    looks = {
        (seed, mark, loss): look
        for seed, by_mark in zip(seeds, found, strict=True)
        for mark, by_loss in zip(MARKS[number], by_mark, strict=True)
        for loss, look in zip(step.losses, by_loss, strict=True)
    }
    return Seen(step=step, test_points=test_points, looks=looks)


CE = "cross_entropy"
DOT = "dot_product"

MEASURED = (
    Measured(
        step=1,
        says=(
            "After 300 steps a tenth of the points has more than a quarter of the gradient, and"
            " fewer than one in twenty test points lie on the wrong side."
        ),
        holds=lambda seen: (
            min(seen.values("tenth", CE, at=300)) > 1 / 4
            and max(seen.values("test", CE, at=300)) < 1 / 20
        ),
    ),
    Measured(
        step=2,
        says=(
            "On average over 20 seeds this one of 61 points has more than a fifth of"
            " cross-entropy's gradient after 100 steps."
        ),
        holds=lambda seen: seen.mean("final_point", CE, at=100) > 1 / 5,
    ),
    Measured(
        step=2,
        says=(
            "The dot product's pull is p·(1 − p), so it gives up a point whose p is near 0: the"
            " same point has less than a twentieth."
        ),
        holds=lambda seen: seen.mean("final_point", DOT, at=100) < 1 / 20,
    ),
    Measured(
        step=2,
        says=(
            "The inverse, 1/p, runs after it so hard that in most trainings its numbers"
            " overflow, and it stops."
        ),
        holds=lambda seen: seen.mean("stopped", "inverse", at=100) > 1 / 2,
    ),
    Measured(
        step=3,
        says=(
            "Cross-entropy learns the wrong ones too: from step 100 to step 1,000 its training"
            " error falls, and its test error rises, on average over 20 seeds."
        ),
        holds=lambda seen: (
            seen.mean("train", CE, at=1000) < seen.mean("train", CE, at=100)
            and seen.mean("test", CE, at=1000) > seen.mean("test", CE, at=100)
        ),
    ),
    Measured(
        step=3,
        says=("After 1,000 steps both have a lower test error than cross-entropy, over 20 seeds."),
        holds=lambda seen: all(
            seen.word(loss, baseline=CE, at=1000) is Word.BETTER
            for loss in ("generalized:q=0.7", DOT)
        ),
    ),
    Measured(
        step=4,
        says=(
            "With each of these losses the test error is more than twice the training error after"
            " 1,000 steps, and most of the test errors are in the rarest class, on average over 20"
            " seeds."
        ),
        holds=lambda seen: all(
            seen.mean("test", loss, at=1000) > 2 * seen.mean("train", loss, at=1000)
            and seen.mean("last_class", loss, at=1000) > 1 / 2
            for loss in seen.step.losses
        ),
    ),
    Measured(
        step=4,
        says=(
            "The dot product is the worst of them, over 20 seeds: it gives up what it gets wrong,"
            " and that is the rarest class."
        ),
        holds=lambda seen: all(
            seen.word(DOT, baseline=loss, at=1000) is Word.WORSE
            for loss in seen.step.losses
            if loss != DOT
        ),
    ),
    Measured(
        step=5,
        says=(
            "After 1,000 steps of SGD its test error is more than four times that of"
            " cross-entropy, on average over 20 seeds."
        ),
        holds=lambda seen: seen.mean("test", DOT, at=1000) > 4 * seen.mean("test", CE, at=1000),
    ),
    Measured(
        step=5,
        says=(
            "It has a lower test error than −p, and still a higher one than cross-entropy, over 20"
            " seeds."
        ),
        holds=lambda seen: (
            seen.word("-5*p", baseline=DOT, at=1000) is Word.BETTER
            and seen.word("-5*p", baseline=CE, at=1000) is Word.WORSE
        ),
    ),
)
