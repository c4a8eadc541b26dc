"""How many rows a database takes from the apps that share it, and whether any is lost.

Each app is a process with a lease, and reports as an engine does: events of trials, up to 200 in a
transaction. Somebody reads meanwhile, as a page does.
"""

import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lossviz.errors import StoreError
from lossviz.experiments.benchmarks.processes import run_module
from lossviz.experiments.confidence_bins import BINS
from lossviz.experiments.engine.instances import join
from lossviz.experiments.engine.messages import BatchLosses, Evaluated, TrialEvent
from lossviz.experiments.feed import MOST_POINTS
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.records import BatchLoss, Evaluation, TrialState
from lossviz.experiments.store.points import POINT_KINDS
from lossviz.experiments.store.store import Store
from lossviz.experiments.store.trial_events import store_event

ROWS_PER_S: Final = 2000
SECONDS: Final = 60.0
_APPS: Final = 2  # that share a server; a file has one
_TRIALS: Final = 4  # of each app, which report in turn
_EVENTS_PER_TRANSACTION: Final = 50
_BATCHES: Final = 4  # rows of an event; between two of these, one evaluation
_ROWS: Final = 1 + _BATCHES  # of a trial's two events


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreMeasurement:
    """What was measured.

    Attributes:
        written: Rows that the apps have reported.
        stored: Rows that are in the database, in the order in which each trial reported them.
        followed: Rows that the one who read meanwhile by cursor has seen.
        seconds: From the first to the last, of the slowest app.
    """

    written: int
    stored: int
    followed: int
    seconds: float

    @property
    def lost(self) -> int:
        """Rows that were reported and are not there, or were not seen."""
        return self.written - min(self.stored, self.followed)


def bench_store(
    url: str | None = None, *, seconds: float = SECONDS, rows_per_s: float = ROWS_PER_S
) -> str:
    """Write to a database for a while, and say in words what came of it.

    Args:
        url: Its SQLAlchemy URL; None for a SQLite file in a temporary folder.
        seconds: How long.
        rows_per_s: How fast, all apps together.

    Side effects: starts processes; adds comparisons to the database, which stay.
    """
    if url is None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "lossviz.sqlite"
            return bench_store(f"sqlite:///{path}", seconds=seconds, rows_per_s=rows_per_s)
    with closing(Store(url)) as store:
        apps = _APPS if store.is_shared else 1
        kind = "PostgreSQL" if store.is_shared else "SQLite"
    found = measure_store(url, seconds=seconds, rows_per_s=rows_per_s, apps=apps)
    app_words = "1 app" if apps == 1 else f"{apps} apps"
    return (
        f"{kind}, {app_words}: {found.written:,} rows in {found.seconds:.1f} s,"
        f" {found.written / found.seconds:,.0f} a second; {found.lost} lost\n"
    )


def measure_store(url: str, *, seconds: float, rows_per_s: float, apps: int) -> StoreMeasurement:
    """As ``bench_store``, in numbers.

    Side effects: starts processes; adds comparisons to the database, which stay.
    """
    stamp = time.time_ns()
    ids = [f"bench-{stamp}-{app}" for app in range(apps)]
    with closing(Store(url)) as store, ThreadPoolExecutor(apps) as writers:
        written = [
            writers.submit(run_module, __name__, url, id, str(seconds), str(rows_per_s / apps))
            for id in ids
        ]
        cursors, drawn, followed = dict.fromkeys(ids, 0), dict.fromkeys(ids, 0), 0
        writing = True
        while writing:
            writing = not all(writer.done() for writer in written)
            for id in ids:
                evaluations, cursors[id] = store.evaluations(id, after=cursors[id])
                followed += _ROWS * len(evaluations)
                points = store.points(POINT_KINDS["batches"], id, after=drawn[id], most=MOST_POINTS)
                drawn[id] = points.upto
            time.sleep(0.5 if writing else 0.0)
        outputs = [writer.result().output.split() for writer in written]
        stored = sum(_stored_in_order(store, id) for id in ids)
    return StoreMeasurement(
        written=sum(int(rows) for rows, _ in outputs),
        stored=stored,
        followed=followed,
        seconds=max(float(took) for _, took in outputs),
    )


def _stored_in_order(store: Store, id: str) -> int:
    """How many rows of a comparison are in the database.

    Raises:
        StoreError: Those of a trial are not in the order in which it reported them.
    """
    rows = 0
    for found in (store.evaluations(id)[0], store.batches(id)[0]):
        by_trial: dict[str, list[float]] = {}
        for trial_id, row in found:
            by_trial.setdefault(trial_id, []).append(row.at)
        for trial_id, moments in by_trial.items():
            if moments != sorted(set(moments)):
                raise StoreError(f"rows of {trial_id} are there twice or in another order")
        rows += len(found)
    return rows


def write_rows(url: str, id: str, *, seconds: float, rows_per_s: float) -> tuple[int, float]:
    """Report as an app does; return how many rows that were, and how long it took.

    Side effects: adds a comparison to the database, which stays.
    """
    comparison = plan_comparison(
        id=id,
        recipe="digits",
        losses=["cross_entropy", "inverse"],
        seeds=_TRIALS // 2,
        created_at=time.time(),
    )
    with closing(Store(url)) as shared:
        instance = join(shared, kind="local", clock=time.time)
        try:
            own, trials = instance.store, comparison.trials()
            own.add_comparison(comparison)
            for trial in trials:
                own.move(trial.id, TrialState.RUNNING, now=time.time())
            wanted, number, began = int(seconds * rows_per_s), 0, time.monotonic()
            while _ROWS * number < wanted:
                time.sleep(max(0.0, began + _ROWS * number / rows_per_s - time.monotonic()))
                instance.poll()
                with own.report_transaction():
                    for _ in range(_EVENTS_PER_TRANSACTION // 2):
                        for event in _events(number):
                            store_event(own, trials[number % len(trials)].id, event)
                        number += 1
            return _ROWS * number, time.monotonic() - began
        finally:
            instance.leave()
            instance.release()


def _events(number: int) -> tuple[TrialEvent, TrialEvent]:
    """What a trial reports at once: a few training losses, and an evaluation."""
    losses = tuple(
        BatchLoss(at=number + part / _BATCHES, loss=2.3, learning_rate=0.004, seconds=1.0)
        for part in range(_BATCHES)
    )
    evaluation = Evaluation(
        at=float(number),
        error_rate=0.25,
        histogram=(7,) * BINS,
        seconds=1.0,
        brier=0.4,
        nll=0.7,
        valid_loss=0.7,
        gradient=(0.25,) * BINS,
    )
    return BatchLosses(losses=losses), Evaluated(evaluation=evaluation)


if __name__ == "__main__":
    rows, took_s = write_rows(
        sys.argv[1], sys.argv[2], seconds=float(sys.argv[3]), rows_per_s=float(sys.argv[4])
    )
    print(rows, took_s)
