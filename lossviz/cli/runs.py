"""``lossviz runs``: the comparisons of the app's database, listed, exported and imported."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final

from lossviz.cli.command import Command

# as in ``lossviz.charts.export_formats``, which needs more than a command line that is parsed
FORMATS: Final = ("json", "csv", "evaluations", "md", "html", "svg", "pdf")


def _add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="list all comparisons, the newest first")
    listed.add_argument("--json", action="store_true", help="as JSON, for programs")
    export = actions.add_parser("export", help="write one comparison to a file")
    export.add_argument("comparison", metavar="ID", help="its id, the beginning of it, or its name")
    export.add_argument(
        "--format",
        choices=FORMATS,
        help="as what (default: as the name of the file ends, else json)",
    )
    export.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="where to (default: standard output)"
    )
    imported = actions.add_parser("import", help="put exported comparisons into the database")
    imported.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="a comparison as JSON"
    )


def _run(options: Namespace) -> int:
    from lossviz.cli import run_actions

    match options.action:
        case "list":
            return run_actions.list_runs(as_json=options.json)
        case "export":
            return run_actions.export_run(
                options.comparison, format=options.format, output=options.output
            )
    return run_actions.import_runs(options.files)


COMMAND = Command(
    name="runs",
    help="list, export and import comparisons",
    description=(
        "List, export and import the comparisons of the app's database, which may be in use: that"
        " of [connections.lossviz] in Streamlit's secrets, else of LOSSVIZ_DATABASE, else the one"
        " in the user's data folder."
    ),
    run=_run,
    add_arguments=_add_arguments,
    extra="experiments",
)
