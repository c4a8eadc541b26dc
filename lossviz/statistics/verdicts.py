"""Which losses are better than the baseline, and how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from lossviz.errors import InvalidInput
from lossviz.statistics.loss_verdict import LossVerdict, Word
from lossviz.statistics.measurements import Measurement, measure
from lossviz.statistics.plan import Plan
from lossviz.statistics.power import seeds_to_see
from lossviz.statistics.runs import LossRuns
from lossviz.statistics.sentences import write_new_images, write_sentence
from lossviz.statistics.summary import summarise
from lossviz.statistics.wording import IMAGE, Unit

__all__ = ["LossVerdict", "Verdicts", "Word", "judge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """The verdicts of a comparison.

    Attributes:
        plan: What it set out to find.
        by_loss: One for each loss but the baseline, in their order.
        summary: A sentence over all of them.
    """

    plan: Plan
    by_loss: Mapping[str, LossVerdict]
    summary: str


def judge(
    runs: Sequence[LossRuns],
    plan: Plan,
    *,
    images: int | None,
    training_images: int | None = None,
    labels: Mapping[str, str] | None = None,
    notes: Mapping[str, Sequence[str]] | None = None,
    order: Sequence[int] | None = None,
    unit: Unit = IMAGE,
) -> Verdicts:
    """Compare losses with the plan's baseline over the seeds that both have.

    The seeds are looked at in their order, each once it and all before it have ended for both
    losses; so the looks do not depend on the results, and the risk of ``plan.alpha`` holds over
    all looks and all losses together. The first ``plan.seeds`` of all seeds are the plan's; later
    ones were added to it.

    Args:
        runs: The runs of each loss, the baseline's too.
        plan: What the comparison set out to find.
        images: Validation images; None where they are not known.
        training_images: Images of an epoch of training; None where they are not known.
        labels: How losses are called in sentences; their own strings where one is missing.
        notes: Sentences to add to a loss's; the baseline's go to the summary.
        order: All seeds in the order in which they are looked at; rising by default. Where they
            were not chosen in advance, it is the order in which they began.
        unit: What the sentences count.

    Returns:
        A verdict for each loss but the baseline.

    Raises:
        InvalidInput: The baseline has no runs, nothing is to be compared with it, or a number of
            images is below 1.
    """
    _check(runs, plan, images, training_images)
    labels, notes = labels or {}, notes or {}
    (baseline,) = [run for run in runs if run.loss == plan.baseline]
    others = [run for run in runs if run.loss != plan.baseline]
    measurements = measure(
        others, baseline, plan, images=images, training_images=training_images, order=order
    )
    verdicts = [
        _written(
            _verdict(run, baseline, plan, measurement, images=images, comparisons=len(others)),
            label=labels.get(run.loss, run.loss),
            baseline_label=labels.get(plan.baseline, plan.baseline),
            notes=tuple(notes.get(run.loss, ())),
            unit=unit,
        )
        for run, measurement in zip(others, measurements, strict=True)
    ]
    return Verdicts(
        plan=plan,
        by_loss=MappingProxyType({verdict.loss: verdict for verdict in verdicts}),
        summary=" ".join([summarise(verdicts), *notes.get(plan.baseline, ())]),
    )


def _check(
    runs: Sequence[LossRuns], plan: Plan, images: int | None, training_images: int | None
) -> None:
    losses = [run.loss for run in runs]
    if len(set(losses)) < len(losses):
        raise InvalidInput(f"a loss is given twice: {', '.join(losses)}")
    if plan.baseline not in losses:
        raise InvalidInput(
            f"the baseline {plan.baseline!r} is not among the losses {', '.join(losses)}"
        )
    if len(losses) < 2:
        raise InvalidInput(f"only {plan.baseline!r} is given; another loss is needed to compare")
    for what, number in (("images", images), ("training_images", training_images)):
        if number is not None and number < 1:
            raise InvalidInput(f"{what} must be 1 or more, got {number}")


def _verdict(
    run: LossRuns,
    baseline: LossRuns,
    plan: Plan,
    measured: Measurement,
    *,
    images: int | None,
    comparisons: int,
) -> LossVerdict:
    """The verdict without its words for a reader."""
    margin = plan.margin or default_margin(images)
    word = _word(run, baseline, measured, margin)
    clear = word in (Word.BETTER, Word.WORSE)
    compared = word is not Word.DIVERGES and not baseline.diverged
    known = run.seeds | baseline.seeds
    return LossVerdict(
        loss=run.loss,
        label=run.loss,
        baseline_label=plan.baseline,
        word=word,
        difference=measured.difference if compared else None,
        interval=measured.interval if compared else None,
        interval_new_images=measured.interval_new_images if compared else None,
        p=measured.p if compared else None,
        limit=measured.limit if compared else None,
        seeds=len(measured.differences),
        planned=plan.seeds,
        known=len(known),
        dropped=measured.dropped,
        diverged=len(run.diverged),
        baseline_diverged=len(baseline.diverged),
        ended=len(run.ended),
        baseline_ended=len(baseline.ended),
        final=len(run.ended & baseline.ended) >= max(len(known), plan.seeds),
        clear=clear,
        clear_at=measured.clear_at if clear else None,
        added_seeds=measured.added_seeds,
        seeds_needed=(
            _seeds_needed(measured, plan.alpha / comparisons)
            if word is Word.UNDECIDED and compared
            else None
        ),
        margin=margin,
        images=images,
        mean=measured.mean,
        baseline_mean=measured.baseline_mean,
        differences=MappingProxyType(dict(measured.differences)),
    )


def default_margin(images: int | None) -> float:
    """What counts as practically the same: one image or half a point, whichever is more."""
    half_a_point = 0.005
    return half_a_point if images is None else max(half_a_point, 1.0 / images)


def _word(run: LossRuns, baseline: LossRuns, measured: Measurement, margin: float) -> Word:
    if run.diverged:
        return Word.DIVERGES
    if baseline.diverged:
        return Word.UNDECIDED
    if measured.clear_side:
        return Word.BETTER if measured.clear_side < 0 else Word.WORSE
    if measured.limit is None:
        return Word.TOO_EARLY
    interval = measured.interval
    is_same = interval is not None and -margin < interval[0] and interval[1] < margin
    return Word.SAME if is_same else Word.UNDECIDED


def _seeds_needed(measured: Measurement, alpha: float) -> tuple[int, int] | None:
    """The range of seeds that it takes; more than there are, as these did not show it."""
    if measured.spread is None or measured.difference is None:
        return None
    pairs = len(measured.differences)
    needed = seeds_to_see(measured.difference, measured.spread, pairs, alpha)
    return needed and (max(needed[0], pairs + 1), max(needed[1], pairs + 1))


def _written(
    verdict: LossVerdict, *, label: str, baseline_label: str, notes: tuple[str, ...], unit: Unit
) -> LossVerdict:
    """The same verdict with its sentences."""
    named = replace(verdict, label=label, baseline_label=baseline_label, notes=notes, unit=unit)
    return replace(
        named, sentence=write_sentence(named), sentence_new_images=write_new_images(named)
    )
