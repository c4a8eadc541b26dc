"""The verdict on a loss in sentences that a student understands."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from lossviz.statistics.always_valid import FIRST_LOOK
from lossviz.statistics.loss_verdict import LossVerdict, Word
from lossviz.statistics.wording import count

MOST_SEEDS_NAMED: Final = 1000


def write_sentence(verdict: LossVerdict) -> str:
    """All that is to be said of a loss, its notes at the end."""
    compared = verdict.diverged or not verdict.baseline_diverged
    write = _SENTENCES[verdict.word] if compared else _baseline_diverged
    return " ".join([*write(verdict), *_about_seeds(verdict), *verdict.notes])


def write_new_images(verdict: LossVerdict) -> str:
    """What the seeds say of new images of this kind; empty where that is not known."""
    if verdict.interval_new_images is None or verdict.images is None:
        return ""
    new = f"new {verdict.unit.kind}s of this kind"
    if verdict.interval_new_images == (-1.0, 1.0):
        return f"For {new} any difference is still possible."
    ends = verdict.measure.ends(verdict.interval_new_images)
    of_all = f"of {count(verdict.images, verdict.unit.noun)} than {verdict.baseline_label}"
    return f"Of {new}, {verdict.label} misclassifies {ends} {of_all}."


def _clear(verdict: LossVerdict) -> Iterator[str]:
    measure = verdict.measure
    difference, interval = verdict.difference or 0.0, verdict.interval
    opening = "" if verdict.final else "Already clear: "
    names = f"{verdict.label} is {verdict.word} than {verdict.baseline_label}"
    between = f", {measure.ends(interval)}" if interval else ""
    yield f"{opening}{names} {_on_seeds(verdict)}: {measure.compared(difference)}{between}."
    if interval and interval[0] <= 0 <= interval[1]:
        if verdict.clear_at != verdict.seeds:
            yield f"It was clear on {count(verdict.clear_at or 0, 'seed')}, and stays so."
        else:
            yield "The interval is wider than the test: it holds for all losses at once."
    if abs(difference) <= verdict.margin:
        yield f"A difference this small hardly matters: it is within {_margin(verdict)}."


def _same(verdict: LossVerdict) -> Iterator[str]:
    names = f"{verdict.label} and {verdict.baseline_label} are practically the same"
    yield f"{_so_far(verdict)}{names} {_on_seeds(verdict)}: {_apart(verdict)}."
    yield f"All of that lies within {_margin(verdict)}."
    yield from _identical(verdict)


def _undecided(verdict: LossVerdict) -> Iterator[str]:
    names = f"{verdict.label} and {verdict.baseline_label} cannot be told apart"
    yield f"{_so_far(verdict)}{names} {_on_seeds(verdict)}: {_apart(verdict)}."
    if verdict.interval is None:
        yield (
            "The difference is exactly the same on every seed; give the number of validation"
            " images to get a verdict."
        )
    yield from _identical(verdict)
    if verdict.final and verdict.seeds_needed:
        is_small = abs(verdict.difference or 0.0) <= 2 * verdict.margin
        size = "this small" if is_small else "this large"
        yield f"Detecting a difference {size} takes {_seeds_needed(*verdict.seeds_needed)}."


def _diverges(verdict: LossVerdict) -> Iterator[str]:
    among = f"{verdict.diverged} of {count(verdict.ended, 'seed')}"
    yield f"{verdict.label} diverges: its training diverged in {among}."
    if verdict.baseline_diverged:
        among = f"{verdict.baseline_diverged} of {count(verdict.baseline_ended, 'seed')}"
        yield f"{verdict.baseline_label}, the baseline, did in {among}."
    else:
        yield (
            f"It is not compared with {verdict.baseline_label}: the remaining seeds would make it"
            f" look better than it is."
        )


def _baseline_diverged(verdict: LossVerdict) -> Iterator[str]:
    among = f"{verdict.baseline_diverged} of {count(verdict.baseline_ended, 'seed')}"
    yield (
        f"{verdict.label} cannot be compared: {verdict.baseline_label}, the baseline, diverged in"
        f" {among}."
    )


def _one_seed(verdict: LossVerdict) -> Iterator[str]:
    names = f"{verdict.label} with {verdict.baseline_label}"
    if verdict.seeds:
        yield f"One seed cannot compare {names}: they are {_apart(verdict)}."
        yield (
            "Trainings differ by chance, and one pair does not show by how much. Train"
            f" {FIRST_LOOK} seeds or more."
        )
    elif verdict.final:
        yield f"No seed can compare {names}: none has finished with both."
    else:
        yield f"Too early to compare {names}: the one seed has not ended yet."


def _too_early(verdict: LossVerdict) -> Iterator[str]:
    if verdict.total == 1:
        yield from _one_seed(verdict)
        return
    names = f"{verdict.label} with {verdict.baseline_label}"
    first = min(verdict.total, FIRST_LOOK)
    if verdict.final:
        few = f"{verdict.seeds} of {count(verdict.total, 'seed')}"
        yield f"Too few seeds are left to compare {names}: {few}, and it takes {first}."
    else:
        done = f"{verdict.seeds} of {count(verdict.total, 'seed')} done"
        yield f"Too early to compare {names}: {done}, and the first look is at {first}."


def _about_seeds(verdict: LossVerdict) -> Iterator[str]:
    if verdict.dropped:
        are = "is" if verdict.dropped == 1 else "are"
        yield (
            f"{count(verdict.dropped, 'seed')} {are} left out, as a training failed or was stopped."
        )
    if verdict.added and verdict.interval:
        were = "was" if verdict.added_seeds == 1 else "were"
        yield (
            f"{count(verdict.added_seeds, 'seed')} {were} added after looking, so the interval is"
            " wider than that of a plan of as many."
        )


def _on_seeds(verdict: LossVerdict) -> str:
    """``on 6 seeds``, or ``on 4 of 6 seeds`` where more are to come."""
    if verdict.final:
        return f"on {count(verdict.seeds, 'seed')}"
    return f"on {verdict.seeds} of {count(verdict.total, 'seed')}"


def _so_far(verdict: LossVerdict) -> str:
    return "" if verdict.final else "So far, "


def _apart(verdict: LossVerdict) -> str:
    measure = verdict.measure
    apart = measure.apart(verdict.difference or 0.0)
    if not verdict.interval or verdict.interval == (0.0, 0.0):
        return apart
    return f"{apart}, {measure.ends(verdict.interval)}"


def _margin(verdict: LossVerdict) -> str:
    return f"the margin of {verdict.measure.size(verdict.margin)}"


def _identical(verdict: LossVerdict) -> Iterator[str]:
    if not any(verdict.differences.values()):
        yield "They make equally many errors on every seed."


def _seeds_needed(fewest: int, most: int) -> str:
    if fewest > MOST_SEEDS_NAMED:
        return f"more than {MOST_SEEDS_NAMED:,} seeds"
    if most > MOST_SEEDS_NAMED:
        return f"{fewest} to more than {MOST_SEEDS_NAMED:,} seeds"
    return f"{fewest} to {most} seeds" if fewest < most else f"about {fewest} seeds"


_SENTENCES: Final[Mapping[Word, Callable[[LossVerdict], Iterator[str]]]] = MappingProxyType(
    {
        Word.BETTER: _clear,
        Word.WORSE: _clear,
        Word.SAME: _same,
        Word.UNDECIDED: _undecided,
        Word.DIVERGES: _diverges,
        Word.TOO_EARLY: _too_early,
    }
)
