"""The verdicts of a comparison as plain text for the terminal."""

from lossviz.statistics.loss_verdict import Interval, LossVerdict
from lossviz.statistics.verdicts import Verdicts

_NONE = "–"


def verdict_table(verdicts: Verdicts) -> str:
    """A row for each loss, then the summary and a sentence for each."""
    of_losses = list(verdicts.by_loss.values())
    images = of_losses[0].images
    unit = "points" if images is None else f"images of {images:,}"
    heading = ("loss", "verdict", "error rate", "baseline's", f"difference ({unit})", "p", "seeds")
    rows = [heading, *(_row(verdict) for verdict in of_losses)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = [
        "  ".join(
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    sentences = [
        sentence
        for verdict in of_losses
        for sentence in (verdict.sentence, verdict.sentence_new_images)
        if sentence
    ]
    summary = [verdicts.summary] if len(of_losses) > 1 else []
    return "\n".join([*table, "", *summary, *sentences])


def _row(verdict: LossVerdict) -> tuple[str, ...]:
    difference = _NONE
    if verdict.difference is not None:
        difference = _signed(verdict, verdict.difference)
        if verdict.interval:
            difference += f" [{_ends(verdict, verdict.interval)}]"
    return (
        verdict.label,
        str(verdict.word),
        _rate(verdict.mean),
        _rate(verdict.baseline_mean),
        difference,
        _NONE if verdict.p is None else f"{verdict.p:.3g}",
        f"{verdict.seeds} of {verdict.total}",
    )


def _rate(rate: float | None) -> str:
    return _NONE if rate is None else f"{rate:.4f}"


def _signed(verdict: LossVerdict, difference: float) -> str:
    return f"{difference * (verdict.images or 100):+.1f}"


def _ends(verdict: LossVerdict, interval: Interval) -> str:
    return " to ".join(_signed(verdict, end) for end in interval)
