"""Where a training is kept: the app's database, another one, or a file."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path
from typing import Final, TypeAlias

from filelock import FileLock, Timeout

from lossviz.errors import InvalidInput
from lossviz.experiments.files.document import write_document
from lossviz.experiments.files.reading import read_document
from lossviz.experiments.files.snapshot import read_snapshot
from lossviz.experiments.records import Origin
from lossviz.experiments.store.database_setting import database_setting
from lossviz.experiments.store.store import Store
from lossviz.streamlit_secrets import read_secrets

Destination: TypeAlias = str | PathLike[str] | Store | None
APP: Final = "app"


@contextmanager
def opened(to: Destination, *, comparison: str = "") -> Iterator[Store]:
    """The database of a destination, open.

    Args:
        to: ``"app"`` or None is the database that the app on this machine uses, a text with ``://``
            another one's URL, and what ends in ``.json`` a file; a store is used as it is, and
            stays open.
        comparison: The name of what is trained, which must be that of a file's comparison.

    Raises:
        InvalidInput: It is none of these; the file holds another comparison, or another training
            writes to it.
        StoreError: It cannot be used.

    Side effects: opens it, closes it at the end. What a file holds is read into a database that is
    gone at the end, and written again, unless an error ends what is done inside.
    """
    if isinstance(to, Store):
        yield to
    elif (file := file_of(to)) is not None:
        with _of_file(file, comparison) as store:
            yield store
    else:
        is_app = to is None or to == APP
        with _open_store(database_setting(read_secrets()).url if is_app else str(to)) as store:
            yield store


@contextmanager
def temporary_store() -> Iterator[Store]:
    """A database that is gone at the end.

    Side effects: writes to a temporary folder.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        _open_store(f"sqlite:///{Path(folder) / 'lossviz.sqlite'}") as store,
    ):
        yield store


def file_of(to: str | PathLike[str] | None) -> Path | None:
    """The file of a destination; None where it is a database.

    Raises:
        InvalidInput: It is neither.
    """
    if to is None or to == APP or "://" in fspath(to):
        return None
    path = Path(to)
    if path.suffix != ".json":
        raise InvalidInput(
            f"to must be a file that ends in .json, {APP!r}, or a database's URL; got {fspath(to)}"
        )
    return path


def write_comparison(store: Store, file: Path) -> None:
    """Write the only comparison of a database to a file; nothing where there is none.

    Side effects: replaces the file, whole or not at all.
    """
    for comparison in store.comparisons():
        new = file.with_name(f"{file.name}.new")
        new.write_text(write_document(read_snapshot(store, comparison)), encoding="utf-8")
        os.replace(new, file)


@contextmanager
def _of_file(file: Path, comparison: str) -> Iterator[Store]:
    try:
        with FileLock(f"{file}.lock", timeout=0), temporary_store() as store:
            if file.exists():
                _read_into(store, file, comparison)
            yield store
            write_comparison(store, file)
    except Timeout:
        raise InvalidInput(
            f"another training writes to {file}; give each its own file, or train side by side into"
            " a database"
        ) from None


def _read_into(store: Store, file: Path, comparison: str) -> None:
    records = read_document(file.read_bytes())
    if records.comparison.name != comparison:
        raise InvalidInput(
            f"{file} holds the comparison {records.comparison.name!r}, and this is"
            f" {comparison!r}; give another file"
        )
    own = replace(records.comparison, origin=Origin.NOTEBOOK)
    store.add_records(replace(records, comparison=own))


@contextmanager
def _open_store(url: str) -> Iterator[Store]:
    store = Store(url)
    try:
        yield store
    finally:
        store.close()
