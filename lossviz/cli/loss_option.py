"""The options whose value is a loss: ``--loss``, which several commands have, ``--baseline``."""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Final

SYNTAX: Final = "KEY, KEY:k=0.2 or a formula such as 'p**-k; k=0.2'"
_OPTIONS: Final = ("--loss", "--baseline")


def add_loss_option(parser: ArgumentParser) -> None:
    """Let a command take exactly one loss, as ``options.loss``."""
    parser.add_argument("--loss", required=True, metavar="LOSS", help=SYNTAX)


def join_loss_values(arguments: Sequence[str]) -> list[str]:
    """``--loss`` or ``--baseline`` and what follows as one word: a formula may begin with a minus
    sign, which argparse would take for an option.

    >>> join_loss_values(["lint", "--loss", "-log(p)", "--classes", "10"])
    ['lint', '--loss=-log(p)', '--classes', '10']
    """
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in _OPTIONS:
            joined[-1] = f"{joined[-1]}={argument}"
        else:
            joined.append(argument)
    return joined
