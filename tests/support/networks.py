"""Networks of torchvision without values, for tests of their shapes."""

import torch
import torchvision
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torchvision.models import get_model_weights

from lossviz.training.networks.torchvision_networks import make_torchvision

OFFICIAL_WEIGHTS = {
    name: get_model_weights(name).DEFAULT
    for name in torchvision.models.list_models(module=torchvision.models)
}


SIZE_LIMITED = [
    "alexnet",
    "convnext_tiny",
    "densenet121",
    "googlenet",
    "inception_v3",
    "squeezenet1_0",
    "squeezenet1_1",
    "vgg11",
    "vgg11_bn",
]


class _Unfilled(TorchFunctionMode):
    """Layers get parameters that have a shape and no values, so that two billion of them cost
    nothing.
    """

    def __torch_function__(self, function, types, args=(), kwargs=None):
        return function(
            *args, **{**(kwargs or {}), **({"device": "meta"} if function is torch.empty else {})}
        )


def skeleton(name: str, *, classes: int = 1000, weights: bool = False) -> nn.Module:
    with _Unfilled():
        return make_torchvision(name, classes=classes, weights=weights).to("meta")


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)
