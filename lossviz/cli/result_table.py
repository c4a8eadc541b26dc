"""The results of a comparison and the verdicts on them, for the terminal."""

from collections.abc import Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from lossviz.experiments.descriptions import format_count
from lossviz.experiments.judging.convergence import convergence_sentence
from lossviz.experiments.judging.judgement import Judgement, LossJudgement
from lossviz.experiments.rate_search import chosen_rates
from lossviz.experiments.records import Trial
from lossviz.statistics.loss_verdict import Interval, LossVerdict

_NONE: Final = "–"
_LONGEST_WORD: Final = 20  # that is not broken where the terminal is narrow


def result_table(judgement: Judgement, trials: Sequence[Trial]) -> Table:
    """A row for each loss, as the app's page has it. A mean that is not over all seeds says so.

    Args:
        judgement: Of the comparison.
        trials: Those that are judged.
    """
    comparison, rates = judgement.comparison, chosen_rates(trials)
    table = Table(
        title=f"{comparison.recipe}: error rate on the validation images after the last epoch",
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    words = [word for loss in judgement.losses for word in loss.label.split()]
    table.add_column("loss", min_width=min(_LONGEST_WORD, max(map(len, words))))
    if comparison.rate_search:
        table.add_column("rate", justify="right", no_wrap=True)
    table.add_column("error rate", justify="right", no_wrap=True)
    table.add_column(f"difference to {judgement.baseline.label}", justify="right", min_width=16)
    table.add_column("verdict", no_wrap=True)
    for title in ("Brier", "NLL", "s"):
        table.add_column(title, justify="right", no_wrap=True)
    for loss in judgement.losses:
        rate = [f"{rates[loss.loss]:.3g}" if loss.loss in rates else _NONE]
        table.add_row(
            Text(loss.label),
            *(rate if comparison.rate_search else []),
            f"{_error_rate(loss)}\n{_seeds(loss)}",
            _differences(loss.verdict, judgement.images),
            _word(loss),
            _number(loss.brier, 3),
            _number(loss.nll, 3),
            _number(loss.seconds, 1),
        )
    return table


def reason_lines(trials: Sequence[Trial]) -> list[str]:
    """Why trials did not finish."""
    return [
        f"{trial.loss}, seed {trial.seed}: {trial.state}: {trial.reason}"
        for trial in trials
        if trial.reason
    ]


def verdict_lines(judgement: Judgement) -> list[str]:
    """What the comparison shows in sentences: of each loss, of all, of the training's length."""
    verdicts = judgement.verdicts
    if verdicts is None:
        return []
    of_losses = [
        " ".join(filter(None, (verdict.sentence, verdict.sentence_new_images)))
        for verdict in verdicts.by_loss.values()
    ]
    converged = judgement.convergence
    warning = convergence_sentence(converged, judgement.labels) if converged else ""
    return [*of_losses, verdicts.summary, warning]


def _error_rate(loss: LossJudgement) -> str:
    mean = _number(loss.mean, 4)
    return mean if loss.deviation is None else f"{mean} ± {loss.deviation:.4f}"


def _seeds(loss: LossJudgement) -> str:
    """Over how many of the seeds the mean is, and how the others ended, a line each."""
    coverage = loss.coverage or format_count(len(loss.seeds), "seed")
    return coverage.replace(", ", "\n")


def _differences(verdict: LossVerdict | None, images: int | None) -> str:
    """The difference to the baseline with its interval, in images and in points; negative: fewer
    errors.
    """
    if verdict is None or verdict.difference is None:
        return _NONE
    in_points = _difference(verdict.difference, verdict.interval, 100, "points")
    if not images:
        return in_points
    in_images = _difference(verdict.difference, verdict.interval, images, "images")
    return f"{in_images}\n{in_points}"


def _difference(difference: float, interval: Interval | None, scale: int, unit: str) -> str:
    text = f"{_signed(scale * difference)} {unit}"
    if interval is None:
        return text
    low, high = (_signed(scale * end) for end in interval)
    return f"{text} ({low} to {high})"


def _word(loss: LossJudgement) -> str:
    if loss.is_baseline:
        return "baseline"
    return str(loss.verdict.word) if loss.verdict else _NONE


def _number(value: float | None, digits: int) -> str:
    return _NONE if value is None else f"{value:.{digits}f}"


def _signed(value: float) -> str:
    """A number with its sign and one digit after the point.

    >>> _signed(-0.26), _signed(0.04), _signed(2)
    ('−0.3', '0.0', '+2.0')
    """
    text = f"{value:+.1f}".replace("-", "−")
    return text[1:] if text[1:] == "0.0" else text
