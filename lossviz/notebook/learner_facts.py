"""What a user's learner is, as far as it can be seen: settings for people, and what must agree
before two trainings are compared.
"""

import functools
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from fastai.learner import Learner

from lossviz.experiments.settings import OwnSettings
from lossviz.notebook.fits import PlannedEpochs
from lossviz.training.fingerprints import hash_of

_PLACE: Final = re.compile(r" at 0x[0-9a-fA-F]+|, device='[^']*'")  # differs from run to run
_MOVING: Final = ("lr", "mom")  # hyperparameters that a schedule moves


def network_of(learner: Learner) -> str:
    """The network's name: the architecture that fastai made it of, or its class."""
    named = getattr(learner, "arch", None) or type(learner.model)
    return str(getattr(named, "__name__", type(named).__name__))


def optimizer_of(learner: Learner) -> str:
    """The name of what makes the learner's optimiser."""
    function = learner.opt_func
    while isinstance(function, functools.partial):
        function = function.func
    return str(getattr(function, "__name__", type(function).__name__))


def batch_size_of(learner: Learner) -> int:
    """Images of a training batch; 0 where that is not known."""
    for attribute in ("bs", "batch_size"):
        size = getattr(learner.dls.train, attribute, None)
        if isinstance(size, int):
            return size
    return 0


def image_size_of(images: Any) -> int:
    """Width of a batch of square images in pixels; 0 where it is none."""
    shape = tuple(getattr(images, "shape", ()))
    return int(shape[-1]) if len(shape) == 4 and shape[-1] == shape[-2] else 0


def settings_of(learner: Learner, epochs: PlannedEpochs, *, evaluations: int) -> OwnSettings:
    """The settings of a training that begins.

    Args:
        learner: What trains.
        epochs: Its epochs.
        evaluations: Evaluations an epoch.
    """
    return OwnSettings(
        network=network_of(learner),
        pretrained=bool(getattr(learner, "pretrained", False)),
        optimizer=optimizer_of(learner),
        batch_size=batch_size_of(learner),
        frozen_epochs=epochs.frozen,
        unfrozen_epochs=epochs.unfrozen,
        evaluations=evaluations,
        mixed_precision=hasattr(learner, "mixed_precision"),
    )


def class_names_of(learner: Learner) -> tuple[str, ...]:
    """The names of the classes in the order of their numbers; empty where there are none."""
    vocab = getattr(learner.dls, "vocab", None)
    with suppress(TypeError):
        names = tuple(map(str, vocab or ()))
        return names if all(names) else ()
    return ()


def setting_parts(learner: Learner, epochs: PlannedEpochs) -> dict[str, str]:
    """The hashes of what of the settings must agree, by part; see ``SETTING_PARTS``. The learning
    rates, which change as it trains, are known at its end.
    """
    parameters = sum(parameter.numel() for parameter in learner.model.parameters())
    hypers = {name: value for name, value in learner.opt.hypers[0].items() if name not in _MOVING}
    texts = {
        "network": f"{network_of(learner)}, {parameters:,} parameters",
        "optimizer": f"{optimizer_of(learner)}, {hypers}",
        "batch_size": str(batch_size_of(learner)),
        "epochs": f"{epochs.frozen} frozen, {epochs.unfrozen} unfrozen",
        "transforms": "; ".join(_transforms(learner)),
    }
    return {part: hash_of_text(text) for part, text in texts.items()}


def hash_of_text(text: str) -> str:
    """The short hash of a text, such as a setting in words."""
    return hash_of([text.encode(errors="backslashreplace")])


def _transforms(learner: Learner) -> Iterator[str]:
    """What is done to an item and to a batch of training, as fastai writes it."""
    loader = learner.dls.train
    dataset = getattr(loader, "dataset", None)
    for pipeline in (
        getattr(dataset, "tfms", None),
        *(getattr(loader, name, None) for name in ("after_item", "before_batch", "after_batch")),
    ):
        if pipeline is not None:
            yield _PLACE.sub("", repr(pipeline))
