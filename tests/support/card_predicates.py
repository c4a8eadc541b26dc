"""Statements about a loss of the catalogue, each evaluated from its paper's definition.

A statement with a parameter is checked from end to end of every parameter's range.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch

from lossviz import LOSSES
from tests.support.claims import Check
from tests.support.reference_curves import (
    NONE,
    Array,
    Values,
    across,
    best_answer,
    everywhere,
    gradient_of,
    logits_at_margin,
    loss_of,
    penalty,
    predictions,
    weight,
)

P = np.array([1e-4, 0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.49, 0.51, 0.6, 0.7, 0.8, 0.9, 0.99])
CLASSES = (2, 10, 37)
TRUTHS = ((0.55, 0.45), (0.7, 0.3), (0.98, 0.02), (0.4, 0.35, 0.25), (0.6, 0.3, 0.1))
MAJORITIES = tuple(truth for truth in TRUTHS if max(truth) > 0.5)
GRID = 0.01  # of ``best_answer``

Of = Callable[..., bool]  # of a setting's values


def always(**_: float) -> bool:
    return True


def settings(key: str, where: Of = always, steps: int = 4) -> list[Values]:
    """The loss's parameter values, all over their ranges, for which a condition holds."""
    return [values for values in everywhere(LOSSES[key].parameters, steps) if where(**values)]


def sweeps(key: str, name: str, where: Of = always) -> list[list[Values]]:
    """For each setting of the other parameters, all values of this one, rising."""
    parameters = LOSSES[key].parameters
    (moved,) = (parameter for parameter in parameters if parameter.name == name)
    others = tuple(parameter for parameter in parameters if parameter is not moved)
    found: list[list[Values]] = [
        [{**rest, name: value} for value in across(moved) if where(**{**rest, name: value})]
        for rest in everywhere(others, 3)
    ]
    return [sweep for sweep in found if len(sweep) > 1]


def low_beside_high(
    name: str, sign: int, *, where: Of = always, kept: Callable[..., float] | None = None
) -> Check:
    """Turned up, a low p weighs more (sign 1) or less (-1) beside a high one, for all pairs."""

    def check(key: str) -> None:
        for sweep in sweeps(key, name, where):
            least = max(kept(**values) for values in sweep) if kept else 0.0
            p = P[least < P]
            weights = np.stack([weight(key, p, values) for values in sweep])
            ratios = weights[:, :-1] / weights[:, 1:]
            steps = sign * np.diff(ratios, axis=0)
            assert (steps >= -1e-9 * ratios[1:]).all(), sweep
            assert (steps > 0).any(axis=0).all(), sweep

    return check


def weight_is(expected: Callable[..., Array], where: Of = always) -> Check:
    """An example's weight is a function of p and the parameters, for any number of classes."""

    def check(key: str) -> None:
        for values in settings(key, where):
            for classes in CLASSES:
                found = weight(key, P, values, classes=classes)
                np.testing.assert_allclose(found, expected(P, **values), rtol=1e-6, atol=1e-12)

    return check


def penalty_is(expected: Callable[..., Array], p: Array = P, where: Of = always) -> Check:
    """The penalty is a function of p and the parameters."""

    def check(key: str) -> None:
        for values in settings(key, where):
            found = penalty(key, p, values)
            np.testing.assert_allclose(found, expected(p, **values), rtol=1e-9, atol=1e-9)

    return check


def loss_is(expected: Callable[..., Array]) -> Check:
    """The loss is a function of all probabilities (class 0 is right) and the parameters."""

    def check(key: str) -> None:
        for classes in (2, 5):
            logits = predictions(classes, 300)
            p = torch.softmax(logits, 1).numpy()
            for values in settings(key):
                found = loss_of(key, logits, values)
                np.testing.assert_allclose(found, expected(p, **values), rtol=1e-7, atol=1e-9)

    return check


def same_curve(other: str, translate: Callable[..., Values], where: Of = always) -> Check:
    """It is another loss up to scale and shift."""

    def check(key: str) -> None:
        for values in settings(key, where):
            found, known = penalty(key, P, values), penalty(other, P, translate(**values))
            design = np.stack([known, np.ones_like(known)], axis=1)
            (scale, shift), *_ = np.linalg.lstsq(design, found, rcond=None)
            assert scale > 0
            np.testing.assert_allclose(found, scale * known + shift, rtol=1e-7, atol=1e-7)

    return check


def proper(key: str) -> None:
    """Its best answer is the truth."""
    for truth in TRUTHS:
        for values in settings(key):
            assert np.abs(best_answer(key, truth, values) - truth).max() <= GRID


def certain_answer(where: Of = always) -> Check:
    """Its best answer is always the corner of the likeliest class."""

    def check(key: str) -> None:
        for truth in TRUTHS:
            for values in settings(key, where):
                assert best_answer(key, truth, values)[0] == 1, (truth, values)

    return check


