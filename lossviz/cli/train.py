"""``lossviz train``: a comparison without the app."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final

from lossviz.cli.command import Command
from lossviz.cli.loss_option import SYNTAX
from lossviz.cli.settings_options import add_settings_options, given_settings

_RATES: Final = ("same", "best")


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--recipe",
        default="digits",
        help="what to train: digits, pets or folder (default: %(default)s)",
    )
    parser.add_argument(
        "--loss",
        action="append",
        required=True,
        metavar="LOSS",
        help=f"{SYNTAX}; once for each loss",
    )
    parser.add_argument(
        "--baseline",
        metavar="LOSS",
        help=(
            "the one of them that the others are compared with (default: cross_entropy where it is"
            " among them, else the first)"
        ),
    )
    parser.add_argument(
        "--seeds",
        type=int,
        help=(
            "trials of each loss, with seeds 0, 1, … (default: 6 for digits, where they take"
            " seconds, else 3)"
        ),
    )
    parser.add_argument(
        "--rates",
        choices=_RATES,
        default=_RATES[0],
        help=(
            "the same learning rate for all losses, or for each the best of a small grid that is"
            " trained first, on seeds of its own (default: %(default)s)"
        ),
    )
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="write the plan, the verdicts, and every epoch of every trial to FILE",
    )
    add_settings_options(parser)


def _run(options: Namespace) -> int:
    from lossviz.cli.train_comparison import train_comparison

    return train_comparison(
        recipe=options.recipe,
        losses=options.loss,
        baseline=options.baseline,
        seeds=options.seeds,
        search_rates=options.rates == "best",
        json_path=options.json,
        changes=given_settings(options),
    )


COMMAND = Command(
    name="train",
    help="train a comparison here, without the app",
    run=_run,
    add_arguments=_add_arguments,
    extra="train",
)
