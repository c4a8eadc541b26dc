"""``lossviz losses``: the catalogue, one line a loss."""

from argparse import Namespace
from typing import Final

from lossviz.cli.command import Command
from lossviz.losses.catalogue import LOSSES

_WIDTH: Final = 52  # of a column in characters, two of them space
_LONGEST_FORMULA: Final = 50


def _run(options: Namespace) -> int:
    for loss in LOSSES.values():
        formula = loss.text
        if len(formula) > _LONGEST_FORMULA:
            formula = formula[: _LONGEST_FORMULA - 1] + "…"
        print(f"{loss.spec:{_WIDTH}} {formula:{_WIDTH}} {loss.meaning}")
    return 0


COMMAND = Command(name="losses", help="list the catalogue", run=_run)
