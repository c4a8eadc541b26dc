"""A whole comparison without training: what networks might have said, from a fixed seed.

Images have a difficulty; a network gets better with time, each loss at its own pace. Errors,
scores, histograms, gradients and predictions all come from the same probabilities, so they agree
with each other as a real comparison's do.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lossviz.experiments.confidence_bins import BINS, bin_edges
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.records import (
    BatchLoss,
    Comparison,
    EpochMetrics,
    Evaluation,
    Phase,
    Predictions,
    Preparation,
    Purpose,
    RateSearch,
    TemperatureScaling,
    Trial,
    TrialState,
)
from lossviz.experiments.settings import Settings
from lossviz.experiments.store.store import Store
from lossviz.losses.parsing import loss_from_spec

CLASSES = 10
DATA = 1797  # images, of which each seed validates others
IMAGES = 359  # that each seed validates
MOMENTS = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0)
LOSSES = ("cross_entropy", "dot_product", "inverse", "inverse_power")
_PACE = {"cross_entropy": 2.2, "dot_product": 1.6, "inverse": 1.9, "inverse_power": 2.15}


def probabilities(loss: str, seed: int, at: float) -> tuple[NDArray, NDArray, NDArray]:
    """Rows, targets, and each image's probabilities [images, classes], after some epochs."""
    split = np.random.default_rng(seed)
    rows = split.permutation(DATA)[:IMAGES]
    difficulty = np.random.default_rng(99).normal(size=DATA)[rows]
    targets = rows % CLASSES
    rival = (targets + 1 + (rows // CLASSES) % (CLASSES - 1)) % CLASSES
    skill = _PACE.get(loss.split(":")[0], 2.0) * at
    noise = np.random.default_rng((seed, *loss.encode())).normal(size=(IMAGES, CLASSES))
    logits = 0.5 * noise
    logits[np.arange(IMAGES), targets] += skill
    logits[np.arange(IMAGES), rival] += (1.2 + 2 * difficulty) * np.minimum(at, 1)
    scaled = np.exp(logits - logits.max(axis=1, keepdims=True))
    return rows, targets, scaled / scaled.sum(axis=1, keepdims=True)


def evaluation(loss: str, seed: int, at: float) -> Evaluation:
    """What the network of a loss and a seed measures after some epochs."""
    _, targets, p = probabilities(loss, seed, at)
    p_true = p[np.arange(IMAGES), targets]
    one_hot = np.eye(CLASSES)[targets]
    places = np.clip(np.searchsorted(bin_edges(BINS), p_true, side="right") - 1, 0, BINS - 1)
    pull = np.abs(loss_from_spec(loss).pull(p_true, classes=CLASSES))
    return Evaluation(
        at=at,
        error_rate=float((p.argmax(axis=1) != targets).mean()),
        histogram=tuple(np.bincount(places, minlength=BINS).tolist()),
        seconds=at,
        brier=float(((p - one_hot) ** 2).sum(axis=1).mean()),
        nll=float(-np.log(p_true).mean()),
        valid_loss=float(loss_from_spec(loss).penalty(p_true, classes=CLASSES).mean()),
        gradient=tuple(np.bincount(places, weights=pull, minlength=BINS).tolist()),
    )


def predictions(loss: str, seed: int, *, at: float = MOMENTS[-1]) -> Predictions:
    """What the network of a loss and a seed says at its end."""
    rows, targets, p = probabilities(loss, seed, at)
    p_true = p[np.arange(IMAGES), targets]
    half = p[IMAGES // 2 :]
    nll = float(-np.log(p_true[IMAGES // 2 :]).mean())
    brier = float(((half - np.eye(CLASSES)[targets[IMAGES // 2 :]]) ** 2).sum(axis=1).mean())
    return Predictions(
        rows=tuple(rows.tolist()),
        targets=tuple(targets.tolist()),
        predicted=tuple(p.argmax(axis=1).tolist()),
        p_true=tuple(p_true.tolist()),
        confidence=tuple(p.max(axis=1).tolist()),
        temperature=TemperatureScaling(
            temperature=1.25,
            images=IMAGES - IMAGES // 2,
            nll_before=nll,
            nll_after=0.9 * nll,
            brier_before=brier,
            brier_after=0.97 * brier,
        ),
    )


def judged_comparison(
    store: Store,
    *,
    id: str = "c",
    losses: Sequence[str] = LOSSES,
    seeds: int = 3,
    moments: Sequence[float] = MOMENTS,
    rate_search: bool = False,
    with_predictions: bool = True,
    settings: Settings | None = None,
    owner: str = "",
) -> Comparison:
    """Store a comparison of which all trials have finished, with all that they reported."""
    unowned = plan_comparison(
        id=id,
        recipe="digits",
        losses=losses,
        seeds=seeds,
        created_at=1e9,
        rate_search=RateSearch() if rate_search else None,
        settings=settings,
    )
    planned = replace(unowned, owner=owner)
    preparation = Preparation(
        done=True,
        learning_rate=4e-3,
        classes=CLASSES,
        class_names=tuple(map(str, range(CLASSES))),
    )
    with store.transaction():
        store.add_comparison(planned)
        store.set_preparation(id, preparation)
        for trial in planned.trials():
            _finish(store, trial, moments, with_predictions=with_predictions)
        if planned.rate_search:
            for trial in search_trials(planned):
                store.add_trials([trial])
                slower = 1.0 if trial.learning_rate == planned.settings.learning_rate else 0.6
                _finish(store, trial, moments[-1:], with_predictions=False, pace=slower)
            for trial in planned.trials():
                store.set_learning_rate(trial.id, planned.settings.learning_rate or 0.0)
    return planned


def search_trials(planned: Comparison) -> list[Trial]:
    """The trials of its search: each loss at each rate with each seed of the search."""
    search, base = planned.rate_search, planned.settings.learning_rate
    assert search
    assert base
    first = len(planned.trials())
    wanted = [
        (seed, loss, factor * base)
        for seed in search.seeds
        for loss in planned.losses
        for factor in search.factors
    ]
    return [
        replace(
            planned.trials()[0],
            id=f"{planned.id}-search-{number}",
            position=first + number,
            loss=loss,
            seed=seed,
            purpose=Purpose.SEARCH,
            learning_rate=rate,
        )
        for number, (seed, loss, rate) in enumerate(wanted)
    ]


def _finish(
    store: Store,
    trial: Trial,
    moments: Sequence[float],
    *,
    with_predictions: bool,
    pace: float = 1.0,
) -> None:
    store.move(trial.id, TrialState.RUNNING, now=1e9 + trial.position)
    store.set_image_counts(trial.id, DATA - IMAGES, IMAGES)
    for at in moments:
        measured = evaluation(trial.loss, trial.seed, pace * at)
        store.add_evaluation(trial.id, replace(measured, at=at, seconds=at))
    for epoch, phase in ((1, Phase.FROZEN), (2, Phase.UNFROZEN)):
        measured = evaluation(trial.loss, trial.seed, pace * epoch)
        store.add_epoch(
            trial.id,
            EpochMetrics(
                phase=phase,
                epoch=epoch,
                train_loss=1 / epoch,
                valid_loss=measured.valid_loss or 0.0,
                error_rate=measured.error_rate,
                seconds=0.5,
            ),
        )
    store.add_batches(
        trial.id,
        [
            BatchLoss(at=at, loss=2 / (1 + at), learning_rate=4e-3, seconds=at)
            for at in moments
            if at
        ],
    )
    if with_predictions:
        store.add_predictions(trial.id, predictions(trial.loss, trial.seed))
    store.move(trial.id, TrialState.FINISHED, now=1e9 + trial.position + 1)
