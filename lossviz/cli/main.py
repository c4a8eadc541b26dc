"""The command line: ``python -m lossviz COMMAND``. Exit code 2 for what the user can mend in the
command itself.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lossviz.cli.settings_options import add_options, changes_of
from lossviz.cli.train import train
from lossviz.errors import FormulaError, InvalidInput, LossvizError
from lossviz.experiments.benchmark import bench_comparison
from lossviz.experiments.networks import NETWORKS, local_weights
from lossviz.losses.analysis.lint import lint
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.catalogue.documentation import catalogue_page
from lossviz.losses.codegen.generate import FRAMEWORKS, snippet
from lossviz.losses.loss import DEFAULT_CLASSES
from lossviz.losses.parsing import loss_from_spec

_LOSS = "KEY, KEY:k=0.2 or a formula such as 'p**-k; k=0.2'"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lossviz", description="Classification losses, seen and trained."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(
        name: str, help: str, act: Callable[[Any], int], description: str = ""
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name, help=help, description=description or help.capitalize() + "."
        )
        added.set_defaults(act=act)
        return added

    command(
        "app",
        "serve the app",
        lambda options: _serve_app(options.rest),
        "Serve the app. Further options go to streamlit run.",
    )
    command("losses", "list the catalogue", lambda options: _list_losses())
    command(
        "networks",
        "list the torchvision networks that can be trained",
        lambda options: _list_networks(),
    )
    command(
        "catalogue",
        "print the catalogue's page, docs/catalogue.md",
        lambda options: _print(catalogue_page()),
    )
    lint_command = command(
        "lint",
        "say what one should know before training with a loss",
        lambda options: _lint(options.loss, options.classes),
    )
    export = command(
        "export",
        "print a loss as source that runs without lossviz",
        lambda options: _print(snippet(loss_from_spec(options.loss), options.to)),
    )
    for one in (lint_command, export):
        one.add_argument("--loss", required=True, metavar="LOSS", help=_LOSS)
    lint_command.add_argument(
        "--classes",
        type=int,
        default=DEFAULT_CLASSES,
        help="number of classes (default: %(default)s)",
    )
    export.add_argument(
        "--to",
        choices=FRAMEWORKS,
        default=FRAMEWORKS[0],
        help="for which framework (default: %(default)s)",
    )
    bench = command(
        "bench",
        "measure speed and memory",
        lambda options: _bench(options.what),
        "Measure speed and memory, as ratios in one run.",
    )
    what = (
        "objectives: every loss against torch's cross-entropy; comparison: 12 trainings against a"
        " notebook's"
    )
    bench.add_argument("what", choices=["objectives", "comparison"], help=what)
    training = command(
        "train",
        "train a comparison here, without the app",
        lambda options: train(
            recipe=options.recipe,
            losses=options.loss,
            seeds=options.seeds,
            json_path=options.json,
            changes=changes_of(training, options),
        ),
    )
    training.add_argument(
        "--recipe",
        default="digits",
        help="what to train: digits, pets or folder (default: %(default)s)",
    )
    training.add_argument(
        "--loss",
        action="append",
        required=True,
        metavar="LOSS",
        help=f"{_LOSS}; once for each loss",
    )
    training.add_argument(
        "--seeds",
        type=int,
        default=3,
        help="trials of each loss, with seeds 0, 1, … (default: %(default)s)",
    )
    training.add_argument(
        "--json", type=Path, metavar="FILE", help="write every epoch of every trial to FILE"
    )
    add_options(training)
    return parser


def _serve_app(rest: list[str]) -> int:
    from streamlit.web import cli

    sys.argv = ["streamlit", "run", str(Path(__file__).parents[2] / "app.py"), *rest]
    return int(cli.main() or 0)


def _list_losses() -> int:
    for loss in LOSSES.values():
        print(
            f"{loss.spec:52} {loss.text if len(loss.text) <= 50 else loss.text[:49] + '…':52}"
            f" {loss.meaning}"
        )
    return 0


def _list_networks() -> int:
    for network in NETWORKS.values():
        here = "weights on this machine" if local_weights(network) else ""
        print(
            f"{network.name:24} {network.parameters_millions:7.1f} million parameters  {here}".rstrip()
        )
    return 0


def _print(text: str) -> int:
    print(text, end="")
    return 0


def _lint(spec: str, classes: int) -> int:
    """Print the findings; 1 if one of them says not to train with the loss."""
    findings = lint(loss_from_spec(spec), classes=classes)
    for finding in findings:
        print(f"{finding.severity}: {finding.message}\n  {finding.advice}")
    if not findings:
        print("nothing to say against it")
    return int(any(finding.severity == "error" for finding in findings))


def _bench(what: str) -> int:
    if what == "comparison":
        return _print(bench_comparison())
    from lossviz.losses.objective.benchmark import bench_objectives  # it loads torch

    return _print(bench_objectives())


def _joined(arguments: list[str]) -> list[str]:
    """``--loss`` and what follows as one word: a formula may begin with a minus sign, which
    argparse would take for an option.
    """
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] == "--loss":
            joined[-1] = f"--loss={argument}"
        else:
            joined.append(argument)
    return joined


def main() -> int:
    """Run one command; its exit code is 0, 1 for what failed while running, 2 for a bad command
    line.
    """
    parser = _parser()
    options, rest = parser.parse_known_args(_joined(sys.argv[1:]))
    if rest and options.command != "app":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    options.rest = rest
    try:
        return int(options.act(options))
    except LossvizError as error:
        shown = (
            f"\n{error.pointed()}"
            if isinstance(error, FormulaError) and error.position is not None
            else f" {error}"
        )
        # on a line of its own, so that the caret stands under its place
        print(f"error:{shown}", file=sys.stderr)
        return 2 if isinstance(error, InvalidInput) else 1


if __name__ == "__main__":
    sys.exit(main())
