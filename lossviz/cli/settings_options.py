"""The fields of ``Settings`` as options of the command line: one table."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from lossviz.errors import InvalidInput
from lossviz.experiments.folder_paths import folder_path
from lossviz.experiments.optimizers import OPTIMIZERS
from lossviz.experiments.settings import RANGES


def _learning_rate(text: str) -> float | None:
    """A number, or None for ``find``."""
    if text == "find":
        return None
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"give a number such as 0.004, or find; got {text!r}"
        ) from None


def _folder(text: str) -> str:
    try:
        return folder_path(text)
    except InvalidInput as error:
        raise argparse.ArgumentTypeError(str(error)) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _SettingOption:
    """One option with a value.

    Attributes:
        parse: Makes the field's value from the text.
        metavar: What stands for the value on the help page.
        help: What it sets; the limits of the field are added.
    """

    parse: Callable[[str], Any]
    metavar: str
    help: str


_OPTIONS: Final = {  # by field of Settings
    "network": _SettingOption(
        parse=str,
        metavar="STR",
        help="a torchvision network by name; python -m lossviz networks lists them",
    ),
    "frozen_epochs": _SettingOption(
        parse=int, metavar="INT", help="epochs that train the last layer only"
    ),
    "unfrozen_epochs": _SettingOption(
        parse=int, metavar="INT", help="epochs after that, which train all layers"
    ),
    "batch_size": _SettingOption(parse=int, metavar="INT", help="batch size"),
    "image_size": _SettingOption(
        parse=int, metavar="INT", help="width and height of the images in pixels"
    ),
    "label_noise": _SettingOption(
        parse=float,
        metavar="FLOAT",
        help="share of training labels that are replaced by another class",
    ),
    "imbalance": _SettingOption(
        parse=float,
        metavar="FLOAT",
        help="how many times as many training images the first class keeps as the last",
    ),
    "evaluations": _SettingOption(
        parse=int, metavar="INT", help="evaluations per epoch, on the validation images"
    ),
    "workers": _SettingOption(
        parse=int,
        metavar="INT",
        help="data-loading workers, beside the trial's own process; on a processor only, and Linux",
    ),
    "folder": _SettingOption(
        parse=_folder,
        metavar="STR",
        help="where the images of the recipe folder are: a folder for each class, or train and"
        " valid with such folders",
    ),
    "optimizer": _SettingOption(
        parse=str,
        metavar="STR",
        help="for all losses alike: "
        + " or ".join(f"{key} ({name})" for key, name in OPTIMIZERS.items()),
    ),
    "learning_rate": _SettingOption(
        parse=_learning_rate,
        metavar="RATE",
        help=(
            "a number, or find: what fastai's lr_find suggests, once for all losses; an optimizer"
            " other than Adam has another one where none is given"
        ),
    ),
}
_SWITCHES: Final = {  # by field of Settings: what it sets
    "pretrained": "start from pretrained weights, or from scratch",
    "mixed_precision": "16 bits where that is safe; a CUDA GPU only",
}
_WITHOUT_LIMITS: Final = frozenset({"learning_rate"})  # its help says what it takes


def add_settings_options(parser: argparse.ArgumentParser) -> None:
    """Give a parser an option for each field; what is not given stays the recipe's own."""
    group = parser.add_argument_group("how it is trained, unless the recipe's own")
    for field, option in _OPTIONS.items():
        group.add_argument(
            _flag(field),
            type=option.parse,
            metavar=option.metavar,
            default=argparse.SUPPRESS,
            help=option.help + _limits(field),
        )
    for field, help in _SWITCHES.items():
        group.add_argument(
            _flag(field),
            action=argparse.BooleanOptionalAction,
            default=argparse.SUPPRESS,
            help=help,
        )


def given_settings(options: argparse.Namespace) -> dict[str, Any]:
    """The fields of ``Settings`` that were given on the command line."""
    given = vars(options)
    return {field: given[field] for field in (*_OPTIONS, *_SWITCHES) if field in given}


def _flag(field: str) -> str:
    return f"--{field.replace('_', '-')}"


def _limits(field: str) -> str:
    if field not in RANGES or field in _WITHOUT_LIMITS:
        return ""
    lowest, highest = RANGES[field]
    return f", {lowest:g} to {highest:g}"
