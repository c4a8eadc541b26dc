"""Any network of torchvision with a last layer for our classes, from scratch or pretrained."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import Parameter
from torchvision.models import get_model

from lossviz.errors import InvalidInput, LossvizError
from lossviz.experiments.networks import Network, checkpoints_folder, get_network, local_weights

_Options = Mapping[str, Mapping[str, Any]]
_WITHOUT_AUXILIARY = {"aux_logits": False, "init_weights": True}
_OPTIONS: _Options = MappingProxyType(
    {"googlenet": _WITHOUT_AUXILIARY, "inception_v3": _WITHOUT_AUXILIARY}
)
_PRETRAINED_OPTIONS: _Options = MappingProxyType(  # as the weights were trained
    {
        "googlenet": {"transform_input": True},  # from ImageNet's mean and deviation to 0.5
        "inception_v3": {"transform_input": True},
        "vit_h_14": {"image_size": 518},
    }
)
_AUXILIARY = re.compile(r"aux\d\.|AuxLogits\.")
# its file is from before torch forbade dots in names
_OLD_DENSENET = re.compile(r"(denselayer\d+\.(?:norm|relu|conv))\.([12]\.)")
_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_HALVES = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
_SIZES = (32, 64, 96, 128, 224, 256, 299, 384, 480, 512, 518)


def make_torchvision(name: str, *, classes: int, weights: bool) -> nn.Module:
    """The torchvision network ``name``: images [N, 3, S, S] to logits [N, classes].

    Its last layer is always freshly initialised, and drawn after all others. Auxiliary heads are
    left out.

    Args:
        name: See ``lossviz.experiments.networks``.
        classes: Outputs of the last layer.
        weights: Whether all other layers start from torchvision's DEFAULT weights. Nothing is
            downloaded.

    Raises:
        UnknownNetwork: No such name.
        LossvizError: The file of the weights is not on this machine, or not what its name says.

    Side effects: draws from torch's generator; reads the file.
    """
    network = get_network(name)
    path = _verified_weights(network) if weights else None
    options = {**_OPTIONS.get(name, {}), **(_PRETRAINED_OPTIONS.get(name, {}) if path else {})}
    model: nn.Module = get_model(name, weights=None, **options)
    if path:
        model.load_state_dict(_load_state(path))
    last = _last_layer_name(model)
    model.set_submodule(last, _fresh_layer(model.get_submodule(last), classes))
    return model


def normalisation_statistics(
    name: str,
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Mean and standard deviation of the colours that the network was pretrained with."""
    return _HALVES if name == "efficientnet_v2_l" else _IMAGENET


def splitter(model: nn.Module) -> list[list[Parameter]]:
    """The parameters of all but the last layer, which ``fine_tune`` freezes, and the last one's."""
    last = list(model.get_submodule(_last_layer_name(model)).parameters())
    last_ids = {id(parameter) for parameter in last}
    body = [parameter for parameter in model.parameters() if id(parameter) not in last_ids]
    return [body, last]


def check_image_size(model: nn.Module, size: int, *, name: str) -> None:
    """Refuse images of a size that the network cannot take.

    Two images pass through it on torch's ``meta`` device, where tensors have a shape and no values:
    that costs no arithmetic, and leaves weights, running means and the random generator as they
    are.

    Args:
        model: In training mode too: a batch of two is enough for batch normalisation on 1 × 1 maps.
        size: Width and height in pixels.
        name: What the message calls it.

    Raises:
        InvalidInput: It cannot; the message says which size it can.
    """
    error = _forward_error(model, size)
    if error is None:
        return
    larger_first = sorted(_SIZES, key=lambda other: (other < size, abs(other - size)))
    fitting = next((other for other in larger_first if _forward_error(model, other) is None), None)
    if fitting is None:
        raise error  # so it is not the size
    raise InvalidInput(
        f"the network {name} cannot take images of {size} × {size} pixels; {fitting} × {fitting}"
        " works"
    ) from error


def _verified_weights(network: Network) -> Path:
    """The file of the weights, whose SHA-256 is the one in its name."""
    path = local_weights(network)
    if path is None:
        missing = checkpoints_folder() / network.weights_file
        raise LossvizError(
            f"the weights of {network.name} are not on this machine: {missing} is missing; train it"
            " from scratch, or put the file there"
        )
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    digits = network.sha256_digits
    if not digest.startswith(digits):
        actual = digest[: len(digits)]
        raise LossvizError(
            f"{path} is damaged: its SHA-256 begins with {actual}, not {digits}; delete it, so that"
            " it is downloaded again"
        )
    return path


def _load_state(path: Path) -> dict[str, Tensor]:
    """The weights in a file of torchvision's, under today's names.

    The dictionary is changed in place, because it carries the versions of the layers.
    """
    state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    for key in list(state):
        value = state.pop(key)
        if not _AUXILIARY.match(key):
            state[_OLD_DENSENET.sub(r"\1\2", key)] = value
    return state


def _last_layer_name(model: nn.Module) -> str:
    """The name of the layer that makes the logits.

    In all networks of torchvision it is the last linear or convolutional one.
    """
    names: list[str] = [
        name for name, layer in model.named_modules() if isinstance(layer, nn.Linear | nn.Conv2d)
    ]
    return names[-1]


def _fresh_layer(last: nn.Module, classes: int) -> nn.Module:
    """A layer like ``last``, with ``classes`` outputs and fresh weights."""
    if isinstance(last, nn.Linear):
        return nn.Linear(last.in_features, classes, bias=last.bias is not None)  # maxvit_t has none
    assert isinstance(last, nn.Conv2d)  # the squeezenets
    return nn.Conv2d(last.in_channels, classes, kernel_size=1)


def _forward_error(model: nn.Module, size: int) -> Exception | None:
    """What the network raises for images of this size, None where it takes them."""
    shapes = {
        name: value.detach().to("meta")
        for name, value in (*model.named_parameters(), *model.named_buffers())
    }
    try:
        with torch.no_grad():
            functional_call(model, shapes, (torch.zeros(2, 3, size, size, device="meta"),))
    except (RuntimeError, ValueError, AssertionError) as error:
        return error
    return None
