"""LossvizCallback reports a training of the user's own: both phases, what fastai's Recorder has,
and how it ended, whatever ends it.
"""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from fastai.callback.core import Callback, CancelFitException
from fastai.callback.mixup import MixUp
from fastai.learner import Learner
from fastai.metrics import accuracy, error_rate
from filelock import FileLock
from torch import Tensor, nn

from lossviz import LossvizCallback, get_loss, objective
from lossviz.errors import InvalidInput
from lossviz.experiments.comparison_data import ComparisonData, read_comparison_data
from lossviz.experiments.files.importing import import_file
from lossviz.experiments.fingerprints import ALL_PARTS, compare_fingerprints
from lossviz.experiments.judging.judgement import judge_comparison
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Phase, Trial, TrialState
from lossviz.experiments.store.store import Store
from lossviz.training.device_facts import library_versions
from lossviz.training.recipes import LOAD, LoadOptions, seeded_learner
from tests.support.learners import learner_of_maps, learner_of_pictures, learner_of_rows

pytestmark = pytest.mark.usefixtures("one_thread")
NAME = "mine"


@pytest.fixture
def store(tmp_path: Any) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")
    yield opened
    opened.close()


def read(store: Store) -> ComparisonData:
    found = store.named_comparison("notebook", NAME)
    assert found is not None
    return read_comparison_data(store, found)


def only_trial(store: Store) -> Trial:
    (trial,) = read(store).trials
    return trial


def fit(learner: Learner, epochs: int = 2, **kwargs: Any) -> None:
    with learner.no_bar(), learner.no_logging():
        learner.fit(epochs, 0.01, **kwargs)


def rows_learner(loss: object = None, **kwargs: Any) -> Learner:
    torch.manual_seed(3)
    learner = learner_of_rows(loss or nn.CrossEntropyLoss(), **kwargs)
    learner.metrics = [error_rate]
    return learner


class Ends(Callback):
    """Raises something after some batches."""

    def __init__(self, error: BaseException, *, batches: int = 4) -> None:
        self._error, self._left = error, batches

    def after_batch(self) -> None:
        self._left -= 1
        if not self._left:
            raise self._error


@pytest.mark.parametrize("evaluations", [1, 3])
def test_fine_tune_is_one_training_of_two_phases_with_the_recorders_numbers(
    store: Store, evaluations: int
) -> None:
    settings = get_recipe("digits").settings
    source = LOAD["digits"](settings, LoadOptions())
    learner = seeded_learner("digits", settings, source, objective(get_loss("inverse")), 4)
    callback = LossvizCallback(seed=4, comparison=NAME, to=store, evaluations=evaluations)
    recorded = []
    learner.add_cb(RecorderKept(recorded))
    with learner.no_bar(), learner.no_logging():
        learner.fine_tune(1, base_lr=4e-3, cbs=callback)
    data = read(store)
    (trial,) = data.trials
    assert (trial.state, trial.loss, trial.seed) == (TrialState.FINISHED, "inverse", 4)
    epochs = store.trial_epochs(trial.id)
    assert [epoch.phase for epoch in epochs] == [Phase.FROZEN, Phase.UNFROZEN]
    assert [[e.train_loss, e.valid_loss, e.error_rate] for e in epochs] == recorded
    evaluated, _ = store.evaluations(data.comparison.id)
    whole = [evaluation for _, evaluation in evaluated if evaluation.at in (1, 2)]
    for epoch, evaluation in zip(epochs, whole, strict=True):
        assert evaluation.error_rate == pytest.approx(epoch.error_rate, abs=1e-6)
        assert sum(evaluation.histogram) == 359
    assert len(evaluated) == (2 if evaluations == 1 else 7)
    assert data.fingerprints[trial.id].keys() == ALL_PARTS.keys()
    assert (trial.training_images, trial.validation_images) == (1438, 359)
    assert (trial.device, trial.precision) == ("processor", "32-bit")
    predictions = store.predictions(data.comparison.id)[trial.id]
    wrong = sum(
        guess != true
        for guess, true in zip(predictions.predicted, predictions.targets, strict=True)
    )
    assert wrong / 359 == whole[-1].error_rate
    found = data.comparison.settings
    assert (found.frozen_epochs, found.unfrozen_epochs, found.batch_size) == (1, 1, 64)


class RecorderKept(Callback):
    """Keeps what fastai's Recorder has at each epoch's end."""

    order = 70

    def __init__(self, kept: list[list[float]]) -> None:
        self._kept = kept

    def after_epoch(self) -> None:
        self._kept.append(list(self.learn.recorder.values[-1]))


def test_evaluating_more_often_changes_nothing_of_the_training(store: Store) -> None:
    results = []
    for name, evaluations in (("a", 1), ("b", 3)):
        learner = rows_learner()
        fit(learner, cbs=LossvizCallback(comparison=name, to=store, evaluations=evaluations))
        results.append([list(values) for values in learner.recorder.values])
    assert results[0] == results[1]


