"""What the page and the command line say that all losses had in common."""

from dataclasses import replace

from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.conditions import describe_conditions
from lossviz.experiments.fingerprints import PARTS, compare_fingerprints, mismatch_warning
from lossviz.experiments.records import Preparation, RateSearch
from tests.support.judgements import comparison_data

SAME = dict.fromkeys(PARTS, "0af3")


def data(*outcomes: int | str, other: dict[str, str] = SAME) -> ComparisonData:
    """Two losses, the first of which has finished with every seed; all reported hashes."""
    found = comparison_data({"cross_entropy": [20] * len(outcomes), "inverse": outcomes})
    return replace(
        found,
        preparation=Preparation(done=True, threads=2),
        fingerprints={
            trial.id: SAME if trial.loss == "cross_entropy" else other for trial in found.trials
        },
    )


def test_it_speaks_of_the_seeds_with_which_two_losses_have_finished_and_of_no_others() -> None:
    assert describe_conditions(data("running", "failed", "diverged")) == ""
    assert describe_conditions(data(21, "running", 22)) == (
        "With 2 of 3 seeds two losses or more have finished, and they had the same split into"
        " training and validation, initial weights, first batch and last batch, by their hashes."
        " All trained with Adam, 2 threads per trial and the same learning rate."
    )


def test_rates_that_differ_on_purpose_are_named_as_such() -> None:
    searched = data(21, 22)
    searched = replace(
        searched, comparison=replace(searched.comparison, rate_search=RateSearch(seeds=(99,)))
    )
    said = describe_conditions(searched)
    assert "their learning rates differ on purpose" in said
    assert "chosen for its loss on other seeds (99)" in said
    assert "the same learning rate" not in said


def test_of_conditions_that_differ_nothing_is_said_to_be_the_same() -> None:
    assert describe_conditions(data(21, 22, other={**SAME, "split": "another"})) == ""


def on(found: ComparisonData, *devices: str, precision: str = "32-bit") -> ComparisonData:
    """The same, computed on these devices, in the order of the trials."""
    trials = [
        replace(trial, device=device, precision=precision if device else "")
        for trial, device in zip(found.trials, devices, strict=True)
    ]
    return replace(found, trials=trials)


def test_the_device_of_all_trials_is_said_once() -> None:
    said = describe_conditions(on(data(21, 22), *["NVIDIA H100"] * 4))
    assert said.endswith(" All were computed on NVIDIA H100, 32-bit.")


def test_trials_of_a_seed_on_two_devices_are_not_said_to_be_alike() -> None:
    mixed = on(data(21, 22), "NVIDIA H100", "processor", "NVIDIA H100", "NVIDIA H100")
    said = describe_conditions(mixed)
    assert "Trials of one seed were not computed alike: NVIDIA H100, 32-bit (3 trials)" in said
    assert "the processor, 32-bit (1 trial)" in said
    found = compare_fingerprints(mixed.trials, mixed.fingerprints)
    assert found.devices_differ
    assert not found.mismatches


def test_two_precisions_are_not_alike_either_and_two_seeds_may_have_two_devices() -> None:
    mixed = on(data(21), "NVIDIA H100", "NVIDIA H100")
    mixed.trials[1] = replace(mixed.trials[1], precision="16-bit")
    assert "not computed alike" in describe_conditions(mixed)
    by_seed = on(data(21, 22), "NVIDIA H100", "NVIDIA H100", "processor", "processor")
    assert "trials of one seed were computed alike" in describe_conditions(by_seed)


def test_hashes_that_differ_on_two_devices_are_not_blamed_on_the_recipe() -> None:
    mixed = on(data(21, other={**SAME, "first_batch": "x"}), "NVIDIA H100", "processor")
    warning = mismatch_warning(compare_fingerprints(mixed.trials, mixed.fingerprints))
    assert "train all of them again on one device" in warning
    assert "random numbers" not in warning


def test_what_an_earlier_lossviz_did_not_record_is_not_made_up() -> None:
    assert "computed" not in describe_conditions(data(21, 22))
    partly = on(data(21), "processor", "")
    assert "not recorded (1 trial)" in describe_conditions(partly)
    assert not compare_fingerprints(partly.trials, partly.fingerprints).devices_differ
