"""A recording's command line gives its numbers again, on a machine of its kind."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from lossviz.experiments.gallery.record import machine_kind
from lossviz.experiments.gallery.recordings import RECORDINGS, read_recording
from tests.support.lengths import light_first
from tests.support.trials import train

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("key", light_first("article", "wrong-labels-40"))
def test_one_seed_trained_again_is_as_it_was_recorded(key: str) -> None:
    recording = RECORDINGS[f"recorded-{key}"]
    records = read_recording(recording)
    trial = records.trials[0]
    settings = records.comparison.settings
    changed = {
        name: getattr(settings, name)
        for name in ("learning_rate", "unfrozen_epochs", "evaluations", "label_noise")
    }
    again = train("digits", loss=trial.loss, seed=trial.seed, **changed)
    of_data = ("split", "first_batch", "last_batch")
    recorded_parts = records.fingerprints[trial.id]
    assert {part: again.fingerprints[part] for part in of_data} == {
        part: recorded_parts[part] for part in of_data
    }
    here = f"{machine_kind()}, torch {version('torch')}, fastai {version('fastai')}"
    if machine_kind() not in records.comparison.made_by or not here.endswith(
        trial.versions.partition(", ")[2]
    ):
        pytest.skip(f"{records.comparison.made_by}, {trial.versions}; here {here}")
    recorded = [one.error_rate for one in records.evaluations[trial.id]]
    assert [one.error_rate for one in again.evaluations] == recorded
