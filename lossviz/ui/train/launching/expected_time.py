"""How long a comparison will take, in words, where this app's database knows it."""

from __future__ import annotations

from collections.abc import Sequence

from lossviz.experiments.descriptions import format_duration
from lossviz.experiments.expected_time import expected_s, takes_the_same_time, trained_on
from lossviz.experiments.records import Comparison
from lossviz.experiments.trial_devices import PROCESSOR
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.launching.launches import Request


def expected_time(
    backend: TrainingBackend, request: Request, comparisons: Sequence[Comparison]
) -> str:
    """A sentence on how long it will take; empty where nothing of the kind has been trained yet.

    Args:
        backend: Where the comparisons' trials are read from, and on what it would be trained.
        request: What to train.
        comparisons: Those that there are, the newest first.

    Side effects: reads the store.
    """
    settings, store = request.settings, backend.store
    if settings is None or not request.trials:
        return ""
    for comparison in comparisons:
        if comparison.recipe != request.recipe:
            continue
        if takes_the_same_time(comparison.settings, settings):
            seconds = expected_s(
                settings,
                request.trials + request.search_trials,
                done=trained_on(
                    store.trials(comparison.id),
                    backend.machine.accelerators_for(settings.network) or (PROCESSOR,),
                ),
                done_with=comparison.settings,
                at_once=store.preparation(comparison.id).at_once,
            )
            about = "At least about" if request.search_trials else "About"
            return f"{about} {format_duration(seconds)}." if seconds else ""
    return ""
