"""fastai's learners with the networks that trials start from, and the origin of their weights."""

from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from fastai.data.core import DataLoaders
from fastai.learner import Learner
from fastai.metrics import error_rate
from fastai.torch_core import params
from safetensors.torch import load_file
from torch import Tensor, nn

from lossviz.experiments.networks import DIGITS_NETWORK, get_network
from lossviz.experiments.settings import Settings
from lossviz.training.networks.digits_network import make_body, make_head
from lossviz.training.networks.optimizers import OPTIMIZERS
from lossviz.training.networks.pretrain_letters import WEIGHTS

LossFunction = Callable[[Tensor, Tensor], Tensor]


@cache
def _letters_weights() -> dict[str, Tensor]:
    weights: dict[str, Tensor] = load_file(WEIGHTS)
    return weights


def make_learner(loaders: DataLoaders, settings: Settings, loss_func: LossFunction) -> Learner:
    """A fastai ``Learner`` ready for ``fine_tune``, which keeps all but the last layer frozen at
    first.

    Raises:
        LossvizError: The network's weights are not on this machine, or it cannot take images of
            this size.

    Side effects: draws the weights that are new from torch's generator.
    """
    if settings.network == DIGITS_NETWORK:
        body = make_body()
        if settings.pretrained:
            body.load_state_dict(_letters_weights())
        model: nn.Module = nn.Sequential(body, make_head(loaders.c))
        return _learner(
            loaders, settings, model, loss_func, lambda parts: [params(part) for part in parts]
        )
    from lossviz.training.networks.torchvision_networks import (
        check_image_size,
        make_torchvision,
        splitter,
    )

    model = make_torchvision(settings.network, classes=loaders.c, weights=settings.pretrained)
    check_image_size(model, settings.image_size, name=settings.network)
    return _learner(loaders, settings, model, loss_func, splitter)


def _learner(
    loaders: DataLoaders,
    settings: Settings,
    model: nn.Module,
    loss_func: LossFunction,
    splitter: Callable[[Any], Any],
) -> Learner:
    # a sixth faster on a CPU, with the same error rates of the digits
    model = model.to(memory_format=torch.channels_last)
    return Learner(
        loaders,
        model,
        loss_func=loss_func,
        opt_func=OPTIMIZERS[settings.optimizer],
        metrics=error_rate,
        splitter=splitter,
    )


def describe_weights(settings: Settings) -> str:
    """Which weights a trial starts from, in words."""
    if not settings.pretrained:
        return f"{settings.network}, from scratch"
    if settings.network == DIGITS_NETWORK:
        return f"our small network, pretrained on printed letters ({WEIGHTS.name})"
    return (
        f"{settings.network}, pretrained on ImageNet ({get_network(settings.network).weights_file})"
    )


def can_mix_precision(device: torch.device) -> bool:
    """Whether fastai's mixed precision works there: it is written for CUDA alone."""
    return device.type == "cuda"


def device_for(settings: Settings) -> torch.device:
    """An accelerator where there is one and it helps.

    With the 8 × 8 images of the digits it would wait for Python.
    """
    from fastai.torch_core import default_device

    return torch.device("cpu") if settings.network == DIGITS_NETWORK else default_device()
