"""The small residual network of the ``digits`` recipe: 8 × 8 grey images in, class logits out."""

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

FEATURES = 64
# images that a folded network computes at once: their feature maps stay in a core's own cache
_FOLDED_BATCH = 90


def _convolution(inputs: int, outputs: int, *, size: int = 3, stride: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False),
        nn.BatchNorm2d(outputs),
    ]


def _fold(convolution: nn.Module, norm: nn.Module) -> Callable[[Tensor], Tensor]:
    """One convolution that does what these two do in evaluation mode."""
    assert isinstance(convolution, nn.Conv2d)
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    weight, bias = (
        convolution.weight * scale[:, None, None, None],
        norm.bias - norm.running_mean * scale,
    )
    stride, padding = convolution.stride, cast(tuple[int, ...], convolution.padding)
    return lambda maps: F.conv2d(maps, weight, bias, stride, padding)


class _Residual(nn.Module):
    """Two convolutions beside a 1 × 1 shortcut (He et al. 2015, fig. 2, with a projection)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.path = nn.Sequential(
            *_convolution(inputs, outputs, stride=stride),
            nn.ReLU(),
            *_convolution(outputs, outputs),
        )
        self.shortcut = nn.Sequential(*_convolution(inputs, outputs, size=1, stride=stride))

    def forward(self, images: Tensor) -> Tensor:
        return F.relu(self.path(images) + self.shortcut(images))

    def folded(self) -> Callable[[Tensor], Tensor]:
        """What it answers in evaluation mode, see ``DigitsNetwork``."""
        first, second = _fold(self.path[0], self.path[1]), _fold(self.path[3], self.path[4])
        shortcut = _fold(self.shortcut[0], self.shortcut[1])
        return lambda maps: F.relu_(second(F.relu_(first(maps))).add_(shortcut(maps)))


class DigitsNetwork(nn.Sequential):
    """Body and head.

    Args:
        body: As from ``make_body``.
        head: As from ``make_head``.
    """

    def __init__(self, body: nn.Sequential, head: nn.Sequential) -> None:
        super().__init__(body, head)

    def forward(self, images: Tensor) -> Tensor:
        """Images [N, 1, 8, 8] to logits [N, classes].

        In evaluation mode and without gradients each BatchNorm is folded into the convolution
        before it (Jacob et al. 2018, section 3.2). That takes three fifths of the time. Sums are
        rounded otherwise, so logits differ in their last digits from those of the layers.
        """
        if self.training or torch.is_grad_enabled():
            logits: Tensor = self[1](self[0](images))
            return logits
        answer = self._folded()
        return torch.cat([answer(part) for part in torch.split(images, _FOLDED_BATCH)])

    def _folded(self) -> Callable[[Tensor], Tensor]:
        body, head = cast(nn.Sequential, self[0]), cast(nn.Sequential, self[1])
        first = _fold(body[0], body[1])
        blocks = [block.folded() for block in body if isinstance(block, _Residual)]

        def answer(images: Tensor) -> Tensor:
            maps = F.relu_(first(images))
            for block in blocks:
                maps = block(maps)
            logits: Tensor = head(maps)
            return logits

        return answer


def make_body() -> nn.Sequential:
    """Images [N, 1, 8, 8] to feature maps [N, 64, 2, 2]: 153,000 fresh parameters."""
    return nn.Sequential(
        *_convolution(1, 16),
        nn.ReLU(),
        _Residual(16, 32, 1),
        _Residual(32, 64, 2),
        _Residual(64, FEATURES, 2),
    )


def make_head(classes: int) -> nn.Sequential:
    """Feature maps to logits [N, classes], with fresh parameters."""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(FEATURES, classes))
