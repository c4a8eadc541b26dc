"""What ``lossviz runs`` does with the app's database."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from lossviz.charts.export_formats import EXPORT_FORMATS
from lossviz.errors import InvalidInput
from lossviz.experiments.bench.bench_row import BenchRow
from lossviz.experiments.bench.listing import read_bench
from lossviz.experiments.files.finding import find_comparison
from lossviz.experiments.files.importing import import_file
from lossviz.experiments.files.snapshot import read_snapshot
from lossviz.experiments.store.database_setting import database_setting
from lossviz.experiments.store.store import Store
from lossviz.streamlit_secrets import read_secrets

_COLUMNS: Final = ("id", "made", "name", "recipe", "losses", "seeds", "state", "verdict", "best")


def list_runs(*, as_json: bool) -> int:
    """Print all comparisons, the newest first.

    Raises:
        StoreError: The database cannot be used.

    Side effects: reads the database, and keeps in it what it sums up; prints.
    """
    with _store() as store:
        rows, unreadable = read_bench(store, within_s=None)
    if as_json:
        print(json.dumps([_plain(row) for row in rows], indent=1, ensure_ascii=False))
    elif rows:
        _print_table([_cells(row) for row in rows])
    else:
        print("no comparisons yet; lossviz app trains some, lossviz runs import brings others")
    for row in unreadable:
        print(f"{row.name} cannot be read: {row.reason}", file=sys.stderr)
    return 0


def export_run(text: str, *, format: str | None, output: Path | None) -> int:
    """Write one comparison to a file, or to standard output.

    Args:
        text: Which, see ``find_comparison``.
        format: A key of ``EXPORT_FORMATS``; None for what the file's name ends with.
        output: Where to; None for standard output.

    Raises:
        InvalidInput: No comparison is meant, or the file cannot be written.
        MissingExtra: What draws the format is not installed.
        StoreError: The database cannot be used.

    Side effects: reads the database, writes the file.
    """
    chosen = EXPORT_FORMATS[format or _format_of(output)]
    with _store() as store:
        comparison = find_comparison(text, store.comparisons())
        snapshot = read_snapshot(store, comparison)
    content = chosen.write(snapshot)
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return 0
    try:
        output.write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"{output} cannot be written: {error.strerror}") from None
    print(f"{comparison.id} in {output}")
    return 0


def import_runs(files: Sequence[Path]) -> int:
    """Put the comparisons of files into the database; those that cannot be read are named, and the
    others come in.

    Returns:
        0 where all are there now, 2 where one is not.

    Raises:
        StoreError: The database cannot be used.

    Side effects: writes to the database, prints.
    """
    refused = 0
    with _store() as store:
        for file in files:
            try:
                imported = import_file(store, _content(file))
            except InvalidInput as error:
                refused += 1
                print(f"error: {file}: {error}", file=sys.stderr)
            else:
                what = "imported" if imported.is_new else "is there already"
                print(f"{file}: {imported.comparison.id} {what}")
    return 2 if refused else 0


@contextmanager
def _store() -> Iterator[Store]:
    store = Store(database_setting(read_secrets()).url)
    try:
        yield store
    finally:
        store.close()


def _format_of(output: Path | None) -> str:
    """The format that a file's name says."""
    ending = output.suffix.removeprefix(".").lower() if output else ""
    return ending if ending in EXPORT_FORMATS else "json"


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"it cannot be read: {error.strerror}") from None


def _plain(row: BenchRow) -> dict[str, Any]:
    """A row for programs."""
    comparison = row.comparison
    return {
        "id": comparison.id,
        "created_at": comparison.created_at,
        "name": comparison.name,
        "recipe": comparison.recipe,
        "losses": comparison.losses,
        "seeds": comparison.seeds,
        "changes": row.changes,
        "state": row.state,
        "finished": row.finished,
        "trials": row.trials,
        "verdict": row.verdict,
        "best_loss": row.best_loss,
        "best_error": row.best_error,
        "seconds": row.duration_s,
        "origin": comparison.origin,
        "made_by": row.made_by,
        "tags": comparison.tags,
        "note": comparison.note,
        "starred": comparison.starred,
    }


def _cells(row: BenchRow) -> dict[str, str]:
    comparison = row.comparison
    made = datetime.fromtimestamp(comparison.created_at)
    best = "" if row.best_error is None else f"{row.best_error:.4f} {row.best_loss}"
    return {
        "id": comparison.id,
        "made": f"{made:%Y-%m-%d %H:%M}",
        "name": comparison.name,
        "recipe": " · ".join([comparison.recipe, *row.changes]),
        "losses": ", ".join(row.losses),
        "seeds": str(comparison.seeds),
        "state": row.state,
        "verdict": row.verdict,
        "best": best,
    }


def _print_table(rows: Sequence[dict[str, str]]) -> None:
    """Columns with two blanks between, as ``docker ps`` has them, for cut and awk."""
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in _COLUMNS}
    heading = {name: name.upper() for name in _COLUMNS}
    for row in (heading, *rows):
        print("  ".join(row[name].ljust(widths[name]) for name in _COLUMNS).rstrip())
