"""``lossviz backup`` and ``lossviz restore``: all comparisons in one file, and back."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from lossviz.cli.command import Command
from lossviz.streamlit_secrets import read_secrets


def _add_file(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the backup, a SQLite file")


def _add_restore_arguments(parser: ArgumentParser) -> None:
    _add_file(parser)
    parser.add_argument(
        "--replace", action="store_true", help="delete what the database holds first"
    )


def _back_up(options: Namespace) -> int:
    from lossviz.experiments.store.backup import back_up

    print(f"{_counted(back_up(_database(), options.file))} in {options.file}")
    return 0


def _restore(options: Namespace) -> int:
    from lossviz.experiments.store.backup import restore

    print(f"{_counted(restore(options.file, _database(), replace=options.replace))} restored")
    return 0


def _database() -> str:
    from lossviz.experiments.store.database_setting import database_setting

    return database_setting(read_secrets()).url


def _counted(comparisons: int) -> str:
    return "1 comparison" if comparisons == 1 else f"{comparisons} comparisons"


BACKUP = Command(
    name="backup",
    help="write all comparisons to one file",
    description=(
        "Write all comparisons, from the database of the app, to one file; the app may be running."
        " The database is that of [connections.lossviz] in Streamlit's secrets, else of"
        " LOSSVIZ_DATABASE, else the one in the user's data folder."
    ),
    run=_back_up,
    add_arguments=_add_file,
    extra="experiments",
)
RESTORE = Command(
    name="restore",
    help="put a backup into the database",
    description=(
        "Put the comparisons of a backup into the database of the app, which must not be running."
        " The backup may come from SQLite or PostgreSQL, and so may the database."
    ),
    run=_restore,
    add_arguments=_add_restore_arguments,
    extra="experiments",
)
