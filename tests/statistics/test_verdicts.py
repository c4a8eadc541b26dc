"""The numbers of a verdict, against scipy.stats and by hand."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lossviz.errors import InvalidInput
from lossviz.statistics.always_valid import half_width
from lossviz.statistics.limits import added_alpha, limits, plan_alpha
from lossviz.statistics.plan import Plan
from lossviz.statistics.runs import LossRuns
from lossviz.statistics.verdicts import default_margin, judge
from tests.support.missed_images import (
    BASELINE,
    CROSS_ENTROPY,
    DIVERGED,
    FAILED,
    WAITING,
    judge_missed,
    more_missed,
    runs_of,
)
from tests.support.verdict_risks import IMAGES, clear_at, simulated_differences

BETTER = [-6, -8, -5, -7, -9, -6]
UNDECIDED = [1, -5, 4, 0, -1, 3]
missed = st.lists(st.integers(-12, 12), min_size=3, max_size=8)


def test_p_and_the_interval_are_those_of_the_paired_t() -> None:
    verdict = judge_missed({"1/p": UNDECIDED}).by_loss["1/p"]
    own = [run / 359 for run in more_missed(UNDECIDED)]
    expected = stats.ttest_rel(own, [run / 359 for run in CROSS_ENTROPY[:6]])
    assert verdict.p == pytest.approx(expected.pvalue)
    assert verdict.limit == pytest.approx(limits(6, plan_alpha(0.05))[6])
    interval = expected.confidence_interval(1 - verdict.limit)
    assert verdict.interval == pytest.approx((interval.low, interval.high))
    assert verdict.difference == pytest.approx(np.mean(UNDECIDED) / 359)
    assert verdict.mean - verdict.baseline_mean == pytest.approx(verdict.difference)
    assert verdict.differences == pytest.approx({s: d / 359 for s, d in enumerate(UNDECIDED)})


def test_intervals_hold_for_all_losses_at_once_and_limits_are_holms() -> None:
    verdicts = judge_missed({"a": BETTER, "b": UNDECIDED, "c": UNDECIDED}).by_loss
    assert verdicts["a"].limit == pytest.approx(limits(6, plan_alpha(0.05 / 3))[6])
    # it is clear, and has left its share to the others
    assert verdicts["b"].limit == pytest.approx(limits(6, plan_alpha(0.05 / 2))[6])
    level = limits(6, plan_alpha(0.05 / 3))[6]
    error = np.std(UNDECIDED, ddof=1) / 359 / np.sqrt(6)
    half = stats.t.ppf(1 - level / 2, 5) * error
    low, high = verdicts["b"].interval
    assert (high - low) / 2 == pytest.approx(half)


def test_an_early_look_is_held_to_its_own_limit() -> None:
    soon = judge_missed({"1/p": [*BETTER[:4], WAITING, WAITING]}).by_loss["1/p"]
    assert (soon.seeds, soon.final, soon.clear, soon.clear_at) == (4, False, True, 4)
    assert soon.limit == pytest.approx(limits(6, plan_alpha(0.05))[4])


def test_added_seeds_are_judged_by_the_always_valid_t() -> None:
    verdict = judge_missed({"1/p": [*UNDECIDED, -1, 2]}).by_loss["1/p"]
    assert verdict.added
    assert verdict.added_seeds == 2
    assert verdict.limit == pytest.approx(added_alpha(6, 0.05))
    values = np.array([*UNDECIDED, -1, 2]) / 359
    half = half_width(8, added_alpha(6, 0.05)) * values.std(ddof=1) / np.sqrt(8)
    assert verdict.interval == pytest.approx((values.mean() - half, values.mean() + half))
    assert verdict.p == 1.0  # 1/e, at most 1


def test_a_p_at_the_edge_of_its_interval_is_its_limit() -> None:
    """The e-value and its interval are each other's inverse."""
    rates = np.array([3, 1, 4, 2, 5, 3, 2, 4]) / 359
    shift = rates.mean() - half_width(8, added_alpha(3, 0.05)) * rates.std(ddof=1) / np.sqrt(8)
    runs = [
        LossRuns(loss="a", errors=dict(enumerate((0.1 + rates - shift).tolist()))),
        LossRuns(loss="b", errors=dict.fromkeys(range(8), 0.1)),
    ]
    verdict = judge(runs, Plan(baseline="b", seeds=3), images=359).by_loss["a"]
    assert verdict.p == pytest.approx(added_alpha(3, 0.05))
    assert verdict.interval[0] == pytest.approx(0.0, abs=1e-9)


