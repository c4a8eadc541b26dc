"""Results that reach the processor late, as an accelerator's do, are the same ones."""

import math
import traceback
from typing import Any

import pytest
import torch
from fastai import learner as learner_module
from fastai.callback.core import Callback
from fastai.learner import AvgLoss, AvgMetric, AvgSmoothLoss
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from lossviz.training import late_reads
from lossviz.training import trial as trials
from lossviz.training.evaluation import ValidationSums
from lossviz.training.interruption import TrialDiverged
from lossviz.training.late_reads import MAX_UNREAD, Copy, LateReads
from lossviz.training.recipes import seeded_learner
from lossviz.training.report_callback import ReportCallback
from tests.support.trials import RecordedTrial, train, train_learner, without_seconds

pytestmark = pytest.mark.usefixtures("one_thread")
SMALL = {"imbalance": 100.0, "evaluations": 2}  # 5 batches an epoch


class _Late(Copy):
    """Arrives only when it is waited for."""

    def has_arrived(self) -> bool:
        return False


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_reads, "Copy", _Late)


def numbers_of(recorded: RecordedTrial) -> object:
    epochs = [(one.train_loss, one.valid_loss, one.error_rate) for one in recorded.epochs]
    evaluations = without_seconds(recorded.evaluations)
    return epochs, evaluations, without_seconds(recorded.points), recorded.predictions


