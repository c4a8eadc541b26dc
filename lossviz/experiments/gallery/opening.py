"""Putting a recording into a database, where it is not there yet."""

from lossviz.errors import StoreError
from lossviz.experiments.gallery.recordings import Recording, read_recording
from lossviz.experiments.records import Comparison
from lossviz.experiments.store.store import Store


def open_recording(store: Store, recording: Recording) -> Comparison:
    """The recording in a database: as it is there, brought back where it was deleted, else put
    there from its file.

    Nobody owns it and every visitor may see it, so any of them may have it opened.

    Raises:
        StoreError: The database cannot be read or written.

    Side effects: reads and writes the store.
    """
    if found := _found(store, recording):
        return found
    records = read_recording(recording)
    try:
        store.add_records(records)
    except StoreError:
        if found := _found(store, recording):  # another visitor was a moment sooner
            return found
        raise
    return records.comparison


def _found(store: Store, recording: Recording) -> Comparison | None:
    store.restore(recording.id)
    return store.comparison(recording.id)
