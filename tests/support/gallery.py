"""Recordings as they are judged, without a database of the test's own."""

from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from lossviz.experiments.files.snapshot import read_snapshot
from lossviz.experiments.gallery.opening import open_recording
from lossviz.experiments.gallery.recordings import RECORDINGS, Recording
from lossviz.experiments.judging.judgement import Judgement
from lossviz.experiments.store.store import Store


def judged_recording(recording: Recording) -> Judgement:
    """What a recording shows."""
    return _judged(recording.id)


@cache
def _judged(id: str) -> Judgement:
    with (
        TemporaryDirectory() as folder,
        closing(Store(f"sqlite:///{Path(folder) / 'lossviz.sqlite'}")) as store,
    ):
        return read_snapshot(store, open_recording(store, RECORDINGS[id])).judgement