@pytest.mark.parametrize("metric", [accuracy, None])
def test_an_error_rate_that_the_recorder_lacks_is_found_all_the_same(
    store: Store, metric: object
) -> None:
    learner = rows_learner()
    learner.metrics = [] if metric is None else [metric]
    fit(learner, cbs=LossvizCallback(comparison=NAME, to=store))
    trial = only_trial(store)
    (_, last) = store.trial_epochs(trial.id)
    assert last.error_rate == pytest.approx(read(store).last[trial.id].error_rate, abs=1e-6)


def test_a_function_of_the_users_own_is_named_and_its_gradient_measured(store: Store) -> None:
    def hinge(logits: Tensor, targets: Tensor) -> Tensor:
        return nn.functional.multi_margin_loss(logits, targets)

    fit(rows_learner(hinge), cbs=LossvizCallback(comparison=NAME, to=store))
    data = read(store)
    assert data.trials[0].loss == "function:hinge"
    evaluation = data.last[data.trials[0].id]
    assert sum(evaluation.gradient) > 0
    assert evaluation.valid_loss == pytest.approx(
        store.trial_epochs(data.trials[0].id)[-1].valid_loss
    )


def test_a_formula_replaces_fastais_default_and_no_function_that_was_chosen(store: Store) -> None:
    learner = learner_of_pictures(None)
    fit(learner, cbs=LossvizCallback(loss="brier", comparison=NAME, to=store))
    assert learner.loss_func.loss.spec == "brier"
    assert only_trial(store).loss == "brier"
    chosen = rows_learner(nn.CrossEntropyLoss())
    fit(chosen, cbs=LossvizCallback(loss="cross_entropy", comparison="other", to=store))
    assert isinstance(chosen.loss_func, nn.CrossEntropyLoss)


@pytest.mark.parametrize("function", [nn.CrossEntropyLoss(), objective(get_loss("inverse"))])
def test_a_formula_that_is_not_what_is_trained_with_is_refused(
    store: Store, function: object
) -> None:
    with pytest.raises(InvalidInput, match="does not train with brier"):
        fit(rows_learner(function), cbs=LossvizCallback(loss="brier", comparison=NAME, to=store))
    found = store.named_comparison("notebook", NAME)
    states = [trial.state for trial in store.trials(found.id)] if found else []
    assert set(states) <= {TrialState.FAILED}
    assert store.leases.engines() == []


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (KeyboardInterrupt(), TrialState.CANCELLED, "interrupted in the notebook"),
        (RuntimeError("CUDA is tired"), TrialState.FAILED, "RuntimeError: CUDA is tired"),
    ],
)
def test_what_ends_a_training_is_noted_and_goes_on_to_the_user(
    store: Store, error: BaseException, state: TrialState, reason: str
) -> None:
    callback = LossvizCallback(comparison=NAME, to=store)
    learner = rows_learner()
    with pytest.raises(type(error)):
        fit(learner, cbs=[callback, Ends(error)])
    trial = only_trial(store)
    assert (trial.state, trial.reason) == (state, reason)
    assert store.leases.engines() == []
    fit(learner, cbs=callback)  # the same callback once more
    assert (only_trial(store).state, only_trial(store).attempt) == (TrialState.FINISHED, 2)


def test_a_fit_that_a_callback_cancels_is_cancelled_and_so_is_what_fine_tune_does_after(
    store: Store,
) -> None:
    learner = rows_learner(cbs=Ends(CancelFitException(), batches=2))
    with learner.no_bar(), learner.no_logging():
        learner.fine_tune(1, cbs=LossvizCallback(comparison=NAME, to=store))
    trial = only_trial(store)
    assert trial.state is TrialState.CANCELLED
    assert "after 0 of 2 epochs" in trial.reason
    assert store.trial_epochs(trial.id) == []


def test_a_loss_that_is_no_number_ends_the_training_as_diverged(store: Store) -> None:
    def broken(logits: Tensor, targets: Tensor) -> Tensor:
        return nn.functional.cross_entropy(logits, targets) * float("nan")

    learner = rows_learner(broken)
    warned = pytest.warns(UserWarning, match="lossviz has ended the training: the training loss")
    with warned, learner.no_bar(), learner.no_logging():
        learner.fine_tune(3, cbs=LossvizCallback(comparison=NAME, to=store))
    trial = only_trial(store)
    assert trial.state is TrialState.DIVERGED
    assert trial.reason.startswith("the training loss became nan at batch 1 of epoch 1")


def test_several_fits_can_be_one_training(store: Store) -> None:
    learner = rows_learner()
    callback = LossvizCallback(comparison=NAME, to=store, epochs=3)
    fit(learner, 1, cbs=callback)
    assert only_trial(store).state is TrialState.RUNNING
    fit(learner, 2, cbs=callback)
    trial = only_trial(store)
    assert trial.state is TrialState.FINISHED
    assert [epoch.epoch for epoch in store.trial_epochs(trial.id)] == [1, 2, 3]


def test_other_callbacks_that_change_batch_and_loss_go_together_with_it(store: Store) -> None:
    learner = learner_of_maps(objective(get_loss("inverse")), cbs=MixUp(0.4))
    fit(learner, cbs=LossvizCallback(loss="1/p", comparison=NAME, to=store))
    assert only_trial(store).state is TrialState.FINISHED


