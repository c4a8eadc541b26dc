"""A whole comparison, trained in a notebook."""

import inspect
import warnings
from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any, TypeAlias

import fastai.callback.progress
import fastai.callback.schedule  # noqa: F401 - and its fine_tune
from fastai.learner import Learner
from fastai.torch_core import set_seed

from lossviz.errors import InvalidInput
from lossviz.experiments.access.names import comparison_name
from lossviz.experiments.files.snapshot import read_snapshot
from lossviz.experiments.plan import default_baseline
from lossviz.experiments.recipes import OWN_TRAINING
from lossviz.losses.functions import function_spec, is_function
from lossviz.losses.loss import Loss
from lossviz.losses.objective.module import Objective
from lossviz.losses.parsing import loss_from_spec
from lossviz.notebook.callback import LossvizCallback
from lossviz.notebook.destinations import file_of, opened, temporary_store
from lossviz.notebook.loss_names import function_name, spec_of
from lossviz.notebook.result import ComparisonResult

LossFunction: TypeAlias = Callable[..., Any]
MakeLearner: TypeAlias = Callable[..., Learner]


def _fine_tune(learner: Learner) -> None:
    learner.fine_tune(1)


def compare(
    make_learner: MakeLearner,
    losses: Sequence[str | Loss | LossFunction],
    seeds: int = 3,
    *,
    train: Callable[[Learner], object] = _fine_tune,
    baseline: str | Loss | None = None,
    comparison: str = "comparison",
    to: str | PathLike[str] | None = None,
    evaluations: int = 1,
) -> ComparisonResult:
    """Train every loss on the same seeds, and judge them.

    The seeds are 0, 1, … Before each training Python's, NumPy's and torch's random numbers are set
    to its seed, so that the learners of one seed get the same split, weights and batches, whatever
    the loss; fingerprints check that.

    Args:
        make_learner: Makes the DataLoaders and the learner, given the loss function and, where it
            takes a second argument, the seed.
        losses: Formulas, losses of the catalogue, or functions of logits and targets.
        seeds: How many trainings each loss gets.
        train: Trains a learner.
        baseline: The loss that the others are compared with; cross-entropy where it is among them,
            else the first.
        comparison: Its name.
        to: A file that ends in ``.json`` to write it to at the end; ``"app"`` or a database's URL
            to train it there, where an app shows it meanwhile. None keeps it in the result alone.
        evaluations: See ``LossvizCallback``.

    Returns:
        What came of it; a notebook shows its chart and its verdict.

    Raises:
        LossvizError: A loss cannot be read, is there twice, or the database cannot be used.

    Side effects: trains; sets the random seeds; prints how far it is.
    """
    functions = _functions(losses)
    planned = tuple(functions)
    compared_with = default_baseline(planned) if baseline is None else spec_of(baseline)
    if compared_with not in planned:
        raise InvalidInput(
            f"the baseline {compared_with} is none of the losses; choose one of"
            f" {', '.join(planned)}"
        )
    name, file = comparison_name(comparison), file_of(to)
    with temporary_store() if to is None or file else opened(to) as store:
        done, total = 0, seeds * len(functions)
        for seed in range(seeds):
            for spec, function in functions.items():
                print(f"\rlossviz: {done} of {total} trainings done", end="", flush=True)
                callback = LossvizCallback(
                    loss=spec,
                    seed=seed,
                    comparison=name,
                    to=store,
                    seeds=seeds,
                    baseline=compared_with,
                    losses=planned,
                    evaluations=evaluations,
                )
                _train(make_learner, function, seed, train, callback)
                done += 1
        print(f"\rlossviz: {done} of {total} trainings done", flush=True)
        found = store.named_comparison(OWN_TRAINING.key, name)
        if found is None:
            raise InvalidInput("nothing was trained: train must call a fit of the learner")
        result = ComparisonResult(read_snapshot(store, found))
    if file:
        result.save(file)
    return result


def _functions(losses: Sequence[str | Loss | LossFunction]) -> dict[str, LossFunction]:
    """Each loss as one string, with what computes it."""
    functions: dict[str, LossFunction] = {}
    function: LossFunction
    for loss in losses:
        if isinstance(loss, Objective):
            spec, function = loss.loss.spec, loss
        elif isinstance(loss, str | Loss):
            spec = spec_of(loss)
            if is_function(spec):
                raise InvalidInput(f"{spec} names a function; give the function itself")
            function = Objective(loss_from_spec(spec))
        else:
            spec, function = function_spec(function_name(loss)), loss
        if spec in functions:
            raise InvalidInput(f"{spec} is there twice; each loss is trained once per seed")
        functions[spec] = function
    if not functions:
        raise InvalidInput("give at least one loss")
    return functions


def _train(
    make_learner: MakeLearner,
    function: LossFunction,
    seed: int,
    train: Callable[[Learner], object],
    callback: LossvizCallback,
) -> None:
    set_seed(seed, reproducible=True)
    takes_seed = len(inspect.signature(make_learner).parameters) > 1
    learner = make_learner(function, seed) if takes_seed else make_learner(function)
    learner.add_cb(callback)
    with learner.no_bar(), learner.no_logging(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "lossviz has ended the training")  # the result says so
        train(learner)
    learner.remove_cb(callback)
