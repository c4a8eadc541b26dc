"""What a command of the command line is."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass


def _no_arguments(parser: ArgumentParser) -> None:
    """Most commands take none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command.

    A command's module imports only what the core has; what an extra brings is imported when the
    command runs, so that ``lossviz losses`` works without it.

    Attributes:
        name: The word after ``lossviz``.
        help: One line for the list of commands, without a full stop.
        run: Runs it with the parsed options and returns the exit code.
        add_arguments: Declares its options.
        description: For its own help page; empty for ``help`` as a sentence.
        extra: The extra of the package that it needs, None where the core is enough.
        passes_options_on: Whether options that it does not declare are collected as
            ``options.rest`` instead of refused.
    """

    name: str
    help: str
    run: Callable[[Namespace], int]
    add_arguments: Callable[[ArgumentParser], None] = _no_arguments
    description: str = ""
    extra: str | None = None
    passes_options_on: bool = False
