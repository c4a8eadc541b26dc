"""The share of the gradient that hard examples get is what autograd gives."""

import pytest
import torch

from lossviz import objective
from lossviz.losses.analysis.gradient_norm import hard_example_share
from lossviz.losses.loss import Loss
from tests.support.loss_cases import every_loss


@every_loss
def test_the_share_of_hard_examples_is_autograds(loss: Loss) -> None:
    logits = torch.randn(
        20_000, 10, generator=torch.Generator().manual_seed(1), dtype=torch.float64
    ).requires_grad_()
    objective(loss, reduction="sum")(logits, torch.zeros(20_000, dtype=torch.int64)).backward()
    lengths, hard = logits.grad.norm(dim=1), logits.detach().softmax(1)[:, 0] < 0.1
    assert hard_example_share(loss, classes=10) == pytest.approx(
        float(lengths[hard].sum() / lengths.sum()), abs=0.02
    )