@pytest.mark.parametrize("changes", [SMALL, {"batch_size": 32, "evaluations": 3}])
def test_a_trial_whose_results_arrive_late_reports_the_same(
    changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = train(**changes)
    monkeypatch.setattr(late_reads, "Copy", _Late)
    late = train(**changes)
    assert numbers_of(late) == numbers_of(at_once)
    assert late.fingerprints == at_once.fingerprints
    assert late.shares == sorted(late.shares)
    assert late.shares[-1] == at_once.shares[-1] == 1


class _Count(Callback):
    """Counts the training batches, and what comes of one of them."""

    order = -100

    def __init__(self, break_at: int | None = None, break_outputs: bool = False) -> None:
        self.batches, self._break_at, self._outputs = 0, break_at, break_outputs

    def before_batch(self) -> None:
        self.batches += self.learn.training

    def after_pred(self) -> None:
        if self._outputs and not self.learn.training:
            self.learn.pred = self.learn.pred + math.nan

    def after_loss(self) -> None:
        if self.learn.training and self.batches == self._break_at:
            self.learn.loss = self.learn.loss * math.nan


def counted(monkeypatch: pytest.MonkeyPatch, count: _Count) -> None:
    def with_count(*plan: object) -> Any:
        learner = seeded_learner(*plan)
        learner.add_cb(count)
        return learner

    monkeypatch.setattr(trials, "seeded_learner", with_count)


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize(
    ("number", "place"),
    [(1, "batch 1 of epoch 1"), (13, "batch 13 of epoch 1"), (27, "batch 5 of epoch 2")],
)
def test_the_batch_whose_loss_is_no_number_is_named_however_late_it_is_read(
    number: int, place: str, is_late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = _Count(break_at=number)
    counted(monkeypatch, count)
    if is_late:
        monkeypatch.setattr(late_reads, "Copy", _Late)
    with pytest.raises(TrialDiverged, match=f"the training loss became nan at {place};"):
        train(evaluations=1)
    assert count.batches == (number + MAX_UNREAD if is_late else number)


@pytest.mark.parametrize("evaluations", [1, 2])
def test_nothing_is_evaluated_or_ended_after_a_loss_that_is_no_number(
    evaluations: int, late: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last batch before an evaluation, within an epoch or at its end."""
    count = _Count(break_at=22 // evaluations)
    counted(monkeypatch, count)
    recorded: list[RecordedTrial] = []
    evaluated: list[object] = []
    report = ReportCallback._report_evaluation
    monkeypatch.setattr(
        ReportCallback,
        "_report_evaluation",
        lambda callback, at: (evaluated.append(at), report(callback, at)),
    )
    with pytest.raises(TrialDiverged, match=f"at batch {22 // evaluations} of epoch 1;"):
        recorded.append(train(evaluations=evaluations))
    assert evaluated == [0.0]
    assert count.batches == 22 // evaluations


@pytest.mark.parametrize("is_late", [False, True])
def test_outputs_that_are_no_numbers_are_never_reported(
    is_late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted(monkeypatch, _Count(break_outputs=True))
    emitted: list[object] = []
    monkeypatch.setattr(
        ValidationSums, "evaluation", lambda *_, **options: emitted.append(options["at"])
    )
    if is_late:
        monkeypatch.setattr(late_reads, "Copy", _Late)
    with pytest.raises(TrialDiverged, match=r"outputs are no longer numbers after 1\.00 epochs"):
        train(evaluations=1)
    assert emitted == [0.0]


# What reads numbers of the processor's own: fastai's schedules are made of tensors that lie there.
# What the objective reads is counted by its own tests.
NOT_OF_THE_DEVICE = ("fastai/callback/schedule.py", "lossviz/losses/objective/")


class _Reads(TorchDispatchMode):
    """Counts what is read as a number of Python, which waits for an accelerator."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(
        self, function: Any, types: object, arguments: Any = (), options: Any = None
    ) -> Any:
        if function is torch.ops.aten._local_scalar_dense.default:
            frames = traceback.extract_stack(limit=6)
            self.count += not any(part in f.filename for f in frames for part in NOT_OF_THE_DEVICE)
        return function(*arguments, **(options or {}))


def reads_of(**changes: Any) -> tuple[int, int]:
    """Numbers that a trial reads, and the batches that it trains on and is validated on."""
    counted: list[int] = []
    with pytest.MonkeyPatch.context() as patch, _Reads() as reads:
        add = LateReads.add
        patch.setattr(
            LateReads,
            "add",
            lambda own, value, note: (counted.append(value.ndim), add(own, value, note)),
        )
        train_learner(**changes)
    return reads.count, counted.count(0)


def test_a_batch_is_read_from_only_once_its_result_has_arrived() -> None:
    """Each more batch reads one number more: its loss, or whether its outputs are finite."""
    fewer, few = reads_of(evaluations=1)
    more, many = reads_of(evaluations=1, batch_size=16)
    assert many > 3 * few
    assert more - fewer == many - few


def test_no_average_is_copied_to_the_processor_within_an_epoch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def to_detach(*_: object, **__: object) -> None:
        raise AssertionError("fastai copies with it")

    monkeypatch.setattr(learner_module, "to_detach", to_detach)
    assert len(train(**SMALL).epochs) == 2


def mean_of(metric: Any, learner: Any, batches: list[tuple[Tensor, Tensor]]) -> float:
    metric.reset()
    for learner.loss, learner.yb in batches:
        metric.accumulate(learner)
    return float(metric.value)


def test_averages_on_the_device_are_fastai_s_to_the_bit() -> None:
    learner, _ = train_learner(**SMALL, unfrozen_epochs=0)
    generator = torch.Generator().manual_seed(0)
    batches = [
        (torch.randn((), generator=generator), (torch.zeros(size),)) for size in (64, 64, 7, 30)
    ]

    def metric(*_: object) -> Tensor:
        return learner.loss.mean() / 3

    ours = [learner.recorder.loss, learner.recorder.smooth_loss, type(learner.metrics[0])(metric)]
    theirs = [AvgLoss(), AvgSmoothLoss(beta=0.98), AvgMetric(metric)]
    learner.pred = torch.zeros(1)
    for one, other in zip(ours, theirs, strict=True):
        assert isinstance(one, type(other))
        assert mean_of(one, learner, batches) == mean_of(other, learner, batches)
    assert learner.recorder.metric_names == [
        "epoch",
        "train_loss",
        "valid_loss",
        "error_rate",
        "time",
    ]


def test_results_come_in_their_order_and_at_most_eight_are_left(late: None) -> None:
    reads: LateReads[int] = LateReads()
    read: list[int] = []
    for number in range(20):
        reads.add(torch.tensor(number), number)
        read += [note for value, note in reads.arrived() if value.item() == note]
        assert len(read) == max(0, number + 1 - MAX_UNREAD)
    read += [note for _, note in reads.rest()]
    assert read == list(range(20))
    assert list(reads.rest()) == []


def test_a_result_on_the_processor_has_arrived_at_once() -> None:
    reads: LateReads[str] = LateReads()
    reads.add(torch.tensor(1.5, requires_grad=True), "first")
    ((value, note),) = reads.arrived()
    assert (value.item(), value.requires_grad, note) == (1.5, False, "first")


def test_evaluations_within_an_epoch_compute_in_mixed_precision_where_the_training_does() -> None:
    from types import SimpleNamespace

    from lossviz.training.validation import ValidationPass

    learner, _ = train_learner(**SMALL, unfrozen_epochs=0)

    def logits() -> Tensor:
        found: list[Tensor] = []
        ValidationPass(learner).run(lambda part, _: found.append(part))
        return torch.cat(found)

    in_32_bits = logits()
    learner.mixed_precision = SimpleNamespace(autocast=torch.autocast("cpu", torch.bfloat16))
    mixed = logits()
    assert mixed.dtype is torch.float32
    assert torch.equal(mixed, mixed.bfloat16().float())
    assert not torch.equal(mixed, in_32_bits)
    assert torch.allclose(mixed, in_32_bits, atol=0.2)
