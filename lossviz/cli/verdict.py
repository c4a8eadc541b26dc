"""``lossviz verdict``: which losses are better, from a file of error rates."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from lossviz.cli.command import Command

DEFAULT_BASELINE = "cross_entropy"


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file",
        type=Path,
        help="a CSV with the columns loss, seed and error_rate (0 to 1; empty where a run ended"
        " without one, or diverged), and perhaps device and precision, or what lossviz train --json"
        " wrote",
    )
    parser.add_argument(
        "--baseline",
        metavar="LOSS",
        help=f"the loss that the others are compared with (default: that of a training's plan,"
        f" else {DEFAULT_BASELINE})",
    )
    parser.add_argument(
        "--planned-seeds",
        type=int,
        metavar="N",
        help="seeds that were planned before the first result was looked at (default: those of a"
        " training's plan, else all in the file)",
    )
    parser.add_argument(
        "--images",
        type=int,
        metavar="N",
        help="validation images, to speak of images (default: those of a training)",
    )
    parser.add_argument(
        "--margin",
        type=float,
        metavar="RATE",
        help="differences of the error rate up to this are practically the same (default: one image"
        " or 0.005, whichever is more)",
    )


def _run(options: Namespace) -> int:
    """Print the table, a sentence for each loss, and on what it was computed."""
    from lossviz.cli.run_files import read_run_file
    from lossviz.cli.verdict_table import verdict_table
    from lossviz.experiments.trial_devices import devices_sentence
    from lossviz.statistics.given_errors import judge_given

    file = read_run_file(options.file)
    verdicts = judge_given(
        file.rates,
        baseline=options.baseline or file.baseline or DEFAULT_BASELINE,
        planned_seeds=file.planned_seeds
        if options.planned_seeds is None
        else options.planned_seeds,
        images=file.images if options.images is None else options.images,
        training_images=file.training_images,
        margin=file.margin if options.margin is None else options.margin,
        alpha=file.alpha,
        labels=file.labels,
    )
    print(verdict_table(verdicts))
    if devices := devices_sentence(file.computed_on):
        print(devices)
    return 0


COMMAND = Command(
    name="verdict",
    help="say which losses are better, from the error rates in a file",
    run=_run,
    add_arguments=_add_arguments,
)
