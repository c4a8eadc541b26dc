"""fastai's own averages, kept where the network is until an epoch ends.

fastai's copy each batch's loss and metric to the processor, which makes an accelerator wait after
every batch. These compute the same, in the same order.
"""

from fastai.learner import AvgLoss, AvgMetric, AvgSmoothLoss, Learner
from fastai.torch_core import find_bs
from torch import Tensor, lerp


class _MeanLoss(AvgLoss):  # type: ignore[misc]
    def accumulate(self, learn: Learner) -> None:
        size = find_bs(learn.yb)
        self.total += _plain(learn.loss.mean()) * size
        self.count += size


class _MeanMetric(AvgMetric):  # type: ignore[misc]
    def accumulate(self, learn: Learner) -> None:
        size = find_bs(learn.yb)
        self.total += _plain(self.func(learn.pred, *learn.yb)) * size
        self.count += size


class _SmoothLoss(AvgSmoothLoss):  # type: ignore[misc]
    val: Tensor

    def accumulate(self, learn: Learner) -> None:
        self.count += 1
        loss = _plain(learn.loss.mean())
        self.val = lerp(loss, self.val.to(loss.device), self.beta)


def keep_metrics_on_device(learner: Learner) -> None:
    """Have a learner average its losses and metrics where its network is.

    Side effects: replaces the averages of its ``Recorder``, and its metrics.
    """
    learner.recorder.loss, learner.recorder.smooth_loss = _MeanLoss(), _SmoothLoss()
    learner.metrics = [
        _MeanMetric(metric.func) if type(metric) is AvgMetric else metric
        for metric in learner.metrics
    ]


def _plain(value: Tensor) -> Tensor:
    return value.detach().as_subclass(Tensor)
