"""An engine with a database of its own, for trainings whose results are read at once."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lossviz.experiments.comparison_data import ComparisonData, read_comparison_data
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.engine.engines import start_engine
from lossviz.experiments.folder_access import EVERY_FOLDER
from lossviz.experiments.records import Comparison
from lossviz.experiments.store.store import Store

_POLL_EVERY_S: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporaryEngine:
    """An engine and its store, which last no longer than the program.

    Attributes:
        engine: Trains.
        store: What it writes to.
    """

    engine: Engine
    store: Store

    def train(self, comparison: Comparison) -> ComparisonData:
        """Train a comparison to its end, and read it.

        Side effects: stores it, starts processes.
        """
        self.engine.launch(comparison)
        while not all(trial.state.ended for trial in self.store.trials(comparison.id)):
            time.sleep(_POLL_EVERY_S)
        return read_comparison_data(self.store, comparison)


@contextmanager
def temporary_engine(name: str = "local") -> Iterator[TemporaryEngine]:
    """An engine whose database is in a temporary folder; both are gone at the end.

    Args:
        name: A key of ``engines.ENGINES``.

    Raises:
        InvalidInput: No engine has this name.
        MissingExtra: What the engine needs is not installed.

    Side effects: starts a thread and processes, writes a folder.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'lossviz.sqlite'}")
        try:
            engine = start_engine(name, store, EVERY_FOLDER)
            try:
                yield TemporaryEngine(engine=engine, store=store)
            finally:
                engine.close()
        finally:
            store.close()
