"""All that is known of a comparison but the course of its trials: what it is judged by."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from lossviz.experiments.confidence_bins import BINS
from lossviz.experiments.fingerprints import FingerprintsByTrial
from lossviz.experiments.public_text import without_server
from lossviz.experiments.records import (
    Comparison,
    Evaluation,
    Preparation,
    Purpose,
    Trial,
    TrialState,
)
from lossviz.experiments.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonData:
    """A comparison as it stands.

    Attributes:
        comparison: What was planned.
        preparation: What was done for all of its trials.
        trials: Those that are judged.
        search_trials: Those by which learning rates are chosen.
        last: Each trial's last evaluation, by its id; of both kinds of trials.
        fingerprints: What the trials were trained on.
    """

    comparison: Comparison
    preparation: Preparation
    trials: Sequence[Trial]
    search_trials: Sequence[Trial]
    last: Mapping[str, Evaluation]
    fingerprints: FingerprintsByTrial

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen to any of its trials."""
        return all(trial.state.ended for trial in (*self.trials, *self.search_trials))

    def without_server(self, shown: Callable[[str], str] = without_server) -> "ComparisonData":
        """The same, but for what names things of the server: what the trials' processes wrote to
        their standard error, and paths in reasons, notes and settings.

        Args:
            shown: What of a message may be read.
        """

        def of_trial(trial: Trial) -> Trial:
            if not (trial.reason or trial.stderr):
                return trial
            return replace(trial, reason=shown(trial.reason), stderr="")

        settings, preparation = self.comparison.settings, self.preparation
        return replace(
            self,
            comparison=replace(
                self.comparison, settings=replace(settings, folder=shown(settings.folder))
            ),
            preparation=replace(
                preparation,
                stage=shown(preparation.stage),
                notes=tuple(map(shown, preparation.notes)),
            ),
            trials=list(map(of_trial, self.trials)),
            search_trials=list(map(of_trial, self.search_trials)),
        )


def read_comparison_data(store: Store, comparison: Comparison) -> ComparisonData:
    """Read a comparison as it stands.

    Side effects: reads the store.
    """
    trials, _ = store.read_trials(comparison.id)
    judged, last = trials[Purpose.JUDGE], store.last_evaluations(comparison.id)
    return ComparisonData(
        comparison=comparison,
        preparation=store.preparation(comparison.id),
        trials=judged,
        search_trials=trials[Purpose.SEARCH],
        last=last | read_last_epochs(store, comparison, judged, last),
        fingerprints=store.fingerprints(comparison.id),
    )


def read_last_epochs(
    store: Store, comparison: Comparison, trials: Sequence[Trial], last: Mapping[str, Evaluation]
) -> dict[str, Evaluation]:
    """What finished trials ended with of which an early lossviz stored their epochs only: an error
    rate, and no image in the histogram.

    Args:
        store: Where they are.
        comparison: Theirs.
        trials: Some of its trials.
        last: The last evaluations of those that have one.

    Side effects: reads the store where a finished trial has no evaluation.
    """
    without = [t for t in trials if t.state is TrialState.FINISHED and t.id not in last]
    epochs = dict(store.epochs(comparison.id)[0]) if without else {}
    return {
        trial.id: Evaluation(
            at=epochs[trial.id].epoch,
            error_rate=epochs[trial.id].error_rate,
            histogram=(0,) * BINS,
        )
        for trial in without
        if trial.id in epochs
    }
