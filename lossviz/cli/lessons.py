"""``lossviz lessons check``: whether files are lessons that the app can show."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from lossviz.cli.command import Command


def _add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="check")
    check = actions.add_parser(
        "check", help="say of each file whether it is a lesson, and of the first mistake its line"
    )
    check.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a lesson in Markdown")


def _run(options: Namespace) -> int:
    """Print a line for each lesson.

    Raises:
        LessonError: A file is none.
    """
    from lossviz.ui.lessons.library import read_lesson_file

    for path in options.files:
        lesson = read_lesson_file(path)
        print(f"{path}: {lesson.title}, {len(lesson.steps)} steps")
    return 0


COMMAND = Command(
    name="lessons",
    help="check files of lessons",
    run=_run,
    add_arguments=_add_arguments,
    description="Check files of lessons; exit code 2 and the line of the first mistake.",
    extra="app",
)