def certainty(side: Callable[..., int], truths: tuple[tuple[float, ...], ...] = TRUTHS) -> Check:
    """Its best answer is more (1), less (-1) or as certain (0) than the truth is.

    From the truth a step towards certainty must lower the expected loss, or raise it; and the best
    answer on the grid must lie on that side.
    """

    def check(key: str) -> None:
        for truth in truths:
            share = np.array(truth)
            logits = torch.as_tensor(np.log(share))[None]
            surer = np.log(share) - np.log(share).mean()
            for values in settings(key):
                rise = sum(
                    part * (gradient_of(key, logits, values, target=place)[0] @ surer)
                    for place, part in enumerate(share)
                )
                expected = side(**values)
                assert expected == 0 or rise * expected < 0, (truth, values)
                gained = best_answer(key, truth, values).max() - share.max()
                assert expected * gained >= -GRID if expected else abs(gained) <= GRID

    return check


def constant_sum(key: str) -> None:
    """Its sum over all labels is the same for every prediction."""
    assert spread_of_sum(key) < 1e-9


def spread_of_sum(key: str, values: Values = NONE) -> float:
    """How far the sum over all labels varies with the prediction, over the loss's own range."""
    spreads = []
    for classes in (2, 5):
        logits = 3 * predictions(classes, 2000)
        sums = sum(loss_of(key, logits, values, target=label) for label in range(classes))
        ends = loss_of(key, logits_at_margin([-40.0, 40.0], classes), values)
        spreads.append((sums.max() - sums.min()) / (ends[0] - ends[1]))
    return max(spreads)


def spread_of_sum_moves(name: str, sign: int, where: Of = always) -> Check:
    """Turned up, the sum over all labels depends more (1) or less (-1) on the prediction."""

    def check(key: str) -> None:
        for sweep in sweeps(key, name, where):
            found = [spread_of_sum(key, values) for values in sweep]
            assert all(sign * (after - before) > 0 for before, after in pairwise(found)), found

    return check


def deaf_to_mistakes(key: str) -> None:
    """What is badly wrong weighs next to nothing."""
    for values in settings(key):
        for classes in CLASSES:
            weights = weight(key, P, values, classes=classes)
            assert 0 <= weight(key, 1e-6, values, classes=classes)[0] < 1e-3 * weights.max()


def nears(name: str, *, to: str, away_from: str = "", classes: tuple[int, ...] = CLASSES) -> Check:
    """Turned up, its weights near those of another loss, and leave those of a third."""

    def shape(key: str, count: int, values: Values = NONE) -> Array:
        found = weight(key, P, values, classes=count)
        return found / found.max()

    def check(key: str) -> None:
        for count in classes:
            for sweep in sweeps(key, name):
                shapes = [shape(key, count, values) for values in sweep]
                distances = [np.abs(found - shape(to, count)).max() for found in shapes]
                assert all(after <= before + 1e-9 for before, after in pairwise(distances)), sweep
                if away_from:
                    left = [np.abs(found - shape(away_from, count)).max() for found in shapes]
                    assert all(after >= before - 1e-9 for before, after in pairwise(left)), sweep

    return check


def rises_up_to(peak: Callable[..., float]) -> Check:
    """The weight rises with p up to a place, and falls from there on."""

    def check(key: str) -> None:
        p = np.linspace(0.001, 0.999, 400)
        for values in settings(key):
            steps = np.diff(weight(key, p, values))
            place = peak(**values)
            assert (steps[p[1:] <= place] > 0).all(), values
            assert (steps[p[:-1] >= place] < 0).all(), values

    return check


def shares_of_labels_add_up_to_one(key: str) -> None:
    """Each lies between 0 and 1, and over all labels they sum to 1."""
    for classes in (2, 5):
        logits = predictions(classes, 500)
        for values in settings(key):
            shares = np.stack([loss_of(key, logits, values, target=k) for k in range(classes)])
            assert ((shares >= 0) & (shares <= 1)).all()
            np.testing.assert_allclose(shares.sum(0), 1, rtol=1e-9)


def least_at(place: Callable[..., float], where: Of = always) -> Check:
    """With the others even, the loss is least at a p, and pushes p down from above it."""

    def check(key: str) -> None:
        for values in settings(key, where):
            for classes in CLASSES:
                p = place(classes, **values)
                logits = logits_at_margin(np.log(p / (1 - p)) + np.array([-0.1, 0.1]), classes)
                below, above = -gradient_of(key, logits, values)[:, 0]
                assert below > 0 > above, values

    return check


def best_p_falls(name: str) -> Check:
    """Turned up, the p of the true class at which the loss is least falls."""

    def check(key: str) -> None:
        margins = np.linspace(-5, 40, 1801)
        for classes in CLASSES:
            for sweep in sweeps(key, name):
                logits = logits_at_margin(margins, classes)
                best = [margins[loss_of(key, logits, values).argmin()] for values in sweep]
                assert all(after < before for before, after in pairwise(best)), best

    return check
