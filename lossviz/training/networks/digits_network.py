"""The small residual network of the ``digits`` recipe: 8 × 8 grey images in, class logits out."""

from torch import Tensor, nn
from torch.nn import functional as F

FEATURES = 64


def _convolution(inputs: int, outputs: int, *, size: int = 3, stride: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False),
        nn.BatchNorm2d(outputs),
    ]


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
