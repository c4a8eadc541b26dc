"""Every loss of the catalogue is what its paper defines."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lossviz import LOSSES, get_loss, objective
from lossviz.losses.loss import Loss
from tests.support.loss_cases import every_loss, parameter_corners
from tests.support.loss_references import REFERENCES


def test_every_loss_has_a_reference() -> None:
    assert set(REFERENCES) == set(LOSSES)


@every_loss
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_every_loss_is_what_its_paper_defines(loss: Loss, classes: int) -> None:
    generator = torch.Generator().manual_seed(classes)
    scales = torch.linspace(0.1, 30, 40, dtype=torch.float64)[:, None]
    logits = scales * (2 * torch.rand(40, classes, generator=generator, dtype=torch.float64) - 1)
    target = 1
    for setting in parameter_corners(loss):
        expected = REFERENCES[loss.key](logits, torch.full((40,), target), **setting.values)
        found, _ = setting.value_and_gradient(logits.numpy(), target)
        np.testing.assert_allclose(found, expected.numpy(), rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize(
    ("loss", "smoothing"),
    [
        (get_loss("cross_entropy"), 0.0),
        *((get_loss("label_smoothing", eps=e), e) for e in (0.0, 0.1, 0.5)),
    ],
)
def test_label_smoothing_is_torchs(loss: Loss, smoothing: float) -> None:
    logits = 5 * torch.randn(20, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    targets = torch.arange(20) % 7
    expected = F.cross_entropy(logits, targets, label_smoothing=smoothing)
    torch.testing.assert_close(objective(loss)(logits, targets), expected, rtol=1e-12, atol=0)
