"""Two visitors of one store, and an engine that notes what it is asked for."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from lossviz.experiments.access.guard import Guard
from lossviz.experiments.access.visitor_engine import VisitorEngine
from lossviz.experiments.access.visitor_store import VisitorStore
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.records import BatchLoss, Comparison, TrialState
from lossviz.experiments.settings import Settings
from lossviz.experiments.store.store import Store
from lossviz.experiments.visitors import Visitor
from tests.support.records import comparison, evaluation, metrics, predictions

ANN, BOB = Visitor(key="ann"), Visitor(key="bob")


@dataclass
class NotingEngine:
    """Trains nothing.

    Attributes:
        asked: What it was asked for, in order: the method, and of what.
    """

    store: Store
    asked: list[tuple[str, object]] = field(default_factory=list)
    failure: str = ""
    warming_up: bool = False

    def launch(self, comparison: Comparison) -> None:
        self.asked.append(("launch", comparison))
        self.store.add_comparison(comparison)

    def run_again(self, comparison: Comparison) -> int:
        self.asked.append(("run again", comparison.id))
        return 0

    def add_seeds(self, comparison: Comparison, count: int) -> Comparison:
        self.asked.append(("add seeds", comparison.id))
        return comparison

    def place(self, comparison_id: str) -> int | None:
        return 0

    def stop(self, trial_ids: Iterable[str]) -> None:
        ids = list(trial_ids)
        self.asked.append(("stop", ids))
        for trial_id in ids:
            self.store.move(trial_id, TrialState.CANCELLED, now=1.0)

    def request_preview(self, recipe: str, settings: Settings, *, owner: str = "") -> str:
        self.asked.append(("preview", recipe))
        return "key"

    def request_images(
        self, recipe: str, settings: Settings, rows: Sequence[int], *, owner: str = ""
    ) -> str:
        self.asked.append(("images", rows))
        return "key"


@dataclass
class Side:
    """A store and an engine as one visitor has them."""

    visitor: Visitor
    guard: Guard
    store: VisitorStore
    engine: VisitorEngine


@dataclass
class TwoVisitors:
    """Ann has the comparison ``c``, whose trials have reported something, Bob has nothing.

    Attributes:
        now: Of the clock by which the guards count.
    """

    store: Store
    engine: NotingEngine
    now: float = 0.0

    def side(self, visitor: Visitor) -> Side:
        guard = Guard(self.store, visitor, clock=lambda: self.now)
        engine = VisitorEngine(cast(Engine, self.engine), guard)
        return Side(visitor, guard, VisitorStore(self.store, guard), engine)


def fill(store: Store, *, owner: str, id: str = "c") -> Comparison:
    """A comparison with one trial that has finished, and three that wait."""
    owned = replace(comparison(id), owner=owner)
    store.add_comparison(owned)
    first = f"{id}-0"
    store.move(first, TrialState.RUNNING, now=1.0)
    store.add_evaluation(first, evaluation(0.0))
    store.add_evaluation(first, evaluation(1.0))
    store.add_epoch(first, metrics(1))
    store.add_batches(first, [BatchLoss(at=0.5, loss=1.0, learning_rate=0.1)])
    store.add_predictions(first, predictions())
    store.add_fingerprint(first, "split", "f00d")
    store.move(first, TrialState.FINISHED, now=2.0)
    store.keep_summaries({id: ("a trial of four", "{}")})
    return owned


@contextmanager
def two_visitors(folder: Path) -> Iterator[TwoVisitors]:
    with closing(Store(f"sqlite:///{folder / 'lossviz.sqlite'}")) as store:
        fill(store, owner=ANN.key)
        yield TwoVisitors(store, NotingEngine(store))