def test_new_images_follow_nadeau_and_bengio() -> None:
    verdict = judge_missed({"1/p": UNDECIDED}, training_images=1438).by_loss["1/p"]
    widths = [high - low for low, high in (verdict.interval, verdict.interval_new_images)]
    assert widths[1] / widths[0] == pytest.approx(np.sqrt((1 / 6 + 359 / 1438) * 6))
    assert judge_missed({"1/p": UNDECIDED}).by_loss["1/p"].interval_new_images is None


def test_equal_differences_are_believed_to_the_rounding_of_images_only() -> None:
    verdict = judge_missed({"1/p": [2] * 6}).by_loss["1/p"]
    t = 2 / (np.sqrt(1 / 12) / np.sqrt(6))
    assert verdict.p == pytest.approx(2 * stats.t.sf(t, 5))


@pytest.mark.parametrize(
    ("images", "margin"), [(None, 0.005), (100, 0.01), (200, 0.005), (1478, 0.005)]
)
def test_the_margin_is_one_image_or_half_a_point(images: int | None, margin: float) -> None:
    assert default_margin(images) == margin


def test_a_seed_counts_once_all_lower_ones_have_ended_for_both() -> None:
    row = judge_missed({"a": [1, FAILED, WAITING, 4, 5, 6]}).by_loss["a"]
    assert (row.seeds, row.dropped, row.final) == (1, 1, False)
    baseline = [30, 31, WAITING, 30, 30, 30]
    row = judge_missed({"a": [1, 2, 3, 4, 5, 6]}, baseline=baseline).by_loss["a"]
    assert row.seeds == 2


def test_what_has_ended_does_not_depend_on_which_loss_was_first() -> None:
    """A loss that is ahead of the others may wait for their share, and never loses its own."""
    ahead = {"a": BETTER, "b": [*BETTER[:2], *[WAITING] * 4]}
    assert judge_missed(ahead).by_loss["a"].clear
    ended = judge_missed({"a": BETTER, "b": BETTER})
    assert ended.by_loss["a"].clear_at <= judge_missed(ahead).by_loss["a"].clear_at


@pytest.mark.parametrize("baseline", [None, [30, DIVERGED, 30, 30, 30, 30]])
def test_where_a_training_diverged_no_number_speaks_for_the_rest(baseline: list | None) -> None:
    row = [-6, DIVERGED, -5, -7, -9, -6] if baseline is None else BETTER
    verdict = judge_missed({"1/p": row}, baseline=baseline).by_loss["1/p"]
    assert (verdict.difference, verdict.interval, verdict.p, verdict.clear) == (
        None,
        None,
        None,
        False,
    )
    assert verdict.diverged + verdict.baseline_diverged == 1


@given(missed, st.integers(1, 9))
def test_other_names_of_the_seeds_in_the_same_order_change_nothing(
    row: list[int], step: int
) -> None:
    plan = Plan(baseline=BASELINE, seeds=6)
    runs = [runs_of(BASELINE, CROSS_ENTROPY[: len(row)]), runs_of("a", more_missed(row))]
    renamed = [
        LossRuns(loss=run.loss, errors={7 + step * s: e for s, e in run.errors.items()})
        for run in runs
    ]
    one, other = (judge(each, plan, images=359).by_loss["a"] for each in (runs, renamed))
    assert (one.p, one.interval, one.word) == (other.p, other.interval, other.word)
    assert one.sentence == other.sentence


@given(missed)
def test_the_other_baseline_mirrors_the_interval(row: list[int]) -> None:
    runs = [runs_of("a", CROSS_ENTROPY[: len(row)]), runs_of("b", more_missed(row))]
    ours, theirs = (
        judge(runs, Plan(baseline=baseline, seeds=6), images=359).by_loss[loss]
        for baseline, loss in (("a", "b"), ("b", "a"))
    )
    assert ours.p == pytest.approx(theirs.p)
    assert ours.interval == pytest.approx((-theirs.interval[1], -theirs.interval[0]))
    swapped = {"better": "worse", "worse": "better"}
    assert theirs.word == swapped.get(ours.word, ours.word)


