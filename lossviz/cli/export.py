"""``lossviz export``: a loss as source of another framework."""

from argparse import ArgumentParser, Namespace

from lossviz.cli.command import Command
from lossviz.cli.loss_option import add_loss_option
from lossviz.losses.codegen.generate import FRAMEWORKS, snippet
from lossviz.losses.parsing import loss_from_spec


def _add_arguments(parser: ArgumentParser) -> None:
    add_loss_option(parser)
    parser.add_argument(
        "--to",
        choices=FRAMEWORKS,
        default=FRAMEWORKS[0],
        help="for which framework (default: %(default)s)",
    )


def _run(options: Namespace) -> int:
    print(snippet(loss_from_spec(options.loss), options.to), end="")
    return 0


COMMAND = Command(
    name="export",
    help="print a loss as source code that runs without lossviz",
    run=_run,
    add_arguments=_add_arguments,
)
