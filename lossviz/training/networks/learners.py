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

from lossviz.experiments.networks import DIGITS_NETWORK, get_network, runs_on_accelerator
from lossviz.experiments.settings import Settings
from lossviz.training.data.digits import PIXELS, load_images
from lossviz.training.networks.digits_network import DigitsNetwork, make_body, make_head
from lossviz.training.networks.optimizers import OPTIMIZERS
from lossviz.training.networks.pretrain_letters import WEIGHTS

LossFunction = Callable[[Tensor, Tensor], Tensor]


@cache
def _letters_weights() -> dict[str, Tensor]:
    weights: dict[str, Tensor] = load_file(WEIGHTS)
    return weights


@cache
def _pretrained_maps() -> Tensor:
    """Feature maps of all digits by the pretrained body, before any training."""
    with torch.no_grad(), torch.random.fork_rng(devices=[]):  # fresh weights draw from it
        body = make_body()
        body.load_state_dict(_letters_weights())
        maps: Tensor = body.eval()(load_images()[0])
        return maps


def initial_logits(learner: Learner, settings: Settings) -> Tensor | None:
    """What an untrained network says of its validation images, where that takes next to no time.

    All trials of the digits begin with the same body, so its feature maps are computed once for
    all of them, in the process that they are forked from.

    Args:
        learner: Before any training.
        settings: What it was made with.

    Returns:
        Logits [images, classes]; None where the network has to be run.
    """
    is_shared = settings.network == DIGITS_NETWORK and settings.pretrained
    if not is_shared or settings.image_size != PIXELS:
        return None
    with torch.no_grad():
        logits: Tensor = learner.model[1](_pretrained_maps()[learner.dls.valid_ds.rows])
        return logits


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
        model: nn.Module = DigitsNetwork(body, make_head(loaders.c))
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
    """An accelerator where this process may use one and it helps, see ``runs_on_accelerator``."""
    from fastai.torch_core import default_device

    return default_device() if runs_on_accelerator(settings.network) else torch.device("cpu")
