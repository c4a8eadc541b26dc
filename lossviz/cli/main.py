"""The command line: ``lossviz COMMAND``, or ``python -m lossviz COMMAND``.

Exit codes: 0 done, 1 something failed while it ran, 2 the command line makes no sense, a part of
the package is not installed, or the database was made by a newer version, 130 stopped by Ctrl-C,
141 nobody read the output to its end.
"""

import argparse
import os
import sys
from typing import Final

from lossviz import __version__
from lossviz.cli import (
    app,
    backup,
    bench,
    catalogue,
    doctor,
    export,
    lessons,
    lint,
    losses,
    networks,
    runs,
    train,
    verdict,
)
from lossviz.cli.command import Command
from lossviz.cli.loss_option import join_loss_values
from lossviz.errors import (
    FormulaError,
    InvalidInput,
    LossvizError,
    MissingExtra,
    NewerDatabase,
)
from lossviz.extras import require_extra

COMMANDS: Final[tuple[Command, ...]] = (
    app.COMMAND,
    losses.COMMAND,
    networks.COMMAND,
    catalogue.COMMAND,
    lint.COMMAND,
    export.COMMAND,
    bench.COMMAND,
    train.COMMAND,
    verdict.COMMAND,
    runs.COMMAND,
    lessons.COMMAND,
    doctor.COMMAND,
    backup.BACKUP,
    backup.RESTORE,
)

OUTPUT_CLOSED: Final = 141  # what a shell expects: 128 + SIGPIPE
# the exit code is 2, as where the command line makes no sense
_NOTHING_WAS_STARTED: Final = (InvalidInput, MissingExtra, NewerDatabase)


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="lossviz", description="See and train classification losses."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        description = command.description or f"{command.help.capitalize()}."
        own_parser = parsers.add_parser(command.name, help=command.help, description=description)
        own_parser.set_defaults(chosen=command)
        command.add_arguments(own_parser)
    return parser


def main() -> int:
    """Run the command that ``sys.argv`` holds and return its exit code.

    Side effects: those of the command. Where the reader of standard output is gone, as in
    ``lossviz losses | head -1``, the rest of it is discarded.
    """
    try:
        try:
            return _run()
        finally:
            sys.stdout.flush()  # here, where a failure can be caught
    except BrokenPipeError:
        if not _output_is_closed():
            raise
        # The interpreter flushes once more at its end, and must not fail then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OUTPUT_CLOSED


def _run() -> int:
    parser = build_parser()
    options, rest = parser.parse_known_args(join_loss_values(sys.argv[1:]))
    command: Command = options.chosen
    if rest and not command.passes_options_on:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    options.rest = rest
    try:
        if command.extra:
            require_extra(command.extra, needed_by=f"lossviz {command.name}")
        return command.run(options)
    except LossvizError as error:
        print(_message(error), file=sys.stderr)
        return 2 if isinstance(error, _NOTHING_WAS_STARTED) else 1


def _output_is_closed() -> bool:
    """Whether it is standard output that nobody reads, not another pipe.

    Side effects: prints an empty line, as nothing less finds it out on every system.
    """
    try:
        print(flush=True)
    except BrokenPipeError:
        return True
    return False


def _message(error: LossvizError) -> str:
    """The error in one line; a formula with a caret begins on a line of its own, so that the caret
    stands under its place.
    """
    if isinstance(error, FormulaError) and error.position is not None:
        return f"error:\n{error.pointed()}"
    return f"error: {error}"


if __name__ == "__main__":
    sys.exit(main())
