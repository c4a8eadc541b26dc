"""The command line: ``python -m lossviz app | train | losses``. Exit code 2 for what the user can mend in the command itself."""

import argparse
import sys
from pathlib import Path

from lossviz.errors import FormulaError, InvalidInput, LossvizError
from lossviz.losses.catalogue import LOSSES
from lossviz.runs.command import train


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lossviz", description="Classification losses, seen and trained.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    app = commands.add_parser("app", help="serve the app", description="Serve the app. Further options go to streamlit run.")
    app.set_defaults(act=lambda options, rest: _serve_app(rest))
    losses = commands.add_parser("losses", help="list the catalogue")
    losses.set_defaults(act=lambda options, rest: _list_losses())
    training = commands.add_parser("train", help="train a comparison here, without the app")
    training.add_argument("--recipe", default="digits", help="what to train (default: %(default)s)")
    training.add_argument(
        "--loss", action="append", required=True, metavar="LOSS", help="KEY, KEY:k=0.2 or a formula such as 'p**-k; k=0.2'; once for each loss"
    )
    training.add_argument("--seeds", type=int, default=3, help="trials of each loss, with seeds 0, 1, … (default: %(default)s)")
    training.add_argument("--json", type=Path, metavar="FILE", help="write every epoch of every trial to FILE")
    training.set_defaults(act=lambda options, rest: train(recipe=options.recipe, losses=options.loss, seeds=options.seeds, json_path=options.json))
    return parser


def _serve_app(rest: list[str]) -> int:
    from streamlit.web import cli

    sys.argv = ["streamlit", "run", str(Path(__file__).parents[1] / "app.py"), *rest]
    return int(cli.main() or 0)


def _list_losses() -> int:
    for loss in LOSSES.values():
        print(f"{loss.spec:24} {loss.text:16} {loss.meaning}")
    return 0


def main() -> int:
    """Run one command; its exit code is 0, 1 for what failed while running, 2 for a bad command line."""
    parser = _parser()
    options, rest = parser.parse_known_args()
    if rest and options.command != "app":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        return int(options.act(options, rest))
    except LossvizError as error:
        shown = f"\n{error.pointed()}" if isinstance(error, FormulaError) and error.position is not None else f" {error}"
        print(f"error:{shown}", file=sys.stderr)  # on a line of its own, so that the caret stands under its place
        return 2 if isinstance(error, InvalidInput) else 1


if __name__ == "__main__":
    sys.exit(main())
