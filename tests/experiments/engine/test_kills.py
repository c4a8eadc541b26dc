"""Whatever is killed at whatever moment, no metric that was read is lost and no process is left.

No trial stays open after a restart.

Every run kills 10 processes at moments drawn from a fixed seed, ``make test-heavy`` 60 more, most
of them where workers stay.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from lossviz.errors import EngineError
from lossviz.experiments.engine.local import LocalEngine
from lossviz.experiments.records import Purpose, Trial, TrialState
from lossviz.experiments.store.store import Store
from tests.support.app_process import AppProcess, Reader, app_process
from tests.support.engine_harness import ENDING_S, MODES, STARTING_S, alive
from tests.support.lengths import light_first
from tests.support.waiting import wait_until

SHARES = {"host": 0.24, "app": 0.16}  # of the kills; the others kill a trial
SEEDS = 50  # of a comparison: 100 trials take more than the 20 s of an app
pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(900)]


def planned_kills(count: int) -> dict[str, int]:
    """How many processes of each kind to kill.

    >>> planned_kills(50)
    {'trial': 30, 'host': 12, 'app': 8}
    """
    kills = {kind: max(1, round(share * count)) for kind, share in SHARES.items()}
    return {"trial": count - sum(kills.values()), **kills}


@dataclass
class Campaign:
    """A series of kills, and what came of it.

    Attributes:
        mode: How workers are started.
        planned: How many to kill of each kind.
        killed: How many were killed.
        lingered_s: Seconds until the last descendant of a killed process had ended, for each kill.
        open_after_restart: Trials that were queued or running after the app was started again.
        seen: The rows that a reader had read meanwhile.
    """

    url: str
    mode: str
    planned: dict[str, int]
    moments: random.Random
    killed: Counter[str] = field(default_factory=Counter)
    lingered_s: list[float] = field(default_factory=list)
    open_after_restart: list[Trial] = field(default_factory=list)
    seen: dict[tuple[str, str], list[object]] = field(default_factory=dict)

    def wait_a_moment(self, at_most_s: float) -> None:
        threading.Event().wait(self.moments.uniform(0, at_most_s))

    def kill(self, kind: str, app: AppProcess) -> None:
        """Kill one process at a random moment, and wait until its descendants have ended."""
        if kind == "trial":
            app.wait_for_trials(1)
        # importing fastai takes 3 s, then trials run
        self.wait_a_moment({"trial": 0.5, "host": 5.0, "app": 5.0}[kind])
        if kind == "app":
            processes = app.processes()
            app.kill()
        else:
            processes = self.kill_one(app.trial_processes if kind == "trial" else app.hosts)
        self.killed[kind] += 1

        def all_gone() -> bool:
            return not alive(processes) and not app.orphans()

        self.lingered_s.append(
            wait_until(
                all_gone, within_s=STARTING_S, what=f"the killed {kind}'s processes have ended"
            )
        )

    def kill_one(self, candidates: Callable[[], list[psutil.Process]]) -> list[psutil.Process]:
        """Kill one of them; return it and its descendants."""
        while True:
            wait_until(candidates, within_s=STARTING_S, what="a process to kill")
            # the last one has just ended by itself
            with suppress(psutil.NoSuchProcess, IndexError):
                victim = self.moments.choice(candidates())
                processes = [victim, *victim.children(recursive=True)]
                victim.kill()
                return processes


def all_trials(store: Store) -> list[Trial]:
    return [
        trial
        for comparison in store.comparisons()
        for trial in (*store.trials(comparison.id), *store.search_trials(comparison.id))
    ]


def open_trials(store: Store) -> list[Trial]:
    return [trial for trial in all_trials(store) if not trial.state.ended]


@pytest.fixture(scope="module", params=light_first(*MODES))
def mode(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module", params=light_first(10, 25))
def kills(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture(scope="module")
def campaign(mode: str, kills: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    planned = planned_kills(kills)
    url = f"sqlite:///{tmp_path_factory.mktemp('kills') / 'lossviz.sqlite'}"
    campaign, store, reader = (
        Campaign(url, mode, planned, random.Random(0)),
        Store(url),
        Reader(url),
    )
    kinds = [kind for kind, count in planned.items() if kind != "app" for _ in range(count)]
    campaign.moments.shuffle(kinds)
    share = -(-len(kinds) // planned["app"])
    try:
        for life in range(planned["app"]):
            with app_process(url, mode) as app:
                campaign.open_after_restart += open_trials(store)
                for step, kind in enumerate([*kinds[life * share : (life + 1) * share], "app"]):
                    wait_until(
                        lambda app=app: app.hosts() or not open_trials(store),
                        within_s=STARTING_S,
                        what="a host, or nothing to do for one",
                    )
                    if not any(trial.state is TrialState.QUEUED for trial in open_trials(store)):
                        # every second life searches for learning rates first
                        app.launch(f"c{life}-{step}", seeds=SEEDS, searches=life % 2 == 0)
                        wait_until(app.hosts, within_s=STARTING_S, what="a host")
                    campaign.kill(kind, app)
        LocalEngine(store).close()
        campaign.open_after_restart += open_trials(store)
    finally:
        reader.end()
    campaign.seen = reader.seen
    yield campaign
    store.close()


def test_trials_hosts_and_apps_were_killed_as_planned(campaign: Campaign) -> None:
    assert campaign.killed == campaign.planned
    assert campaign.killed.keys() == {"trial", "host", "app"}


def test_no_process_is_left_three_seconds_after_a_kill(campaign: Campaign) -> None:
    assert len(campaign.lingered_s) == sum(campaign.planned.values())
    assert max(campaign.lingered_s) < ENDING_S[campaign.mode]


def test_after_a_restart_no_trial_is_open_and_each_has_a_state_with_its_reason(
    campaign: Campaign,
) -> None:
    assert campaign.open_after_restart == []
    store = Store(campaign.url)
    trials = all_trials(store)
    store.close()
    assert {trial.purpose for trial in trials} == set(Purpose)
    assert {trial.state for trial in trials} >= {
        TrialState.FAILED,
        TrialState.LOST,
        TrialState.CANCELLED,
    }
    assert all(
        trial.state.ended and bool(trial.reason) == (trial.state is not TrialState.FINISHED)
        for trial in trials
    )


def test_every_row_that_a_reader_has_read_is_still_there(campaign: Campaign) -> None:
    store = Store(campaign.url)
    stored = {(kind, id): getattr(store, kind)(id)[0] for kind, id in campaign.seen}
    store.close()
    epochs = sum(len(rows) for (kind, _), rows in campaign.seen.items() if kind == "epochs")
    assert epochs > sum(campaign.planned.values()) // 4
    for key, rows in campaign.seen.items():
        assert rows == stored[key][: len(rows)]


def test_a_second_app_reads_along_while_the_first_trains_and_may_not_train(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'lossviz.sqlite'}"
    with app_process(url) as app:
        store = Store(url)
        app.launch("c", seeds=4)
        for count in (1, 2):
            wait_until(
                lambda count=count: len(store.epochs("c")[0]) >= count,
                within_s=STARTING_S,
                what="one more epoch",
            )
            assert any(trial.state is TrialState.RUNNING for trial in store.trials("c"))
            with pytest.raises(EngineError, match="another lossviz app"):
                LocalEngine(store)
    LocalEngine(store).close()
    assert len(store.epochs("c")[0]) >= 2
    store.close()
