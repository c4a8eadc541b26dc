"""A training in another process appears in the app while it runs: first one phase, then both, with
the numbers that fastai's Recorder has there.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lossviz.experiments.engine.instances import join
from lossviz.experiments.feed import Feed
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from tests.support.pages import opened
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
NOTEBOOK = """
import json, sys
from fastai.callback.core import Callback
from lossviz import LossvizCallback, get_loss, objective
from lossviz.experiments.recipes import get_recipe
from lossviz.training.recipes import LOAD, LoadOptions, seeded_learner

class Recorded(Callback):
    order = 70
    def after_epoch(self):
        print(json.dumps(self.learn.recorder.values[-1][-1]), flush=True)
        sys.stdin.readline()

settings = get_recipe("digits").settings
source = LOAD["digits"](settings, LoadOptions())
learner = seeded_learner("digits", settings, source, objective(get_loss("inverse")), 12)
with learner.no_bar(), learner.no_logging():
    learner.fine_tune(1, cbs=[LossvizCallback(seed=12, comparison="live"), Recorded()])
print(json.dumps("done"), flush=True)
"""


@pytest.fixture
def notebook(database: Path) -> Iterator["subprocess.Popen[str]"]:
    """A program that trains, and waits after each epoch for a line."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", NOTEBOOK],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    with process:
        yield process
        process.kill()


def test_a_training_of_another_process_appears_in_the_app_while_it_runs(
    database: Path, notebook: "subprocess.Popen[str]"
) -> None:
    assert notebook.stdin is not None
    assert notebook.stdout is not None
    recorded = [json.loads(notebook.stdout.readline())]
    with closing(Store(f"sqlite:///{database}")) as store:
        instance = join(store, kind="local", clock=lambda: 0.0)  # the app's engine has begun
        try:
            (comparison,) = store.comparisons()
            feed = Feed(store, comparison.id)

            def epochs() -> list[float]:
                found, _ = store.epochs(comparison.id)
                return [epoch.error_rate for _, epoch in found]

            wait_until(lambda: epochs() == recorded, within_s=20, what="the first phase is there")
            (trial,) = feed.data(comparison, anew=True).trials
            assert (trial.state, trial.seed) == (TrialState.RUNNING, 12)
            app = opened("pages/train.py", comparison=comparison.id)
            app.run()
            assert not app.exception
            assert app.get("progress"), "the page shows how far it is"
            print(file=notebook.stdin, flush=True)
            recorded.append(json.loads(notebook.stdout.readline()))
            print(file=notebook.stdin, flush=True)
            assert json.loads(notebook.stdout.readline()) == "done"
            (trial,) = feed.data(comparison, anew=True).trials
            assert trial.state is TrialState.FINISHED
            assert epochs() == recorded
        finally:
            instance.leave()
            instance.release()


def test_a_notebook_that_is_killed_leaves_a_lost_trial(
    database: Path, notebook: "subprocess.Popen[str]"
) -> None:
    assert notebook.stdout is not None
    notebook.stdout.readline()
    notebook.kill()
    notebook.wait()
    with closing(Store(f"sqlite:///{database}")) as store:
        (comparison,) = store.comparisons()
        (engine,) = store.leases.engines()
        assert 0 < engine.left_s <= 30
        store.leases.renew(engine.id, lease_s=-1.0)  # half a minute later
        instance = join(store, kind="local", clock=lambda: 0.0)
        try:
            (trial,) = store.trials(comparison.id)
            assert trial.state is TrialState.LOST
        finally:
            instance.leave()
            instance.release()
