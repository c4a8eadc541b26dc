"""What a named experiment says to expect of a short training is what this machine's gives."""

import pytest

from lossviz.experiments.named_experiments import MEASURED, SETUPS
from lossviz.training.trial import run_trial
from tests.support.trials import RecordedTrial

pytestmark = pytest.mark.usefixtures("one_thread")


def test_stopped_early_cross_entropy_leads_in_spite_of_wrong_labels() -> None:
    name = "noise, stopped early"
    errors = {}
    for loss in SETUPS[name].losses:
        recorded = RecordedTrial()
        settings = SETUPS[name].settings
        run_trial(recipe="digits", loss=loss, seed=1, settings=settings, emit=recorded.record)
        errors[loss] = recorded.error_rates[-1]
    assert min(errors, key=errors.__getitem__) == "cross_entropy"
    assert min(MEASURED[name], key=MEASURED[name].__getitem__) == "cross_entropy"
