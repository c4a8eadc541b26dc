"""Putting the comparison of a file into a database: whole, once, and as its owner's own."""

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from lossviz.errors import InvalidInput, LossvizError
from lossviz.experiments.comparison_records import ComparisonRecords
from lossviz.experiments.files.derived import derived_parts
from lossviz.experiments.files.document import records_document
from lossviz.experiments.files.reading import read_document
from lossviz.experiments.files.snapshot import read_snapshot
from lossviz.experiments.records import Comparison
from lossviz.experiments.store.store import Store

_DESCRIBED: Final = ("lossviz", "name", "note", "tags", "made_by")  # what may change at any time
MB: Final = 2**20
MOST_BYTES: Final = 100 * MB
_one_at_a_time = threading.Lock()
_DIGITS: Final = 24  # hexadecimal, of the id


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import came to.

    Attributes:
        comparison: As it is in the database.
        is_new: Whether it was put there now; False where it had been there already.
    """

    comparison: Comparison
    is_new: bool


def import_file(
    store: Store, content: bytes, *, owner: str = "", admit: Callable[[], None] = lambda: None
) -> Imported:
    """Read a file that anybody may have written, and put its comparison into a database.

    Args:
        store: The database.
        content: The file.
        owner: See ``import_records``.
        admit: See ``import_records``; called before the file is read, and again when it is stored.

    Raises:
        InvalidInput: See ``read_document``; or it is too large.
        QuotaExceeded, StoreError: See ``import_records``.

    Side effects: reads and writes the store.
    """
    if len(content) > MOST_BYTES:
        raise InvalidInput(
            f"the file has {len(content) / MB:,.0f} MB, and {MOST_BYTES / MB:,.0f} are the most"
        )
    admit()
    with _one_at_a_time:  # a file takes up to twenty times its size of memory while it is read
        return import_records(store, read_document(content), owner=owner, admit=admit)


def import_records(
    store: Store,
    records: ComparisonRecords,
    *,
    owner: str = "",
    admit: Callable[[], None] = lambda: None,
) -> Imported:
    """Put a comparison that was read from a file into a database, in one transaction.

    Its id follows from what is in it and from its owner: whoever imports the same twice finds what
    is there, brought back where it was deleted. So does whoever imports what was exported from this
    database.

    Args:
        store: The database.
        records: See ``read_document``.
        owner: Whose it is to be, see ``Comparison.owner``.
        admit: Raises where its owner may keep no further one; called inside the transaction.

    Raises:
        QuotaExceeded: ``admit`` has refused it.
        InvalidInput: Its results cannot be judged; nothing was stored.
        StoreError: The database cannot be written.

    Side effects: reads and writes the store.
    """
    content = _content(records)
    identity = hashlib.sha256(f"{owner}\n{content}".encode()).hexdigest()[:_DIGITS]
    if known := _known(store, records, owner, content, identity):
        return Imported(comparison=known, is_new=False)
    renamed = records.with_id(identity)
    owned = replace(renamed, comparison=replace(renamed.comparison, owner=owner))
    with store.transaction():
        admit()
        store.add_records(owned)
        _require_judgeable(store, owned.comparison)
    return Imported(comparison=owned.comparison, is_new=True)


def _require_judgeable(store: Store, comparison: Comparison) -> None:
    """Refuse what no page could show, such as numbers whose mean no computer can hold."""
    try:
        derived_parts(read_snapshot(store, comparison))
    except (LossvizError, ArithmeticError) as error:
        raise InvalidInput(f"its results cannot be judged: {error}") from None


def _known(
    store: Store, records: ComparisonRecords, owner: str, content: str, identity: str
) -> Comparison | None:
    """The owner's comparison that has the same content, under whichever id; None without one."""
    if imported := store.comparison(identity):
        return imported
    if deleted := store.deleted_comparison(identity):
        store.restore(identity)
        return replace(deleted, deleted_at=None)
    created_at = records.comparison.created_at
    for other in store.comparisons():
        is_candidate = other.owner == owner and other.created_at == created_at
        if is_candidate and _content(read_snapshot(store, other).records) == content:
            return other
    return None


def _content(records: ComparisonRecords) -> str:
    """What makes a comparison the one that it is, as one text."""
    document = records_document(records)
    kept = {name: value for name, value in document.items() if name not in _DESCRIBED}
    return json.dumps(kept, sort_keys=True)