def test_targets_that_are_no_classes_are_refused(store: Store) -> None:
    def squares(logits: Tensor, targets: Tensor) -> Tensor:
        return ((logits.sum(1) - targets.float()) ** 2).mean()

    torch.manual_seed(0)
    items = [(torch.randn(6), torch.tensor(float(i))) for i in range(24)]
    learner = rows_learner(squares)
    for loader in learner.dls.loaders:
        loader.dataset = items
    learner.metrics = []
    with pytest.raises(InvalidInput, match="classifications"):
        fit(learner, cbs=LossvizCallback(comparison=NAME, to=store))
    assert only_trial(store).state is TrialState.FAILED


def trained_alike(
    store: Store | Path, loss: str, seed: int, *, split: int = 0, comparison: str = NAME
) -> None:
    """A training of rows whose data, split and weights come from numbers."""
    torch.manual_seed(seed)
    learner = rows_learner(objective(get_loss(loss)))
    torch.manual_seed(100 + seed)
    learner.model.load_state_dict(nn.Linear(6, 3).state_dict())
    data = [(torch.randn(6), torch.tensor(i % 3)) for i in range(40)]
    turned = data[split:] + data[:split]
    for loader, items in zip(learner.dls.loaders, (turned[:30], turned[30:]), strict=True):
        loader.dataset, loader.n = items, len(items)
    fit(learner, cbs=LossvizCallback(seed=seed, comparison=comparison, to=store, seeds=3))


def test_two_notebooks_trainings_on_the_same_conditions_get_a_verdict(store: Store) -> None:
    for loss in ("cross_entropy", "inverse"):
        for seed in (3, 11, 7):
            trained_alike(store, loss, seed)
    data = read(store)
    found = compare_fingerprints(data.trials, data.fingerprints)
    assert found.mismatches == ()
    assert {"split", "weights", "first_batch", "last_batch", "optimizer"} <= set(found.compared)
    judgement = judge_comparison(data)
    verdict = judgement.losses[1].verdict
    assert verdict is not None
    assert (verdict.seeds, verdict.final, verdict.planned) == (3, True, 3)
    assert verdict.interval is not None


def test_on_another_split_the_difference_is_named_and_there_is_no_verdict(store: Store) -> None:
    for seed in (0, 1, 2):
        trained_alike(store, "cross_entropy", seed)
        trained_alike(store, "inverse", seed, split=10)
    judgement = judge_comparison(read(store))
    verdict = judgement.losses[1].verdict
    assert verdict is not None
    assert (verdict.seeds, verdict.interval, verdict.difference) == (0, None, None)
    assert (
        "3 seeds are left out, as their split into training and validation, first batch and last"
        " batch differ from cross-entropy's."
    ) in verdict.sentence
    assert all(seed.difference is None for seed in judgement.losses[1].seeds)


def test_a_file_gathers_the_trainings_of_a_comparison_and_can_be_imported(
    store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "mine.json"
    for loss in ("cross_entropy", "inverse"):
        for seed in (0, 1, 2):
            trained_alike(file, loss, seed)
            trained_alike(store, loss, seed)
    imported = import_file(store, file.read_bytes()).comparison
    from_file = judge_comparison(read_comparison_data(store, imported))
    in_database = judge_comparison(read(store))
    assert from_file.verdicts is not None
    assert from_file.verdicts == in_database.verdicts
    assert {path.name for path in tmp_path.glob("*.json*")} == {"mine.json", "mine.json.lock"}
    versions = {trial.versions for trial in read(store).trials}
    assert versions == {library_versions(torch.device("cpu"))}


def test_a_file_of_another_comparison_or_that_is_written_to_is_refused_and_kept(
    tmp_path: Path,
) -> None:
    file = tmp_path / "mine.json"
    trained_alike(file, "cross_entropy", 0)
    before = file.read_bytes()
    with pytest.raises(InvalidInput, match="holds the comparison 'mine', and this is 'another'"):
        trained_alike(file, "cross_entropy", 1, comparison="another")
    with FileLock(f"{file}.lock"), pytest.raises(InvalidInput, match="another training writes"):
        trained_alike(file, "cross_entropy", 1)
    with pytest.raises(InvalidInput, match="a file that ends in"):
        trained_alike(tmp_path / "mine.txt", "cross_entropy", 1)
    assert file.read_bytes() == before


def test_what_is_no_training_is_not_reported(store: Store) -> None:
    learner = rows_learner(cbs=LossvizCallback(comparison=NAME, to=store))
    with learner.no_bar(), learner.no_logging(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        learner.get_preds(ds_idx=1, reorder=False)
        learner.lr_find(show_plot=False, num_it=6)
    assert store.named_comparison("notebook", NAME) is None
    fit(learner, 1)
    assert only_trial(store).state is TrialState.FINISHED


def test_a_comparison_needs_a_name() -> None:
    with pytest.raises(InvalidInput, match="name"):
        LossvizCallback(comparison=" ")
