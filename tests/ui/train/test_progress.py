"""What the page says of a comparison that has not ended."""

from types import SimpleNamespace
from typing import cast

import pytest

from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.machine import Machine
from lossviz.experiments.records import Preparation, Purpose, TrialState
from lossviz.ui.train.backend import WARMING_UP, TrainingBackend
from lossviz.ui.train.progress import stage
from tests.support.records import comparison, trial


def backend(
    place: int | None = 0,
    *,
    in_s: float | None = None,
    warming_up: bool = False,
    cluster: str = "",
) -> TrainingBackend:
    engine = SimpleNamespace(
        place=lambda _: place,
        begins_in_s=lambda _: in_s,
        warming_up=warming_up,
        machine=Machine(cores=2, cluster=cluster),
    )
    return cast(TrainingBackend, SimpleNamespace(engine=engine))


def data(judged: int, searched: int = 0, preparation: Preparation | None = None) -> ComparisonData:
    """Of four trials to judge, and eight of a search where any of it has ended, so many ended."""

    def trials(count: int, ended: int, purpose: Purpose):
        return [
            trial(
                number,
                purpose=purpose,
                state=TrialState.FINISHED if number < ended else TrialState.QUEUED,
                started_at=1.0 if number < ended else None,
                ended_at=4.0 if number < ended else None,
            )
            for number in range(count)
        ]

    return ComparisonData(
        comparison=comparison(),
        preparation=preparation or Preparation(done=True, at_once=2),
        trials=trials(4, judged, Purpose.JUDGE),
        search_trials=trials(8 if searched else 0, searched, Purpose.SEARCH),
        last={},
        fingerprints={},
    )


@pytest.mark.parametrize(
    ("engine", "known", "share", "text"),
    [
        (backend(), data(1), 1 / 4, "1 of 4 trials, about 4 s left"),
        (backend(), data(0), 0.0, "0 of 4 trials"),
        (backend(1), data(0), 0.0, "waiting: 1 comparison before this one"),
        (
            backend(2, in_s=75.2),
            data(0),
            0.0,
            "waiting: 2 comparisons before this one; it begins in about 1 min 15 s",
        ),
        (backend(warming_up=True), data(0), 0.0, WARMING_UP),
        (
            backend(warming_up=True, cluster="Ray cluster"),
            data(0),
            0.0,
            "starting: joining the Ray cluster",
        ),
        (
            backend(),
            data(0, 6),
            6 / 12,
            "choosing learning rates: 6 of 8 trials; then 0 of 4 trials, about 9 s left",
        ),
        (backend(), data(2, 8), 10 / 12, "2 of 4 trials, about 3 s left"),
        (
            backend(),
            data(0, preparation=Preparation(stage="finding a learning rate", share=0.5)),
            0.5,
            "preparing: finding a learning rate",
        ),
    ],
)
def test_the_stage_says_what_is_being_done_and_counts_every_trial(
    engine: TrainingBackend, known: ComparisonData, share: float, text: str
) -> None:
    assert stage(engine, known) == (share, text)
