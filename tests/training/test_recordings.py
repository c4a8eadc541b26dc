"""A recording's command line gives its numbers again, on a machine of its kind."""

from __future__ import annotations

import platform

import pytest

from lossviz.experiments.gallery.recordings import RECORDINGS, read_recording
from tests.support.trials import train

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("key", ["article", "wrong-labels-40"])
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
    differences = [
        f"{part}: recorded {value}, here {again.fingerprints.get(part)}"
        for part, value in records.fingerprints[trial.id].items()
        if part != "weights" and again.fingerprints.get(part) != value
    ]
    if f"({platform.machine()})" not in records.comparison.made_by:
        pytest.skip(f"recorded on {records.comparison.made_by}; here {platform.machine()}")
    assert differences == []
    recorded = [one.error_rate for one in records.evaluations[trial.id]]
    assert [one.error_rate for one in again.evaluations] == recorded, trial.versions
