"""The fields of ``Settings`` as options of the command line: one table."""

import argparse
from typing import Any, Final

from lossviz.experiments.settings import RANGES

_FIELDS: Final = {
    "network": (str, "a torchvision network by name; python -m lossviz networks lists them"),
    "frozen_epochs": (int, "epochs in which only the last layer learns"),
    "unfrozen_epochs": (int, "epochs after that, in which all layers learn"),
    "batch_size": (int, "images a batch"),
    "image_size": (int, "width and height of the images in pixels"),
    "label_noise": (float, "share of training labels that are replaced by another class"),
    "imbalance": (
        float,
        "how many times as many training images the first class keeps as the last",
    ),
    "evaluations": (int, "how often an epoch the error rate is measured"),
    "workers": (int, "processes that read batches, beside the trial's own"),
    "folder": (str, "where the images of the recipe folder are, one folder for each class"),
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Give a parser an option for each field; what is not given stays the recipe's own."""
    group = parser.add_argument_group("how it is trained, unless the recipe's own")
    for name, (kind, help) in _FIELDS.items():
        bounds = f", {RANGES[name][0]:g} to {RANGES[name][1]:g}" if name in RANGES else ""
        group.add_argument(
            f"--{name.replace('_', '-')}",
            type=kind,
            metavar=kind.__name__.upper(),
            help=help + bounds,
        )
    group.add_argument(
        "--learning-rate",
        metavar="RATE",
        help="a number, or find: what fastai's lr_find suggests, once for all losses",
    )
    group.add_argument(
        "--pretrained",
        action=argparse.BooleanOptionalAction,
        help="start from pretrained weights, or from scratch",
    )
    group.add_argument(
        "--mixed-precision",
        action=argparse.BooleanOptionalAction,
        help="16 bits where that is safe, on an accelerator",
    )


def changes_of(parser: argparse.ArgumentParser, options: argparse.Namespace) -> dict[str, Any]:
    """The fields of ``Settings`` that were given; a learning rate that is no number ends the
    program with exit code 2.
    """
    names = (*_FIELDS, "pretrained", "mixed_precision")
    changes = {name: value for name in names if (value := getattr(options, name)) is not None}
    if options.learning_rate == "find":
        changes["learning_rate"] = None
    elif options.learning_rate is not None:
        try:
            changes["learning_rate"] = float(options.learning_rate)
        except ValueError:
            parser.error(
                "argument --learning-rate: give a number such as 0.004, or find; got"
                f" {options.learning_rate!r}"
            )
    return changes
