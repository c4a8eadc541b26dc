"""What the losses of a comparison had in common, in a sentence."""

from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.descriptions import and_list, format_count
from lossviz.experiments.fingerprints import ALL_PARTS, compare_fingerprints
from lossviz.experiments.optimizers import optimizer_name
from lossviz.experiments.records import TrialState
from lossviz.experiments.settings import OwnSettings
from lossviz.experiments.trial_devices import devices_sentence


def describe_conditions(data: ComparisonData) -> str:
    """What was the same for all losses: what hashes have proved, then what was set.

    Only of seeds with which two losses or more have finished; empty before there are any, and where
    hashes differ, of which ``mismatch_warning`` speaks.
    """
    found = compare_fingerprints(data.trials, data.fingerprints)
    if not found.compared or found.mismatches:
        return ""
    seeds = format_count(len({trial.seed for trial in data.trials}), "seed")
    parts = and_list([ALL_PARTS[part] for part in found.compared])
    sentences = [
        f"With {len(found.seeds)} of {seeds} two losses or more have finished, and they had the"
        f" same {parts}, by their hashes.",
        _set_for_all(data),
        _computed_on(data),
    ]
    return " ".join(filter(None, sentences))


def _computed_on(data: ComparisonData) -> str:
    """On what the finished trials were computed, as far as their records say."""
    by_seed: dict[int, list[str]] = {}
    for trial in data.trials:
        if trial.state is TrialState.FINISHED:
            by_seed.setdefault(trial.seed, []).append(trial.computed_on)
    return devices_sentence(by_seed)


def _set_for_all(data: ComparisonData) -> str:
    settings, search = data.comparison.settings, data.comparison.rate_search
    if isinstance(settings, OwnSettings):  # its settings are among what was compared
        return ""
    threads = format_count(data.preparation.threads, "thread")
    optimizer = optimizer_name(settings.optimizer)
    if search is None:
        return f"All trained with {optimizer}, {threads} per trial and the same learning rate."
    return (
        f"All trained with {optimizer} and {threads} per trial; their learning rates differ on"
        " purpose, as each was chosen for its loss on other seeds"
        f" ({and_list([str(seed) for seed in search.seeds])})."
    )
