"""Trials of several comparisons in one chart: only where nothing but losses and seeds differs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lossviz.errors import ConditionsDiffer, InvalidInput
from lossviz.experiments.bench.joining import MOST_LINES, comparison_labels, join
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.fingerprints import PARTS
from lossviz.experiments.records import RateSearch, TrialState
from tests.support.judgements import IMAGES, Outcome, comparison_data
from tests.support.records import comparison


def data(id: str, outcomes: dict[str, list[Outcome]], **of_trials: Any) -> ComparisonData:
    """A comparison of that name, with the same hashes for the same seeds."""
    found = comparison_data(outcomes)
    trials = [
        replace(
            trial,
            **{
                "id": f"{id}-{trial.position}",
                "comparison_id": id,
                "device": "processor",
                "precision": "32-bit",
                **of_trials,
            },
        )
        for trial in found.trials
    ]
    renamed = dict(zip((t.id for t in found.trials), (t.id for t in trials), strict=True))
    return replace(
        found,
        comparison=replace(found.comparison, id=id, name=f"the {id}"),
        preparation=replace(found.preparation, class_names=("0", "1")),
        trials=trials,
        last={renamed[old]: evaluation for old, evaluation in found.last.items()},
        fingerprints={
            trial.id: {part: f"{part} {trial.seed}" for part in PARTS} for trial in trials
        },
    )


A = data("first", {"cross_entropy": [20, 30, 40], "inverse": [25, 35, "failed"]})
B = data("second", {"cross_entropy": [20, 30], "dot_product": [26, 33]})


def test_lines_say_loss_and_comparison_and_are_compared_over_the_seeds_that_all_have() -> None:
    joined = join([(A, ["cross_entropy", "inverse"]), (B, ["dot_product"])])
    assert [line.label for line in joined.lines] == [
        "cross-entropy · the first",
        "inverse · the first",
        "dot product · the second",
    ]
    assert joined.seeds == (0, 1)
    cross_entropy, inverse, dot_product = joined.lines
    assert cross_entropy.mean == pytest.approx(30 / IMAGES)
    assert joined.mean(cross_entropy) == pytest.approx(25 / IMAGES)
    assert {
        seed: round(IMAGES * found)
        for seed, found in joined.differences(dot_product, cross_entropy).items()
    } == {0: 6, 1: 3}
    assert {trial_id[:5] for trial_id in joined.trial_ids} == {"first", "secon"}
    assert len(joined.trial_ids) == 3 + 3 + 2
    assert (joined.noted, joined.not_recorded) == ((), ())
    assert inverse.trials[2].state is TrialState.FAILED


def settings(**changes: object) -> Callable[[ComparisonData], ComparisonData]:
    return lambda found: replace(
        found,
        comparison=replace(
            found.comparison, settings=replace(found.comparison.settings, **changes)
        ),
    )


def preparation(**changes: object) -> Callable[[ComparisonData], ComparisonData]:
    return lambda found: replace(found, preparation=replace(found.preparation, **changes))


def trials(**changes: object) -> Callable[[ComparisonData], ComparisonData]:
    return lambda found: replace(found, trials=[replace(t, **changes) for t in found.trials])


def hashes(part: str, *seeds: int) -> Callable[[ComparisonData], ComparisonData]:
    def changed(found: ComparisonData) -> ComparisonData:
        other = {
            trial.id: {**found.fingerprints[trial.id], part: "another"}
            for trial in found.trials
            if trial.seed in seeds
        }
        return replace(found, fingerprints={**found.fingerprints, **other})

    return changed


DIFFERENT = {
    "recipe: Handwritten digits (the first), Pets, as in the article (the second)": (
        lambda found: replace(found, comparison=replace(found.comparison, recipe="pets"))
    ),
    "unfrozen epochs: 1 (the first), 3 (the second)": settings(unfrozen_epochs=3),
    "optimizer: Adam (the first), SGD with momentum (the second)": settings(optimizer="sgd"),
    "learning rate: 0.004 (the first), 0.01 (the second)": settings(learning_rate=0.01),
    "batch size: 64 (the first), 32 (the second)": settings(batch_size=32),
    "wrong labels: 0% (the first), 20% (the second)": settings(label_noise=0.2),
    "threads of a trial: 1 thread (the first), 2 threads (the second)": preparation(threads=2),
    "names of the classes: 0, 1 (the first), a, b (the second)": preparation(
        class_names=("a", "b")
    ),
    "training images: 1,438 (the first), 1,000 (the second)": trials(training_images=1000),
    "validation images: 359 (the first), 100 (the second)": trials(validation_images=100),
    "device: the processor, 32-bit (the first), NVIDIA H100, 32-bit (the second)": trials(
        device="NVIDIA H100"
    ),
    "split into training and validation, by the hashes of seeds 0 and 1": hashes("split", 0, 1),
    "initial weights, by the hashes of seed 1": hashes("weights", 1),
}


@pytest.mark.parametrize("said", DIFFERENT)
def test_what_differs_is_refused_and_named(said: str) -> None:
    other = DIFFERENT[said](B)
    with pytest.raises(ConditionsDiffer) as refusal:
        join([(A, ["cross_entropy"]), (other, ["dot_product"])])
    assert refusal.value.differences == (said,)
    assert said in str(refusal.value)


def test_all_that_differs_is_named_at_once() -> None:
    other = settings(batch_size=32, label_noise=0.2)(hashes("first_batch", 0)(B))
    with pytest.raises(ConditionsDiffer) as refusal:
        join([(A, ["cross_entropy"]), (other, ["dot_product"])])
    assert [said.split(":")[0].split(",")[0] for said in refusal.value.differences] == [
        "batch size",
        "wrong labels",
        "first batch",
    ]


def test_what_has_no_effect_on_what_is_learned_does_not_matter() -> None:
    other = settings(evaluations=3, workers=2)(B)
    assert join([(A, ["cross_entropy"]), (other, ["dot_product"])]).lines


def test_a_rate_that_was_found_counts_as_one_that_was_set() -> None:
    found = preparation(learning_rate=4e-3)(settings(learning_rate=None)(B))
    assert join([(A, ["cross_entropy"]), (found, ["dot_product"])]).lines


def test_rates_of_its_own_must_be_the_same_for_the_same_loss_only() -> None:
    def searched(found: ComparisonData, rate: float) -> ComparisonData:
        comparison = replace(found.comparison, rate_search=RateSearch())
        return trials(learning_rate=rate)(replace(found, comparison=comparison))

    a, b = searched(A, 4e-3), searched(B, 1e-2)
    assert join([(a, ["inverse"]), (b, ["dot_product"])]).lines
    with pytest.raises(ConditionsDiffer) as refusal:
        join([(a, ["cross_entropy"]), (b, ["cross_entropy"])])
    assert refusal.value.differences == (
        "learning rate of cross-entropy: 0.004 (the first), 0.01 (the second)",
    )
    with pytest.raises(ConditionsDiffer, match="each loss at its best rate"):
        join([(A, ["inverse"]), (b, ["dot_product"])])


def test_other_versions_are_noted_and_joined_all_the_same() -> None:
    a, b = trials(versions="torch 2.9")(A), trials(versions="torch 2.15")(B)
    joined = join([(a, ["inverse"]), (b, ["dot_product"])])
    assert joined.noted == ("versions: torch 2.9 (the first), torch 2.15 (the second)",)


def test_what_is_not_recorded_of_one_is_named_and_is_no_difference() -> None:
    old = trials(device="", precision="", training_images=None)(replace(B, fingerprints={}))
    joined = join([(A, ["inverse"]), (old, ["dot_product"])])
    assert joined.not_recorded == (
        "training images",
        "device",
        *(f"hash of the {words}" for words in PARTS.values()),
    )


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ([], "nothing is chosen"),
        ([(A, [])], "nothing is chosen"),
        ([(A, ["dot_product"])], "the first has no loss dot_product"),
        ([(A, ["inverse"]), (A, ["cross_entropy"])], "chosen twice"),
    ],
)
def test_what_cannot_be_joined_is_refused(chosen: list, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        join(chosen)


def test_there_are_no_more_lines_than_an_eye_can_follow() -> None:
    losses = [f"p**-{k / 100}" for k in range(1, MOST_LINES + 2)]
    many = data("many", {loss: [20] for loss in losses})
    assert len(join([(many, losses[:-1])]).lines) == MOST_LINES
    with pytest.raises(InvalidInput, match=f"at most {MOST_LINES} losses"):
        join([(many, losses)])


def test_comparisons_are_called_by_their_names_or_times_and_told_apart() -> None:
    named = replace(comparison("a"), name="noise")
    same = replace(comparison("b"), name="noise")
    assert comparison_labels([named, comparison("c")]) == {"a": "noise", "c": "2001-09-09 01:46"}
    assert comparison_labels([named, same]) == {"a": "noise (a)", "b": "noise (b)"}