@given(missed)
def test_twice_the_images_with_twice_as_many_missed_are_the_same_points(row: list[int]) -> None:
    plan = Plan(baseline=BASELINE, seeds=6, margin=0.01)
    small, large = (
        judge(
            [
                runs_of(BASELINE, [k * run for run in CROSS_ENTROPY[: len(row)]], images=359 * k),
                runs_of("a", [k * run for run in more_missed(row)], images=359 * k),
            ],
            plan,
            images=None if len(set(row)) > 1 else 359,
        ).by_loss["a"]
        for k in (1, 2)
    )
    assert small.interval == pytest.approx(large.interval)
    assert (small.word, small.sentence) == (large.word, large.sentence)


@given(missed, st.lists(st.integers(-12, 12), max_size=6))
def test_what_is_clear_stays_clear_whatever_comes(row: list[int], later: list[int]) -> None:
    soon, late = (
        judge_missed({"a": each}, planned=6).by_loss["a"] for each in (row, [*row, *later][:12])
    )
    assert not soon.clear or (late.clear and late.word == soon.word)


@pytest.mark.parametrize(
    ("runs", "options", "reason"),
    [
        (["a"], {}, "the baseline 'cross-entropy' is not among the losses a"),
        ([BASELINE], {}, "another loss is needed"),
        ([BASELINE, "a", "a"], {}, "given twice"),
        ([BASELINE, "a"], {"images": 0}, "images must be 1 or more"),
        ([BASELINE, "a"], {"training_images": 0}, "training_images must be 1 or more"),
    ],
)
def test_nonsense_is_refused(runs: list[str], options: dict[str, int], reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        judge(
            [runs_of(loss, [30, 31, 29]) for loss in runs],
            Plan(baseline=BASELINE, seeds=3),
            **({"images": 359} | options),
        )


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_runs_refuse_what_is_no_rate(rate: float) -> None:
    with pytest.raises(InvalidInput, match="between 0 and 1"):
        LossRuns(loss="a", errors={0: rate})


def test_runs_refuse_a_seed_in_two_places() -> None:
    with pytest.raises(InvalidInput, match="listed twice"):
        LossRuns(loss="a", errors={0: 0.1}, diverged=frozenset({0}))


@pytest.mark.parametrize("planned", [50, 200, 1000, 5000])
def test_the_first_looks_of_a_long_plan_leave_everything_open(planned: int) -> None:
    verdict = judge_missed({"1/p": UNDECIDED}, planned=planned).by_loss["1/p"]
    assert verdict.word == "undecided"
    low, high = verdict.interval
    assert -1.0 <= low < -0.1
    assert 0.1 < high <= 1.0


def test_nothing_is_said_before_any_seed_is_known() -> None:
    runs = [LossRuns(loss=loss, errors={}) for loss in (BASELINE, "a")]
    verdict = judge(runs, Plan(baseline=BASELINE, seeds=3), images=359).by_loss["a"]
    assert (verdict.word, verdict.seeds, verdict.final) == ("too early", 0, False)


def test_the_simulations_are_judged_by_the_lines_that_judge_comparisons() -> None:
    differences = simulated_differences(comparisons=60, losses=3, seeds=8, effect=1.5, seed=1)
    clear = clear_at(differences, planned=6) >= 0
    for row, expected in zip(differences, clear, strict=True):
        runs = [LossRuns(loss=BASELINE, errors=dict.fromkeys(range(8), 0.5))] + [
            LossRuns(loss=f"{place}", errors=dict(enumerate((0.5 + values).tolist())))
            for place, values in enumerate(row)
        ]
        verdicts = judge(runs, Plan(baseline=BASELINE, seeds=6), images=IMAGES)
        assert [verdict.clear for verdict in verdicts.by_loss.values()] == expected.tolist()
    assert 20 < clear[:, 0].sum() < 60


@pytest.mark.alone
@pytest.mark.parametrize(("losses", "seeds", "most_s"), [(4, 6, 0.02), (12, 16, 0.06)])
def test_judging_is_quick_enough_for_every_poll(losses: int, seeds: int, most_s: float) -> None:
    random = np.random.default_rng(5)
    runs = [
        runs_of(loss, random.integers(20, 40, seeds).tolist())
        for loss in [BASELINE, *(f"loss {number}" for number in range(losses - 1))]
    ]
    times = []
    for _ in range(8):
        began = time.perf_counter()
        judge(runs, Plan(baseline=BASELINE, seeds=seeds), images=359)
        times.append(time.perf_counter() - began)
    print(f"{losses} losses, {seeds} seeds: {1000 * min(times):.1f} ms")
    assert min(times) < most_s
