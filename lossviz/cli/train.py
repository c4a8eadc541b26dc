"""``lossviz train``: a comparison without the app."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from lossviz.cli.command import Command
from lossviz.cli.loss_option import SYNTAX
from lossviz.cli.settings_options import add_settings_options, given_settings


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
        "--seeds",
        type=int,
        default=3,
        help="trials of each loss, with seeds 0, 1, … (default: %(default)s)",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write every epoch of every trial to FILE"
    )
    add_settings_options(parser)


def _run(options: Namespace) -> int:
    from lossviz.cli.train_comparison import train_comparison

    return train_comparison(
        recipe=options.recipe,
        losses=options.loss,
        seeds=options.seeds,
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
