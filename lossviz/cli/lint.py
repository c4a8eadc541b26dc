"""``lossviz lint``: what one should know before training with a loss."""

from argparse import ArgumentParser, Namespace

from lossviz.cli.command import Command
from lossviz.cli.loss_option import add_loss_option
from lossviz.losses.analysis.lint import lint
from lossviz.losses.loss import DEFAULT_CLASSES
from lossviz.losses.parsing import as_read, loss_from_spec


def _add_arguments(parser: ArgumentParser) -> None:
    add_loss_option(parser)
    parser.add_argument(
        "--classes",
        type=int,
        default=DEFAULT_CLASSES,
        help="number of classes (default: %(default)s)",
    )


def _run(options: Namespace) -> int:
    """Print the findings; 1 if one of them says not to train with the loss."""
    loss = loss_from_spec(options.loss)
    if read := as_read(options.loss, loss):
        print(f"read as {read}")
    findings = lint(loss, classes=options.classes)
    for finding in findings:
        print(f"{finding.severity}: {finding.message}\n  {finding.advice}")
    if not findings:
        print("no findings")
    return int(any(finding.severity == "error" for finding in findings))


COMMAND = Command(
    name="lint",
    help="report what to know before training with a loss",
    run=_run,
    add_arguments=_add_arguments,
)
